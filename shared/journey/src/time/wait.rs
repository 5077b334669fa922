//! Waits: `3 days`, `2 weeks at 09:30`, `90 minutes`.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::clock::time_of_day;
use super::length::{Length, instant};
use super::period::{Phrase, nothing};
use super::{Moment, ceil_to_minute};
use crate::Mistake;

/// How long to rest at a step, counted from the arrival there.
///
/// **Invariant:** there is a time of day only if no hours or smaller were written; the length is
/// zero only if there is a time of day, and at most ten years.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wait {
    source: String,
    length: Length,
    at: Option<Time>,
}

impl Wait {
    /// Reads `3 days`, `2 weeks at 09:30`, `90 minutes`, `1 month`, `24h` or `P14D`.
    ///
    /// `0 days at 09:30` is the next time that clocks show 09:30; any other zero is refused.
    ///
    /// # Errors
    /// If it is no duration, is zero or negative, is longer than ten years, or sets a time of day
    /// after hours or smaller.
    pub fn parse(source: &str) -> Result<Self, Mistake> {
        let Phrase {
            at: place,
            body,
            time,
        } = Phrase::of(source)?;
        if let (true, Some((_, time))) = (body.is_empty(), time) {
            let what = "there is no duration before `at`";
            let help = format!("write `0 days at {time}` for the next {time} there is");
            return Err(Mistake::new(0..source.len(), what, help));
        }
        let length = Length::parse(body).map_err(|mistake| match Moment::parse(source) {
            Ok(_) => {
                let what = format!("`{body}` is a moment, not a duration");
                let help = format!("write `wait_until: {}`", source.trim());
                Mistake::new(place..place + body.len(), what, help)
            }
            Err(_) => mistake.moved(place),
        })?;
        let at = clock(&length, body, time)?;
        if length.is_zero() && at.is_none() {
            return Err(nothing(place, body));
        }
        Ok(Self {
            source: source.to_owned(),
            length,
            at,
        })
    }

    /// Returns when somebody who arrives at this moment may go on: a whole minute, never early.
    pub fn due(&self, arrival: Timestamp, zone: &TimeZone) -> Timestamp {
        let Some(time) = self.at else {
            return ceil_to_minute(self.length.move_moment(arrival, zone));
        };
        let date = self.length.move_date(zone.to_datetime(arrival).date());
        let first = instant(date.to_datetime(time), zone);
        // Moments are compared, not clocks: in an autumn night 02:50 can come before 02:40.
        let due = if arrival < first {
            first
        } else {
            instant(date.tomorrow().unwrap_or(date).to_datetime(time), zone)
        };
        ceil_to_minute(due.max(arrival))
    }

    /// Returns about how long it takes at least and at most: a day is 24 hours, a month the shortest and the longest.
    pub fn about(&self) -> [SignedDuration; 2] {
        let [least, most] = self.length.between();
        match self.at {
            Some(_) => {
                let day = SignedDuration::from_hours(24);
                let least = least.saturating_sub(day).max(SignedDuration::ZERO);
                [least, most.saturating_add(day)]
            }
            None => [least, most],
        }
    }

    /// Returns what the author wrote.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

/// Reads the time of day that may follow a length.
///
/// # Errors
/// If it is no time of day, or the length counts hours or smaller.
pub(super) fn clock(
    length: &Length,
    body: &str,
    time: Option<(usize, &str)>,
) -> Result<Option<Time>, Mistake> {
    let Some((place, text)) = time else {
        return Ok(None);
    };
    if length.clocked {
        let what = format!("`at` sets the time of a date, but `{body}` counts hours or minutes");
        let help = "leave out `at`, or count days, weeks, months or years";
        return Err(Mistake::new(place..place + text.len(), what, help));
    }
    time_of_day(text)
        .map(Some)
        .map_err(|mistake| mistake.moved(place))
}
