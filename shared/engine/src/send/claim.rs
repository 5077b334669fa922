//! Decides who may hand a mail to the mail service.

use jiff::SignedDuration;
use journey::{Order, Purpose, SendResult};

use crate::{
    AddressKey, Claim, Claimed, Clock, Evidence, Failure, Ledger, Metric, Metrics, Patience, Row,
    RowState,
};

/// Whether a mail may be handed over now.
pub(super) enum Verdict {
    /// It may, by us, as attempt number so many.
    Ours {
        /// Counts from 1.
        attempt: u32,
    },
    /// It is known what became of it.
    Settled(SendResult),
    /// Not now; look again after a while.
    Wait(SignedDuration),
}

/// Claims the mail of `order`.
///
/// A claim that ran out means that whoever made it died, or heard no answer: the mail may have left.
/// The mail service's own report decides; without one, the mail of a transactional journey is sent
/// again, and that of a marketing one is given up.
pub(super) async fn claim(
    io: &(impl Clock + Ledger + Evidence + Metrics),
    patience: Patience,
    (order, purpose): (&Order, &Purpose),
    (address, simulated): (AddressKey, bool),
) -> Result<Verdict, Failure> {
    let mut claim = Claim {
        send: order.send_id(),
        recipient: order.recipient.clone(),
        contact: order.contact.clone(),
        enrollment: order.enrollment.clone(),
        step: order.step.clone(),
        address,
        simulated,
        at: io.now(),
        attempts_before: 0,
    };
    let mut doubtful = false;
    for _ in 0..CLAIMS_MAX {
        let row = match io.claim(&claim).await? {
            Claimed::Ours => {
                if doubtful {
                    unsettled(io, order, "is sent again");
                }
                let attempt = claim.attempts_before + 1;
                return Ok(Verdict::Ours { attempt });
            }
            Claimed::Taken(row) => row,
        };
        match row.state {
            RowState::Accepted => return Ok(Verdict::Settled(SendResult::Accepted)),
            RowState::GivenUp => return Ok(Verdict::Settled(SendResult::GivenUp)),
            RowState::Released => (),
            RowState::Dispatching => {
                if let Some(wait) = in_doubt(io, patience, &row).await? {
                    return Ok(Verdict::Wait(wait));
                }
                if purpose.is_marketing() {
                    let Claim {
                        recipient, send, ..
                    } = &claim;
                    io.give_up(recipient, send, row.attempt).await?;
                    unsettled(io, order, "is given up");
                    continue;
                }
            }
        }
        doubtful = row.state == RowState::Dispatching;
        claim.attempts_before = row.attempt;
        claim.at = io.now();
    }
    Ok(Verdict::Wait(patience.lease))
}

/// Returns what is known of a mail that is not to be sent any more; `None` where it never left.
///
/// An earlier attempt may have sent it, or may be on its way: then it is neither expired nor
/// suppressed, however late it is now.
pub(super) async fn earlier(
    io: &(impl Clock + Ledger + Evidence + Metrics),
    patience: Patience,
    order: &Order,
) -> Result<Option<Verdict>, Failure> {
    let mail = (order.recipient.clone(), order.send_id());
    for _ in 0..CLAIMS_MAX {
        let rows = io.rows(std::slice::from_ref(&mail)).await?;
        let Some(row) = rows.get(&mail.1) else {
            return Ok(None);
        };
        match row.state {
            RowState::Accepted => return Ok(Some(Verdict::Settled(SendResult::Accepted))),
            RowState::GivenUp => return Ok(Some(Verdict::Settled(SendResult::GivenUp))),
            RowState::Released => return Ok(None),
            RowState::Dispatching => {
                if let Some(wait) = in_doubt(io, patience, row).await? {
                    return Ok(Some(Verdict::Wait(wait)));
                }
                io.give_up(&mail.0, &mail.1, row.attempt).await?;
                unsettled(io, order, "is given up");
            }
        }
    }
    Ok(Some(Verdict::Wait(patience.lease)))
}

/// Counts a mail of which nothing was heard in time, and says in the log whose it is.
fn unsettled(io: &impl Metrics, order: &Order, what: &str) {
    io.count(Metric::SendsUnsettled, 1);
    let send = order.send_id();
    tracing::warn!(
        send.id = %send,
        contact.id = %order.recipient,
        enrollment.id = %order.enrollment,
        step = %order.step,
        "Whether {send} left will never be known; it {what}"
    );
}

/// Returns how long to wait before a mail in doubt may be sent again; `None` when the wait is over.
async fn in_doubt(
    io: &(impl Clock + Evidence + Metrics),
    patience: Patience,
    row: &Row,
) -> Result<Option<SignedDuration>, Failure> {
    let since = io.now().duration_since(row.claimed);
    if since < patience.lease {
        return Ok(Some(patience.lease - since));
    }
    // Nobody is at it any more: whoever was has died, or has told of the lost reply already.
    io.count(Metric::SendsInDoubt, 1);
    if since < patience.evidence {
        return Ok(Some(patience.evidence - since));
    }
    // While reports wait to be read, the absence of one proves nothing. But in a busy installation
    // some always do, and a mail must not be in doubt for ever.
    if since < patience.evidence * BACKLOG_PATIENCE && io.reports_waiting().await? {
        return Ok(Some(REPORTS_DELAY));
    }
    Ok(None)
}

/// How many times longer a backlog of reports is waited for.
const BACKLOG_PATIENCE: i32 = 4;
const CLAIMS_MAX: u8 = 3;
const REPORTS_DELAY: SignedDuration = SignedDuration::from_secs(30);
