//! Makes one person of two, where the source says that they are one.

use anyhow::anyhow;
use jiff::SignedDuration;
use journey::{Before, ChangeId, Contact, ContactId, Revision};
use wire::{Choices, ContactRecord, Event, Move, Posted};

use crate::rewrite::UNHEARD_MAX;
use crate::{
    ChoiceBook, Clock, ContactBook, Exception, ExceptionKind, Exceptions, Failure, Holder, Moves,
    Stored, Versioned,
};

/// Merges those into `person` of whom `posted` says that they are the same; returns the person as they are then.
pub(super) async fn absorb(
    io: &(impl Clock + ContactBook + ChoiceBook + Exceptions + Moves),
    event: &Event,
    posted: &Posted,
    person: Versioned<ContactRecord>,
) -> Result<Versioned<ContactRecord>, Failure> {
    let mut person = person;
    for source_id in &posted.merged {
        let other = ContactId::of(source_id);
        let known = io.contacts(std::slice::from_ref(&other)).await?;
        let theirs = known.get(&other).map(|known| &known.value.contact.absorbed);
        let theirs = theirs.map_or(0, |names| names.len());
        let names = &person.value.contact.absorbed;
        if names.len() + theirs >= ABSORBED_MAX && !names.contains(&other) {
            too_many(io, event, &person.value.contact.id).await?;
            return Ok(person);
        }
        person = absorb_one(io, event, posted, &other, person).await?;
    }
    Ok(person)
}

/// Records that somebody would have more names than any person has.
async fn too_many(
    io: &(impl Clock + Exceptions),
    event: &Event,
    contact: &ContactId,
) -> Result<(), Failure> {
    io.record(&Exception {
        kind: ExceptionKind::Unresolved,
        event: event.id.clone(),
        journey: None,
        contact: Some(contact.clone()),
        reason: format!("more than {ABSORBED_MAX} are merged into one"),
        at: io.now(),
        body: None,
    })
    .await?;
    Ok(())
}

async fn absorb_one(
    io: &(impl Clock + ContactBook + ChoiceBook + Moves),
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
            Some(known) if !known.value.unheard.is_empty() => return unheard(io, other).await,
            Some(_) | None => (),
        }
        if person.value.unheard.len() >= UNHEARD_MAX {
            return unheard(io, &survivor).await;
        }
        // Before the merge: from then on only what the survivor chose is looked at.
        take_choices(io, other, &survivor).await?;
        let merged = merged(io, event, posted, (other, known.as_ref()), &person.value);
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
) -> ContactRecord {
    let id = &person.contact.id;
    let mut record = person.clone();
    if let Some(known) = known {
        record.contact = record.contact.absorb(known.value.contact.clone());
        record.counted.extend(known.value.counted.iter().cloned());
        leave(&mut record.contact, posted);
    }
    record.contact.absorbed.insert(other.clone());
    record.unheard.push(Revision {
        id: ChangeId::of(id, &format!("{} {other}", event.id)),
        at: io.now(),
        hops: 0,
        before: Before::of(Some(&person.contact), &record.contact),
        absorbed: Some(other.clone()),
    });
    record
}

/// Puts it off until everybody has heard what was written of somebody, and has them hear it: whoever wrote it may have
/// died before saying so.
async fn unheard<T>(io: &impl Moves, contact: &ContactId) -> Result<T, Failure> {
    let again = Move::Changed {
        contact: contact.clone(),
    };
    io.move_on(&[again]).await?;
    let error = anyhow!("not everybody has heard what was written of {contact}");
    Err(Failure::Retry(error))
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
    io: &(impl ChoiceBook + Moves),
    other: &ContactId,
    survivor: &ContactId,
) -> Result<(), Failure> {
    let from = io.all_choices(&Holder::Contact(other.clone())).await?;
    for (topic, chosen) in from {
        take_choice(io, (survivor, &topic), &chosen.value).await?;
    }
    Ok(())
}

/// Adds words to what somebody chose about a topic, each where its time puts it; returns whether any is new.
pub(super) async fn take_choice(
    io: &(impl ChoiceBook + Moves),
    (survivor, topic): (&ContactId, &str),
    chosen: &Choices,
) -> Result<bool, Failure> {
    let holder = &Holder::Contact(survivor.clone());
    for _ in 0..RACES_MAX {
        let known = io.choices(holder, topic).await?;
        let replaces = known.as_ref().map(|known| known.version);
        let before = known.map(|known| known.value).unwrap_or_default();
        let after = before.clone().merge(chosen);
        if after == before {
            return Ok(false);
        }
        // Said before it is so, for later: a run of theirs may have to end by it, and a crash must not keep that back.
        let chose = Move::Chose {
            contact: survivor.clone(),
            topic: topic.to_owned(),
        };
        io.move_later(&[chose], WORD_AFTER).await?;
        if io.put_choices(holder, topic, &after, replaces).await? == Stored::Done {
            return Ok(true);
        }
    }
    Err(Failure::Retry(anyhow!("others choose there all the time")))
}

/// More names than anybody has, under one source.
const ABSORBED_MAX: usize = 100;
/// Longer than it takes to store a choice.
const WORD_AFTER: SignedDuration = SignedDuration::from_secs(60);
const RACES_MAX: u8 = 5;
