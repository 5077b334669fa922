//! Does what was decided.

use jiff::SignedDuration;
use journey::{Effect, Enrollment, Order, Phase, Plan};
use wire::{Cause, EnrollmentRecord, Move};

use crate::{Alarms, Clock, Lane, Moves, Orders};

/// Takes the orders out of `effects`, to be stored with the state that they belong to.
pub(crate) fn orders(effects: &[Effect]) -> Vec<Order> {
    let orders = effects.iter().filter_map(|effect| match effect {
        Effect::Order(order) => Some(order.clone()),
        Effect::Alarm(_) => None,
    });
    orders.collect()
}

/// Does again what a crash may have left undone: orders its mails, sets its alarm clock.
pub(crate) async fn settle(
    io: &(impl Clock + Orders + Moves + Alarms),
    plan: &Plan,
    record: &EnrollmentRecord,
) -> anyhow::Result<()> {
    let lane = Lane::from(&plan.purpose);
    if !record.pending.is_empty() {
        io.order(lane, &record.pending, SignedDuration::ZERO)
            .await?;
    }
    alarm(io, &record.enrollment).await
}

/// Sets the alarm clock of an enrollment that waits.
pub(crate) async fn alarm(
    io: &(impl Clock + Moves + Alarms),
    enrollment: &Enrollment,
) -> anyhow::Result<()> {
    let Phase::Waiting { due, .. } = enrollment.phase else {
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
