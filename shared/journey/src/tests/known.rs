//! What conditions can look at in a decision.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::journeys::contact;
use crate::{Condition, Contact, Facts, Field, FieldType, Known, Signals, Value, zone};

#[test]
fn a_condition_knows_the_contact_what_let_them_in_and_what_has_just_come() {
    let params = |name: &str, value: &str| {
        let value = Value::Text(value.to_owned());
        BTreeMap::from([(name.to_owned(), value)])
    };
    let (event, signal) = (params("Order.Name", "first"), params("Name", "second"));
    let anna = contact();
    let amsterdam = zone("Europe/Amsterdam").unwrap();
    let known = || Known::new(&anna, &event, &amsterdam, now());
    let text = |known: &Known<'_>, path: &str| match known.value(path) {
        Some(Value::Text(text)) => Some(text.clone()),
        Some(other) => panic!("{path} is no text: {other:?}"),
        None => None,
    };
    for (path, before, then) in [
        ("contact.full_name", Some("Anna"), Some("Anna")),
        ("event.Order.Name", Some("first"), Some("first")),
        ("signal.Name", None, Some("second")),
        ("event.Name", None, None),
        ("other.Name", None, None),
        ("Name", None, None),
    ] {
        assert_eq!(text(&known(), path).as_deref(), before, "{path}");
        let found = text(&known().with_event(&signal), path);
        assert_eq!(found.as_deref(), then, "{path}");
    }
}

#[test]
fn a_condition_knows_what_was_done_with_the_mails_of_its_run_and_no_other() {
    let signals = Signals {
        opened: ["seen".to_owned()].into(),
        clicks: [("clicked".to_owned(), "more".to_owned())].into(),
        ..Signals::default()
    };
    for (question, answer) in [
        ("opened('seen')", true),
        ("clicked('seen')", false),
        // Whoever clicked in a mail has opened it.
        ("opened('clicked')", true),
        ("clicked('clicked')", true),
        ("clicked('clicked', 'more')", true),
        ("clicked('clicked', 'less')", false),
        ("opened('other')", false),
        ("clicked('other', 'more')", false),
    ] {
        let condition = Condition::parse(question).unwrap();
        let (anna, event) = (contact(), BTreeMap::new());
        let utc = zone("UTC").unwrap();
        let known = Known::new(&anna, &event, &utc, now());
        assert!(!condition.holds(&known), "{question}");
        let known = known.with_signals(&signals);
        assert_eq!(condition.holds(&known), answer, "{question}");
    }
}

#[test]
fn a_day_is_the_contacts_own_or_the_projects_where_theirs_is_not_known() {
    let amsterdam = zone("Europe/Amsterdam").unwrap();
    for (own, today) in [
        (None, "2026-11-24"),
        (Some("America/New_York"), "2026-11-23"),
    ] {
        let anna = Contact {
            time_zone: own.map(str::to_owned),
            ..contact()
        };
        let event = BTreeMap::new();
        let known = Known::new(&anna, &event, &amsterdam, now());
        assert_eq!(known.today().to_string(), today);
        assert_eq!(known.zone().iana_name(), own.or(Some("Europe/Amsterdam")));
    }
}

#[test]
fn a_field_is_always_there_where_somebody_has_to_give_it_or_it_has_a_default() {
    let five = Some(Value::Number(5.0));
    for (optional, default, always, required) in [
        (false, None, true, true),
        (false, five.clone(), true, false),
        (true, None, false, false),
        (true, five, true, false),
    ] {
        let field = Field {
            ty: FieldType::Number,
            optional,
            default,
            sensitive: false,
        };
        assert_eq!(field.always(), always, "{field:?}");
        assert_eq!(field.required(), required, "{field:?}");
    }
}

/// It is half past midnight in Amsterdam.
fn now() -> Timestamp {
    "2026-11-23T23:30:00Z".parse().unwrap()
}
