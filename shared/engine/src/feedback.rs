//! Learns from the mail service's reports what became of mails.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use journey::SendId;
use wire::{Cause, Move, Report, ReportKind};

use crate::{Clock, Failure, Ledger, Moves, Row, RowState};

/// Takes in a batch of reports: in any order, any number of times.
///
/// A report that the mail service took a mail is proof, whatever happened to its reply: the row
/// becomes accepted and the run goes on. Almost always that is known already, and nothing is written.
/// While a claim is younger than `lease`, whoever made it is taken to be alive and lets the run go on.
pub async fn feedback(
    io: &(impl Clock + Ledger + Moves),
    lease: SignedDuration,
    reports: &[Report],
) -> Result<(), Failure> {
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
        if io.now().duration_since(row.claimed) >= lease {
            moves.push(accepted(row));
        }
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
    Move::Run {
        contact: row.contact.clone(),
        enrollment: row.enrollment.clone(),
        cause: Cause::Accepted {
            step: row.step.clone(),
        },
    }
}
