//! When things fall due, told by tables of days on which clocks change and by properties.

mod mistakes;
mod moments;
mod properties;
mod waits;
mod windows;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::zone;
use crate::{Wait, anniversary, ceil_to_minute};

#[test]
fn a_zone_is_known_by_the_name_of_a_place() {
    for name in [
        "Europe/Amsterdam",
        "America/Argentina/Buenos_Aires",
        "UTC",
        "Etc/GMT+5",
    ] {
        assert_eq!(zone(name).unwrap().iana_name(), Some(name));
    }
    assert_eq!(
        zone("europe/amsterdam").unwrap().iana_name(),
        Some("Europe/Amsterdam")
    );
    let endless = "Europe/Amsterdam".repeat(1000);
    for name in [
        "",
        " ",
        "Europe",
        "Europe/Amsterdam ",
        "Amsterdam",
        "CET-1CEST",
        "+01:00",
        "Etc/Unknown",
        "etc/unknown",
        "Factory",
        "../../etc/passwd",
        "Europe\0",
        &endless,
    ] {
        assert!(zone(name).is_none(), "{name}");
    }
}

#[test]
fn whole_minutes_are_rounded_up() {
    for (moment, minute) in [
        ("2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z"),
        ("2026-11-23T09:00:00.000000001Z", "2026-11-23T09:01:00Z"),
        ("2026-11-23T09:00:59.9Z", "2026-11-23T09:01:00Z"),
        ("1960-01-01T23:59:01Z", "1960-01-02T00:00:00Z"),
    ] {
        assert_eq!(
            ceil_to_minute(moment.parse().unwrap()),
            minute.parse().unwrap()
        );
    }
    assert_eq!(ceil_to_minute(Timestamp::MAX), Timestamp::MAX);
    assert_eq!(ceil_to_minute(Timestamp::MIN).as_second() % 60, 0);
}

#[test]
fn the_29th_of_february_is_remembered_on_the_28th() {
    for (born, year, remembered) in [
        ("1996-02-29", 2027, "2027-02-28"),
        ("1996-02-29", 2028, "2028-02-29"),
        ("1996-02-29", 2100, "2100-02-28"),
        ("1996-12-31", 2027, "2027-12-31"),
        ("2027-01-01", 1996, "1996-01-01"),
    ] {
        assert_eq!(
            anniversary(born.parse().unwrap(), year),
            remembered.parse().unwrap()
        );
    }
}

/// Shows a moment as the clocks of a zone do, with their distance from Greenwich.
fn shown(moment: Timestamp, zone: &TimeZone) -> String {
    moment
        .to_zoned(zone.clone())
        .strftime("%Y-%m-%dT%H:%M%:z")
        .to_string()
}

#[test]
fn a_wait_takes_about_as_long_as_it_says_and_up_to_a_day_more_or_less_for_a_time_of_day() {
    for (text, least, most) in [
        ("3 days", 72, 72),
        ("1 month 1 hour", 28 * 24 + 1, 31 * 24 + 1),
        ("2 months", 59 * 24, 62 * 24),
        ("1 year", 365 * 24, 366 * 24),
        ("4 years", 1461 * 24, 1461 * 24),
        ("2 days at 09:30", 24, 72),
        ("0 days at 09:30", 0, 24),
    ] {
        let expected = [least, most].map(SignedDuration::from_hours);
        assert_eq!(Wait::parse(text).unwrap().about(), expected, "{text}");
    }
}
