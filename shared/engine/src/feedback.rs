//! Learns from the mail service's reports what became of mails.

use std::collections::BTreeMap;

use journey::SendId;
use wire::{Cause, Move, Report, ReportKind};

use crate::{Failure, Ledger, Moves, Row, RowState};

/// Takes in a batch of reports: in any order, any number of times.
///
/// A report that the mail service took a mail is proof, whatever happened to its reply: the row
/// becomes accepted and the run goes on. Almost always that is known already, and nothing is written.
pub async fn feedback(io: &(impl Ledger + Moves), reports: &[Report]) -> Result<(), Failure> {
    let mut proofs: BTreeMap<&SendId, &Report> = BTreeMap::new();
    for report in reports.iter().filter(|report| proves_sent(report.kind)) {
        proofs.entry(&report.send).or_insert(report);
    }
    if proofs.is_empty() {
        return Ok(());
    }
    let mails: Vec<_> = proofs
        .values()
        .map(|report| (report.recipient.clone(), report.send.clone()))
        .collect();
    let rows = io.rows(&mails).await?;

    let mut moves = Vec::new();
    for (send, report) in proofs {
        let Some(row) = rows.get(send).filter(|row| row.state != RowState::Accepted) else {
            continue;
        };
        io.accept(&report.recipient, send, &report.message_id)
            .await?;
        moves.push(accepted(row));
    }
    if !moves.is_empty() {
        io.move_on(&moves).await?;
    }
    Ok(())
}

/// Returns whether a report can only be about a mail that was taken.
fn proves_sent(kind: ReportKind) -> bool {
    match kind {
        ReportKind::Bounce
        | ReportKind::Complaint
        | ReportKind::Delivery
        | ReportKind::DeliveryDelay
        | ReportKind::Reject
        | ReportKind::Send => true,
    }
}

fn accepted(row: &Row) -> Move {
    Move {
        contact: row.contact.clone(),
        enrollment: row.enrollment.clone(),
        cause: Cause::Accepted {
            step: row.step.clone(),
        },
    }
}
