//! Lets one person into one journey.

use std::collections::BTreeMap;

use anyhow::anyhow;
use journey::{
    Admission, Contact, ContactId, Crowd, Decision, Ending, Enrollment, EnrollmentId, EntryId,
    Happening, History, Input, Phase, Plan, Reentry, Refusal, Scene, Signals, admit,
};
use wire::{EnrollmentRecord, Event, LastEntry};

use crate::advance::step;
use crate::crowd::crowd;
use crate::effects::{orders, settle};
use crate::rewrite::{changes, rewrite};
use crate::{
    Alarms, Beside, Clock, ContactBook, Contacts, Enrollments, Exception, ExceptionKind,
    Exceptions, Failure, Firings, Metric, Metrics, Moves, Orders, Outbox, Plans, Pulse, Releases,
    Stored, Versioned,
};

/// What became of somebody who was to come in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Entered {
    /// They came in.
    Done,
    /// They may not come in.
    Refused(Refusal),
    /// What lets them in has done so before; whatever was left undone then is done.
    Repeated,
}

/// Stores `contact` in the journey of `plan`, already at its first rest: one write is entry, deduplication and state.
///
/// The mails that the first steps order are left in `outbox`.
pub(crate) async fn enter(
    io: &(impl Clock + Contacts + Enrollments + Plans + Orders + Moves + Alarms + Metrics),
    (hash, plan): (&str, &Plan),
    (event, hops): (&Event, u8),
    contact: &Contact,
    crowd: &Crowd,
    outbox: &mut Outbox,
) -> Result<Entered, Failure> {
    let id = run(plan, event, &contact.id);
    for _ in 0..RACES_MAX {
        let entry = match admission(io, plan, (event, &id), contact, outbox).await? {
            Admitted::As(entry) => entry,
            Admitted::Not(refusal) => return Ok(Entered::Refused(refusal)),
            Admitted::Before(record) => {
                settle(io, plan, &record, outbox).await?;
                return Ok(Entered::Repeated);
            }
        };
        let arrival = (hash, plan, event, hops, crowd);
        let (record, mut beside) = arrive(io, arrival, contact).await?;
        beside.entry = entry;
        if io.enter(&record, &beside).await? == Stored::Done {
            if let Phase::Parked { .. } = record.enrollment.phase {
                io.count(Metric::ParkedEnrollments, 1);
            }
            settle(io, plan, &record, outbox).await?;
            return Ok(Entered::Done);
        }
        if let Some(found) = io.enrollment(&contact.id, &id).await? {
            if found.enrollment.event != event.id {
                return Ok(Entered::Refused(Refusal::Never));
            }
            settle(io, plan, &found, outbox).await?;
            return Ok(Entered::Repeated);
        }
    }
    let error = anyhow!("{} is being changed by others", contact.id);
    Err(Failure::Retry(error))
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
    io: &(impl Clock + Contacts + Enrollments + Plans + Orders + Moves + Alarms + Metrics),
    plan: &Plan,
    (event, id): (&Event, &EnrollmentId),
    contact: &Contact,
    outbox: &mut Outbox,
) -> Result<Admitted, Failure> {
    let before = async || {
        let found = io.enrollment(&contact.id, id).await?;
        anyhow::Ok(found.filter(|found| found.enrollment.event == event.id))
    };
    let now = io.now();
    if let Reentry::Never | Reentry::Unlimited = plan.reentry {
        return Ok(match admit(plan, contact, History::default(), now) {
            Admission::Admitted | Admission::Restarts => Admitted::As(None),
            Admission::Refused(refusal) => match before().await? {
                Some(record) => Admitted::Before(Box::new(record)),
                None => Admitted::Not(refusal),
            },
        });
    }
    // A repeat must not be held against itself, or against what came after it.
    if let Some(record) = before().await? {
        return Ok(Admitted::Before(Box::new(record)));
    }
    let entry = EntryId::of(&plan.journey, event.subject.as_deref(), &contact.id);
    let last = io.last_entry(&contact.id, &entry).await?;
    let running = match &last {
        Some(last) => io.enrollment(&contact.id, &last.value.enrollment).await?,
        None => None,
    };
    let running = running.filter(|record| !record.enrollment.phase.is_over());
    let history = History {
        last: last.as_ref().map(|last| last.value.at),
        running: running.is_some(),
    };
    match (admit(plan, contact, history, now), running) {
        (Admission::Refused(refusal), _) => return Ok(Admitted::Not(refusal)),
        (Admission::Restarts, Some(running)) => restart(io, running, outbox).await?,
        (Admission::Admitted | Admission::Restarts, _) => (),
    }
    let this = LastEntry {
        at: now,
        enrollment: id.clone(),
    };
    let replaces = last.map(|last| last.version);
    Ok(Admitted::As(Some((entry, this, replaces))))
}

/// Ends a run because its contact comes in anew.
async fn restart(
    io: &(impl Clock + Contacts + Enrollments + Plans + Orders + Moves + Alarms + Metrics),
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
    (hash, plan, event, hops, crowd): (&str, &Plan, &Event, u8, &Crowd),
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
        let enrollment = fresh(hash, &scene, (event, hops), crowd);
        journey::advance(&scene, enrollment, Input::Start)
    };
    let mut decision = decide(contact);
    let mut beside = Beside::default();
    if !changes(&decision.effects).is_empty() {
        // What is written must follow from what is there, not from what was read a while ago.
        let known = io.contacts(std::slice::from_ref(&contact.id)).await?;
        let person = known.into_values().next();
        let person = person.ok_or_else(|| anyhow!("{} is gone", contact.id))?;
        let fields = &plan.settings.fields;
        decision = decide(&person.value.contact.clone().with_defaults(fields));
        let cause = format!("{} 1", decision.enrollment.id);
        let changes = changes(&decision.effects);
        beside.contact = rewrite(plan, &person, &changes, (&cause, hops, now))?;
    }
    let record = EnrollmentRecord {
        pending: orders(&decision.effects),
        changed: beside.contact.is_some(),
        end: plan.end(),
        enrollment: decision.enrollment,
        version: 1,
    };
    Ok((record, beside))
}

/// Lets somebody in by something that is no event: what they changed, a date, or somebody who says so.
pub(crate) async fn enter_without_event(
    io: &(
         impl Clock
         + ContactBook
         + Enrollments
         + Exceptions
         + Firings
         + Plans
         + Orders
         + Moves
         + Alarms
         + Metrics
     ),
    pulse: &Pulse,
    hash: &str,
    (cause, hops): (&str, u8),
    person: &Versioned<wire::ContactRecord>,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let plan = io.plan(hash).await?;
    let fields = &plan.settings.fields;
    let contact = person.value.contact.clone().with_defaults(fields);
    let id = contact.id.clone();
    if hops > HOPS_MAX {
        return refuse(io, &plan, (cause, &id), "circle").await;
    }
    let event = wire::Event {
        id: cause.to_owned(),
        ty: String::new(),
        timestamp: io.now(),
        subject: None,
        params: BTreeMap::new(),
        people: Vec::new(),
    };
    let posted = [(id.clone(), contact.clone())].into();
    let crowd = crowd(io, fields, &event, &[&plan], posted, BTreeMap::new()).await?;
    match enter(io, (hash, &plan), (&event, hops), &contact, &crowd, outbox).await? {
        Entered::Done | Entered::Repeated => {
            pulse.beat(io, &plan.journey).await;
            Ok(())
        }
        Entered::Refused(refusal) => refuse(io, &plan, (cause, &id), refusal.as_str()).await,
    }
}

/// Lets somebody in because somebody says so.
pub(crate) async fn enter_by_hand(
    io: &(
         impl Clock
         + ContactBook
         + Enrollments
         + Exceptions
         + Firings
         + Plans
         + Releases
         + Orders
         + Moves
         + Alarms
         + Metrics
     ),
    pulse: &Pulse,
    (contact, journey): (&ContactId, &str),
    cause: (&str, u8),
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let known = io.contacts(std::slice::from_ref(contact)).await?;
    let Some(person) = known.into_values().next() else {
        return Ok(());
    };
    let release = io.current().await?.map(|(_, release)| release);
    let entrance = release.and_then(|release| release.journeys.get(journey).cloned());
    let Some(entrance) = entrance else {
        let error = anyhow!("the release in force has no journey `{journey}`");
        return Err(Failure::Reject(error));
    };
    enter_without_event(io, pulse, &entrance.plan, cause, &person, outbox).await
}

/// Records that somebody may not come in.
async fn refuse(
    io: &(impl Clock + Exceptions),
    plan: &Plan,
    (cause, contact): (&str, &ContactId),
    reason: &str,
) -> Result<(), Failure> {
    let kind = match reason {
        "circle" | "publish" => ExceptionKind::EntryRefused,
        _ => ExceptionKind::ReentryRefused,
    };
    io.record(&Exception {
        kind,
        event: cause.to_owned(),
        journey: Some(plan.journey.clone()),
        contact: Some(contact.clone()),
        reason: reason.to_owned(),
        at: io.now(),
        body: None,
    })
    .await?;
    Ok(())
}

fn fresh(hash: &str, scene: &Scene<'_>, (event, hops): (&Event, u8), crowd: &Crowd) -> Enrollment {
    let Scene {
        plan, contact, now, ..
    } = *scene;
    let mut params = event.params.clone();
    params.retain(|path, _| plan.params.contains_key(path));
    Enrollment {
        id: run(plan, event, &contact.id),
        contact: contact.id.clone(),
        journey: plan.journey.clone(),
        plan: hash.to_owned(),
        subject: event.subject.clone(),
        event: event.id.clone(),
        entered: now,
        params,
        notified: notified(scene, event, crowd),
        signals: Signals::default(),
        hops,
        phase: Phase::Entered,
        path: Vec::new(),
    }
}

/// Names the run that `event` starts for `contact`.
pub(crate) fn run(plan: &Plan, event: &Event, contact: &ContactId) -> EnrollmentId {
    let once = match plan.reentry {
        Reentry::Never => None,
        Reentry::After(_) | Reentry::Restart | Reentry::Single | Reentry::Unlimited => {
            Some(event.id.as_str())
        }
    };
    EnrollmentId::of(&plan.journey, event.subject.as_deref(), contact, once)
}

/// Resolves, on entry, who gets the mails of steps that have a `to:` of their own.
fn notified(scene: &Scene<'_>, event: &Event, crowd: &Crowd) -> BTreeMap<String, Vec<ContactId>> {
    let happening = Happening {
        params: &event.params,
        zone: &scene.plan.settings.zone,
        now: scene.now,
    };
    let own = scene
        .plan
        .steps
        .iter()
        .filter_map(|step| Some((step, step.action.send()?.to.as_ref()?)));
    let own = own.map(|(step, audience)| {
        let people = audience.of(crowd, &happening).into_iter();
        (
            step.id.clone(),
            people.map(|contact| contact.id.clone()).collect(),
        )
    });
    own.collect()
}

/// Journeys that let a contact into one another more often than this, in less than a day, go round in a circle.
const HOPS_MAX: u8 = 8;
const RACES_MAX: u8 = 5;
