//! Makes one person of two, where the source says that they are one.

use anyhow::anyhow;
use journey::{Before, ChangeId, Contact, ContactId, Revision};
use wire::{Choices, ContactRecord, Event, Posted};

use crate::rewrite::UNHEARD_MAX;
use crate::{ChoiceBook, Clock, ContactBook, Failure, Holder, Stored, Versioned};

/// Merges those into `person` of whom `posted` says that they are the same; returns the person as they are then.
pub(super) async fn absorb(
    io: &(impl Clock + ContactBook + ChoiceBook),
    event: &Event,
    posted: &Posted,
    person: Versioned<ContactRecord>,
) -> Result<Versioned<ContactRecord>, Failure> {
    let mut person = person;
    for source_id in &posted.merged {
        person = absorb_one(io, event, posted, &ContactId::of(source_id), person).await?;
    }
    Ok(person)
}

async fn absorb_one(
    io: &(impl Clock + ContactBook + ChoiceBook),
    event: &Event,
    posted: &Posted,
    other: &ContactId,
    person: Versioned<ContactRecord>,
) -> Result<Versioned<ContactRecord>, Failure> {
    let mut person = person;
    for _ in 0..RACES_MAX {
        let survivor = person.value.contact.id.clone();
        let known = io
            .contacts(std::slice::from_ref(other))
            .await?
            .remove(other);
        match &known {
            Some(known) if known.value.contact.id == survivor => {
                // What was chosen on a page between the look below and the merge.
                take_choices(io, other, &survivor).await?;
                return Ok(person);
            }
            // Whoever was merged into somebody else stays who they are.
            Some(known) if known.value.contact.id != *other => return Ok(person),
            Some(known) if !known.value.unheard.is_empty() => {
                let error = anyhow!("not everybody has heard what was written of {other}");
                return Err(Failure::Retry(error));
            }
            Some(_) | None => (),
        }
        // Before the merge: from then on only what the survivor chose is looked at.
        take_choices(io, other, &survivor).await?;
        let merged = merged(io, event, posted, (other, known.as_ref()), &person.value)?;
        let replaced = known.map(|known| known.version);
        let replaces = person.version;
        if io.merge(&merged, replaces, other, replaced).await? == Stored::Done {
            person = Versioned {
                value: merged,
                version: replaces + 1,
            };
            continue;
        }
        let newer = io.contacts(std::slice::from_ref(&survivor)).await?;
        let Some(newer) = newer.into_values().next() else {
            return Err(Failure::Retry(anyhow!("{survivor} is gone")));
        };
        person = newer;
    }
    Err(Failure::Retry(anyhow!(
        "{other} is being changed by others"
    )))
}

/// Returns the survivor with what was known of the other, as far as the post says nothing else.
fn merged(
    io: &impl Clock,
    event: &Event,
    posted: &Posted,
    (other, known): (&ContactId, Option<&Versioned<ContactRecord>>),
    person: &ContactRecord,
) -> Result<ContactRecord, Failure> {
    let id = &person.contact.id;
    if person.unheard.len() >= UNHEARD_MAX || person.absorbed.len() >= ABSORBED_MAX {
        let error = anyhow!("too many are merged into {id}, or too fast");
        return Err(Failure::Retry(error));
    }
    let mut record = person.clone();
    if let Some(known) = known {
        record.contact = record.contact.absorb(known.value.contact.clone());
        record.counted.extend(known.value.counted.iter().cloned());
        record.absorbed.extend(known.value.absorbed.iter().cloned());
        leave(&mut record.contact, posted);
    }
    record.absorbed.insert(other.clone());
    record.unheard.push(Revision {
        id: ChangeId::of(id, &format!("{} {other}", event.id)),
        at: io.now(),
        hops: 0,
        before: Before::of(Some(&person.contact), &record.contact),
        absorbed: Some(other.clone()),
    });
    Ok(record)
}

/// What the post takes away stays away.
fn leave(contact: &mut Contact, posted: &Posted) {
    let off = |on: &&bool| !**on;
    for (name, _) in posted.lists.iter().filter(|(_, on)| off(on)) {
        contact.lists.remove(name);
    }
    for (name, _) in posted.tags.iter().filter(|(_, on)| off(on)) {
        contact.tags.remove(name);
    }
}

/// Adds what somebody chose under their other name to what they chose: the later word holds.
async fn take_choices(
    io: &impl ChoiceBook,
    other: &ContactId,
    survivor: &ContactId,
) -> Result<(), Failure> {
    let from = io.all_choices(&Holder::Contact(other.clone())).await?;
    for (topic, chosen) in from {
        let holder = Holder::Contact(survivor.clone());
        take_choice(io, (&holder, &topic), &chosen.value).await?;
    }
    Ok(())
}

async fn take_choice(
    io: &impl ChoiceBook,
    (holder, topic): (&Holder, &str),
    chosen: &Choices,
) -> Result<(), Failure> {
    for _ in 0..RACES_MAX {
        let known = io.choices(holder, topic).await?;
        let replaces = known.as_ref().map(|known| known.version);
        let before = known.map(|known| known.value).unwrap_or_default();
        let after = before.clone().merge(chosen);
        if after == before || io.put_choices(holder, topic, &after, replaces).await? == Stored::Done
        {
            return Ok(());
        }
    }
    Err(Failure::Retry(anyhow!("others choose there all the time")))
}

/// More than anybody has ever been, under one source.
const ABSORBED_MAX: usize = 500;
const RACES_MAX: u8 = 5;
