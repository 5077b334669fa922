//! When windows are open: by the clock on the wall, whatever that clock does at night.

use std::collections::BTreeSet;

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use crate::{Hours, Window, meet, opening, zone};

fn hours(windows: &str) -> Hours {
    let windows = windows.split(" | ");
    Hours {
        windows: windows.map(|text| Window::parse(text).unwrap()).collect(),
        closed: BTreeSet::from([date(2026, 12, 25), date(2026, 12, 26)]),
    }
}

#[test]
fn a_window_opens_when_the_wall_shows_it() {
    for (windows, place, from, opens) in OPENINGS {
        let zone = zone(place).unwrap();
        let from: Timestamp = from.parse().unwrap();
        let hours = hours(windows);
        let found = opening(&[&hours], from, &zone);
        assert_eq!(found, Some(opens.parse().unwrap()), "{windows} from {from}");
        // What is written stays as it is written.
        assert_eq!(hours.written(), windows.replace(" | ", ", "));
    }
}

#[test]
fn an_opening_is_looked_for_three_years_ahead_and_no_further() {
    let from: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    let opens = |closed: usize| {
        let first = date(2026, 11, 23);
        let hours = Hours {
            closed: first.series(1.day()).take(closed).collect(),
            ..hours("09:00-12:00")
        };
        opening(&[&hours], from, &jiff::tz::TimeZone::UTC)
    };
    let nine = |day: i64| Some(from + SignedDuration::from_hours(24 * day + 9));
    assert_eq!(opens(0), nine(0));
    assert_eq!(opens(3 * 366 - 1), nine(3 * 366 - 1));
    assert_eq!(opens(3 * 366), None);
}

#[test]
fn windows_meet_or_they_do_not() {
    let [work, late, night] = [
        "mon-fri 09:00-17:00",
        "mon-sun 16:00-24:00",
        "mon-sun 23:00-08:00",
    ]
    .map(hours);
    assert!(meet(&[&work, &late]) && meet(&[&late, &night]));
    assert!(!meet(&[&work, &night]) && !meet(&[&work, &late, &night]));
    // They meet for five minutes of an hour, or one ends as the other begins.
    let [first, second, third] =
        ["mon 09:30-09:40", "mon 09:35-10:00", "mon 09:40-10:00"].map(hours);
    assert!(meet(&[&first, &second]) && !meet(&[&first, &third]));
    let from = "2026-11-28T12:00:00Z".parse().unwrap();
    let zone = jiff::tz::TimeZone::UTC;
    assert_eq!(opening(&[&work, &night], from, &zone), None);
    let both = opening(&[&work, &late], from, &zone);
    assert_eq!(both, Some("2026-11-30T16:00:00Z".parse().unwrap()));
}

#[test]
fn what_is_no_window_is_explained() {
    for (text, said) in [
        (
            "mon-fry 09:00-12:00",
            "`fry` is not a day of the week; did you mean `fri`?",
        ),
        (
            "mon-fri 9:00-12:00",
            "`9:00-12:00` is no pair of times of day; write hours with two digits: `09:00-12:00`",
        ),
        (
            "monday-friday 09:00-12:00",
            "`monday` is not a day of the week; write its first three letters: `mon`",
        ),
        (
            "mon-fri",
            "`mon-fri` is no pair of times of day; write days and hours: `mon-fri 09:00-12:00`",
        ),
        (
            "mon 09:00-09:00",
            "`09:00-09:00` takes no time at all; a whole day is `00:00-24:00`",
        ),
        (
            "mon 24:00-09:00",
            "`24:00-09:00` is no pair of times of day; write days and hours: `mon-fri 09:00-12:00`",
        ),
        (
            "",
            "`` is no pair of times of day; write days and hours: `mon-fri 09:00-12:00`",
        ),
    ] {
        let mistake = Window::parse(text).unwrap_err();
        assert_eq!(mistake.to_string(), said);
        assert!(text.get(mistake.at).is_some(), "{text}");
    }
}

#[test]
fn what_is_wrong_in_a_window_is_marked_where_it_stands() {
    for (text, marked) in [
        (" mon-fry  09:00-12:00", "mon-fry"),
        ("mon-fri  9:00-12:00 ", "9:00-12:00"),
        (" mon,sun  09:00-09:00", "09:00-09:00"),
        (" 25:00-26:00", "25:00-26:00"),
    ] {
        let mistake = Window::parse(text).unwrap_err();
        assert_eq!(text.get(mistake.at), Some(marked), "{text}");
    }
}

proptest! {
    #[test]
    fn an_opening_is_the_first_open_minute(
        place in prop::sample::select(vec!["Europe/Amsterdam", "Pacific/Auckland", "Asia/Kolkata", "Australia/Lord_Howe"]),
        days in prop::sample::select(vec!["mon-fri", "sun", "fri-mon", "mon-sun"]),
        from in 0_i16..48, length in 1_i16..47,
        start in prop::sample::select(vec!["2026-10-24T10:00:00Z", "2027-03-27T10:00:00Z", "2026-09-26T10:00:00Z", "2026-04-04T10:00:00Z"]),
        later in 0_i64..3000,
    ) {
        let clock = |half: i16| format!("{:02}:{:02}", half / 2, half % 2 * 30);
        let text = format!("{days} {}-{}", clock(from), clock((from + length) % 48));
        let hours = hours(&text);
        let zone = zone(place).unwrap();
        let start = start.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(later);
        let is_open = |at: Timestamp| opening(&[&hours], at, &zone) == Some(at);
        let mut at = start;
        while !is_open(at) {
            at += SignedDuration::from_mins(1);
            prop_assert!(at < start + SignedDuration::from_hours(8 * 24), "{} never opens", text);
        }
        prop_assert_eq!(opening(&[&hours], start, &zone), Some(at), "{}", text);
    }
}

/// Windows, a zone, a moment, and when they are open from then on.
const OPENINGS: [(&str, &str, &str, &str); 21] = [
    // The start belongs to it, the end does not.
    (
        "mon-fri 09:00-12:00",
        "Europe/Amsterdam",
        "2026-11-23T08:00:00Z",
        "2026-11-23T08:00:00Z",
    ),
    (
        "mon-fri 09:00-12:00",
        "Europe/Amsterdam",
        "2026-11-23T10:59:59Z",
        "2026-11-23T10:59:59Z",
    ),
    (
        "mon-fri 09:00-12:00",
        "Europe/Amsterdam",
        "2026-11-23T11:00:00Z",
        "2026-11-24T08:00:00Z",
    ),
    (
        "mon-fri 09:00-12:00",
        "Europe/Amsterdam",
        "2026-11-27T11:00:00Z",
        "2026-11-30T08:00:00Z",
    ),
    // Over midnight it belongs to the day it begins on.
    (
        "fri 22:00-02:00",
        "UTC",
        "2026-11-28T01:59:00Z",
        "2026-11-28T01:59:00Z",
    ),
    (
        "fri 22:00-02:00",
        "UTC",
        "2026-11-28T02:00:00Z",
        "2026-12-04T22:00:00Z",
    ),
    (
        "fri 22:00-02:00",
        "UTC",
        "2026-11-27T01:00:00Z",
        "2026-11-27T22:00:00Z",
    ),
    // Day ranges wrap, an end can be midnight, a list is a union, no days are every day.
    (
        "fri-mon 08:00-24:00",
        "UTC",
        "2026-11-24T00:00:00Z",
        "2026-11-27T08:00:00Z",
    ),
    (
        "tue 08:00-24:00",
        "UTC",
        "2026-11-24T23:59:00Z",
        "2026-11-24T23:59:00Z",
    ),
    (
        "mon 08:00-09:00 | mon 10:00-11:00",
        "UTC",
        "2026-11-23T09:00:00Z",
        "2026-11-23T10:00:00Z",
    ),
    (
        "08:00-09:00",
        "UTC",
        "2026-11-28T09:00:00Z",
        "2026-11-29T08:00:00Z",
    ),
    // A closed day removes the windows that begin on it, and those alone.
    (
        "mon-sun 09:00-12:00",
        "UTC",
        "2026-12-24T12:00:00Z",
        "2026-12-27T09:00:00Z",
    ),
    (
        "mon-sun 22:00-02:00",
        "UTC",
        "2026-12-25T01:00:00Z",
        "2026-12-25T01:00:00Z",
    ),
    (
        "mon-sun 22:00-02:00",
        "UTC",
        "2026-12-26T01:00:00Z",
        "2026-12-27T22:00:00Z",
    ),
    // 28 March 2027: from 02:00 the clocks show 03:00.
    (
        "mon-sun 02:10-02:50",
        "Europe/Amsterdam",
        "2027-03-27T20:00:00Z",
        "2027-03-29T00:10:00Z",
    ),
    (
        "mon-sun 02:10-03:30",
        "Europe/Amsterdam",
        "2027-03-27T20:00:00Z",
        "2027-03-28T01:00:00Z",
    ),
    // 25 October 2026: from 03:00 they show 02:00 once more.
    (
        "mon-sun 02:10-02:50",
        "Europe/Amsterdam",
        "2026-10-24T20:00:00Z",
        "2026-10-25T00:10:00Z",
    ),
    (
        "mon-sun 02:10-02:50",
        "Europe/Amsterdam",
        "2026-10-25T00:50:00Z",
        "2026-10-25T01:10:00Z",
    ),
    (
        "mon-sun 02:10-02:50",
        "Europe/Amsterdam",
        "2026-10-25T01:50:00Z",
        "2026-10-26T01:10:00Z",
    ),
    (
        "mon-sun 09:00-12:00",
        "Asia/Kolkata",
        "2026-11-23T12:00:00Z",
        "2026-11-24T03:30:00Z",
    ),
    (
        "mon-sun 09:00-12:00",
        "Pacific/Honolulu",
        "2026-11-23T22:00:00Z",
        "2026-11-24T19:00:00Z",
    ),
];
