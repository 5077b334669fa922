//! Finds those whose moment has come, and asks for them to be moved on.

use jiff::{SignedDuration, Timestamp};
use wire::{Cause, Move};

use crate::silence::measure_silence;
use crate::statistics::write_statements;
use crate::survey::survey;
use crate::{
    Clock, Due, DueIndex, Failure, Firings, Metric, Metrics, Moves, Overdue, Passages, Plans,
    Quota, Releases, Statements, Surveys,
};

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

/// Moves on everybody for whom no alarm clock rang, and measures what an operator must hear of.
///
/// Leaves the last two minutes to the alarm clocks, and a queue that is deep already alone. Once a week it writes
/// statements as well, when everything else is done.
pub async fn sweep(
    io: &(
         impl Clock
         + DueIndex
         + Moves
         + Releases
         + Plans
         + Firings
         + Quota
         + Surveys
         + Passages
         + Statements
         + Metrics
     ),
) -> Result<SweepReport, Failure> {
    measure_quota(io).await;
    measure_silence(io).await;
    let until = io.now() - ALARM_CLOCKS_OWN;
    let report = if io.waiting().await? > QUEUE_DEPTH_MAX {
        tracing::warn!("The sweep waits: the queue is deeper than {QUEUE_DEPTH_MAX} already");
        look(io, until).await?
    } else {
        // Whoever is overdue does not wait for the dates of others.
        let surveyed = survey(io).await;
        let report = drain(io, until).await?;
        surveyed?;
        report
    };
    let oldest_s = u64::try_from(report.oldest.as_secs()).unwrap_or_default();
    io.count(Metric::OldestDueAge, oldest_s);
    // Whoever has many to wake has no time for it.
    if report.count < BUSY
        && let Err(error) = write_statements(io).await
    {
        tracing::warn!("Statements cannot be written: {error:#}");
    }
    Ok(report)
}

/// Measures how much of the mail service's quota is used; that it cannot be read stops nobody.
async fn measure_quota(io: &(impl Quota + Metrics)) {
    match io.sent().await {
        Ok(sent) => io.count(Metric::SendQuotaUsed, sent.percent()),
        Err(error) => tracing::warn!("The mail service's quota cannot be read: {error:#}"),
    }
}

/// Returns how many mails of advertising may leave in a second, of what the account may send.
///
/// # Errors
/// The mail service may not say.
pub async fn advertising_rate(io: &impl Quota) -> anyhow::Result<f64> {
    let sent = io.sent().await?;
    Ok(f64::from(sent.per_second) * ADVERTISING_SHARE)
}

/// A fifth is left for service, whatever advertising there is.
const ADVERTISING_SHARE: f64 = 0.8;

/// Finds out how long the longest has been overdue, and moves nobody on.
async fn look(io: &(impl Clock + DueIndex), until: Timestamp) -> Result<SweepReport, Failure> {
    let mut report = SweepReport::default();
    for shard in 0..io.shards() {
        // The longest overdue comes first.
        if let Some(first) = io.due(shard, until, None).await?.first() {
            report.oldest = report.oldest.max(io.now().duration_since(first.due));
        }
    }
    Ok(report)
}

async fn drain(
    io: &(impl Clock + DueIndex + Moves),
    until: Timestamp,
) -> Result<SweepReport, Failure> {
    let mut report = SweepReport::default();
    let mut failed = Ok(());
    for shard in 0..io.shards() {
        // One that cannot be read keeps none of the others waiting.
        if let Err(error) = drain_shard(io, (shard, until), &mut report).await {
            tracing::warn!("Shard {shard} of those who are due cannot be worked off: {error:#}");
            failed = Err(error);
        }
    }
    failed.map(|()| report).map_err(Failure::Retry)
}

async fn drain_shard(
    io: &(impl Clock + DueIndex + Moves),
    (shard, until): (u8, Timestamp),
    report: &mut SweepReport,
) -> anyhow::Result<()> {
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
    Ok(())
}

fn due(overdue: Overdue) -> Move {
    let Overdue { contact, what, .. } = overdue;
    match what {
        Due::Date(date) => Move::Date { contact, date },
        Due::Run(enrollment) => Move::Run {
            contact,
            enrollment,
            cause: Cause::Due,
        },
    }
}

const BUSY: u64 = 1_000;
const ALARM_CLOCKS_OWN: SignedDuration = SignedDuration::from_mins(2);
const PAGES_MAX: u32 = 10_000;
const QUEUE_DEPTH_MAX: u64 = 10_000;
