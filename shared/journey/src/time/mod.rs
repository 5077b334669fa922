//! When things are due: durations, moments, zones and whole minutes.
//!
//! Days, weeks, months and years are *calendar* units: the same time on the clock, so many dates
//! later in the contact's zone, however long those days last. Hours and smaller are *elapsed*.
//! Months come first, then weeks and days, then what elapses; the 31st of a short month is its last
//! day. A time that a spring night skips moves forward by the gap; one that an autumn night repeats
//! is its first. (RFC 5545 §3.3.5 and Temporal call this *compatible*.)
//!
//! **Invariant:** everything here is total. What lies beyond the years that the calendar library
//! knows is its first or last instant, never a panic.

mod clock;
mod length;
mod moment;
mod period;
mod wait;
mod window;

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

pub use moment::Moment;
pub use period::Period;
pub use wait::Wait;
pub use window::{Hours, Window, meet, opening};

/// Looks up a time zone by its IANA name, in any case, in the database this program was built with.
///
/// Returns nothing for a name that is not a place's: an offset, a POSIX rule, `Factory` and
/// `Etc/Unknown` too.
pub fn zone(name: &str) -> Option<TimeZone> {
    let placeless = ["Etc/Unknown", "Factory"];
    if placeless.iter().any(|no| name.eq_ignore_ascii_case(no)) {
        return None;
    }
    // Not the machine's own database, which would be I/O and could differ between two machines.
    TimeZoneDatabase::bundled().get(name).ok()
}

/// Returns the whole minute that this moment is or comes next.
///
/// In the last minute of the year 9999 that is the last instant there is: never an earlier one.
pub fn ceil_to_minute(moment: Timestamp) -> Timestamp {
    let up = TimestampRound::new()
        .smallest(Unit::Minute)
        .mode(RoundMode::Ceil);
    moment.round(up).unwrap_or(Timestamp::MAX)
}

/// Returns the day in a year on which a date is remembered: 28 February for the 29th in most years.
pub fn anniversary(of: Date, year: i16) -> Date {
    let first = Date::new(year, of.month(), 1).unwrap_or(Date::MAX);
    Date::new(year, of.month(), of.day().min(first.days_in_month())).unwrap_or(first)
}
