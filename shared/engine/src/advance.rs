//! Moves one enrollment on.

use anyhow::anyhow;
use journey::{Contact, Enrollment, Input, Outcome, Phase, Plan, Scene, SendResult, Settled};
use wire::{Cause, EnrollmentRecord, Move};

use crate::effects::{orders, pass_on, settle};
use crate::{
    Alarms, Clock, Contacts, Enrollments, Failure, Metric, Metrics, Moves, Orders, Outbox, Plans,
    Stored,
};

/// Moves an enrollment on because of `cause`.
///
/// An enrollment that is gone was erased: there is nothing left to move. The mails that it orders are
/// left in `outbox`; the move may be acknowledged after [`Outbox::finish`].
pub async fn advance(
    io: &(impl Clock + Contacts + Enrollments + Plans + Orders + Moves + Alarms + Metrics),
    Move {
        contact,
        enrollment,
        cause,
    }: &Move,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let Some(record) = io.enrollment(contact, enrollment).await? else {
        return Ok(());
    };
    let plan = io.plan(&record.enrollment.plan).await?;
    let known = io.contacts(std::slice::from_ref(contact)).await?;
    let input = match cause {
        Cause::Accepted { step } => Input::Settled(Settled {
            step: step.clone(),
            result: SendResult::Accepted,
        }),
        Cause::Due => Input::Wake,
        Cause::Retry => Input::Retry,
    };
    match known.into_iter().next() {
        Some((_, contact)) => {
            let contact = contact.value.contact.with_defaults(&plan.settings.fields);
            step(io, &plan, &contact, (record, input), outbox).await
        }
        None => erased(io, record).await,
    }
}

/// Decides what a record does about an input, stores it, and does it; its mails are left in `outbox`.
///
/// Where somebody else was faster, it decides again about what they left.
pub(crate) async fn step(
    io: &(impl Clock + Enrollments + Orders + Moves + Alarms + Metrics),
    plan: &Plan,
    contact: &Contact,
    (record, input): (EnrollmentRecord, Input),
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let mut record = record;
    for _ in 0..RACES_MAX {
        if attempt(io, plan, contact, (&record, &input), outbox).await? == Stored::Done {
            return Ok(());
        }
        let Enrollment { contact, id, .. } = &record.enrollment;
        let Some(newer) = io.enrollment(contact, id).await? else {
            return Ok(());
        };
        record = newer;
    }
    Err(moved_meanwhile(&record))
}

async fn attempt(
    io: &(impl Clock + Enrollments + Orders + Moves + Alarms + Metrics),
    plan: &Plan,
    contact: &Contact,
    (record, input): (&EnrollmentRecord, &Input),
    outbox: &mut Outbox,
) -> Result<Stored, Failure> {
    let scene = Scene {
        plan,
        contact,
        mailed: &[],
        now: io.now(),
    };
    let decision = journey::advance(&scene, record.enrollment.clone(), input.clone());
    if let Outcome::Ignored(_) = decision.outcome {
        // A stale input must drive on: after a crash it is the only one that can.
        settle(io, plan, record, outbox).await?;
        return Ok(Stored::Done);
    }
    pass_on(io, plan, record, input).await?;
    let record = EnrollmentRecord {
        pending: orders(&decision.effects),
        enrollment: decision.enrollment,
        version: record.version,
    };
    let stored = io.replace(&record).await?;
    if stored == Stored::Done {
        // An input that finds it parked is ignored, so it is counted once.
        if let Phase::Parked { .. } = record.enrollment.phase {
            io.count(Metric::ParkedEnrollments, 1);
        }
        settle(io, plan, &record, outbox).await?;
    }
    Ok(stored)
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
        version: record.version,
    };
    match io.replace(&record).await? {
        Stored::Done => Ok(()),
        Stored::Conflict => Err(moved_meanwhile(&record)),
    }
}

fn moved_meanwhile(record: &EnrollmentRecord) -> Failure {
    let id = &record.enrollment.id;
    Failure::Retry(anyhow!("{id} moved meanwhile"))
}

const RACES_MAX: u8 = 5;
