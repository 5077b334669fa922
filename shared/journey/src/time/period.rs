//! Durations that nothing waits for: how long a mail may be late, how long to wait for an event.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::length::Length;
use crate::Mistake;

/// A duration such as `12 hours`, `7 days` or `1 month`.
///
/// **Invariant:** it is longer than zero and at most ten years.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Period {
    source: String,
    length: Length,
}

impl Period {
    /// Reads a duration without a time of day.
    ///
    /// # Errors
    /// If it is no duration, is zero or negative, is longer than ten years, or says `at`.
    pub fn parse(source: &str) -> Result<Self, Mistake> {
        let Phrase { at, body, time } = Phrase::of(source)?;
        let length = Length::parse(body).map_err(|mistake| mistake.moved(at))?;
        if let Some((place, time)) = time {
            let help = format!("write `{body}`");
            let all = place..place + time.len();
            return Err(Mistake::new(all, "a time of day has no meaning here", help));
        }
        if length.is_zero() {
            return Err(nothing(at, body));
        }
        Ok(Self {
            source: source.to_owned(),
            length,
        })
    }

    /// Returns the exact moment this long after another: counted by the calendar of that zone, then
    /// by what elapses. [`ceil_to_minute`](super::ceil_to_minute) makes it one to wait for.
    pub fn after(&self, start: Timestamp, zone: &TimeZone) -> Timestamp {
        self.length.move_moment(start, zone)
    }

    /// Returns what it comes to where no calendar matters: a day is 24 hours, a month 30 days.
    pub fn about(&self) -> SignedDuration {
        self.length.about()
    }

    /// Returns about how long it takes at least and at most: a day is 24 hours, a month the shortest and the longest.
    pub fn between(&self) -> [SignedDuration; 2] {
        self.length.between()
    }

    /// Returns what the author wrote.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

/// A text cut at its `at`: `3 days` and `09:30`, each with where it begins in the source.
pub(super) struct Phrase<'a> {
    /// Where the body begins.
    pub(super) at: usize,
    /// What stands before `at`, without the spaces around it.
    pub(super) body: &'a str,
    /// What stands after `at`, without the spaces around it, if there is an `at`.
    pub(super) time: Option<(usize, &'a str)>,
}

impl<'a> Phrase<'a> {
    /// Cuts a text at the first word `at`.
    ///
    /// # Errors
    /// If the text is longer than anything that makes sense.
    pub(super) fn of(source: &'a str) -> Result<Self, Mistake> {
        if source.len() > SOURCE_MAX {
            let what = format!("this is longer than {SOURCE_MAX} bytes");
            return Err(Mistake::new(0..source.len(), what, "write it shorter"));
        }
        let (head, tail) = match word_at(source) {
            Some(place) => (&source[..place], Some((place + 2, &source[place + 2..]))),
            None => (source, None),
        };
        let trim = |(at, text): (usize, &'a str)| {
            let left = text.trim_start();
            (at + text.len() - left.len(), left.trim_end())
        };
        let (at, body) = trim((0, head));
        Ok(Self {
            at,
            body,
            time: tail.map(trim),
        })
    }
}

/// Says that a duration is zero.
pub(super) fn nothing(at: usize, body: &str) -> Mistake {
    let what = format!("`{body}` takes no time at all");
    Mistake::new(
        at..at + body.len(),
        what,
        "leave it out, or write a number above zero",
    )
}

/// Finds the word `at`, with a space or an end of the text on both sides.
fn word_at(source: &str) -> Option<usize> {
    let edge = |c: Option<char>| c.is_none_or(char::is_whitespace);
    source
        .match_indices("at")
        .map(|(place, _)| place)
        .find(|&place| {
            edge(source[..place].chars().next_back()) && edge(source[place + 2..].chars().next())
        })
}

/// The longest text of a wait, period or moment, in bytes.
const SOURCE_MAX: usize = 256;
