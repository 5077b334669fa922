//! Does what was decided.

use jiff::{SignedDuration, Timestamp};
use journey::{Effect, Enroll, Enrollment, Input, Order, Phase, Plan};
use wire::{About, Cause, ContactRecord, EnrollmentRecord, Move};

use crate::{Alarms, Clock, Lane, Moves, Orders, Outbox, Versioned};

/// Takes the orders out of `effects`, to be stored with the state that they belong to.
pub(crate) fn orders(effects: &[Effect]) -> Vec<Order> {
    let orders = effects.iter().filter_map(|effect| match effect {
        Effect::Order(order) => Some(order.clone()),
        Effect::Alarm(_) | Effect::Call { .. } | Effect::Change { .. } | Effect::Enroll(_) => None,
    });
    orders.collect()
}

/// Takes the journeys that are to be started out of `effects`, to be stored with the state that they belong to.
pub(crate) fn enrolls(effects: &[Effect]) -> Vec<Enroll> {
    let enrolls = effects.iter().filter_map(|effect| match effect {
        Effect::Enroll(enroll) => Some(enroll.clone()),
        Effect::Alarm(_) | Effect::Call { .. } | Effect::Change { .. } | Effect::Order(_) => None,
    });
    enrolls.collect()
}

/// Does what follows from a state, and what a crash may have left undone of it: leaves its mails and posts in
/// `outbox`, sets its alarm clock.
pub(crate) async fn settle(
    io: &(impl Clock + Moves + Alarms),
    plan: &Plan,
    record: &EnrollmentRecord,
    outbox: &mut Outbox,
) -> anyhow::Result<()> {
    let run = &record.enrollment;
    outbox.add(Lane::from(&plan.purpose), record.pending.clone());
    if let Phase::Calling { step, .. } = &run.phase {
        let about = About::Step {
            contact: run.contact.clone(),
            enrollment: run.id.clone(),
            step: step.clone(),
        };
        outbox.call(about);
    }
    if record.changed {
        tell(io, record).await?;
    }
    start(io, record).await?;
    alarm(io, record).await
}

/// Asks for the journeys that a run starts for its contact.
///
/// Each is named by its run and step, so that asking again starts it once: for as long as that name is surely
/// remembered, which is longer than anything that could have been lost comes back.
async fn start(io: &(impl Clock + Moves), record: &EnrollmentRecord) -> anyhow::Result<()> {
    let run = &record.enrollment;
    let now = io.now();
    let enrolls = record.enrolls.iter();
    let recent = enrolls.filter(|enroll| now.duration_since(enroll.decided) <= ORDER_AGE_MAX);
    let moves: Vec<_> = recent
        .map(|enroll| Move::Enter {
            contact: run.contact.clone(),
            journey: enroll.journey.clone(),
            from: Some(run.journey.clone()),
            subject: run.subject.clone(),
            cause: format!("{} {}", run.id, enroll.step),
            hops: run.hops_at(now) + 1,
            campaign: run.campaign,
        })
        .collect();
    if moves.is_empty() {
        return Ok(());
    }
    io.move_on(&moves).await
}

/// Lets everybody hear that a run has changed its contact.
async fn tell(io: &impl Moves, record: &EnrollmentRecord) -> anyhow::Result<()> {
    let contact = record.enrollment.contact.clone();
    io.move_on(&[Move::Changed { contact }]).await
}

/// Orders once more what the next state is about to overwrite: after a crash nobody else would.
///
/// The mail that `input` is about was ordered, or it would not be known what became of it; and an
/// order that is too old would only be refused.
pub(crate) async fn pass_on(
    io: &(impl Clock + Orders + Moves),
    plan: &Plan,
    (record, person): (&EnrollmentRecord, &Versioned<ContactRecord>),
    input: &Input,
) -> anyhow::Result<()> {
    let settled = |order: &Order| match input {
        Input::Settled(settled) => {
            settled.step == order.step && order.recipient == record.enrollment.contact
        }
        Input::End(_) | Input::Retry | Input::Signal(_) | Input::Start | Input::Wake => false,
    };
    let now = io.now();
    let pending = record.pending.iter();
    let left: Vec<_> = pending
        .filter(|order| !settled(order) && now.duration_since(order.decided) <= ORDER_AGE_MAX)
        .cloned()
        .collect();
    if !left.is_empty() {
        let lane = Lane::from(&plan.purpose);
        io.order(lane, &left, SignedDuration::ZERO).await?;
    }
    if record.changed && !person.value.unheard.is_empty() {
        tell(io, record).await?;
    }
    start(io, record).await
}

/// Sets the alarm clock of an enrollment that waits, or moves it on where its moment has come.
pub(crate) async fn alarm(
    io: &(impl Clock + Moves + Alarms),
    record: &EnrollmentRecord,
) -> anyhow::Result<()> {
    let Some(due) = record.due() else {
        return Ok(());
    };
    let Enrollment { contact, id, .. } = &record.enrollment;
    let one = Move::Run {
        contact: contact.clone(),
        enrollment: id.clone(),
        cause: Cause::Due,
    };
    ring(io, due, one).await
}

/// Has `wake` ring when something is due, or looks at it again at once.
pub(crate) async fn ring(
    io: &(impl Clock + Moves + Alarms),
    due: Timestamp,
    one: Move,
) -> anyhow::Result<()> {
    // The scheduler refuses a minute that has begun; by then the queue is quicker anyway.
    if due <= io.now() {
        return io.move_on(&[one]).await;
    }
    io.ring(due).await;
    Ok(())
}

/// An order older than this is a mistake; its ledger row lives much longer.
pub(crate) const ORDER_AGE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);
