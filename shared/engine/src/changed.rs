//! Lets everybody hear that something else is known about a contact.
//!
//! A write keeps with the contact what was there before, until all of this is done: the runs that watch the contact,
//! the journeys that the change lets them into, and the dates that count from their fields. Each of these is named by
//! the write, so that hearing of it twice changes nothing.

use anyhow::anyhow;
use jiff::Timestamp;
use journey::{
    Contact, ContactId, Entrance, Input, Release, Revision, Signal, Trigger, Value, arm,
};
use wire::{Armed, ContactRecord, Move};

use crate::advance::step;
use crate::effects::{ring, settle};
use crate::enter::enter_without_event;
use crate::fresh::Way;
use crate::merging::follow;
use crate::walking::Walking;
use crate::{
    Alarms, Clock, ContactBook, Contacts, Dates, Exceptions, Failure, Firings, Halted, Moves,
    Outbox, Pulse, Stored, Versioned,
};

/// Does what follows from every write of a contact of which not everybody has heard yet.
pub(crate) async fn changed(
    io: &(impl Walking + ContactBook + Dates + Exceptions + Halted + Firings),
    pulse: &Pulse,
    contact: &ContactId,
) -> Result<(), Failure> {
    let mut outbox = Outbox::default();
    let Some(person) = known(io, contact).await? else {
        return Ok(());
    };
    if person.value.unheard.is_empty() {
        return Ok(());
    }
    merged(io, &person, &mut outbox).await?;
    watched(io, &person, &mut outbox).await?;
    if let Some((_, release)) = io.current().await? {
        for write in writes(&person.value, &release) {
            for (journey, entrance) in &release.journeys {
                dates(io, &release, (journey, entrance), &write).await?;
                if write.revision.absorbed.is_some() {
                    continue;
                }
                let zone = &release.settings.zone;
                let fires = entrance.triggers.iter().any(|trigger| {
                    let before = write.before.as_ref();
                    trigger.fires(before, &write.after, zone, write.revision.at)
                });
                if fires {
                    let way = Way::alone(write.revision.hops + 1);
                    let cause = (write.revision.id.as_str(), way);
                    let of = (entrance.plan.as_str(), None);
                    enter_without_event(io, pulse, of, cause, &person, &mut outbox).await?;
                }
            }
        }
    }
    // Once the write is forgotten, nobody would order these mails again.
    outbox.finish(io).await?;
    heard(io, person).await
}

/// One write of a contact.
struct Write<'a> {
    revision: &'a Revision,
    before: Option<Contact>,
    after: Contact,
}

/// Returns what each write found and left, the oldest first, each as the contact was seen then.
fn writes<'a>(record: &'a ContactRecord, release: &Release) -> Vec<Write<'a>> {
    let mut after = record.contact.clone();
    let mut writes = Vec::new();
    for revision in record.unheard.iter().rev() {
        let before = revision.before.restore(&after);
        // What has faded since must not keep anybody out.
        let seen = |contact: Contact| contact.seen(&release.settings, revision.at);
        writes.push(Write {
            revision,
            before: before.clone().map(seen),
            after: seen(after),
        });
        match before {
            Some(before) => after = before,
            None => break,
        }
    }
    writes.reverse();
    writes
}

/// Lets the runs of those who turned out to be this contact go on with them.
///
/// A mail or a call that is on its way arrives first: whoever ordered it may have died before doing so.
pub(crate) async fn merged(
    io: &impl Walking,
    person: &Versioned<ContactRecord>,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let unheard = person.value.unheard.iter();
    for other in unheard.filter_map(|revision| revision.absorbed.as_ref()) {
        for record in io.runs(other).await? {
            let plan = io.plan(&record.enrollment.plan).await?;
            let record = follow(io, &plan, record, person, outbox).await?;
            if record.enrollment.phase.is_under_way() {
                settle(io, &plan, &record, outbox).await?;
            }
        }
    }
    Ok(())
}

/// Lets the contact's runs hear of it.
async fn watched(
    io: &impl Walking,
    person: &Versioned<ContactRecord>,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    // Whoever has only just become known is on no way yet.
    let mut writes = person.value.unheard.iter();
    if writes.all(|revision| revision.before.nothing) {
        return Ok(());
    }
    for record in io.runs(&person.value.contact.id).await? {
        let plan = io.plan(&record.enrollment.plan).await?;
        if plan.watches() {
            let input = Input::Signal(Signal::Written);
            step(io, &plan, person.clone(), (record, input), outbox).await?;
        }
    }
    Ok(())
}

/// Sets those dates of a journey anew that count from a field that was written.
async fn dates(
    io: &(impl Clock + Dates + Moves + Alarms),
    release: &Release,
    (journey, entrance): (&str, &Entrance),
    write: &Write<'_>,
) -> Result<(), Failure> {
    let Write {
        revision,
        before,
        after,
    } = write;
    for trigger in &entrance.triggers {
        let Some((id, moment, repeat)) = trigger.date(journey, &after.id) else {
            continue;
        };
        let value = after.date(moment);
        let old = before.as_ref().and_then(|before| before.date(moment));
        if before.is_some() && old == value {
            continue;
        }
        let zone = after.zone(&release.settings.zone);
        let theirs = gone_off(io, trigger, journey, revision).await?;
        let due = match theirs {
            // What has gone off for one of the two does not do so again.
            Some(None) => {
                let armed = Armed {
                    journey: journey.to_owned(),
                    due: None,
                    of: value.cloned(),
                };
                let known = io.armed(&after.id, &id).await?;
                let replaces = known.map(|known| known.version);
                let _: Stored = io.arm(&after.id, &id, &armed, replaces).await?;
                continue;
            }
            Some(due) => due,
            None => arm(moment, repeat, value, &zone, revision.at),
        };
        set(io, (&after.id, &id), journey, (due, value)).await?;
    }
    Ok(())
}

/// Returns when a date goes off next that was set for somebody who turned out to be this contact.
async fn gone_off(
    io: &impl Dates,
    trigger: &Trigger,
    journey: &str,
    revision: &Revision,
) -> anyhow::Result<Option<Option<Timestamp>>> {
    let other = revision.absorbed.as_ref();
    let date = other.and_then(|other| Some((other, trigger.date(journey, other)?.0)));
    let Some((other, id)) = date else {
        return Ok(None);
    };
    Ok(io.armed(other, &id).await?.map(|armed| armed.value.due))
}

/// Has a date trigger go off at `due`, or not any more; `of` is what its field says.
///
/// What has gone off stays there, so that nobody takes it for one that was never set.
pub(crate) async fn set(
    io: &(impl Clock + Dates + Moves + Alarms),
    (contact, id): (&ContactId, &journey::DateId),
    journey: &str,
    (due, of): (Option<Timestamp>, Option<&Value>),
) -> Result<(), Failure> {
    let armed = Armed {
        journey: journey.to_owned(),
        due,
        of: of.cloned(),
    };
    for _ in 0..RACES_MAX {
        let known = io.armed(contact, id).await?;
        let stored = match known {
            Some(known) if known.value == armed => Stored::Done,
            None if due.is_none() => Stored::Done,
            Some(known) => io.arm(contact, id, &armed, Some(known.version)).await?,
            None => io.arm(contact, id, &armed, None).await?,
        };
        if stored == Stored::Done {
            if let Some(due) = due {
                let one = Move::Date {
                    contact: contact.clone(),
                    date: id.clone(),
                };
                ring(io, due, one).await?;
            }
            return Ok(());
        }
    }
    let error = anyhow!("a date of {contact} is being set by others");
    Err(Failure::Retry(error))
}

/// Forgets the writes that `person` shows, since everybody has heard of them.
async fn heard(io: &impl ContactBook, person: Versioned<ContactRecord>) -> Result<(), Failure> {
    let heard: Vec<_> = person
        .value
        .unheard
        .iter()
        .map(|one| one.id.clone())
        .collect();
    let contact = person.value.contact.id.clone();
    let mut person = person;
    for _ in 0..RACES_MAX {
        let mut record = person.value;
        record.unheard.retain(|one| !heard.contains(&one.id));
        if io.put_contact(&record, Some(person.version)).await? == Stored::Done {
            return Ok(());
        }
        match known(io, &contact).await? {
            Some(newer) => person = newer,
            None => return Ok(()),
        }
    }
    let error = anyhow!("{contact} is being changed by others");
    Err(Failure::Retry(error))
}

async fn known(
    io: &impl Contacts,
    contact: &ContactId,
) -> anyhow::Result<Option<Versioned<ContactRecord>>> {
    let known = io.contacts(std::slice::from_ref(contact)).await?;
    Ok(known.into_values().next())
}

const RACES_MAX: u8 = 5;
