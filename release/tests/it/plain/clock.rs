//! What a calendar and a clock on a wall say: lengths, moments and hours, as anybody would reckon them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::case::{Hours, Span, WINDOWS, closed};

/// What a moment is counted from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Origin {
    Date(Date),
    Moment(Timestamp),
}

/// The first moment at which a clock there shows this, or would if it were not put forward.
fn instant(civil: DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_timestamp(civil)
        .compatible()
        .expect("a moment")
}

/// So many months further, then so many days.
fn dates(date: Date, sign: i64, span: Span) -> Date {
    date + (sign * span.months).months() + (sign * (7 * span.weeks + span.days)).days()
}

fn elapsed(span: Span) -> SignedDuration {
    SignedDuration::from_mins(60 * span.hours + span.minutes)
}

/// So much later: dates by the clock on the wall, then hours that elapse.
pub(super) fn later(from: Timestamp, span: Span, zone: &TimeZone) -> Timestamp {
    moved(from, 1, span, zone)
}

fn moved(from: Timestamp, sign: i64, span: Span, zone: &TimeZone) -> Timestamp {
    let civil = zone.to_datetime(from);
    let date = dates(civil.date(), sign, span);
    let from = match date == civil.date() {
        true => from,
        false => instant(date.to_datetime(civil.time()), zone),
    };
    match sign {
        1 => from + elapsed(span),
        _ => from - elapsed(span),
    }
}

/// As [`later`]; at that time of the day, or of the next if it would be over by then.
pub(super) fn later_at(
    from: Timestamp,
    span: Span,
    at: Option<(i8, i8)>,
    zone: &TimeZone,
) -> Timestamp {
    let Some(at) = at else {
        return later(from, span, zone);
    };
    let mut date = dates(zone.to_datetime(from).date(), 1, span);
    loop {
        let due = instant(date.to_datetime(time(at)), zone);
        if due > from {
            return due;
        }
        date = date.tomorrow().expect("a day");
    }
}

/// The moment so far from another.
pub(super) fn moment(
    origin: Origin,
    distance: Option<(bool, Span)>,
    at: Option<(i8, i8)>,
    zone: &TimeZone,
) -> Timestamp {
    let (before, span) = distance.unwrap_or_default();
    let sign = if before { -1 } else { 1 };
    let date = match (origin, at) {
        (Origin::Moment(from), None) => return moved(from, sign, span, zone),
        (Origin::Moment(from), Some(_)) => zone.to_datetime(from).date(),
        (Origin::Date(date), _) => date,
    };
    let day = dates(date, sign, span).to_datetime(time(at.unwrap_or_default()));
    match sign {
        1 => instant(day, zone) + elapsed(span),
        _ => instant(day, zone) - elapsed(span),
    }
}

/// The same in another year; there the 29th of February may be the 28th.
pub(super) fn anniversary(origin: Origin, year: i16, zone: &TimeZone) -> Origin {
    let in_year = |date: Date| date + i64::from(year - date.year()).years();
    match origin {
        Origin::Date(date) => Origin::Date(in_year(date)),
        Origin::Moment(from) => {
            let civil = zone.to_datetime(from);
            let date = in_year(civil.date());
            if date == civil.date() {
                return origin;
            }
            Origin::Moment(instant(date.to_datetime(civil.time()), zone))
        }
    }
}

pub(super) fn year(origin: Origin, zone: &TimeZone) -> i16 {
    match origin {
        Origin::Date(date) => date.year(),
        Origin::Moment(from) => zone.to_datetime(from).year(),
    }
}

fn time((hour, minute): (i8, i8)) -> Time {
    Time::new(hour, minute, 0, 0).expect("a time")
}

/// Looks at the clock on the wall, and at what it was yesterday.
pub(super) fn is_open(hours: Hours, at: Timestamp, zone: &TimeZone) -> bool {
    let (_, [first, last], [from, until]) = WINDOWS[hours.window];
    let clock = zone.to_datetime(at);
    let minute = i16::from(clock.hour()) * 60 + i16::from(clock.minute());
    let begins = |date: Date| {
        let day = date.weekday().to_monday_zero_offset();
        let fits = match first <= last {
            true => (first..=last).contains(&day),
            false => day >= first || day <= last,
        };
        fits && !(hours.calendar && closed().contains(&date))
    };
    match from < until {
        true => (from..until).contains(&minute) && begins(clock.date()),
        false => {
            minute >= from && begins(clock.date())
                || minute < until && begins(clock.date().yesterday().expect("a day"))
        }
    }
}
