//! What `{:?}` must not tell: logs and failed tests are read by people whom it does not concern.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::journeys::contact;
use crate::{Before, Change, Contact, Deed, EmailAddress, Signal, Value};

#[test]
fn a_value_shows_only_of_what_kind_it_is() {
    assert_eq!(format!("{:?}", secret()), "Text(…)");
    assert_eq!(format!("{:?}", Value::Number(42.0)), "Number(…)");
}

#[test]
fn an_address_shows_only_where_its_mails_go() {
    let address: EmailAddress = "anna@school.example".parse().unwrap();
    assert_eq!(format!("{address:?}"), "…@school.example");
}

#[test]
fn a_contact_shows_who_it_is_and_nothing_that_is_known_about_them() {
    let anna = known("Secret");
    shows(&anna, &[anna.id.as_str()]);
}

#[test]
fn what_was_there_before_shows_which_fields_were_written_and_not_what_was_in_them() {
    let before = Before::of(Some(&known("Secret")), &contact());
    shows(&before, &["nothing: false", "city"]);
    shows(&Before::of(None, &contact()), &["nothing: true"]);
}

#[test]
fn what_happens_shows_no_parameter_and_no_link() {
    let (step, event) = (|| "hello".to_owned(), || "ORDER".to_owned());
    let signal = |signal: Signal, told: &str| shows(&signal, &[told]);
    signal(Signal::Bounced { step: step() }, "Bounced(hello)");
    signal(Signal::Complained { step: step() }, "Complained(hello)");
    signal(Signal::Opened { step: step() }, "Opened(hello)");
    signal(Signal::Written, "Written");
    let (link, params) = ("Secret".to_owned(), BTreeMap::from([field()]));
    let clicked = Signal::Clicked {
        step: step(),
        link: link.clone(),
    };
    signal(clicked, "Clicked(hello)");
    let posted = Signal::Event {
        id: link.clone(),
        event: event(),
        params: params.clone(),
    };
    signal(posted, "Event(ORDER)");

    let deed = |deed: Deed, told: &str| shows(&deed, &[told]);
    deed(Deed::Click { step: step(), link }, "Click(hello)");
    deed(Deed::Open(step()), "Open(hello)");
    let (name, value) = field();
    deed(Deed::Set([(name, Some(value))].into()), "city");
    let event = event();
    deed(Deed::Event { event, params }, "Event(ORDER)");
}

#[test]
fn a_change_shows_what_its_author_wrote_and_no_value() {
    let name = || "news".to_owned();
    for (change, told) in [
        (Change::Join(name()), "join news"),
        (Change::Leave(name()), "leave news"),
        (Change::Score(3.0), "score +3"),
        (Change::Tag(name()), "tag news"),
        (Change::Untag(name()), "untag news"),
    ] {
        assert_eq!(format!("{change:?}"), told);
    }
    let (name, value) = field();
    shows(&Change::Set([(name, Some(value))].into()), &["city"]);
}

/// Somebody of whom everything that can be known is `text`.
fn known(text: &str) -> Contact {
    Contact {
        source_id: text.to_owned(),
        address: format!("{text}@school.example").parse().unwrap(),
        full_name: text.to_owned(),
        locale: Some(text.to_owned()),
        time_zone: Some(text.to_owned()),
        fields: [field()].into(),
        ..contact()
    }
}

fn field() -> (String, Value) {
    ("city".to_owned(), secret())
}

fn secret() -> Value {
    Value::Text("Secret".to_owned())
}

fn shows(thing: &impl Debug, told: &[&str]) {
    let shown = format!("{thing:?}");
    for told in told {
        assert!(shown.contains(told), "{shown}");
    }
    assert!(!shown.to_lowercase().contains("secret"), "{shown}");
}
