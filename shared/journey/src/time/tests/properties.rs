//! What is true of every wait, whenever and wherever it begins.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::{Moment, Period, Value, Wait, zone};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn nothing_is_due_early_or_within_a_minute(
        wait in waits(),
        arrival in arrivals(),
        zone in zones(),
    ) {
        let due = Wait::parse(&wait).unwrap().due(arrival, &zone);
        prop_assert!(arrival <= due);
        prop_assert_eq!(due.as_nanosecond().rem_euclid(60_000_000_000), 0);
    }

    #[test]
    fn days_keep_the_time_on_the_clock(
        days in 1_i64..800,
        arrival in minutes(),
        zone in zones(),
    ) {
        let due = Wait::parse(&format!("{days} days")).unwrap().due(arrival, &zone);
        let (came, goes) = (zone.to_datetime(arrival), zone.to_datetime(due));
        let wanted = came.date().checked_add(SignedDuration::from_hours(24 * days)).unwrap();
        let wanted = wanted.to_datetime(came.time());
        let there = zone.to_ambiguous_timestamp(wanted).offset();
        if matches!(there, jiff::tz::AmbiguousOffset::Gap { .. }) {
            prop_assert!(wanted < goes);
        } else {
            prop_assert_eq!(goes, wanted);
            // Of two moments that clocks show alike, it is the first.
            let hour = SignedDuration::from_hours(1);
            prop_assert_ne!(zone.to_datetime(due - hour), wanted);
        }
    }

    #[test]
    fn hours_elapse_whatever_the_clocks_show(
        hours in 1_i64..20_000,
        arrival in minutes(),
        zone in zones(),
    ) {
        let due = Wait::parse(&format!("{hours} hours")).unwrap().due(arrival, &zone);
        prop_assert_eq!(due, arrival + SignedDuration::from_hours(hours));
    }

    #[test]
    fn a_longer_wait_is_never_over_earlier(
        days in 1..800,
        more in 0..800,
        at in prop::sample::select(["", " at 00:00", " at 02:30", " at 23:59"].as_slice()),
        arrival in arrivals(),
        zone in zones(),
    ) {
        let due = |days| Wait::parse(&format!("{days} days{at}")).unwrap().due(arrival, &zone);
        prop_assert!(due(days) <= due(days + more));
    }

    #[test]
    fn whoever_comes_later_goes_no_earlier_where_clocks_do_not_change(
        // Not months: one from the evening of the 30th may be later than one from the morning after.
        wait in waits().prop_map(|wait| wait.replace("months", "weeks")),
        arrivals in (arrivals(), arrivals()),
    ) {
        let (wait, zone) = (Wait::parse(&wait).unwrap(), zone("Asia/Kolkata").unwrap());
        let (one, other) = (arrivals.0.min(arrivals.1), arrivals.0.max(arrivals.1));
        prop_assert!(wait.due(one, &zone) <= wait.due(other, &zone));
    }

    #[test]
    fn months_keep_the_day_or_end_on_the_last(
        months in 1_i16..120,
        arrival in minutes(),
    ) {
        let zone = zone("Asia/Kolkata").unwrap();
        let due = Wait::parse(&format!("{months} months")).unwrap().due(arrival, &zone);
        let (came, goes) = (zone.to_datetime(arrival), zone.to_datetime(due));
        let passed = |date: jiff::civil::DateTime| date.year() * 12 + i16::from(date.month());
        prop_assert_eq!(passed(goes), passed(came) + months);
        prop_assert_eq!(goes.day(), came.day().min(goes.date().days_in_month()));
        prop_assert_eq!(goes.time(), came.time());
    }

    #[test]
    fn a_moment_from_a_moment_is_what_a_wait_from_it_would_be(
        length in lengths(),
        start in arrivals(),
        zone in zones(),
    ) {
        let waited = Wait::parse(&length).unwrap().due(start, &zone);
        let moment = Moment::parse(&format!("event.A.At + {length}")).unwrap();
        prop_assert_eq!(moment.due(Some(&Value::DateTime(start)), &zone), Some(waited));
    }
}

#[test]
fn what_is_beyond_the_ends_of_time_is_at_its_end() {
    let zone = TimeZone::UTC;
    let due = |source: &str, value| Moment::parse(source).unwrap().due(Some(&value), &zone);
    let first = Some(crate::ceil_to_minute(Timestamp::MIN));
    for source in [
        "a.b - 10 years",
        "a.b - 87695 hours",
        "a.b - 1 minute",
        "a.b at 00:00",
    ] {
        assert_eq!(
            due(source, Value::DateTime(Timestamp::MIN)),
            first,
            "{source}"
        );
        assert_eq!(
            due(source, Value::Date(jiff::civil::Date::MIN)),
            first,
            "{source}"
        );
    }
    for source in [
        "a.b + 10 years",
        "a.b + 87695 hours",
        "a.b + 1 month at 00:00",
    ] {
        let last = Some(Timestamp::MAX);
        assert_eq!(
            due(source, Value::DateTime(Timestamp::MAX)),
            last,
            "{source}"
        );
        assert_eq!(
            due(source, Value::Date(jiff::civil::Date::MAX)),
            last,
            "{source}"
        );
    }
}

#[test]
fn at_the_ends_of_time_there_is_still_an_answer() {
    let zones = ["Pacific/Kiritimati", "Etc/GMT+12", "UTC"].map(|name| zone(name).unwrap());
    let ends = [Timestamp::MIN, Timestamp::MAX];
    let dates = [jiff::civil::Date::MIN, jiff::civil::Date::MAX].map(Value::Date);
    let values: Vec<Value> = dates.into_iter().chain(ends.map(Value::DateTime)).collect();
    for zone in &zones {
        for wait in [
            "10 years",
            "3653 days at 23:59",
            "0 days at 00:00",
            "87695 hours",
            "1m",
        ] {
            let wait = Wait::parse(wait).unwrap();
            for arrival in ends {
                assert!(
                    arrival <= wait.due(arrival, zone),
                    "{wait:?} from {arrival}"
                );
            }
        }
        assert_eq!(
            Period::parse("1 day").unwrap().after(Timestamp::MAX, zone),
            Timestamp::MAX
        );
        for source in [
            "a.b",
            "a.b at 23:59",
            "a.b - 10 years",
            "a.b + 10 years at 00:00",
        ] {
            let moment = Moment::parse(source).unwrap();
            for value in &values {
                assert!(moment.due(Some(value), zone).is_some());
                assert!(moment.yearly(value, i16::MAX, zone).is_some());
                assert!(moment.yearly(value, -9999, zone).is_some());
            }
        }
    }
}

/// Waits of every kind.
fn waits() -> impl Strategy<Value = String> {
    let at = (0..24, 0..60).prop_map(|(hour, minute)| format!(" at {hour:02}:{minute:02}"));
    let dates = (
        0..100,
        prop::sample::select(["days", "weeks", "months"].as_slice()),
    );
    let dates = dates.prop_map(|(n, unit)| format!("{n} {unit}"));
    prop_oneof![lengths(), (dates, at).prop_map(|(dates, at)| dates + &at)]
}

/// Durations of every kind.
fn lengths() -> impl Strategy<Value = String> {
    let units = [
        "minutes",
        "hours",
        "days",
        "weeks",
        "months",
        "days 3 hours",
        "seconds",
    ];
    (1..100, prop::sample::select(units.to_vec())).prop_map(|(n, unit)| format!("{n} {unit}"))
}

/// Moments from 2000 to 2060, half of them in a week in which clocks change somewhere.
fn arrivals() -> impl Strategy<Value = Timestamp> {
    let nights = [
        "2026-10-25",
        "2027-03-28",
        "2026-11-01",
        "2027-04-04",
        "2026-10-04",
    ];
    let nights = prop::sample::select(nights.to_vec()).prop_map(|night| {
        let start: Timestamp = format!("{night}T00:00:00Z").parse().unwrap();
        start.as_second()
    });
    let near = (nights, -300_000_i64..300_000).prop_map(|(night, seconds)| night + seconds);
    let seconds = prop_oneof![near, 946_684_800_i64..2_840_140_800];
    (
        seconds,
        prop::sample::select([0, 1, 999_999_999].as_slice()),
    )
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

/// The same, on whole minutes.
fn minutes() -> impl Strategy<Value = Timestamp> {
    arrivals().prop_map(|moment| Timestamp::from_second(moment.as_second() / 60 * 60).unwrap())
}

/// Zones that change their clocks in different ways, or not at all.
fn zones() -> impl Strategy<Value = TimeZone> {
    let names = [
        "Europe/Amsterdam",
        "America/New_York",
        "Australia/Lord_Howe",
        "Pacific/Auckland",
        "Asia/Kolkata",
        "Pacific/Honolulu",
        "America/Havana",
        "Africa/Cairo",
        "Asia/Beirut",
        "UTC",
    ];
    prop::sample::select(names.to_vec()).prop_map(|name| zone(name).unwrap())
}
