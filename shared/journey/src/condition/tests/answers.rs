//! What conditions answer.

use super::{Condition, Known, schema};
use crate::{Value, zone};

#[test]
fn a_contact_gets_the_answer_that_was_meant() {
    let known = ada();
    for (source, answer) in [
        ("contact.member", true),
        ("not contact.member", false),
        ("contact.score >= 42", true),
        ("contact.score > 42", false),
        ("contact.score <= 42", true),
        ("contact.score < 42", false),
        ("contact.score == 42.0", true),
        ("contact.score != 42", false),
        ("-1 < contact.score", true),
        ("contact.score in [1, 42]", true),
        ("contact.score in [1, 4]", false),
        ("contact.name == 'Ada'", true),
        ("contact.name == 'ada'", false),
        ("contact.name != \"it's\"", true),
        ("contact.name in ['Bob', 'Ada']", true),
        ("'vip' in contact.tags", true),
        ("'vi' in contact.tags", false),
        ("contact.name in contact.tags", false),
        ("contact.straße == 'Damstraße 1'", true),
        ("has(contact.city)", false),
        ("has(contact.score)", true),
        (
            "has(contact.city) and contact.city == 'Ede' or contact.member",
            true,
        ),
        ("contact.member == (contact.score > 40)", true),
        ("contact.member != true", false),
        ("opened('welkom-1')", true),
        ("opened('welkom-2')", false),
        ("clicked('welkom-2')", true),
        ("clicked('welkom-1')", false),
        ("clicked('welkom-2', 'doneer')", true),
        ("clicked('welkom-2', 'lees-meer')", false),
        ("true or contact.score > 100", true),
        ("false", false),
    ] {
        let condition = Condition::parse(source).unwrap();
        assert_eq!(condition.check(&schema()), Ok(()), "{source}");
        assert_eq!(condition.holds(&known), answer, "{source}");
    }
}

#[test]
fn days_are_counted_on_the_contacts_own_calendar() {
    // It is 23:30 on the 23rd in Greenwich: the 24th in Amsterdam, the 23rd in Honolulu.
    for (place, days) in [
        ("Europe/Amsterdam", 1),
        ("Etc/UTC", 0),
        ("Pacific/Honolulu", 0),
    ] {
        let known = Known {
            zone: zone(place).unwrap(),
            ..ada()
        };
        for (source, answer) in [
            (format!("days_since(event.Track.StartDate) == {days}"), true),
            (format!("days_since(event.Track.StartDate) > {days}"), false),
            ("days_since(contact.renewal) < 0".to_owned(), true),
        ] {
            assert_eq!(
                Condition::parse(&source).unwrap().holds(&known),
                answer,
                "{source}"
            );
        }
    }
}

#[test]
fn a_moment_counts_from_the_date_it_had_where_the_contact_is() {
    // Paid at 22:30 on the 20th in Greenwich: still the 20th in Honolulu, and in Amsterdam too.
    for (place, days) in [
        ("Europe/Amsterdam", 4),
        ("Asia/Tokyo", 3),
        ("Pacific/Honolulu", 3),
    ] {
        let known = Known {
            zone: zone(place).unwrap(),
            ..ada()
        };
        let source = format!("days_since(event.Order.PaidAt) == {days}");
        assert!(
            Condition::parse(&source).unwrap().holds(&known),
            "{source} in {place}"
        );
    }
}

#[test]
fn what_the_schema_did_not_promise_is_answered_no() {
    let known = ada();
    for source in [
        "contact.city == 'Ede'",
        "contact.city != 'Ede'",
        "contact.city in ['Ede']",
        "contact.name == 5",
        "contact.name != 5",
        "contact.name > 5",
        "contact.name < 'B'",
        "contact.name",
        "contact.score",
        "event.Track.StartDate == event.Track.StartDate",
        "days_since(contact.name) != 5",
        "days_since(contact.age) < 5",
        "'a' in contact.name",
        "5 in contact.tags",
        "contact.member in ['true']",
        "'text'",
        "5",
    ] {
        assert!(!Condition::parse(source).unwrap().holds(&known), "{source}");
    }
}

/// Somebody of whom something is known.
fn ada() -> Known {
    let values = [
        ("contact.member", Value::Bool(true)),
        ("contact.score", Value::Number(42.0)),
        ("contact.name", Value::Text("Ada".into())),
        (
            "contact.tags",
            Value::List(vec!["vip".into(), "new".into()]),
        ),
        ("contact.straße", Value::Text("Damstraße 1".into())),
        (
            "contact.renewal",
            Value::Date("2026-11-25".parse().unwrap()),
        ),
        (
            "event.Track.StartDate",
            Value::Date("2026-11-23".parse().unwrap()),
        ),
        (
            "event.Order.PaidAt",
            Value::DateTime("2026-11-20T22:30:00Z".parse().unwrap()),
        ),
    ];
    Known {
        values: values.map(|(path, value)| (path.to_owned(), value)).into(),
        opened: vec!["welkom-1".into()],
        clicked: vec![("welkom-2".into(), "doneer".into())],
        ..Known::default()
    }
}
