//! Writes statements of the weeks that are over for good.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use wire::{Closing, Figures, Statement, Trying};

use super::tally::Counted;
use super::{is_over, read};
use crate::{Clock, Failure, Passages, Plans, Statements, Stored, Versioned};

/// Writes statements of those who left long ago, where there are none yet.
///
/// It reads two tables whole, which may take longer than a function has; so another attempt is made on the next day,
/// not with the next sweep. There is time for three weeks of them before the first run is forgotten.
pub(crate) async fn close(
    io: &(impl Clock + Passages + Plans + Statements),
) -> Result<(), Failure> {
    let now = io.now();
    let (closing, mut version) = match io.closing().await? {
        Some(Versioned { value, version }) => (value, Some(version)),
        None => (Closing::default(), None),
    };
    let until = match closing.trying {
        Some(trying) if now.duration_since(trying.since) < TRIES_APART => return Ok(()),
        // Half of these may be written: they must end where they did.
        Some(trying) => trying.until,
        None => end_of_week(now - OPEN),
    };
    if closing.until.is_some_and(|closed| closed >= until) {
        return Ok(());
    }
    let begun = Closing {
        until: closing.until,
        trying: Some(Trying { until, since: now }),
    };
    if io.put_closing(&begun, version).await? == Stored::Conflict {
        return Ok(());
    }
    version = Some(version.unwrap_or_default() + 1);
    let tally = read(io, |run| match is_over(run, closing.until, Some(until)) {
        true => Counted::Here,
        false => Counted::Nowhere,
    });
    let mut journeys: BTreeMap<String, BTreeMap<String, Figures>> = BTreeMap::new();
    for ((journey, plan), figures) in tally.await?.finish(None).versions {
        journeys.entry(journey).or_default().insert(plan, figures);
    }
    for (journey, versions) in journeys {
        let statement = Statement {
            journey,
            until,
            versions,
        };
        io.put_statement(&statement).await?;
    }
    let closed = Closing {
        until: Some(until),
        trying: None,
    };
    // Where somebody else was faster, they have written the same.
    let _ = io.put_closing(&closed, version).await?;
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
/// After so long nothing more is heard of a mail. A run is forgotten 30 days later.
const OPEN: SignedDuration = SignedDuration::from_hours(60 * 24);
/// Less than a day, so that a sweep a bit earlier than the day before is one too.
const TRIES_APART: SignedDuration = SignedDuration::from_hours(23);

#[cfg(test)]
mod tests {
    use super::end_of_week;

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
}
