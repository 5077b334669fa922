//! `date` and `reached`: dates and moments as the recipient reads them.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde_json::Value as Json;

use super::Call;
use crate::fault::Fault;
use crate::locale::Locale;

/// How `date` can write: `short` 12-02-2027, `long` 12 februari 2027, `weekday` vrijdag 12 februari
/// 2027, and `time` 14:30 for a moment.
pub(super) const STYLES: &[&str] = &["short", "long", "weekday", "time"];

/// Writes a date, or a moment in the recipient's time zone.
pub(super) fn date(call: &Call<'_, '_>) -> Result<Json, Fault> {
    let when = When::of(call)?;
    let locale = call.scope.locale();
    let text = match call.word(1, "long")? {
        "short" => short(when.date, locale),
        "long" => long(when.date, locale),
        "weekday" => weekday(when.date, locale),
        "time" => {
            let time = when
                .time
                .ok_or_else(|| call.fail("finds no time in a date"))?;
            clock(time, locale)
        }
        _ => return Err(call.fail("takes the style `short`, `long`, `weekday` or `time`")),
    };
    Ok(Json::String(text))
}

/// Tells whether a date is today or earlier for the recipient.
pub(super) fn reached(call: &Call<'_, '_>) -> Result<Json, Fault> {
    Ok(Json::Bool(When::of(call)?.date <= call.scope.today()))
}

/// A date, with the time of day if it is of a moment.
struct When {
    date: Date,
    time: Option<Time>,
}

impl When {
    fn of(call: &Call<'_, '_>) -> Result<Self, Fault> {
        const WHY: &str = "takes a date (`2027-02-12`) or a moment (RFC 3339)";
        let text = call.text(0, WHY)?;
        if text.len() == DATE_LENGTH {
            let date = text.parse().map_err(|_| call.fail(WHY))?;
            return Ok(Self { date, time: None });
        }
        let moment: Timestamp = text.parse().map_err(|_| call.fail(WHY))?;
        let there = moment.to_zoned(call.scope.zone().clone());
        Ok(Self {
            date: there.date(),
            time: Some(there.time()),
        })
    }
}

fn short(date: Date, locale: Locale) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    // Three letters instead of a number in English: 02/12 is two days, one on each side of the ocean.
    let name: String = locale.month(month).chars().take(3).collect();
    match locale {
        Locale::Dutch => format!("{day:02}-{month:02}-{year:04}"),
        Locale::English => format!("{day} {name} {year}"),
        Locale::EnglishUs => format!("{name} {day}, {year}"),
    }
}

fn long(date: Date, locale: Locale) -> String {
    let (year, name, day) = (date.year(), locale.month(date.month()), date.day());
    match locale {
        Locale::Dutch | Locale::English => format!("{day} {name} {year}"),
        Locale::EnglishUs => format!("{name} {day}, {year}"),
    }
}

fn weekday(date: Date, locale: Locale) -> String {
    let weekday = locale.weekday(date.weekday().to_monday_one_offset());
    let comma = if locale == Locale::EnglishUs { "," } else { "" };
    format!("{weekday}{comma} {}", long(date, locale))
}

fn clock(time: Time, locale: Locale) -> String {
    let (hour, minute) = (time.hour(), time.minute());
    if locale != Locale::EnglishUs {
        return format!("{hour:02}:{minute:02}");
    }
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    format!("{hour}:{minute:02} {half}")
}

/// The length of `YYYY-MM-DD`.
const DATE_LENGTH: usize = 10;
