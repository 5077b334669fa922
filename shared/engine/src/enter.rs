//! Lets one person into one journey.

use std::collections::BTreeMap;

use anyhow::anyhow;
use journey::{
    Admission, Contact, ContactId, Crowd, Decision, Ending, Enrollment, EnrollmentId, EntryId,
    History, Input, Occasion, Phase, Plan, Reentry, Refusal, Scene, admit,
};
use wire::{EnrollmentRecord, Event, Halt, LastEntry};

use crate::advance::step;
use crate::crowd::crowd_without_event;
use crate::effects::{enrolls, orders, settle};
use crate::fresh::{Way, fresh, run};
use crate::results::{announce, of_decision, of_entry};
use crate::rewrite::{changes, rewrite};
use crate::walking::Walking;
use crate::{
    Alarms, Beside, Clock, ContactBook, Contacts, Enrollments, Exception, ExceptionKind,
    Exceptions, Failure, Firings, Halted, Metric, Moves, Outbox, Pulse, Stored, Versioned,
};

/// What became of somebody who was to come in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Entered {
    /// They came in.
    Done,
    /// They may not come in, in the word that it is recorded under.
    Refused(&'static str),
    /// What lets them in has done so before; whatever was left undone then is done.
    Repeated,
}

/// Stores `contact` in the journey of `plan`, already at its first rest: one write is entry, deduplication and state.
///
/// The mails that the first steps order are left in `outbox`.
pub(crate) async fn enter(
    io: &(impl Walking + Halted),
    (hash, plan): (&str, &Plan),
    (event, way): (&Event, Way),
    contact: &Contact,
    crowd: &Crowd,
    outbox: &mut Outbox,
) -> Result<Entered, Failure> {
    let id = run(plan, event, &contact.id);
    match under_another_name(io, plan, (event, &id), contact).await? {
        Some(record) if record.enrollment.event == event.id => {
            return repeated(io, plan, &record, outbox).await;
        }
        Some(_) if plan.reentry == Reentry::Never => {
            return Ok(Entered::Refused(Refusal::Never.as_str()));
        }
        Some(_) | None => (),
    }
    if io
        .halts(&plan.journey, plan.purpose.is_marketing())
        .await?
        .contains(&Halt::Draining)
    {
        return match before(io, (event, &id), contact).await? {
            Some(record) => repeated(io, plan, &record, outbox).await,
            None => Ok(Entered::Refused("draining")),
        };
    }
    for _ in 0..RACES_MAX {
        let entry = match admission(io, plan, (event, &id), contact, outbox).await? {
            Admitted::As(entry) => entry,
            Admitted::Not(refusal) => return Ok(Entered::Refused(refusal.as_str())),
            Admitted::Before(record) => return repeated(io, plan, &record, outbox).await,
        };
        let arrival = (hash, plan, event, way, crowd);
        let (record, mut beside) = arrive(io, arrival, contact).await?;
        beside.entry = entry;
        announce(io, &of_decision(plan, None, &record.enrollment)).await?;
        if io.enter(&record, &beside).await? == Stored::Done {
            if let Phase::Parked { .. } = record.enrollment.phase {
                io.count(Metric::ParkedEnrollments, 1);
            }
            arrived(io, plan, &record, outbox).await?;
            return Ok(Entered::Done);
        }
        if let Some(found) = io.enrollment(&contact.id, &id).await? {
            if found.enrollment.event != event.id {
                return Ok(Entered::Refused(Refusal::Never.as_str()));
            }
            return repeated(io, plan, &found, outbox).await;
        }
    }
    let error = anyhow!("{} is being changed by others", contact.id);
    Err(Failure::Retry(error))
}

/// Returns the run that the same event has started before.
async fn before(
    io: &impl Enrollments,
    (event, id): (&Event, &EnrollmentId),
    contact: &Contact,
) -> anyhow::Result<Option<EnrollmentRecord>> {
    let found = io.enrollment(&contact.id, id).await?;
    Ok(found.filter(|found| found.enrollment.event == event.id))
}

/// Returns the run that the event, or under `reentry: never` any other, has started for somebody under a name that they
/// no longer have; nothing where it goes on under the one that stands.
async fn under_another_name(
    io: &impl Enrollments,
    plan: &Plan,
    (event, id): (&Event, &EnrollmentId),
    contact: &Contact,
) -> anyhow::Result<Option<EnrollmentRecord>> {
    if contact.absorbed.is_empty() || io.enrollment(&contact.id, id).await?.is_some() {
        return Ok(None);
    }
    let mut known = None;
    for name in &contact.absorbed {
        let found = io.enrollment(name, &run(plan, event, name)).await?;
        let is_same = found
            .as_ref()
            .is_some_and(|found| found.enrollment.event == event.id);
        if is_same {
            return Ok(found);
        }
        known = known.or(found);
    }
    Ok(known)
}

/// Drives on what an earlier delivery of the same event has started.
async fn repeated(
    io: &(impl Clock + Moves + Alarms),
    plan: &Plan,
    record: &EnrollmentRecord,
    outbox: &mut Outbox,
) -> Result<Entered, Failure> {
    arrived(io, plan, record, outbox).await?;
    Ok(Entered::Repeated)
}

/// Does what follows from an entry, the first time or again.
pub(crate) async fn arrived(
    io: &(impl Clock + Moves + Alarms),
    plan: &Plan,
    record: &EnrollmentRecord,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    outbox.tell([of_entry(&record.enrollment)]);
    settle(io, plan, record, outbox).await?;
    Ok(())
}

/// Whether somebody may come in.
enum Admitted {
    /// They may, and this is to be noted with it.
    As(Option<(EntryId, LastEntry, Option<u64>)>),
    /// What lets them in has done so before.
    Before(Box<EnrollmentRecord>),
    /// They may not.
    Not(Refusal),
}

/// Asks whether somebody may come in, again or at all; ends the run that is on its way, where that is how it is.
async fn admission(
    io: &impl Walking,
    plan: &Plan,
    (event, id): (&Event, &EnrollmentId),
    contact: &Contact,
    outbox: &mut Outbox,
) -> Result<Admitted, Failure> {
    let now = io.now();
    let counted = plan.entries_max.is_some();
    if let (Reentry::Never | Reentry::Unlimited, false) = (&plan.reentry, counted) {
        return Ok(match admit(plan, contact, History::default(), now) {
            Admission::Admitted | Admission::Restarts => Admitted::As(None),
            Admission::Refused(refusal) => match before(io, (event, id), contact).await? {
                Some(record) => Admitted::Before(Box::new(record)),
                None => Admitted::Not(refusal),
            },
        });
    }
    // A repeat must not be held against itself, or against what came after it.
    if let Some(record) = before(io, (event, id), contact).await? {
        return Ok(Admitted::Before(Box::new(record)));
    }
    let subject = event.subject.as_deref();
    let entry = EntryId::of(&plan.journey, subject, &contact.id);
    let (last, mut running) = last_entry(io, plan, subject, &contact.id).await?;
    let mut last_at = last.as_ref().map(|last| last.value.at);
    let before = last.as_ref().map_or(0, |last| last.value.entries);
    let mut entries = before;
    for name in &contact.absorbed {
        let (last, also) = last_entry(io, plan, subject, name).await?;
        entries += last.as_ref().map_or(0, |last| last.value.entries);
        last_at = last_at.max(last.map(|last| last.value.at));
        running = running.or(also);
    }
    let history = History {
        last: last_at,
        running: running.is_some(),
        entries,
    };
    match (admit(plan, contact, history, now), running) {
        (Admission::Refused(refusal), _) => return Ok(Admitted::Not(refusal)),
        (Admission::Restarts, Some(running)) => restart(io, running, outbox).await?,
        (Admission::Admitted | Admission::Restarts, _) => (),
    }
    let this = LastEntry {
        at: now,
        enrollment: id.clone(),
        entries: before + 1,
    };
    let replaces = last.map(|last| last.version);
    Ok(Admitted::As(Some((entry, this, replaces))))
}

/// Returns when somebody came in last under a name, and the run that is on its way since.
async fn last_entry(
    io: &impl Enrollments,
    plan: &Plan,
    subject: Option<&str>,
    name: &ContactId,
) -> anyhow::Result<(Option<Versioned<LastEntry>>, Option<EnrollmentRecord>)> {
    let entry = EntryId::of(&plan.journey, subject, name);
    let last = io.last_entry(name, &entry).await?;
    let running = match &last {
        Some(last) => io.enrollment(name, &last.value.enrollment).await?,
        None => None,
    };
    let running = running.filter(|record| !record.enrollment.phase.is_over());
    Ok((last, running))
}

/// Ends a run because its contact comes in anew.
async fn restart(
    io: &impl Walking,
    running: EnrollmentRecord,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let plan = io.plan(&running.enrollment.plan).await?;
    let contact = running.enrollment.contact.clone();
    let known = io.contacts(std::slice::from_ref(&contact)).await?;
    let Some(person) = known.into_values().next() else {
        return Ok(());
    };
    let input = Input::End(Ending::Restarted);
    step(io, &plan, person, (running, input), outbox).await
}

/// Decides the first steps, and what they make of the contact.
async fn arrive(
    io: &(impl Clock + Contacts),
    (hash, plan, event, way, crowd): (&str, &Plan, &Event, Way, &Crowd),
    contact: &Contact,
) -> Result<(EnrollmentRecord, Beside), Failure> {
    let now = io.now();
    let decide = |contact: &Contact| -> Decision {
        let scene = Scene {
            plan,
            contact,
            mailed: &[],
            now,
        };
        let enrollment = fresh(hash, &scene, (event, way), crowd);
        journey::advance(&scene, enrollment, Input::Start)
    };
    let mut decision = decide(contact);
    let mut beside = Beside::default();
    if !changes(&decision.effects).is_empty() {
        // What is written must follow from what is there, not from what was read a while ago.
        let known = io.contacts(std::slice::from_ref(&contact.id)).await?;
        let person = known.into_values().next();
        let person = person.ok_or_else(|| anyhow!("{} is gone", contact.id))?;
        decision = decide(&person.value.contact.clone().seen(&plan.settings, now));
        let cause = format!("{} 1", decision.enrollment.id);
        let changes = changes(&decision.effects);
        beside.contact = rewrite(&plan.settings, &person, &changes, (&cause, way.hops, now))?;
    }
    let record = EnrollmentRecord {
        pending: orders(&decision.effects),
        enrolls: enrolls(&decision.effects),
        changed: beside.contact.is_some(),
        held: None,
        end: plan.end(),
        enrollment: decision.enrollment,
        version: 1,
    };
    Ok((record, beside))
}

/// Lets somebody in by something that is no event: what they changed, a date, or somebody who says so.
pub(crate) async fn enter_without_event(
    io: &(impl Walking + ContactBook + Exceptions + Halted + Firings),
    pulse: &Pulse,
    (hash, subject): (&str, Option<&str>),
    (cause, way): (&str, Way),
    person: &Versioned<wire::ContactRecord>,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let plan = io.plan(hash).await?;
    let contact = person.value.contact.clone();
    let contact = contact.seen(&plan.settings, io.now());
    let id = contact.id.clone();
    if way.hops > Enrollment::HOPS_MAX {
        return refuse(io, &plan.journey, (cause, &id), "circle").await;
    }
    let event = wire::Event {
        id: cause.to_owned(),
        ty: String::new(),
        timestamp: io.now(),
        subject: subject.map(str::to_owned),
        params: BTreeMap::new(),
        people: Vec::new(),
    };
    let crowd = crowd_without_event(io, &event, &plan, &contact).await?;
    match enter(io, (hash, &plan), (&event, way), &contact, &crowd, outbox).await? {
        Entered::Done | Entered::Repeated => {
            pulse.beat(io, &plan.journey).await;
            Ok(())
        }
        Entered::Refused(refusal) => refuse(io, &plan.journey, (cause, &id), refusal).await,
    }
}

/// Lets somebody into a journey that is named: by somebody who says so, or by a step of another journey.
pub(crate) async fn enter_by_name(
    io: &(impl Walking + ContactBook + Exceptions + Halted + Firings),
    pulse: &Pulse,
    (contact, journey): (&ContactId, &str),
    (from, subject): (Option<&str>, Option<&str>),
    cause: (&str, Way),
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    // A step is asked again after a crash, and may be when there was none. Its answer stands.
    if from.is_some() && io.is_refused(cause.0, journey, contact).await? {
        return Ok(());
    }
    let known = io.contacts(std::slice::from_ref(contact)).await?;
    let Some(person) = known.into_values().next() else {
        return Ok(());
    };
    let release = io.current().await?.map(|(_, release)| release);
    let entrance = release.and_then(|release| release.journeys.get(journey).cloned());
    // A run may outlive the release that it came in under.
    let Some(entrance) = entrance else {
        return refuse(io, journey, (cause.0, contact), "no journey").await;
    };
    let wanted = from.map(|from| Occasion::Journey(from.to_owned()));
    let mut triggers = entrance.triggers.iter();
    if wanted.is_some_and(|wanted| triggers.all(|trigger| trigger.on != wanted)) {
        return refuse(io, journey, (cause.0, contact), "no trigger").await;
    }
    let of = (entrance.plan.as_str(), subject);
    enter_without_event(io, pulse, of, cause, &person, outbox).await
}

/// Records that somebody may not come in.
async fn refuse(
    io: &(impl Clock + Exceptions),
    journey: &str,
    (cause, contact): (&str, &ContactId),
    reason: &str,
) -> Result<(), Failure> {
    let kind = match reason {
        "circle" | "draining" | "no journey" | "no trigger" | "publish" => {
            ExceptionKind::EntryRefused
        }
        _ => ExceptionKind::ReentryRefused,
    };
    io.record(&Exception {
        kind,
        event: cause.to_owned(),
        journey: Some(journey.to_owned()),
        contact: Some(contact.clone()),
        reason: reason.to_owned(),
        at: io.now(),
        body: None,
    })
    .await?;
    Ok(())
}

const RACES_MAX: u8 = 5;
