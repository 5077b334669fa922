//! Whether an order is still to be done, and for whom.

use jiff::Timestamp;
use journey::{ContactId, Order, Phase, Send};
use wire::{ContactRecord, EnrollmentRecord};

use crate::Versioned;

/// Returns whether the recipient of an order is mailed under another name of theirs as well.
pub(super) fn is_mailed_besides(
    record: &EnrollmentRecord,
    order: &Order,
    recipient: &Versioned<ContactRecord>,
) -> bool {
    let person = &recipient.value.contact;
    let notified = record.enrollment.notified.get(&order.step);
    let names = notified.into_iter().flatten();
    let names: Vec<_> = names.filter(|one| person.is_called(one)).collect();
    // The name that stands is mailed; where nobody has it there, the first of the others.
    let mailed = match names.contains(&&person.id) {
        true => Some(&person.id),
        false => names.first().copied(),
    };
    mailed.is_some_and(|mailed| *mailed != order.recipient)
}

/// Returns who travels and who is mailed, each once.
pub(super) fn concerned(order: &Order) -> Vec<ContactId> {
    let mut people = vec![order.contact.clone(), order.recipient.clone()];
    people.dedup();
    people
}

/// Returns since when the mail is due; `None` where the run has gone on without this order.
pub(super) fn still_wanted(
    record: &EnrollmentRecord,
    order: &Order,
    send: &Send,
) -> Option<Timestamp> {
    match &record.enrollment.phase {
        Phase::Sending { step, since, .. } if *step == order.step => Some(*since),
        // Nobody waits for a notification, so the run has gone on in any case.
        _ if send.to.is_some() => Some(order.decided),
        Phase::Calling { .. }
        | Phase::Entered
        | Phase::Holding { .. }
        | Phase::Left { .. }
        | Phase::Met { .. }
        | Phase::Parked { .. }
        | Phase::Sending { .. }
        | Phase::Waiting { .. } => None,
    }
}
