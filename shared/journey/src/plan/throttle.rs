//! How fast advertising leaves: each mail takes a place in a line, and its place says when.
//!
//! A place is a number; what it means follows from the rule alone. So a line is one number that only grows, and whoever
//! asks twice for the same mail is told the same.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::Mistake;

/// How many mails of a journey may leave in a minute: `600 per minute`.
///
/// **Invariant:** at least one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pace {
    per_minute: u32,
}

impl Pace {
    /// Returns a pace of so many a minute; nothing where that is none.
    pub fn new(per_minute: u32) -> Option<Self> {
        (1..=PACE_MAX)
            .contains(&per_minute)
            .then_some(Self { per_minute })
    }

    /// Reads `600 per minute`.
    ///
    /// # Errors
    /// If it is no such thing.
    pub fn parse(source: &str) -> Result<Self, Mistake> {
        let count = source.strip_suffix(" per minute");
        let count = count.and_then(|count| count.trim().parse().ok());
        count.and_then(Self::new).ok_or_else(|| {
            let what = format!("`{source}` is not a pace");
            let help = format!("write one such as `600 per minute`, 1 to {PACE_MAX}");
            Mistake::new(0..source.len(), what, help)
        })
    }

    /// Names the line in which the mails of a journey wait; another rule is another line.
    pub fn line(self, journey: &str) -> String {
        format!("minute#{} {journey}", self.per_minute)
    }

    /// Returns how many a minute.
    pub fn per_minute(self) -> u32 {
        self.per_minute
    }
}

/// A domain that mailbox providers do not know yet: so many mails on the first day, more on each of the next, and none
/// held back after the last.
///
/// **Invariant:** at least one on each day; the numbers are bounded, so that nothing overflows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WarmUp {
    /// The first day, in the project's zone.
    pub from: Date,
    /// How many days: 1 to [`Self::DAYS_MAX`].
    pub days: u16,
    /// How many mails on the first day.
    pub first_day: u32,
    /// How many more of a hundred on each next one.
    pub growth: u16,
}

impl WarmUp {
    /// The longest.
    pub const DAYS_MAX: u16 = 120;
    /// The most on the first day.
    pub const FIRST_DAY_MAX: u32 = 1_000_000;
    /// The most growth: three times as many.
    pub const GROWTH_MAX: u16 = 200;

    /// Names the line in which the mails of all journeys wait; another rule is another line.
    pub fn line(&self) -> String {
        let Self {
            from,
            days,
            first_day,
            growth,
        } = self;
        format!("day#{from} {days} {first_day} {growth}")
    }

    /// Returns how many may leave on each day, the first first.
    pub fn ceilings(&self) -> impl Iterator<Item = u64> {
        let growth = u64::from(self.growth);
        let first = u64::from(self.first_day);
        // Whatever grows so far is no ceiling any more.
        let next =
            move |count: &u64| Some((*count + (*count * growth).div_ceil(100)).min(NO_CEILING));
        std::iter::successors(Some(first), next).take(usize::from(self.days))
    }

    /// Returns the day that a moment falls on, counted from the first, which is waited for; nothing after the last.
    fn day(&self, zone: &TimeZone, at: Timestamp) -> Option<usize> {
        let today = zone.to_datetime(at).date();
        let day = (today - self.from).get_days();
        let day = usize::try_from(day).unwrap_or(0);
        (day < usize::from(self.days)).then_some(day)
    }
}

/// What gives out places.
#[derive(Clone, Debug)]
pub enum Throttle<'a> {
    /// For a minute.
    Minute(Pace),
    /// For a day, in a zone.
    Day(&'a WarmUp, &'a TimeZone),
}

impl Throttle<'_> {
    /// Returns the first place that somebody who comes now can get; nothing where there is no line at that time.
    pub fn first(&self, now: Timestamp) -> Option<u64> {
        match self {
            Self::Minute(pace) => {
                let minute = u64::try_from(now.as_second() / 60).ok()?;
                Some(minute * u64::from(pace.per_minute))
            }
            Self::Day(warm_up, zone) => {
                let day = warm_up.day(zone, now)?;
                Some(warm_up.ceilings().take(day).sum())
            }
        }
    }

    /// Returns from when on the mail may leave that has a place.
    pub fn opens(&self, place: u64) -> Timestamp {
        match self {
            Self::Minute(pace) => {
                let minute = place / u64::from(pace.per_minute);
                let second = i64::try_from(minute.saturating_mul(60)).unwrap_or(i64::MAX);
                Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
            }
            Self::Day(warm_up, zone) => {
                let mut before = 0;
                let full = |count: &u64| {
                    before += count;
                    before <= place
                };
                let day = warm_up.ceilings().take_while(full).count();
                let day = i64::try_from(day).unwrap_or(i64::MAX);
                let date = warm_up.from.checked_add(day.days());
                let start = date.and_then(|date| zone.to_timestamp(date.at(DAY_BEGINS, 0, 0, 0)));
                start.unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Returns whether a place that opened at some time may be used yet: whoever comes much later takes another.
    pub fn is_good(&self, opens: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Minute(_) => now.duration_since(opens) < USED_WITHIN,
            // Its evening may be elsewhere, when the next day has begun here.
            Self::Day(..) => now.duration_since(opens) < DAY,
        }
    }
}

/// Nobody is to get advertising at night because a day of a warm-up begins.
const DAY_BEGINS: i8 = 8;
/// A day of a warm-up ends when the next one begins.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// As late as a step may be and still count as on time.
const USED_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// More than SES takes in a minute from anybody.
const PACE_MAX: u32 = 60_000;
/// More than leaves in a day.
const NO_CEILING: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;

    use super::{NO_CEILING, Pace, Throttle, WarmUp};

    fn warm_up(days: u16, first_day: u32, growth: u16) -> WarmUp {
        WarmUp {
            from: date(2026, 3, 27),
            days,
            first_day,
            growth,
        }
    }

    #[test]
    fn a_pace_is_read_as_it_is_written() {
        assert_eq!(Pace::parse("600 per minute").unwrap().per_minute(), 600);
        for wrong in [
            "0 per minute",
            "600",
            "600 per hour",
            "-1 per minute",
            "60001 per minute",
            "x per minute",
        ] {
            assert!(Pace::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn another_rule_is_another_line_and_each_journey_has_a_pace_of_its_own() {
        let pace = |per_minute| Pace::new(per_minute).unwrap();
        let (slow, fast) = (pace(60), pace(600));
        let own = [slow.line("a"), slow.line("b"), fast.line("a")];
        let later = WarmUp {
            from: date(2026, 3, 28),
            ..warm_up(5, 10, 50)
        };
        let all = [
            warm_up(5, 10, 50),
            warm_up(6, 10, 50),
            warm_up(5, 11, 50),
            warm_up(5, 10, 51),
            later,
        ];
        let lines: BTreeSet<_> = own.into_iter().chain(all.map(|rule| rule.line())).collect();
        assert_eq!(lines.len(), 8);
    }

    #[test]
    fn a_minute_has_as_many_places_as_its_pace_says_and_they_are_good_for_a_quarter_of_an_hour() {
        let throttle = Throttle::Minute(Pace::new(3).unwrap());
        let minute = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
        let first = throttle.first(minute(100) + SignedDuration::from_secs(59));
        assert_eq!(first, Some(300));
        let opens = [299, 300, 302, 303].map(|place| throttle.opens(place));
        assert_eq!(opens, [99, 100, 100, 101].map(minute));
        assert_eq!(throttle.first(minute(-1)), None);
        let last = minute(115) - SignedDuration::from_secs(1);
        assert!(throttle.is_good(minute(100), last));
        assert!(!throttle.is_good(minute(100), minute(115)));
    }

    #[test]
    fn a_warm_up_grows_from_day_to_day_and_ends() {
        let ceilings: Vec<_> = warm_up(5, 10, 50).ceilings().collect();
        assert_eq!(ceilings, [10, 15, 23, 35, 53]);
        // Growth of nothing is none, and of a little at least one.
        assert_eq!(warm_up(3, 1, 0).ceilings().collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!(warm_up(3, 1, 1).ceilings().collect::<Vec<_>>(), [1, 2, 3]);
        let last = warm_up(120, 1_000_000, 200).ceilings().last();
        assert_eq!(last, Some(NO_CEILING));
    }

    #[test]
    fn a_day_is_the_projects_own_also_where_the_clock_is_turned() {
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let warm_up = warm_up(4, 2, 0);
        let throttle = Throttle::Day(&warm_up, &zone);
        let opens: Vec<_> = (0..9)
            .step_by(2)
            .map(|place| throttle.opens(place).to_string())
            .collect();
        assert_eq!(
            opens,
            [
                "2026-03-27T07:00:00Z",
                "2026-03-28T07:00:00Z",
                // The night of the 29th lasted an hour less.
                "2026-03-29T06:00:00Z",
                "2026-03-30T06:00:00Z",
                "2026-03-31T06:00:00Z",
            ]
        );
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let first = [
            "2026-03-26T22:59:59Z",
            "2026-03-26T23:00:00Z",
            "2026-03-29T22:00:00Z",
            "2026-03-30T22:00:00Z",
        ]
        .map(|text| throttle.first(at(text)));
        assert_eq!(first, [Some(0), Some(0), Some(6), None]);
        // Evening in Los Angeles is the next morning here.
        assert!(throttle.is_good(at("2026-03-27T07:00:00Z"), at("2026-03-28T05:00:00Z")));
        assert!(!throttle.is_good(at("2026-03-27T07:00:00Z"), at("2026-03-28T07:00:00Z")));
    }

    proptest! {
        #[test]
        fn no_minute_and_no_day_holds_more_than_its_rule_says(
            per_minute in 1_u32..50,
            first_day in 1_u32..20,
            growth in 0_u16..200,
            days in 1_u16..20,
            seconds in prop::collection::vec(0_i64..40_000, 1..200),
        ) {
            let zone = TimeZone::get("Europe/Amsterdam").unwrap();
            let warm_up = warm_up(days, first_day, growth);
            let start = Throttle::Day(&warm_up, &zone).opens(0);
            let mut seconds = seconds;
            seconds.sort_unstable();
            for (throttle, most) in [
                (Throttle::Minute(Pace::new(per_minute).unwrap()), None),
                (Throttle::Day(&warm_up, &zone), Some(warm_up.ceilings().collect::<Vec<_>>())),
            ] {
                let mut next = 0;
                let mut held = std::collections::BTreeMap::<Timestamp, u64>::new();
                for second in &seconds {
                    let now = start + SignedDuration::from_secs(*second);
                    let Some(first) = throttle.first(now) else { continue };
                    let place = first.max(next);
                    next = place + 1;
                    let opens = throttle.opens(place);
                    // A place is for now or for later.
                    prop_assert!(throttle.is_good(opens, now));
                    *held.entry(opens).or_default() += 1;
                }
                for (opens, count) in held {
                    let most = match &most {
                        None => Some(u64::from(per_minute)),
                        // After the last day there is none.
                        Some(most) => warm_up.day(&zone, opens).map(|day| most[day]),
                    };
                    prop_assert!(most.is_none_or(|most| count <= most), "{count} at {opens}");
                }
            }
        }
    }
}
