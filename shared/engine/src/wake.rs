//! Finds those whose moment has come, and asks for them to be moved on.

use jiff::{SignedDuration, Timestamp};
use wire::{Cause, Move};

use crate::{Clock, DueIndex, Failure, Moves};

/// Moves on everybody who is due; what an alarm clock rings for.
///
/// Returns how many were found.
pub async fn wake(io: &(impl Clock + DueIndex + Moves)) -> Result<u64, Failure> {
    let found = drain(io, io.now()).await?;
    Ok(found.count)
}

/// What a sweep found.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SweepReport {
    /// How many were overdue; none when the queue was too deep to add to it.
    pub count: u64,
    /// How long the longest has been overdue.
    pub oldest: SignedDuration,
}

/// Moves on everybody for whom no alarm clock rang.
///
/// Leaves the last two minutes to the alarm clocks, and a queue that is deep already alone.
pub async fn sweep(io: &(impl Clock + DueIndex + Moves)) -> Result<SweepReport, Failure> {
    if io.waiting().await? > QUEUE_DEPTH_MAX {
        tracing::warn!("The sweep waits: the queue is deeper than {QUEUE_DEPTH_MAX} already");
        return Ok(SweepReport::default());
    }
    drain(io, io.now() - ALARM_CLOCKS_OWN).await
}

async fn drain(
    io: &(impl Clock + DueIndex + Moves),
    until: Timestamp,
) -> Result<SweepReport, Failure> {
    let mut report = SweepReport::default();
    for shard in 0..io.shards() {
        let mut after = None;
        for _ in 0..PAGES_MAX {
            let page = io.due(shard, until, after.as_ref()).await?;
            let Some(last) = page.last().cloned() else {
                break;
            };
            for one in &page {
                report.oldest = report.oldest.max(io.now().duration_since(one.due));
            }
            report.count += page.len() as u64;
            let moves: Vec<_> = page.into_iter().map(due).collect();
            io.move_on(&moves).await?;
            after = Some(last);
        }
    }
    Ok(report)
}

fn due(overdue: crate::Overdue) -> Move {
    Move {
        contact: overdue.contact,
        enrollment: overdue.enrollment,
        cause: Cause::Due,
    }
}

const ALARM_CLOCKS_OWN: SignedDuration = SignedDuration::from_mins(2);
const PAGES_MAX: u32 = 10_000;
const QUEUE_DEPTH_MAX: u64 = 10_000;
