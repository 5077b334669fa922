//! Sets the dates of people who were known before a journey that counts from them was published.
//!
//! A write of a contact sets their dates for the journeys that there are then. Whoever publishes one need not wait for
//! everybody: each sweep goes a bit further, and remembers how far.

use std::collections::BTreeSet;

use journey::{ContactId, Release, arm};
use wire::{Move, Survey};

use crate::changed::set;
use crate::{Alarms, Clock, Contacts, Dates, Failure, Moves, Releases, Stored, Surveys, Versioned};

/// Asks for the dates of everybody to be set, where journeys that count from them are new; as far as one sweep goes.
pub(crate) async fn survey(io: &(impl Moves + Releases + Surveys)) -> Result<(), Failure> {
    let Some((_, release)) = io.current().await? else {
        return Ok(());
    };
    let triggers = triggers(&release);
    let known = io.survey().await?;
    let (survey, mut version) = match known {
        Some(Versioned { value, version }) => (value, Some(version)),
        None => (Survey::default(), None),
    };
    let mut after = match triggers.is_subset(&survey.triggers) {
        true => survey.after.clone(),
        false => Some(String::new()),
    };
    if after.is_none() && triggers == survey.triggers {
        return Ok(());
    }
    for _ in 0..PAGES_MAX {
        let next = match &after {
            Some(after) => {
                let (people, next) = io.known_after(after).await?;
                let people = people.into_iter();
                let moves: Vec<_> = people.map(|contact| Move::Dates { contact }).collect();
                if !moves.is_empty() {
                    io.move_on(&moves).await?;
                }
                next
            }
            None => None,
        };
        let survey = Survey {
            triggers: triggers.clone(),
            after: next.clone(),
        };
        // Where another sweep was faster, it goes on, and the next one after it.
        if io.put_survey(&survey, version).await? == Stored::Conflict || next.is_none() {
            return Ok(());
        }
        version = Some(version.unwrap_or_default() + 1);
        after = next;
    }
    Ok(())
}

/// Names each date trigger of a release.
fn triggers(release: &Release) -> BTreeSet<String> {
    let nobody = ContactId::of("");
    let journeys = release.journeys.iter();
    let named = journeys.flat_map(|(journey, entrance)| {
        let triggers = entrance.triggers.iter();
        triggers.filter_map(|trigger| trigger.date(journey, &nobody))
    });
    named.map(|(id, ..)| id.to_string()).collect()
}

/// Sets those dates of a contact that nobody has set before.
pub(crate) async fn dates(
    io: &(impl Clock + Contacts + Dates + Releases + Moves + Alarms),
    contact: &ContactId,
) -> Result<(), Failure> {
    let known = io.contacts(std::slice::from_ref(contact)).await?;
    let (Some(person), Some((_, release))) = (known.into_values().next(), io.current().await?)
    else {
        return Ok(());
    };
    if person.value.contact.id != *contact {
        return Ok(());
    }
    let known = person.value.contact.seen(&release.settings, io.now());
    let zone = known.zone(&release.settings.zone);
    for (journey, entrance) in &release.journeys {
        for trigger in &entrance.triggers {
            let Some((id, moment, repeat)) = trigger.date(journey, contact) else {
                continue;
            };
            // What went off today would do so again.
            if io.armed(contact, &id).await?.is_some() {
                continue;
            }
            let due = arm(moment, repeat, known.date(moment), &zone, io.now());
            if due.is_some() {
                set(io, (contact, &id), journey, (due, known.date(moment))).await?;
            }
        }
    }
    Ok(())
}

/// As many as one sweep has time for.
const PAGES_MAX: u32 = 20;
