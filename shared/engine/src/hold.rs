//! Holds runs of a journey that is paused, and lets them go on.
//!
//! Whoever is held is looked at again after a while, so that nobody is forgotten who was held at the very moment of a
//! resumption.

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use journey::{Order, Plan, ceil_to_minute};
use wire::{EnrollmentRecord, Halt};

use crate::effects::{ORDER_AGE_MAX, alarm, settle};
use crate::{Alarms, Clock, Enrollments, Failure, Halted, Moves, Outbox, Stored};

/// Lets a run whose moment has come rest where it stands, if its journey is paused, or go on with what it was held in;
/// gives it back where it is to be moved on.
pub(crate) async fn held_back(
    io: &(impl Clock + Enrollments + Halted + Moves + Alarms),
    plan: &Plan,
    record: EnrollmentRecord,
    outbox: &mut Outbox,
) -> Result<Option<EnrollmentRecord>, Failure> {
    let now = io.now();
    let due = record.held.or_else(|| record.enrollment.phase.due());
    // Who has to leave, leaves: that mails nobody. What was held on its way comes back from it first.
    let ends = record.end.is_some_and(|end| end <= now);
    let under_way = record.enrollment.phase.is_under_way();
    if ends && !under_way || due.is_none_or(|due| due > now) {
        return Ok(Some(record));
    }
    let halts = io.halts(&plan.journey, plan.purpose.is_marketing()).await?;
    let paused = halts.contains(&Halt::Paused) && !ends;
    if !paused && !under_way {
        return Ok(Some(record));
    }
    let pending = record.pending.iter().map(|order| renewed(order, now));
    let next = EnrollmentRecord {
        held: paused.then(|| again(now)),
        pending: pending.collect(),
        ..record
    };
    // Whoever was faster has done what follows.
    if io.replace(&next, None).await? == Stored::Done {
        match paused && under_way {
            // Its mail or call waits with it.
            true => alarm(io, &next).await?,
            false => settle(io, plan, &next, outbox).await?,
        }
    }
    Ok(None)
}

/// Lets a run rest that sends or calls, with what it was about to do.
pub(crate) async fn hold(
    io: &(impl Clock + Enrollments + Moves + Alarms),
    record: &EnrollmentRecord,
    order: Option<&Order>,
) -> Result<(), Failure> {
    let mut pending = record.pending.clone();
    // What has happened to its contact meanwhile may have left the order to the queue alone.
    let missing = order.filter(|order| {
        let mut known = pending.iter();
        !known.any(|one| one.step == order.step && one.recipient == order.recipient)
    });
    pending.extend(missing.cloned());
    let held = EnrollmentRecord {
        held: Some(again(io.now())),
        pending,
        ..record.clone()
    };
    match io.replace(&held, None).await? {
        Stored::Done => Ok(alarm(io, &held).await?),
        Stored::Conflict => {
            let id = &record.enrollment.id;
            Err(Failure::Retry(anyhow!("{id} moved meanwhile")))
        }
    }
}

/// Returns an order that does not grow too old while its journey is paused.
pub(crate) fn renewed(order: &Order, now: Timestamp) -> Order {
    let old = now.duration_since(order.decided) > ORDER_AGE_MAX / 2;
    Order {
        decided: if old { now } else { order.decided },
        ..order.clone()
    }
}

fn again(now: Timestamp) -> Timestamp {
    ceil_to_minute(now + LOOK_AGAIN_AFTER)
}

const LOOK_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(6);
