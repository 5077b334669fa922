//! When a wait is over.

use super::shown;
use crate::{Period, Wait, zone};

/// Checks rows of a wait, an arrival and when that wait is over, all in one zone.
fn check(place: &str, rows: &[(&str, &str, &str)]) {
    let zone = zone(place).unwrap();
    for (wait, arrival, due) in rows {
        let wait = Wait::parse(wait).unwrap();
        let over = wait.due(arrival.parse().unwrap(), &zone);
        assert_eq!(
            shown(over, &zone),
            *due,
            "{wait:?} from {arrival} in {place}"
        );
    }
}

#[test]
fn an_autumn_night_in_amsterdam_is_an_hour_longer() {
    check(
        "Europe/Amsterdam",
        &[
            ("1 day", "2026-10-24T14:00+02:00", "2026-10-25T14:00+01:00"),
            (
                "24 hours",
                "2026-10-24T14:00+02:00",
                "2026-10-25T13:00+01:00",
            ),
            ("1 day", "2026-10-24T02:30+02:00", "2026-10-25T02:30+02:00"),
            (
                "1 day at 02:30",
                "2026-10-24T14:00+02:00",
                "2026-10-25T02:30+02:00",
            ),
            (
                "60 minutes",
                "2026-10-25T02:30+02:00",
                "2026-10-25T02:30+01:00",
            ),
            (
                "30 minutes",
                "2026-10-25T02:30+01:00",
                "2026-10-25T03:00+01:00",
            ),
            ("1 day", "2026-10-25T02:30+01:00", "2026-10-26T02:30+01:00"),
            (
                "1 day 60 minutes",
                "2026-10-24T02:30+02:00",
                "2026-10-25T02:30+01:00",
            ),
            (
                "0 days at 02:50",
                "2026-10-25T02:40+02:00",
                "2026-10-25T02:50+02:00",
            ),
            (
                "0 days at 02:50",
                "2026-10-25T02:40+01:00",
                "2026-10-26T02:50+01:00",
            ),
        ],
    );
}

#[test]
fn a_spring_night_in_amsterdam_has_no_half_past_two() {
    check(
        "Europe/Amsterdam",
        &[
            ("1 day", "2027-03-27T14:00+01:00", "2027-03-28T14:00+02:00"),
            (
                "24 hours",
                "2027-03-27T14:00+01:00",
                "2027-03-28T15:00+02:00",
            ),
            ("1 day", "2027-03-27T02:30+01:00", "2027-03-28T03:30+02:00"),
            ("2 days", "2027-03-27T02:30+01:00", "2027-03-29T02:30+02:00"),
            (
                "1 day at 02:30",
                "2027-03-27T14:00+01:00",
                "2027-03-28T03:30+02:00",
            ),
            (
                "60 minutes",
                "2027-03-28T01:30+01:00",
                "2027-03-28T03:30+02:00",
            ),
            (
                "0 days at 02:30",
                "2027-03-28T03:10+02:00",
                "2027-03-28T03:30+02:00",
            ),
            (
                "0 days at 02:30",
                "2027-03-28T03:30+02:00",
                "2027-03-29T02:30+02:00",
            ),
        ],
    );
}

#[test]
fn other_places_change_their_clocks_in_other_ways() {
    check(
        "America/New_York",
        &[
            ("1 day", "2026-10-31T01:30-04:00", "2026-11-01T01:30-04:00"),
            ("1 day", "2026-10-31T14:00-04:00", "2026-11-01T14:00-05:00"),
            ("1 day", "2027-03-13T02:30-05:00", "2027-03-14T03:30-04:00"),
        ],
    );
    // Half an hour, and the other way round, for the seasons are.
    check(
        "Australia/Lord_Howe",
        &[
            ("1 day", "2027-04-03T01:45+11:00", "2027-04-04T01:45+11:00"),
            (
                "30 minutes",
                "2027-04-04T01:45+11:00",
                "2027-04-04T01:45+10:30",
            ),
            (
                "24 hours",
                "2027-04-03T14:00+11:00",
                "2027-04-04T13:30+10:30",
            ),
            ("1 day", "2026-10-03T02:15+10:30", "2026-10-04T02:45+11:00"),
        ],
    );
    check(
        "Pacific/Auckland",
        &[
            ("1 day", "2027-04-03T02:30+13:00", "2027-04-04T02:30+13:00"),
            ("1 day", "2026-09-26T02:30+12:00", "2026-09-27T03:30+13:00"),
            ("1 week", "2026-09-26T14:00+12:00", "2026-10-03T14:00+13:00"),
        ],
    );
    // Midnight itself is skipped.
    check(
        "Africa/Cairo",
        &[
            ("1 day", "2027-04-29T00:00+02:00", "2027-04-30T01:00+03:00"),
            (
                "2 days at 00:00",
                "2027-04-28T14:00+02:00",
                "2027-04-30T01:00+03:00",
            ),
        ],
    );
    // A whole day is skipped.
    check(
        "Pacific/Apia",
        &[
            ("1 day", "2011-12-29T10:00-10:00", "2011-12-31T10:00+14:00"),
            ("2 days", "2011-12-29T10:00-10:00", "2011-12-31T10:00+14:00"),
        ],
    );
}

#[test]
fn where_clocks_do_not_change_a_day_is_24_hours() {
    for (place, offset) in [("Asia/Kolkata", "+05:30"), ("Pacific/Honolulu", "-10:00")] {
        for (day, next) in [("2026-10-24", "2026-10-25"), ("2027-03-27", "2027-03-28")] {
            let arrival = format!("{day}T02:30{offset}");
            let due = format!("{next}T02:30{offset}");
            check(
                place,
                &[("1 day", &arrival, &due), ("24 hours", &arrival, &due)],
            );
        }
    }
}

#[test]
fn months_end_where_they_end() {
    check(
        "Europe/Amsterdam",
        &[
            (
                "1 month",
                "2027-01-31T09:00+01:00",
                "2027-02-28T09:00+01:00",
            ),
            (
                "1 month",
                "2028-01-31T09:00+01:00",
                "2028-02-29T09:00+01:00",
            ),
            (
                "1 month",
                "2027-03-31T09:00+02:00",
                "2027-04-30T09:00+02:00",
            ),
            (
                "2 months",
                "2027-01-31T09:00+01:00",
                "2027-03-31T09:00+02:00",
            ),
            ("1 year", "2028-02-29T09:00+01:00", "2029-02-28T09:00+01:00"),
            (
                "4 years",
                "2028-02-29T09:00+01:00",
                "2032-02-29T09:00+01:00",
            ),
            (
                "1 month at 08:00",
                "2027-01-31T09:00+01:00",
                "2027-02-28T08:00+01:00",
            ),
        ],
    );
}

#[test]
fn months_come_first_then_days_then_hours() {
    check(
        "Europe/Amsterdam",
        &[
            (
                "1 month 1 day",
                "2027-01-31T09:00+01:00",
                "2027-03-01T09:00+01:00",
            ),
            (
                "1 month 1 week 2 hours",
                "2027-01-31T09:00+01:00",
                "2027-03-07T11:00+01:00",
            ),
            (
                "1 year 1 month",
                "2027-01-31T09:00+01:00",
                "2028-02-29T09:00+01:00",
            ),
            (
                "1 day 12 hours",
                "2027-03-27T01:30+01:00",
                "2027-03-28T14:30+02:00",
            ),
            ("1mo1w", "2027-02-01T09:00+01:00", "2027-03-08T09:00+01:00"),
        ],
    );
}

#[test]
fn at_sets_the_time_of_the_date_that_is_reached() {
    check(
        "Europe/Amsterdam",
        &[
            (
                "10 days at 09:30",
                "2026-11-30T09:00+01:00",
                "2026-12-10T09:30+01:00",
            ),
            (
                "1 day at 09:30",
                "2026-11-30T23:59:59+01:00",
                "2026-12-01T09:30+01:00",
            ),
            (
                "1 day at 00:00",
                "2026-11-30T00:00+01:00",
                "2026-12-01T00:00+01:00",
            ),
            (
                "2 weeks at 9:05",
                "2026-11-30T09:00+01:00",
                "2026-12-14T09:05+01:00",
            ),
            (
                "0 days at 09:30",
                "2026-11-30T09:29:59+01:00",
                "2026-11-30T09:30+01:00",
            ),
            (
                "0 days at 09:30",
                "2026-11-30T09:30+01:00",
                "2026-12-01T09:30+01:00",
            ),
            (
                "0 weeks at 09:30",
                "2026-11-30T10:00+01:00",
                "2026-12-01T09:30+01:00",
            ),
        ],
    );
}

#[test]
fn nothing_is_due_within_a_minute() {
    check(
        "Europe/Amsterdam",
        &[
            (
                "90 minutes",
                "2026-11-30T09:00:00+01:00",
                "2026-11-30T10:30+01:00",
            ),
            (
                "90 minutes",
                "2026-11-30T09:00:01+01:00",
                "2026-11-30T10:31+01:00",
            ),
            (
                "1 day",
                "2026-11-30T09:00:00.000000001+01:00",
                "2026-12-01T09:01+01:00",
            ),
            (
                "30 seconds",
                "2026-11-30T09:00:00+01:00",
                "2026-11-30T09:01+01:00",
            ),
            (
                "1.5 hours",
                "2026-11-30T09:00:00+01:00",
                "2026-11-30T10:30+01:00",
            ),
        ],
    );
}

#[test]
fn every_way_to_write_a_duration_is_understood() {
    let arrival = "2026-11-30T09:00+01:00";
    for (due, writings) in [
        (
            "2026-12-14T09:00+01:00",
            [
                "2 weeks", "14 days", "P14D", "p2w", "14d", " 2wks ", "1w 7d",
            ],
        ),
        (
            "2026-12-01T09:00+01:00",
            [
                "24h", "24 hours", "PT24H", "1440m", "23h60m", "24hr", "1day",
            ],
        ),
        (
            "2027-11-30T09:00+01:00",
            ["1 year", "12 months", "P1Y", "12mo", "1y", "365d", "1yr"],
        ),
    ] {
        for writing in writings {
            check("Europe/Amsterdam", &[(writing, arrival, due)]);
            assert_eq!(Wait::parse(writing).unwrap().as_str(), writing);
        }
    }
}

#[test]
fn a_period_is_exact() {
    let zone = zone("Europe/Amsterdam").unwrap();
    for (period, start, end) in [
        (
            "12 hours",
            "2026-10-24T20:00:30+02:00",
            "2026-10-25T07:00:30+01:00",
        ),
        (
            "1 day",
            "2026-10-24T20:00:30+02:00",
            "2026-10-25T20:00:30+01:00",
        ),
        (
            "180 days",
            "2026-11-23T09:00:00.5+01:00",
            "2027-05-22T09:00:00.5+02:00",
        ),
    ] {
        let after = Period::parse(period)
            .unwrap()
            .after(start.parse().unwrap(), &zone);
        assert_eq!(after, end.parse().unwrap(), "{period} after {start}");
    }
    assert_eq!(Period::parse(" 12 hours").unwrap().as_str(), " 12 hours");
}
