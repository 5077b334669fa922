//! Windows: `mon-fri 09:00-12:00`, when a journey goes on or a mail may leave.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::ceil_to_minute;
use crate::{Mistake, nearest};

/// Certain hours of certain days of the week, by the clock on the contact's wall.
///
/// Its first minute belongs to it, the minute it ends at does not. A window over midnight belongs to
/// the day on which it begins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Window {
    source: String,
    /// Monday first.
    days: [bool; 7],
    /// Minutes since midnight, below [`DAY_MINUTES`].
    from: i16,
    /// Minutes since midnight; not `from`. It is earlier than `from` if the window goes over midnight.
    until: i16,
}

impl Window {
    /// Reads `mon-fri 09:00-12:00`, `sat,sun 10:00-24:00`, `fri-mon 22:00-02:00` or, for every day,
    /// `09:00-17:00`.
    ///
    /// # Errors
    /// If it is no such thing, or takes no time.
    pub fn parse(source: &str) -> Result<Self, Mistake> {
        let text = source.trim();
        let (days, hours) = match text.rsplit_once(char::is_whitespace) {
            Some((days, hours)) => (days_of(source, days.trim_end())?, hours),
            None => ([true; 7], text),
        };
        let place = source.rfind(hours).unwrap_or(0);
        let all = place..place + hours.len();
        let parts = hours.split_once('-');
        let parts = parts.and_then(|(from, until)| Some((minutes(from)?, minutes(until)?)));
        let Some((from, until)) = parts.filter(|(from, _)| *from < DAY_MINUTES) else {
            let what = format!("`{hours}` is no pair of times of day");
            return Err(Mistake::new(all, what, two_digits(hours)));
        };
        if from == until {
            let what = format!("`{hours}` takes no time at all");
            let help = "a whole day is `00:00-24:00`";
            return Err(Mistake::new(all, what, help));
        }
        Ok(Self {
            source: source.to_owned(),
            days,
            from,
            until,
        })
    }

    /// Returns what the author wrote.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Returns whether it is open when a clock shows this.
    fn shows(&self, civil: DateTime, closed: &BTreeSet<Date>) -> bool {
        let minute = i16::from(civil.hour()) * 60 + i16::from(civil.minute());
        let begins = |date: Date| self.begins_on(date, closed);
        let by_day = self.from..self.until;
        if !by_day.is_empty() {
            return by_day.contains(&minute) && begins(civil.date());
        }
        let yesterday = civil.date().yesterday();
        minute >= self.from && begins(civil.date())
            || minute < self.until && yesterday.is_ok_and(begins)
    }

    fn begins_on(&self, date: Date, closed: &BTreeSet<Date>) -> bool {
        let day = date.weekday().to_monday_zero_offset();
        self.days[usize::from(day.unsigned_abs())] && !closed.contains(&date)
    }

    fn start(&self) -> Time {
        let [hour, minute] = [self.from / 60, self.from % 60].map(|part| part as i8);
        Time::new(hour, minute, 0, 0).unwrap_or(Time::midnight())
    }
}

/// Several windows, any of which is enough, without those that begin on a closed day.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Hours {
    /// The windows; never empty.
    pub windows: Vec<Window>,
    /// The days on which none begins.
    pub closed: BTreeSet<Date>,
}

impl Hours {
    /// Returns what the author wrote.
    pub fn written(&self) -> String {
        let windows = self.windows.iter().map(Window::as_str);
        windows.collect::<Vec<_>>().join(", ")
    }

    fn shows(&self, civil: DateTime) -> bool {
        let mut windows = self.windows.iter();
        windows.any(|window| window.shows(civil, &self.closed))
    }
}

/// Returns the first moment from `from` on at which all of `hours` are open: `from` itself if they
/// are. Nothing if that does not happen within three years.
pub fn opening(hours: &[&Hours], from: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let open = |at: &Timestamp| {
        let civil = zone.to_datetime(*at);
        hours.iter().all(|hours| hours.shows(civil))
    };
    if open(&from) {
        return Some(from);
    }
    // What is closed now opens where one of the windows begins, or where the clocks jump into one.
    let horizon = from
        .checked_add(SignedDuration::from_hours(24 * DAYS_MAX))
        .ok()?;
    let jumps = zone.following(from).map(|jump| jump.timestamp());
    let jumps: Vec<Timestamp> = jumps.take_while(|at| *at <= horizon).collect();
    // An autumn night may repeat the end of the day before.
    let first = zone.to_datetime(from).date().yesterday().ok()?;
    let days = first.series(1.day()).take_while(|day| {
        let start = zone.to_timestamp(day.to_datetime(Time::midnight()));
        start.is_ok_and(|start| start < horizon)
    });
    for day in days {
        let windows = hours.iter().flat_map(|hours| &hours.windows);
        let starts = windows.flat_map(|window| shown(day.to_datetime(window.start()), zone));
        let jumps = jumps.iter().copied();
        let jumps = jumps.filter(|at| zone.to_datetime(*at).date() == day);
        let mut starts: Vec<Timestamp> = starts.chain(jumps).map(ceil_to_minute).collect();
        starts.sort_unstable();
        let found = starts.into_iter().find(|at| *at > from && open(at));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Returns whether all of `hours` are ever open together in a week without closed days.
pub fn meet(hours: &[&Hours]) -> bool {
    let monday = jiff::civil::date(2029, 1, 1);
    let none = BTreeSet::new();
    let week = monday.series(1.day()).take(7).flat_map(|day| {
        let minutes = (0..DAY_MINUTES).map(|at| [at / 60, at % 60].map(|part| part as i8));
        minutes.map(move |[hour, minute]| day.at(hour, minute, 0, 0))
    });
    let open = |hours: &&Hours, civil| hours.windows.iter().any(|one| one.shows(civil, &none));
    week.into_iter()
        .any(|civil| hours.iter().all(|one| open(one, civil)))
}

/// Returns the moments at which clocks in a zone show this: none in a spring gap, two in an autumn
/// fold.
fn shown(civil: DateTime, zone: &TimeZone) -> impl Iterator<Item = Timestamp> {
    let offsets = match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
        AmbiguousOffset::Gap { .. } => [None, None],
        AmbiguousOffset::Fold { before, after } => [Some(before), Some(after)],
    };
    let offsets = offsets.into_iter().flatten();
    offsets.filter_map(move |offset| offset.to_timestamp(civil).ok())
}

/// Reads `mon-fri`, `sat,sun` or `fri-mon,wed`.
fn days_of(source: &str, text: &str) -> Result<[bool; 7], Mistake> {
    let place = source.find(text).unwrap_or(0);
    let mut days = [false; 7];
    for range in text.split(',') {
        let range = range.trim();
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let day = |word: &str| {
            let word = word.trim();
            DAYS.iter().position(|day| *day == word).ok_or_else(|| {
                let lower = word.to_lowercase();
                let whole = DAYS.into_iter().find(|day| lower.starts_with(day));
                let help = match (nearest(word, DAYS), whole) {
                    (Some(near), _) => format!("did you mean `{near}`?"),
                    (None, Some(day)) => format!("write its first three letters: `{day}`"),
                    (None, None) => FORM.to_owned(),
                };
                let what = format!("`{word}` is not a day of the week");
                Mistake::new(place..place + text.len(), what, help)
            })
        };
        let (mut at, last) = (day(first)?, day(last)?);
        days[at] = true;
        while at != last {
            at = (at + 1) % 7;
            days[at] = true;
        }
    }
    Ok(days)
}

/// Says what to write instead of hours that cannot be read: `9:00-12:00` lacks only a digit.
fn two_digits(hours: &str) -> String {
    let ends = hours.split_once('-');
    let ends = ends.map(|(from, until)| [from, until].map(|end| format!("{end:0>5}")));
    let ends = ends.filter(|ends| ends.iter().all(|end| minutes(end).is_some()));
    let meant = ends.map(|ends| ends.join("-"));
    match meant.filter(|meant| meant != hours) {
        Some(meant) => format!("write hours with two digits: `{meant}`"),
        None => FORM.to_owned(),
    }
}

/// Reads `09:00`, up to `24:00`.
fn minutes(text: &str) -> Option<i16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<i16>().ok()).flatten()
    };
    let all = two(hours)? * 60 + two(minutes).filter(|minutes| *minutes < 60)?;
    (all <= DAY_MINUTES).then_some(all)
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const DAY_MINUTES: i16 = 24 * 60;

/// How far ahead an opening is looked for.
const DAYS_MAX: i64 = 3 * 366;

const FORM: &str = "write days and hours: `mon-fri 09:00-12:00`";
