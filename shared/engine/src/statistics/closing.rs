//! Writes down what the runs of weeks that are over came to, for good.

use jiff::{SignedDuration, Timestamp};
use wire::{Attempt, Closing, Statement};

use super::tally::{Counted, Tally};
use super::{is_over, read};
use crate::{Clock, Failure, Passages, Plans, Statements, Stored, Versioned};

/// How long a run is kept after its end.
pub const RUNS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How far statements may lag behind: the oldest day of a week was 60 days ago, the week is a week, and there were
/// attempts on eight days. Two weeks of attempts are left.
pub const STATEMENTS_LAG_MAX: SignedDuration = SignedDuration::from_hours((60 + 7 + 8) * 24);

/// Writes statements of those who left long ago, where there are none yet.
///
/// It reads two tables whole, which may take longer than a function has; so another attempt is made on the next day,
/// not with the next sweep.
pub(crate) async fn write_statements(
    io: &(impl Clock + Passages + Plans + Statements),
) -> Result<(), Failure> {
    let now = io.now();
    let (closing, version) = match io.closing().await? {
        Some(Versioned { value, version }) => (value, Some(version)),
        None => (Closing::default(), None),
    };
    let from = closing.until;
    let until = match closing.attempt {
        Some(attempt) if now.duration_since(attempt.begun) < ATTEMPTS_APART => return Ok(()),
        // Half of these may be written: they must end where they did.
        Some(attempt) => attempt.until,
        None => end_of_week(now - OPEN),
    };
    if from.is_some_and(|from| from >= until) {
        return Ok(());
    }
    let begun = Closing {
        until: from,
        attempt: Some(Attempt { until, begun: now }),
    };
    if io.put_closing(&begun, version).await? == Stored::Conflict {
        return Ok(());
    }
    // Whoever looks for why there are none finds this line alone where time or memory ended the attempt.
    tracing::info!("Statements until {until} are begun");
    let tally = read(io, Tally::default(), |run| {
        match is_over(run, from, Some(until)) {
            true => Counted::Here,
            false => Counted::Nowhere,
        }
    });
    let found = tally.await?.finish();
    let (mut written, mut failed) = (0_usize, None);
    for ((journey, plan), figures) in found.versions {
        let statement = Statement {
            journey,
            plan,
            from,
            until,
            figures,
        };
        // One that cannot be written keeps no other from being.
        match io.put_statement(&statement).await {
            Ok(()) => written += 1,
            Err(error) => failed = Some(error),
        }
    }
    if let Some(error) = failed {
        return Err(error.into());
    }
    let closed = Closing {
        until: Some(until),
        attempt: None,
    };
    let version = Some(version.unwrap_or_default() + 1);
    // Where somebody else was faster, they have written the same.
    if io.put_closing(&closed, version).await? == Stored::Done {
        tracing::info!("Statements until {until} are written: {written}");
    }
    Ok(())
}

/// Returns the last midnight before a Monday, in UTC.
fn end_of_week(at: Timestamp) -> Timestamp {
    let since = at.duration_since(MONDAY);
    let into_week = since.as_secs().rem_euclid(WEEK.as_secs());
    at - SignedDuration::new(into_week, since.subsec_nanos())
}

/// The first Monday that Unix knows.
const MONDAY: Timestamp = Timestamp::constant(4 * 24 * 60 * 60, 0);
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// After so long hardly anything more is heard of a mail.
const OPEN: SignedDuration = SignedDuration::from_hours(60 * 24);
/// Less than a day, so that a sweep a bit earlier than the day before is one too.
const ATTEMPTS_APART: SignedDuration = SignedDuration::from_hours(23);

#[cfg(test)]
mod tests {
    use super::{OPEN, RUNS_KEPT, STATEMENTS_LAG_MAX, WEEK, end_of_week};

    #[test]
    fn a_week_ends_where_monday_begins() {
        for (at, end) in [
            ("2026-11-28T10:34:00.25Z", "2026-11-23T00:00:00Z"),
            ("2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z"),
            ("2026-11-22T23:59:59.999Z", "2026-11-16T00:00:00Z"),
            ("2028-03-01T00:00:00Z", "2028-02-28T00:00:00Z"),
        ] {
            let [at, end] = [at, end].map(|at| at.parse().expect("a moment"));
            assert_eq!(end_of_week(at), end, "{at}");
        }
    }

    #[test]
    fn whoever_is_told_that_statements_are_late_has_time_to_mend_it() {
        let days = |duration: jiff::SignedDuration| duration.as_hours() / 24;
        assert!(days(OPEN + WEEK) < days(STATEMENTS_LAG_MAX));
        assert!(days(STATEMENTS_LAG_MAX) + 14 < days(RUNS_KEPT));
    }
}
