//! Moments: `2026-12-24 09:00`, `event.Track.StartDate - 7 days at 09:00`.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::clock::time_of_day;
use super::length::{Length, instant};
use super::period::{Phrase, nothing};
use super::wait::clock;
use super::{anniversary, ceil_to_minute};
use crate::condition::{Schema, is_path, is_path_char, unknown_path};
use crate::{Kind, Mistake, Value};

/// A moment that a step waits for or a date trigger fires at.
///
/// **Invariant:** a time of day stands only where the distance from the path counts dates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Moment {
    source: String,
    base: Base,
    at: Option<Time>,
}

/// What a moment is counted from.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Base {
    /// A date that is the same for everybody.
    Date(Date),
    /// A date or moment of the contact or the event, and how far from it.
    Path {
        path: String,
        place: Range<usize>,
        distance: Option<Length>,
    },
}

impl Moment {
    /// Reads a date, or a path with a distance; either may end in a time of day.
    ///
    /// `2026-12-24`, `2026-12-24 09:00`, `contact.date_of_birth at 09:00`, `event.Order.PaidAt`,
    /// `event.Track.StartDate - 7 days at 09:00`, `contact.renewal + 1 month`.
    ///
    /// # Errors
    /// If it is neither, there is no such date, the distance is no duration or zero, or a time of day
    /// follows hours or smaller.
    pub fn parse(source: &str) -> Result<Self, Mistake> {
        let phrase = Phrase::of(source)?;
        let (base, at) = match phrase.body.chars().next() {
            Some(first) if first.is_ascii_digit() => fixed(&phrase)?,
            _ => relative(&phrase)?,
        };
        Ok(Self {
            source: source.to_owned(),
            base,
            at,
        })
    }

    /// Reports a path that nothing declares, or that holds no date.
    ///
    /// # Errors
    /// If it reads such a path.
    pub fn check(&self, schema: &Schema) -> Result<(), Mistake> {
        let Base::Path { path, place, .. } = &self.base else {
            return Ok(());
        };
        let Some(reading) = schema.fields.get(path) else {
            return Err(unknown_path(path, place.clone(), schema));
        };
        match reading.kind {
            Kind::Date | Kind::DateTime => Ok(()),
            Kind::Bool | Kind::List | Kind::Number | Kind::Text => {
                let what = format!("`{path}` holds no date");
                let help = "write a field of type `date` or `datetime`";
                Err(Mistake::new(place.clone(), what, help))
            }
        }
    }

    /// Returns whether another one means the same, however the two are spaced.
    pub fn means(&self, other: &Self) -> bool {
        let same = match (&self.base, &other.base) {
            (Base::Date(one), Base::Date(other)) => one == other,
            (
                Base::Path { path, distance, .. },
                Base::Path {
                    path: other,
                    distance: far,
                    ..
                },
            ) => path == other && distance == far,
            (Base::Date(_) | Base::Path { .. }, _) => false,
        };
        same && self.at == other.at
    }

    /// Returns the path it reads, if it is not the same moment for everybody.
    pub fn path(&self) -> Option<&str> {
        match &self.base {
            Base::Date(_) => None,
            Base::Path { path, .. } => Some(path),
        }
    }

    /// Returns the whole minute that this means for a contact in that zone, whether past or future.
    ///
    /// `value` is what the path holds. A date without a time of day is the start of that day.
    /// Returns nothing if there is a path but no date or moment in it.
    pub fn due(&self, value: Option<&Value>, zone: &TimeZone) -> Option<Timestamp> {
        match (&self.base, value) {
            (Base::Date(date), _) => Some(self.on(*date, None, zone)),
            (Base::Path { distance, .. }, Some(Value::Date(date))) => {
                Some(self.on(*date, distance.as_ref(), zone))
            }
            (Base::Path { distance, .. }, Some(Value::DateTime(start))) => {
                Some(self.from(*start, distance.as_ref(), zone))
            }
            (
                Base::Path { .. },
                None | Some(Value::Bool(_) | Value::List(_) | Value::Number(_) | Value::Text(_)),
            ) => None,
        }
    }

    /// Returns the same for the anniversary of the value in a year: `every: year`.
    ///
    /// The anniversary of a moment is at the same time on the clock. Returns nothing for a moment
    /// that is the same for everybody.
    pub fn yearly(&self, value: &Value, year: i16, zone: &TimeZone) -> Option<Timestamp> {
        let Base::Path { distance, .. } = &self.base else {
            return None;
        };
        match value {
            Value::Date(date) => Some(self.on(anniversary(*date, year), distance.as_ref(), zone)),
            Value::DateTime(start) => {
                let civil = zone.to_datetime(*start);
                let again = anniversary(civil.date(), year).to_datetime(civil.time());
                Some(self.from(instant(again, zone), distance.as_ref(), zone))
            }
            Value::Bool(_) | Value::List(_) | Value::Number(_) | Value::Text(_) => None,
        }
    }

    /// Returns what the author wrote.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Counts from a date.
    fn on(&self, date: Date, distance: Option<&Length>, zone: &TimeZone) -> Timestamp {
        let date = distance.map_or(date, |distance| distance.move_date(date));
        let start = instant(date.to_datetime(self.at.unwrap_or(Time::midnight())), zone);
        ceil_to_minute(distance.map_or(start, |distance| distance.elapse(start)))
    }

    /// Counts from a moment, whose own time of day stays unless there is another.
    fn from(&self, start: Timestamp, distance: Option<&Length>, zone: &TimeZone) -> Timestamp {
        if self.at.is_some() {
            return self.on(zone.to_datetime(start).date(), distance, zone);
        }
        ceil_to_minute(distance.map_or(start, |distance| distance.move_moment(start, zone)))
    }
}

/// Reads a date with perhaps a time of day after it, with or without `at`.
fn fixed(phrase: &Phrase<'_>) -> Result<(Base, Option<Time>), Mistake> {
    let (day, rest) = phrase
        .body
        .split_once(char::is_whitespace)
        .unwrap_or((phrase.body, ""));
    let date = date(day, phrase)
        .map_err(|(what, help)| Mistake::new(phrase.at..phrase.at + day.len(), what, help))?;
    let rest = rest.trim_start();
    let place = phrase.at + phrase.body.len() - rest.len();
    let all = place..place + rest.len();
    let (place, time) = match (rest, phrase.time) {
        ("", None) => return Ok((Base::Date(date), None)),
        ("", Some(time)) => time,
        (_, None) => (place, rest),
        (_, Some(_)) => {
            let help = format!("write one: `{day} 09:00`");
            return Err(Mistake::new(all, "there are two times of day", help));
        }
    };
    let signs = ['+', '-', '−', '–'];
    if time.starts_with(signs)
        || time
            .split_whitespace()
            .any(|word| word == "+" || word == "-")
    {
        let help = "write the date that you mean itself";
        return Err(Mistake::new(all, "a fixed date has no distance", help));
    }
    if let Some((clock, _)) = time.split_once(['+', '-', 'Z', '[']) {
        let what = "a moment is in the time zone of the contact";
        let help = format!("write `{day} {}`", clock.trim_end());
        return Err(Mistake::new(place..place + time.len(), what, help));
    }
    let time = time_of_day(time).map_err(|mistake| mistake.moved(place))?;
    Ok((Base::Date(date), Some(time)))
}

/// Reads a path, perhaps a distance from it, and perhaps a time of day.
fn relative(phrase: &Phrase<'_>) -> Result<(Base, Option<Time>), Mistake> {
    let Phrase {
        at: place,
        body,
        time,
    } = *phrase;
    let end = body.find(|c| !is_path_char(c)).unwrap_or(body.len());
    let (path, rest) = body.split_at(end);
    if !is_path(path) || !path.contains('.') {
        return Err(no_moment(phrase));
    }
    let base = |distance| Base::Path {
        path: path.to_owned(),
        place: place..place + end,
        distance,
    };
    let Some(sign) = rest.trim_start().chars().next() else {
        let at = time.map(|(place, time)| time_of_day(time).map_err(|wrong| wrong.moved(place)));
        return Ok((base(None), at.transpose()?));
    };
    let signed = rest.trim_start();
    let far = signed[sign.len_utf8()..].trim_start();
    let signed_at = place + body.len() - signed.len();
    let far_at = place + body.len() - far.len();
    if !matches!(sign, '+' | '-') {
        let help = match (sign, signed.contains(':')) {
            ('−' | '–', _) => format!("write `{path} - {far}`"),
            (_, true) => format!("write `{path} at 09:00`"),
            (_, false) => format!("write `{path} + 7 days`, `{path} - 7 days at 09:00`"),
        };
        let what = format!("after `{path}` comes `+`, `-` or `at`");
        return Err(Mistake::new(signed_at..place + body.len(), what, help));
    }
    if let Some(second) = far.find(['+', '-']).filter(|second| 0 < *second) {
        let all = far_at + second..place + body.len();
        let help = "write one: `+ 1 month 3 days`";
        return Err(Mistake::new(all, "there are two distances", help));
    }
    let length = Length::parse(far).map_err(|mistake| {
        if rest.starts_with('-') && rest[1..].starts_with(char::is_alphabetic) {
            let name = body.split_whitespace().next().unwrap_or(body);
            let what = format!("`{name}` has a `-` in it");
            let help = format!("paths have none; for a distance write `{path} - 7 days`");
            return Mistake::new(place..place + name.len(), what, help);
        }
        mistake.moved(far_at)
    })?;
    if length.is_zero() {
        return Err(nothing(far_at, far));
    }
    let at = clock(&length, far, time)?;
    Ok((
        base(Some(if sign == '-' { length.back() } else { length })),
        at,
    ))
}

/// Reads a date such as `2026-12-24`; a mistake is what and help.
fn date(text: &str, phrase: &Phrase<'_>) -> Result<Date, (String, String)> {
    let form = || "write the year, the month and the day: `2026-12-24`".to_owned();
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        if Length::parse(phrase.body).is_ok() {
            let what = format!("`{}` is a duration, not a moment", phrase.body);
            return Err((what, format!("write `wait: {}`", phrase.body)));
        }
        return Err((format!("`{text}` is not a date"), form()));
    };
    if let Some((day, time)) = day.split_once('T') {
        let what = "between a date and a time is a space".to_owned();
        return Err((what, format!("write `{year}-{month}-{day} {time}`")));
    }
    let digits = |text: &str, len| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return Err((format!("`{text}` is not a date"), form()));
    }
    let date = text.parse();
    date.map_err(|_| (format!("there is no {text} in the calendar"), form()))
}

/// Says that a text is no moment at all.
fn no_moment(phrase: &Phrase<'_>) -> Mistake {
    let what = match phrase.body {
        "" => "there is no date here".to_owned(),
        body => format!("`{body}` is not a moment"),
    };
    let at = phrase.at..phrase.at + phrase.body.len();
    Mistake::new(
        at,
        what,
        "write `2026-12-24 09:00` or `event.Track.StartDate - 7 days at 09:00`",
    )
}
