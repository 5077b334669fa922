//! When a moment is.

use super::shown;
use crate::{Kind, Moment, Reading, Schema, Value, zone};

/// Checks rows of a moment, what its path holds and when that is, all in one zone.
fn check(place: &str, rows: &[(&str, Option<Value>, &str)]) {
    let zone = zone(place).unwrap();
    for (source, value, due) in rows {
        let moment = Moment::parse(source).unwrap();
        let is = moment
            .due(value.as_ref(), &zone)
            .map(|moment| shown(moment, &zone));
        assert_eq!(is.as_deref(), Some(*due), "{source} in {place}");
        assert_eq!(moment.as_str(), *source);
    }
}

#[test]
fn a_fixed_date_is_everybodys_own() {
    for (place, offset) in [
        ("Europe/Amsterdam", "+01:00"),
        ("Pacific/Honolulu", "-10:00"),
    ] {
        check(
            place,
            &[
                (
                    "2026-12-24 09:00",
                    None,
                    &format!("2026-12-24T09:00{offset}"),
                ),
                (
                    "2026-12-24 at 09:00",
                    None,
                    &format!("2026-12-24T09:00{offset}"),
                ),
                (
                    " 2026-12-24  9:05 ",
                    None,
                    &format!("2026-12-24T09:05{offset}"),
                ),
                ("2026-12-24", None, &format!("2026-12-24T00:00{offset}")),
                (
                    "2026-12-24",
                    date("1990-01-01"),
                    &format!("2026-12-24T00:00{offset}"),
                ),
            ],
        );
    }
    check(
        "Europe/Amsterdam",
        &[("2027-03-28 02:30", None, "2027-03-28T03:30+02:00")],
    );
    check(
        "Europe/Amsterdam",
        &[("2026-10-25 02:30", None, "2026-10-25T02:30+02:00")],
    );
    check(
        "Africa/Cairo",
        &[("2027-04-30", None, "2027-04-30T01:00+03:00")],
    );
    assert_eq!(Moment::parse("2026-12-24").unwrap().path(), None);
}

#[test]
fn a_moment_counts_from_a_date() {
    let start = || date("2027-04-02");
    check(
        "Europe/Amsterdam",
        &[
            ("event.Track.StartDate", start(), "2027-04-02T00:00+02:00"),
            (
                "event.Track.StartDate at 09:00",
                start(),
                "2027-04-02T09:00+02:00",
            ),
            (
                "event.Track.StartDate - 7 days at 09:00",
                start(),
                "2027-03-26T09:00+01:00",
            ),
            (
                "event.Track.StartDate-7days",
                start(),
                "2027-03-26T00:00+01:00",
            ),
            (
                "event.Track.StartDate - 5 days at 02:30",
                start(),
                "2027-03-28T03:30+02:00",
            ),
            (
                "event.Track.StartDate + 1 month at 10:00",
                start(),
                "2027-05-02T10:00+02:00",
            ),
            (
                "event.Track.StartDate - 2 hours",
                start(),
                "2027-04-01T22:00+02:00",
            ),
            (
                "event.Track.StartDate - 5 days 2 hours",
                start(),
                "2027-03-27T22:00+01:00",
            ),
            (
                "event.Track.StartDate - 1 month",
                date("2027-03-31"),
                "2027-02-28T00:00+01:00",
            ),
            (
                "contact.date_of_birth at 09:00",
                date("1996-02-29"),
                "1996-02-29T09:00+01:00",
            ),
        ],
    );
    // The start of a day that begins at one o'clock leaves no trace in the days around it.
    let day = || date("2027-04-30");
    check(
        "Africa/Cairo",
        &[
            ("contact.renewal", day(), "2027-04-30T01:00+03:00"),
            ("contact.renewal + 1 day", day(), "2027-05-01T00:00+03:00"),
            ("contact.renewal - 1 day", day(), "2027-04-29T00:00+02:00"),
        ],
    );
}

#[test]
fn a_moment_counts_from_a_moment() {
    let paid = || moment("2026-10-24T12:30:15Z");
    check(
        "Europe/Amsterdam",
        &[
            ("event.Order.PaidAt", paid(), "2026-10-24T14:31+02:00"),
            (
                "event.Order.PaidAt + 1 day",
                paid(),
                "2026-10-25T14:31+01:00",
            ),
            (
                "event.Order.PaidAt + 24 hours",
                paid(),
                "2026-10-25T13:31+01:00",
            ),
            (
                "event.Order.PaidAt + 1 day at 09:00",
                paid(),
                "2026-10-25T09:00+01:00",
            ),
            (
                "event.Order.PaidAt at 02:30",
                moment("2026-10-25T12:00:00Z"),
                "2026-10-25T02:30+02:00",
            ),
            // The second half past two of that night stays the second.
            (
                "event.Order.PaidAt",
                moment("2026-10-25T01:30:00Z"),
                "2026-10-25T02:30+01:00",
            ),
            (
                "event.Order.PaidAt + 5 minutes",
                moment("2026-10-25T01:30:00Z"),
                "2026-10-25T02:35+01:00",
            ),
        ],
    );
    check(
        "Pacific/Honolulu",
        &[(
            "event.Order.PaidAt at 09:00",
            moment("2026-10-25T01:30:00Z"),
            "2026-10-24T09:00-10:00",
        )],
    );
}

#[test]
fn an_anniversary_comes_first_and_the_distance_after() {
    for (source, value, year, due) in [
        (
            "contact.born at 09:00",
            date("1996-02-29"),
            2027,
            Some("2027-02-28T09:00+01:00"),
        ),
        (
            "contact.born at 09:00",
            date("1996-02-29"),
            2028,
            Some("2028-02-29T09:00+01:00"),
        ),
        (
            "contact.born - 3 days at 09:00",
            date("1996-02-29"),
            2027,
            Some("2027-02-25T09:00+01:00"),
        ),
        (
            "contact.born + 1 day",
            date("1996-02-29"),
            2027,
            Some("2027-03-01T00:00+01:00"),
        ),
        (
            "contact.born - 1 day",
            date("1996-01-01"),
            2027,
            Some("2026-12-31T00:00+01:00"),
        ),
        (
            "contact.born",
            moment("1996-07-01T12:00:00Z"),
            2027,
            Some("2027-07-01T14:00+02:00"),
        ),
        (
            "contact.born",
            moment("1996-03-28T01:30:00Z"),
            2027,
            Some("2027-03-28T03:30+02:00"),
        ),
        ("contact.born", Some(Value::Number(5.0)), 2027, None),
        ("2026-12-24", date("1996-02-29"), 2027, None),
    ] {
        let zone = zone("Europe/Amsterdam").unwrap();
        let is = Moment::parse(source)
            .unwrap()
            .yearly(&value.unwrap(), year, &zone);
        assert_eq!(
            is.map(|is| shown(is, &zone)).as_deref(),
            due,
            "{source} in {year}"
        );
    }
}

#[test]
fn without_a_date_there_is_no_moment() {
    let moment = Moment::parse("contact.renewal - 7 days at 09:00").unwrap();
    assert_eq!(moment.path(), Some("contact.renewal"));
    let zone = zone("Europe/Amsterdam").unwrap();
    let texts = Value::List(vec!["2026-12-24".into()]);
    for value in [
        Value::Bool(true),
        Value::Number(1.0),
        Value::Text("2026-12-24".into()),
        texts,
    ] {
        assert_eq!(moment.due(Some(&value), &zone), None);
        assert_eq!(moment.yearly(&value, 2027, &zone), None);
    }
    assert_eq!(moment.due(None, &zone), None);
}

#[test]
fn a_path_must_be_declared_and_hold_a_date() {
    let reading = |kind| Reading {
        kind,
        always: false,
    };
    let fields = [
        ("contact.renewal", Kind::Date),
        ("event.Order.PaidAt", Kind::DateTime),
        ("contact.score", Kind::Number),
    ];
    let fields = fields.map(|(path, kind)| (path.to_owned(), reading(kind)));
    let schema = Schema {
        fields: fields.into(),
        ..Schema::default()
    };
    let check = |source| Moment::parse(source).unwrap().check(&schema);
    assert_eq!(check("2026-12-24 09:00"), Ok(()));
    assert_eq!(check("contact.renewal - 7 days"), Ok(()));
    assert_eq!(check("event.Order.PaidAt"), Ok(()));
    let unknown = check(" contact.renewel - 7 days").unwrap_err();
    assert_eq!(unknown.at, 1..16);
    assert_eq!(unknown.help, "did you mean `contact.renewal`?");
    let number = check("contact.score at 09:00").unwrap_err();
    assert_eq!(number.at, 0..13);
    assert_eq!(number.what, "`contact.score` holds no date");
}

/// A date that a path holds.
fn date(text: &str) -> Option<Value> {
    Some(Value::Date(text.parse().unwrap()))
}

/// A moment that a path holds.
fn moment(text: &str) -> Option<Value> {
    Some(Value::DateTime(text.parse().unwrap()))
}

#[test]
fn two_moments_mean_the_same_however_they_are_spaced_and_in_whatever_units() {
    let means = |one: &str, other: &str| {
        let [one, other] = [one, other].map(|text| Moment::parse(text).unwrap());
        assert_eq!(one.means(&other), other.means(&one));
        one.means(&other)
    };
    for (one, other) in [
        ("2026-12-24", " 2026-12-24 "),
        ("2026-12-24 09:00", "2026-12-24 at 9:00"),
        ("contact.born", " contact.born"),
        ("contact.born at 09:00", "contact.born  at  09:00"),
        (
            "contact.born - 7 days at 09:00",
            "contact.born -1 week at 09:00",
        ),
    ] {
        assert!(means(one, other), "{one} and {other}");
    }
    for (one, other) in [
        ("2026-12-24", "2026-12-25"),
        ("2026-12-24 09:00", "2026-12-24 10:00"),
        ("2026-12-24", "contact.born"),
        ("contact.born", "contact.renewal"),
        ("contact.born at 09:00", "contact.born"),
        ("contact.born + 7 days", "contact.born - 7 days"),
        ("contact.born + 7 days", "contact.renewal + 7 days"),
        ("contact.born + 7 days", "contact.born"),
    ] {
        assert!(!means(one, other), "{one} and {other}");
    }
}
