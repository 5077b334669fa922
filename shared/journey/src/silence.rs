//! Whether a journey that normally starts has stopped doing so.
//!
//! Nothing is declared: how often a journey starts is learned from the days on which it did. Weekends and holidays
//! are gaps like any other, so whoever knows better may say so in the journey itself.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::Period;

/// When a journey is taken to be silent, where its author says so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Silence {
    /// When it has not started for so long.
    After(Period),
    /// Never, however long it does not start.
    Never,
}

/// The days on which a journey started, in UTC: the last of them, and which of the 64 up to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fired {
    last: Timestamp,
    /// The lowest bit is the day of `last`, the next one the day before.
    days: u64,
}

impl Fired {
    /// A journey that started once.
    pub fn once(at: Timestamp) -> Self {
        Self { last: at, days: 1 }
    }

    /// What was written down earlier.
    pub fn new(last: Timestamp, days: u64) -> Self {
        let days = days | 1;
        Self { last, days }
    }

    /// Returns when it started last.
    pub fn last(self) -> Timestamp {
        self.last
    }

    /// Returns the days on which it started: the lowest bit is the last of them.
    pub fn days(self) -> u64 {
        self.days
    }

    /// Notes that it started; in whichever order that is told.
    #[must_use]
    pub fn again(self, at: Timestamp) -> Self {
        let ahead = day(at) - day(self.last);
        Self {
            last: self.last.max(at),
            days: if ahead > 0 {
                // What moves by a day or more has no lowest bit.
                back(self.days, ahead) + 1
            } else {
                self.days | back(1, -ahead)
            },
        }
    }

    /// Reckons its silence from a moment at the earliest: before that it could not start.
    #[must_use]
    pub fn expected_from(self, at: Option<Timestamp>) -> Self {
        Self {
            last: at.map_or(self.last, |at| at.max(self.last)),
            ..self
        }
    }

    /// Returns whether it has been silent for too long: longer than its author says or, where nothing
    /// is said, than twice its longest gap and a day.
    ///
    /// A journey that has not started on five days yet, or is not known for a week, has no habit to break.
    pub fn is_silent(self, own: Option<&Silence>, zone: &TimeZone, now: Timestamp) -> bool {
        match own {
            Some(Silence::Never) => false,
            Some(Silence::After(period)) => now > period.after(self.last, zone),
            None => self.longest_gap().is_some_and(|days| {
                let patience = SignedDuration::from_hours(24 * (2 * days + 1));
                now.duration_since(self.last) > patience
            }),
        }
    }

    /// Returns the most days from one on which it started to the next.
    fn longest_gap(self) -> Option<i64> {
        let fired: Vec<i64> = (0..DAYS).filter(|at| self.days >> at & 1 == 1).collect();
        let known = fired.last().copied().unwrap_or_default();
        if fired.len() < HABIT_DAYS_MIN || known < HABIT_SPAN_DAYS_MIN {
            return None;
        }
        fired.windows(2).map(|pair| pair[1] - pair[0]).max()
    }
}

/// Moves days so many days into the past; those that are too old are forgotten.
fn back(days: u64, by: i64) -> u64 {
    let by = u32::try_from(by).unwrap_or(u32::MAX);
    days.checked_shl(by).unwrap_or(0)
}

/// Returns the number of the day that a moment is in.
fn day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(24 * 60 * 60)
}

const DAYS: i64 = 64;
const HABIT_DAYS_MIN: usize = 5;
/// Who is known for less than a week has not shown its weekend yet.
const HABIT_SPAN_DAYS_MIN: i64 = 7;

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;

    use super::{Fired, Silence};
    use crate::Period;

    proptest! {
        #[test]
        fn weekends_are_no_silence(
            first in 0_i64..7,
            seconds in prop::collection::vec(0_i64..DAY_S, 70),
            weeks in 2_usize..9,
        ) {
            let starts = starts(first, &seconds[..weeks * 7]).into_iter();
            let starts = starts.filter(|at| weekday(*at) < 5);
            let starts: Vec<_> = starts.collect();
            for (at, next) in starts.iter().zip(&starts[1..]).skip(4) {
                let fired = told(starts.iter().filter(|one| *one <= at));
                prop_assert!(!fired.is_silent(None, &TimeZone::UTC, *next));
            }
        }

        #[test]
        fn a_daily_journey_that_stops_is_silent_after_three_days(
            first in 0_i64..7,
            seconds in prop::collection::vec(0_i64..DAY_S, 8..100),
        ) {
            let starts = starts(first, &seconds);
            let (last, fired) = (*starts.last().unwrap(), told(&starts));
            let after = |hours| last + SignedDuration::from_hours(hours);
            prop_assert!(!fired.is_silent(None, &TimeZone::UTC, after(72)));
            prop_assert!(fired.is_silent(None, &TimeZone::UTC, after(73)));
        }

        #[test]
        fn it_does_not_matter_in_which_order_and_how_often_it_is_told(
            mut seconds in prop::collection::vec(0..90 * DAY_S, 1..40),
            told_twice in any::<bool>(),
        ) {
            let at = |second: &i64| Timestamp::from_second(*second).unwrap();
            let shuffled = told(&seconds.iter().map(at).collect::<Vec<_>>());
            if told_twice {
                seconds.extend_from_within(..);
            }
            seconds.sort_unstable();
            let sorted = told(&seconds.iter().map(at).collect::<Vec<_>>());
            prop_assert_eq!(shuffled, sorted);
            prop_assert_eq!(Fired::new(sorted.last(), sorted.days()), sorted);
        }

        #[test]
        fn who_has_no_habit_is_never_silent(
            seconds in prop::collection::vec(0..60 * DAY_S, 1..5),
            days in 0_i64..4000,
        ) {
            let at = |second: &i64| Timestamp::from_second(*second).unwrap();
            let fired = told(&seconds.iter().map(at).collect::<Vec<_>>());
            let now = fired.last() + SignedDuration::from_hours(24 * days);
            prop_assert!(!fired.is_silent(None, &TimeZone::UTC, now));
        }
    }

    #[test]
    fn what_the_author_says_goes_before_what_is_learned() {
        let daily = told(&starts(0, &[0; 30]));
        let after = |hours| daily.last() + SignedDuration::from_hours(hours);
        let own = Silence::After(Period::parse("2 weeks").unwrap());
        assert!(!daily.is_silent(Some(&own), &TimeZone::UTC, after(14 * 24)));
        assert!(daily.is_silent(Some(&own), &TimeZone::UTC, after(14 * 24 + 1)));
        assert!(!daily.is_silent(Some(&Silence::Never), &TimeZone::UTC, after(9999)));
        // It holds from the first start on.
        let once = Fired::once(Timestamp::UNIX_EPOCH);
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(15 * 24);
        assert!(once.is_silent(Some(&own), &TimeZone::UTC, later));
    }

    #[test]
    fn a_habit_is_five_days_a_week_apart_or_more() {
        let midnight = |day: i64| Timestamp::from_second((20_000 + day) * DAY_S).unwrap();
        let silent_after = |days: &[i64], hours: i64| {
            let fired = told(&days.iter().map(|day| midnight(*day)).collect::<Vec<_>>());
            let now = fired.last() + SignedDuration::from_hours(hours);
            fired.is_silent(None, &TimeZone::UTC, now)
        };
        // Its longest gap is two days, so it is waited for five.
        let habit = [0, 2, 4, 6, 7];
        assert!(!silent_after(&habit, 5 * 24));
        assert!(silent_after(&habit, 5 * 24 + 1));
        assert!(!silent_after(&[0, 2, 4, 7], 9999));
        assert!(!silent_after(&[0, 2, 4, 5, 6], 9999));
    }

    #[test]
    fn what_is_older_than_64_days_is_forgotten() {
        let old = told(&starts(0, &[0; 10]));
        let fired = old.again(old.last() + SignedDuration::from_hours(64 * 24));
        assert_eq!(fired.days(), 1);
        assert_eq!(fired.again(Timestamp::MIN), fired);
        assert_eq!(Fired::once(Timestamp::MIN).again(fired.last()).days(), 1);
    }

    /// The starts of days one after the other, each so many seconds into its day.
    fn starts(first: i64, seconds: &[i64]) -> Vec<Timestamp> {
        let days = (20_000 + first..).zip(seconds);
        days.map(|(day, second)| Timestamp::from_second(day * DAY_S + second).unwrap())
            .collect()
    }

    fn told<'a>(starts: impl IntoIterator<Item = &'a Timestamp>) -> Fired {
        let mut starts = starts.into_iter();
        let first = Fired::once(*starts.next().unwrap());
        starts.fold(first, |fired, at| fired.again(*at))
    }

    #[test]
    fn what_could_not_start_was_not_silent() {
        let at = |day| Timestamp::from_second(day * DAY_S).unwrap();
        let fired = Fired::once(at(10)).again(at(9));
        for (from, last) in [(None, 10), (Some(at(8)), 10), (Some(at(12)), 12)] {
            let expected = fired.expected_from(from);
            assert_eq!((expected.last(), expected.days()), (at(last), 0b11));
        }
    }

    fn weekday(at: Timestamp) -> i8 {
        let date = at.to_zoned(TimeZone::UTC).date();
        date.weekday().to_monday_zero_offset()
    }

    const DAY_S: i64 = 24 * 60 * 60;
}
