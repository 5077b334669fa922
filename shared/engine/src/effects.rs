//! Does what was decided.

use jiff::SignedDuration;
use journey::{Effect, Enrollment, Input, Order, Plan};
use wire::{Cause, EnrollmentRecord, Move};

use crate::{Alarms, Clock, Lane, Moves, Orders, Outbox};

/// Takes the orders out of `effects`, to be stored with the state that they belong to.
pub(crate) fn orders(effects: &[Effect]) -> Vec<Order> {
    let orders = effects.iter().filter_map(|effect| match effect {
        Effect::Order(order) => Some(order.clone()),
        Effect::Alarm(_) | Effect::Call { .. } | Effect::Change { .. } => None,
    });
    orders.collect()
}

/// Does what follows from a state, and what a crash may have left undone of it: leaves its mails in
/// `outbox`, sets its alarm clock.
pub(crate) async fn settle(
    io: &(impl Clock + Moves + Alarms),
    plan: &Plan,
    record: &EnrollmentRecord,
    outbox: &mut Outbox,
) -> anyhow::Result<()> {
    outbox.add(Lane::from(&plan.purpose), record.pending.clone());
    alarm(io, &record.enrollment).await
}

/// Orders once more what the next state is about to overwrite: after a crash nobody else would.
///
/// The mail that `input` is about was ordered, or it would not be known what became of it; and an
/// order that is too old would only be refused.
pub(crate) async fn pass_on(
    io: &(impl Clock + Orders),
    plan: &Plan,
    record: &EnrollmentRecord,
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
    Ok(())
}

/// Sets the alarm clock of an enrollment that waits.
pub(crate) async fn alarm(
    io: &(impl Clock + Moves + Alarms),
    enrollment: &Enrollment,
) -> anyhow::Result<()> {
    let Some(due) = enrollment.phase.due() else {
        return Ok(());
    };
    // The scheduler refuses a minute that has begun; by then the queue is quicker anyway.
    if due <= io.now() {
        let due = Move {
            contact: enrollment.contact.clone(),
            enrollment: enrollment.id.clone(),
            cause: Cause::Due,
        };
        io.move_on(&[due]).await?;
    } else {
        io.ring(due).await;
    }
    Ok(())
}

/// An order older than this is a mistake; its ledger row lives much longer.
pub(crate) const ORDER_AGE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);
