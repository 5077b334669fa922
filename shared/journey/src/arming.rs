//! When a date trigger goes off: as pure functions of the field, the zone and the moment.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::{Moment, Repeat, Value, ceil_to_minute};

/// Returns when a date trigger goes off whose field was written at `now`, if it does.
///
/// A moment of today that is over goes off at once; one of an earlier day does not, and a yearly one
/// waits for its next anniversary.
pub fn arm(
    moment: &Moment,
    repeat: Repeat,
    value: Option<&Value>,
    zone: &TimeZone,
    now: Timestamp,
) -> Option<Timestamp> {
    let value = value?;
    let today = zone.to_datetime(now).date();
    let soon = |due: &Timestamp| *due >= now || zone.to_datetime(*due).date() == today;
    let due = match repeat {
        Repeat::Never => moment.due(Some(value), zone).filter(soon),
        Repeat::Yearly => anniversaries(moment, value, zone, now).find(soon),
    };
    due.map(|due| due.max(ceil_to_minute(now)))
}

/// Returns when a date trigger that went off at `fired` does so again, if it does.
pub fn rearm(
    moment: &Moment,
    repeat: Repeat,
    value: Option<&Value>,
    zone: &TimeZone,
    fired: Timestamp,
) -> Option<Timestamp> {
    match repeat {
        Repeat::Never => None,
        Repeat::Yearly => {
            // What went off late in the day was the one of that day, by whichever clock its contact has by now.
            anniversaries(moment, value?, zone, fired)
                .find(|due| due.duration_since(fired) > THE_SAME_DAY)
        }
    }
}

/// Returns the moments of the years around `now`, in order; a date has no anniversary before itself.
fn anniversaries(
    moment: &Moment,
    value: &Value,
    zone: &TimeZone,
    now: Timestamp,
) -> impl Iterator<Item = Timestamp> {
    let this = zone.to_datetime(now).year();
    let first = date(value, zone).unwrap_or(Date::MIN).year();
    // A distance is at most ten years.
    let years = this.saturating_sub(YEARS)..=this.saturating_add(YEARS);
    let years = years.filter(move |year| *year >= first);
    years.filter_map(|year| moment.yearly(value, year, zone))
}

fn date(value: &Value, zone: &TimeZone) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::DateTime(moment) => Some(zone.to_datetime(*moment).date()),
        Value::Bool(_) | Value::List(_) | Value::Number(_) | Value::Text(_) => None,
    }
}

const YEARS: i16 = 12;
/// More than a day and all zones of the earth, and much less than a year.
const THE_SAME_DAY: SignedDuration = SignedDuration::from_hours(3 * 24);
