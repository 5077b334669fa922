//! How long something takes: the part that waits, periods and moments have in common.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use crate::{Mistake, nearest};

/// So many months, then so many days, then so much time: all forward or all back.
///
/// **Invariant:** none of the three is beyond [`DAYS_MAX`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Length {
    /// Months; a year is twelve.
    months: i32,
    /// Days; a week is seven.
    days: i32,
    /// What elapses, whatever the clocks on the wall do.
    elapsed: SignedDuration,
    /// Whether hours or anything smaller were written, be it zero of them.
    pub(super) clocked: bool,
}

impl Length {
    /// Reads `3 days`, `2 weeks`, `90 minutes`, `1 month`, `24h`, `1 day 12 hours` or `P14D`.
    ///
    /// # Errors
    /// If it is no such thing, goes back in time, or is longer than ten years.
    pub(super) fn parse(text: &str) -> Result<Self, Mistake> {
        if let Some(mistake) = refuse(text) {
            return Err(mistake);
        }
        let span: Span = text.parse().map_err(|_| explain(text))?;
        let length = Self::of(span).filter(|length| length.days_about() <= DAYS_MAX);
        let length = length.ok_or_else(|| too_long(text))?;
        Ok(Self {
            clocked: is_clocked(text),
            ..length
        })
    }

    /// Turns a span into what it means here, unless it overflows.
    fn of(span: Span) -> Option<Self> {
        let months = i32::from(span.get_years())
            .checked_mul(12)?
            .checked_add(span.get_months())?;
        let days = span
            .get_weeks()
            .checked_mul(7)?
            .checked_add(span.get_days())?;
        let time = span.years(0).months(0).weeks(0).days(0);
        let elapsed = SignedDuration::try_from(time).ok()?;
        Some(Self {
            months,
            days,
            elapsed,
            clocked: false,
        })
    }

    /// Returns about how many days this is, for the limit: a month counts as thirty.
    fn days_about(&self) -> i64 {
        i64::from(self.months) * 30 + i64::from(self.days) + self.elapsed.as_hours() / 24
    }

    /// Returns what it comes to where a day is 24 hours and a month 30 days.
    pub(super) fn about(&self) -> SignedDuration {
        let days = i64::from(self.months) * 30 + i64::from(self.days);
        self.elapsed
            .saturating_add(SignedDuration::from_hours(24 * days))
    }

    /// Returns the least and the most that it comes to, wherever in four years it begins: a day is 24 hours.
    pub(super) fn between(&self) -> [SignedDuration; 2] {
        let starts = (1..=12_i8).flat_map(|month| (2027..=2030).map(move |year| (year, month)));
        let days = starts.map(|(year, month)| {
            let start = jiff::civil::date(year, month, 1);
            self.move_date(start).duration_since(start)
        });
        let sums = days.map(|days| days.saturating_add(self.elapsed));
        let (least, most) = sums.fold((SignedDuration::MAX, SignedDuration::ZERO), |found, sum| {
            (found.0.min(sum), found.1.max(sum))
        });
        [least, most]
    }

    /// Returns whether it takes no time at all.
    pub(super) fn is_zero(&self) -> bool {
        self.months == 0 && self.days == 0 && self.elapsed.is_zero()
    }

    /// Returns the same length into the past.
    pub(super) fn back(self) -> Self {
        Self {
            months: -self.months,
            days: -self.days,
            elapsed: -self.elapsed,
            ..self
        }
    }

    /// Moves a date by the calendar part only.
    pub(super) fn move_date(&self, date: Date) -> Date {
        date.saturating_add(Span::new().months(self.months).days(self.days))
    }

    /// Moves a moment: by the calendar in that zone, then by what elapses.
    pub(super) fn move_moment(&self, start: Timestamp, zone: &TimeZone) -> Timestamp {
        // The wall clock is left alone unless dates are counted, because in an autumn night it does
        // not tell the first hour from the second.
        let landed = if self.months == 0 && self.days == 0 {
            start
        } else {
            let civil = zone.to_datetime(start);
            instant(self.move_date(civil.date()).to_datetime(civil.time()), zone)
        };
        self.elapse(landed)
    }

    /// Moves a moment by what elapses only.
    pub(super) fn elapse(&self, start: Timestamp) -> Timestamp {
        let end = if self.elapsed.is_negative() {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        start.checked_add(self.elapsed).unwrap_or(end)
    }
}

/// Returns the moment at which clocks in a zone show this: later by the gap if none does, the first
/// if two do.
pub(super) fn instant(civil: DateTime, zone: &TimeZone) -> Timestamp {
    let end = if civil.year().is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    zone.to_ambiguous_timestamp(civil)
        .compatible()
        .unwrap_or(end)
}

/// Refuses what a journey must not say, though the calendar library may read it.
fn refuse(text: &str) -> Option<Mistake> {
    let all = 0..text.len();
    if text.is_empty() {
        return Some(Mistake::new(all, "there is no duration here", FORMS));
    }
    if let Some(colon) = text.find(':') {
        let help = "write `at 09:30` for a time of day, `90 minutes` for a duration";
        return Some(Mistake::new(
            colon..colon + 1,
            "a duration has no `:`",
            help,
        ));
    }
    if text.starts_with(['-', '−', '–']) || text.ends_with("ago") {
        let what = format!("`{text}` goes back in time");
        return Some(Mistake::new(
            all,
            what,
            "write a number above zero: `3 days`",
        ));
    }
    if let Some(rest) = text.strip_prefix('+') {
        let help = format!("write `{}`", rest.trim_start());
        return Some(Mistake::new(0..1, "a duration has no sign", help));
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (at, unit) = words(text)
        .into_iter()
        .find(|(_, word)| is_elapsed(word).is_none())?;
    let help = nearest(unit, UNITS.iter().map(|(name, _)| *name)).map_or_else(
        || format!("durations are written in English: {UNIT_NAMES}"),
        |unit| format!("did you mean `{unit}`? There are {UNIT_NAMES}"),
    );
    let what = format!("`{unit}` is not a unit of time");
    Some(Mistake::new(at..at + unit.len(), what, help))
}

/// Says why the calendar library could not read a text, and what to write.
fn explain(text: &str) -> Mistake {
    let all = 0..text.len();
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Mistake::new(all, format!("`{text}` is not a duration"), FORMS);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let help = format!("write `{text} days`, or weeks, months, hours, minutes");
        return Mistake::new(all, format!("`{text}` has no unit"), help);
    }
    let words = words(text);
    if words.is_empty() {
        return Mistake::new(all, format!("`{text}` has no unit"), FORMS);
    }
    if words.iter().any(|word| is_beyond(text, *word)) {
        return too_long(text);
    }
    let calendar = words
        .iter()
        .any(|(_, word)| is_elapsed(word) == Some(false));
    if calendar && text.contains(['.', ',']) {
        let what = format!("`{text}` cuts a day, week, month or year into parts");
        return Mistake::new(all, what, "write whole ones, or hours: `36 hours`");
    }
    let help = "write each unit once and the longest first: `1 day 12 hours`";
    Mistake::new(all, format!("`{text}` is not a duration"), help)
}

/// Returns whether the number before a unit is more than ten years, be it of the shortest such unit.
fn is_beyond(text: &str, (at, unit): (usize, &str)) -> bool {
    let before = text[..at].trim_end();
    let digits = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let most = match is_elapsed(unit) {
        Some(true) => SECONDS_MAX,
        Some(false) | None => DAYS_MAX,
    };
    // What is too large to be read at all is so here too.
    let number = before[digits..].parse();
    number.map_or(digits < before.len(), |number: i64| number > most)
}

/// Says that a duration is beyond the limit.
fn too_long(text: &str) -> Mistake {
    let what = format!("`{text}` is longer than ten years");
    Mistake::new(0..text.len(), what, "write ten years or less")
}

/// Returns whether a text that was read as a duration names hours or smaller.
fn is_clocked(text: &str) -> bool {
    if text.starts_with(['P', 'p']) {
        return text.contains(['T', 't']);
    }
    words(text)
        .iter()
        .any(|(_, word)| is_elapsed(word) == Some(true))
}

/// Returns the runs of letters in a text, with where each begins.
fn words(text: &str) -> Vec<(usize, &str)> {
    let apart = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ',');
    let mut words = Vec::new();
    let mut at = 0;
    for word in text.split_inclusive(apart) {
        let letters = word.trim_end_matches(apart);
        if !letters.is_empty() {
            words.push((at, letters));
        }
        at += word.len();
    }
    words
}

/// Returns whether a unit elapses, if it is a unit.
fn is_elapsed(word: &str) -> Option<bool> {
    UNITS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, elapsed)| *elapsed)
}

/// The words for units that the calendar library reads, and whether they elapse.
const UNITS: [(&str, bool); 32] = [
    ("years", false),
    ("year", false),
    ("yrs", false),
    ("yr", false),
    ("y", false),
    ("months", false),
    ("month", false),
    ("mos", false),
    ("mo", false),
    ("weeks", false),
    ("week", false),
    ("wks", false),
    ("wk", false),
    ("w", false),
    ("days", false),
    ("day", false),
    ("d", false),
    ("hours", true),
    ("hour", true),
    ("hrs", true),
    ("hr", true),
    ("h", true),
    ("minutes", true),
    ("minute", true),
    ("mins", true),
    ("min", true),
    ("m", true),
    ("seconds", true),
    ("second", true),
    ("secs", true),
    ("sec", true),
    ("s", true),
];

/// The units, as a message names them.
const UNIT_NAMES: &str = "minutes, hours, days, weeks, months and years";

/// What a duration looks like, as a message says it.
const FORMS: &str = "write a number and a unit: `3 days`, `2 weeks`, `90 minutes`";

/// The longest length, in days: ten years.
const DAYS_MAX: i64 = 3653;

/// The same in seconds.
const SECONDS_MAX: i64 = DAYS_MAX * 24 * 60 * 60;
