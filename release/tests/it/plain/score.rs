//! A score that fades, as anybody would reckon it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Points, and when they were last counted.
#[derive(Clone)]
pub(super) struct Score {
    points: f64,
    since: Timestamp,
}

impl Score {
    pub(super) fn none(since: Timestamp) -> Self {
        Self::set(0, since)
    }

    pub(super) fn set(points: i64, since: Timestamp) -> Self {
        Self {
            points: points as f64,
            since,
        }
    }

    /// Adds to what is left.
    pub(super) fn count(&mut self, amount: i64, now: Timestamp) {
        self.points = self.left(now) + amount as f64;
        self.since = now;
    }

    /// Returns what is left: half of it goes in two nights of the project's clock.
    pub(super) fn left(&self, now: Timestamp) -> f64 {
        let zone = TimeZone::get("Europe/Amsterdam").expect("a zone");
        let (from, to) = (self.since.to_zoned(zone.clone()), now.to_zoned(zone));
        let nights = from.date().until(to.date()).expect("days").get_days();
        if nights == 0 {
            return self.points;
        }
        let left = self.points * 0.5_f64.powf(f64::from(nights) / 2.0);
        (left * 100.0).round() / 100.0
    }
}
