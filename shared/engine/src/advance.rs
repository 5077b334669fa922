//! Moves one enrollment on, or looks at something else again.

use anyhow::anyhow;
use journey::{
    Effect, Ending, Enrollment, Input, Outcome, Phase, Plan, Scene, SendResult, Settled, Signal,
};
use wire::{Cause, ContactRecord, EnrollmentRecord, Move};

use crate::changed::changed;
use crate::chose::chose;
use crate::dates::date;
use crate::effects::{enrolls, orders, pass_on, settle};
use crate::enter::enter_by_name;
use crate::fresh::Way;
use crate::hold::held_back;
use crate::merging::{follow, look_again};
use crate::results::{announce, of_decision};
use crate::rewrite::{changes, rewrite};
use crate::survey::dates;
use crate::walking::Walking;
use crate::{
    Alarms, Calls, Chosen, Clock, ContactBook, Dates, Enrollments, Exceptions, Failure, Firings,
    Halted, Metric, Metrics, Moves, Orders, Outbox, Plans, Pulse, Releases, Rewrite, Stored,
    Versioned,
};

/// Looks at something again.
///
/// The mails that this orders are left in `outbox`; the move may be acknowledged after [`Outbox::finish`].
pub async fn advance(
    io: &(
         impl Clock
         + Chosen
         + ContactBook
         + Dates
         + Enrollments
         + Exceptions
         + Halted
         + Firings
         + Plans
         + Releases
         + Orders
         + Calls
         + Moves
         + Alarms
         + Metrics
     ),
    pulse: &Pulse,
    one: &Move,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    match one {
        Move::Changed { contact } => changed(io, pulse, contact).await,
        Move::Chose { contact, topic } => chose(io, pulse, (contact, topic), outbox).await,
        Move::Dates { contact } => dates(io, contact).await,
        Move::Date { contact, date: id } => date(io, pulse, (contact, id)).await,
        Move::Enter {
            contact,
            journey,
            from,
            subject,
            cause,
            hops,
            campaign,
        } => {
            let way = Way {
                hops: *hops,
                campaign: *campaign,
            };
            let of = (from.as_deref(), subject.as_deref());
            let whom = (contact, journey.as_str());
            enter_by_name(io, pulse, whom, of, (cause, way), outbox).await
        }
        Move::Run {
            contact,
            enrollment,
            cause,
        } => {
            // An enrollment that is gone was erased: there is nothing left to move.
            match io.enrollment(contact, enrollment).await? {
                Some(record) => run(io, record, cause, outbox).await,
                None => Ok(()),
            }
        }
    }
}

/// Moves an enrollment on because of `cause`.
async fn run(
    io: &(impl Walking + Halted),
    record: EnrollmentRecord,
    cause: &Cause,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let plan = io.plan(&record.enrollment.plan).await?;
    let contact = record.enrollment.contact.clone();
    let known = io.contacts(std::slice::from_ref(&contact)).await?;
    let Some(person) = known.into_values().next() else {
        return erased(io, record).await;
    };
    let record = follow(io, &plan, record, &person, outbox).await?;
    let due = *cause == Cause::Due;
    let record = match due {
        true => held_back(io, &plan, record, outbox).await?,
        false => Some(record),
    };
    let Some(record) = record else {
        return Ok(());
    };
    let input = match cause.clone() {
        Cause::Accepted { step } => Input::Settled(Settled {
            step,
            result: SendResult::Accepted,
        }),
        Cause::Bounced { step } => Input::Signal(Signal::Bounced { step }),
        Cause::Complained { step } => Input::Signal(Signal::Complained { step }),
        Cause::Clicked { step, link } => Input::Signal(Signal::Clicked { step, link }),
        Cause::Due => Input::Wake,
        Cause::End => Input::End(Ending::Ended),
        Cause::Opened { step } => Input::Signal(Signal::Opened { step }),
        Cause::Retry => Input::Retry,
    };
    step(io, &plan, person, (record, input), outbox).await
}

/// Decides what a record does about an input, stores it, and does it; its mails are left in `outbox`.
///
/// Where somebody else was faster, it decides again about what they left.
pub(crate) async fn step(
    io: &impl Walking,
    plan: &Plan,
    person: Versioned<ContactRecord>,
    (record, input): (EnrollmentRecord, Input),
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let (mut person, mut record) = (person, record);
    for _ in 0..RACES_MAX {
        if attempt(io, plan, &person, (&record, &input), outbox).await? == Stored::Done {
            return Ok(());
        }
        let Enrollment { contact, id, .. } = &record.enrollment;
        let known = io.contacts(std::slice::from_ref(contact)).await?;
        let newer = io.enrollment(contact, id).await?;
        (person, record) = match (known.into_values().next(), newer) {
            (Some(person), Some(newer)) => (person, newer),
            (None, Some(newer)) => return erased(io, newer).await,
            (_, None) => return Ok(()),
        };
    }
    Err(moved_meanwhile(&record))
}

async fn attempt(
    io: &impl Walking,
    plan: &Plan,
    person: &Versioned<ContactRecord>,
    (record, input): (&EnrollmentRecord, &Input),
    outbox: &mut Outbox,
) -> Result<Stored, Failure> {
    let now = io.now();
    let contact = person.value.contact.clone().seen(&plan.settings, now);
    let scene = Scene {
        plan,
        contact: &contact,
        mailed: &[],
        now,
    };
    let decision = journey::advance(&scene, record.enrollment.clone(), input.clone());
    if let Outcome::Ignored(_) = decision.outcome {
        // A stale input must drive on: after a crash it is the only one that can.
        settle(io, plan, record, outbox).await?;
        return Ok(Stored::Done);
    }
    pass_on(io, plan, (record, person), input).await?;
    // Told before it is stored: who comes upon a run that has moved on cannot tell what moved it. A race that is lost at
    // that moment may have told too early.
    let results = of_decision(plan, Some(&record.enrollment), &decision.enrollment);
    announce(io, &results).await?;
    let changed = change(&scene, person, (record, &decision.effects))?;
    let record = EnrollmentRecord {
        pending: orders(&decision.effects),
        enrolls: enrolls(&decision.effects),
        changed: changed.is_some(),
        held: None,
        end: plan.end(),
        enrollment: decision.enrollment,
        version: record.version,
    };
    let stored = io.replace(&record, changed.as_ref()).await?;
    if stored == Stored::Done {
        // An input that finds it parked is ignored, so it is counted once.
        if let Phase::Parked { .. } = record.enrollment.phase {
            io.count(Metric::ParkedEnrollments, 1);
        }
        settle(io, plan, &record, outbox).await?;
        look_again(io, &record, &contact).await?;
    }
    Ok(stored)
}

/// Returns what the steps that were taken make of the contact, if that is something else.
fn change(
    scene: &Scene<'_>,
    person: &Versioned<ContactRecord>,
    (record, effects): (&EnrollmentRecord, &[Effect]),
) -> Result<Option<Rewrite>, Failure> {
    let changes = changes(effects);
    if changes.is_empty() {
        return Ok(None);
    }
    let run = &record.enrollment;
    let cause = format!("{} {}", run.id, record.version + 1);
    let hops = run.hops_at(scene.now);
    let settings = &scene.plan.settings;
    rewrite(settings, person, &changes, (&cause, hops, scene.now))
}

/// Ends the run of somebody who was erased.
pub(crate) async fn erased(
    io: &(impl Clock + Enrollments),
    record: EnrollmentRecord,
) -> Result<(), Failure> {
    let decision = journey::erase(record.enrollment, io.now());
    if let Outcome::Ignored(_) = decision.outcome {
        return Ok(());
    }
    let record = EnrollmentRecord {
        enrollment: decision.enrollment,
        pending: Vec::new(),
        enrolls: Vec::new(),
        changed: false,
        held: None,
        end: None,
        version: record.version,
    };
    match io.replace(&record, None).await? {
        Stored::Done => Ok(()),
        Stored::Conflict => Err(moved_meanwhile(&record)),
    }
}

fn moved_meanwhile(record: &EnrollmentRecord) -> Failure {
    let id = &record.enrollment.id;
    Failure::Retry(anyhow!("{id} moved meanwhile"))
}

const RACES_MAX: u8 = 5;
