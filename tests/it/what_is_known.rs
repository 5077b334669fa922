//! What events tell about people, what is kept of it, and what they start.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use journey::{ContactId, Field, FieldType, Reentry, Value};
use serde_json::{Value as Json, json};

use crate::folders;
use crate::given::{self, trigger};
use crate::posts::{enrolled, event, events_of, plan, play, post_all, reasons};
use crate::trial::{Log, Story};
use crate::world::{Action, Choose};

#[test]
fn an_older_event_lets_people_in_and_changes_nothing_about_them() {
    let named = |id: &str, name: &str, at: &str| {
        let mut anna = given::person("anna", "SOT");
        anna["full_name"] = json!(name);
        event(id, at, None, &[anna])
    };
    let newest = named("e2", "Anna Bakker", "2026-11-22T10:00:00Z");
    let older = named("e1", "Anna Smit", "2026-11-21T10:00:00Z");
    let world = play(&[plan("all", None)], &[newest, older]);
    assert_eq!(enrolled(&world), ["all anna", "all anna"]);
    let anna = world
        .state()
        .people
        .contact(&ContactId::of("anna"))
        .expect("anna");
    assert_eq!(anna.contact.full_name, "Anna Bakker");
    assert_eq!(anna.as_of.to_string(), "2026-11-22T10:00:00Z");
}

#[test]
fn whoever_is_unchanged_is_not_written_again() {
    let event =
        |id: &str, at: &str| event(id, at, Some("pupil-1"), &[given::person("anna", "SOT")]);
    let once = play(&[plan("all", None)], &[event("e1", "2026-11-21T10:00:00Z")]);
    let posts = [
        event("e1", "2026-11-21T10:00:00Z"),
        event("e2", "2026-11-22T10:00:00Z"),
    ];
    let twice = play(&[plan("all", None)], &posts);
    assert_eq!(once.state().people.writes, twice.state().people.writes);
}

#[test]
fn what_an_event_does_not_say_stays_and_what_it_says_changes() {
    let mut first = given::person("anna", "SOT");
    first["locale"] = json!("nl");
    first["fields"] = json!({ "vip": true });
    first["lists"] = json!({ "news": true });
    first["tags"] = json!({ "a": true, "b": true });
    let mut second = given::person("anna", "SOT");
    second["email"] = json!("Anna.Bakker@School.example");
    second["lists"] = json!({ "news": false });
    second["tags"] = json!({ "b": false, "c": true });
    let world = play(
        &[plan("all", None)],
        &[
            event("e1", "2026-11-21T10:00:00Z", None, &[first]),
            event("e2", "2026-11-22T10:00:00Z", None, &[second]),
        ],
    );
    let state = world.state();
    let anna = state
        .people
        .contact(&ContactId::of("anna"))
        .expect("anna")
        .contact;
    assert_eq!(anna.locale.as_deref(), Some("nl"));
    assert_eq!(anna.fields["vip"], Value::Bool(true));
    assert_eq!(anna.address.as_str(), "anna.bakker@school.example");
    assert!(anna.lists.is_empty());
    assert_eq!(anna.tags, BTreeSet::from(["a".to_owned(), "c".to_owned()]));
    let last = state.service.delivered.last().expect("a mail");
    assert_eq!(
        last.to, anna.address,
        "the next mail goes to the new address"
    );
}

#[test]
fn a_field_that_is_posted_as_null_is_known_no_longer_and_its_date_goes_off_never() {
    let journey = "kind: transactional\ntrigger: { date: contact.born at 10:00 }\n\
                   reentry: unlimited\nsteps:\n  - send: renewal\n";
    let told = |id: &str, born: Json| {
        Action::Post {
        id: id.to_owned(),
        body: json!({ "type": "NOTE", "data": {}, "people": [{
            "id": "anna", "email": "anna@school.example", "full_name": "Anna", "fields": { "born": born },
        }] })
        .to_string(),
    }
    };
    let mails = |born: Json| {
        let story = Story::of(folders::files(&[("renewal", journey)]))
            .after(SignedDuration::ZERO, told("e1", json!("2026-11-25")))
            .after(SignedDuration::from_mins(60), told("e2", born));
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        let state = world.state();
        let anna = state.people.contact(&ContactId::of("anna"));
        let known = anna.is_some_and(|anna| anna.contact.fields.contains_key("born"));
        (known, state.service.delivered.len())
    };
    assert_eq!(mails(json!(null)), (false, 0));
    assert_eq!(mails(json!("2026-11-26")), (true, 1));
}

#[test]
fn a_declared_default_is_read_but_not_written() {
    let field = Field {
        ty: FieldType::Bool,
        optional: false,
        default: Some(Value::Bool(true)),
        sensitive: false,
    };
    let mut plan = plan("all", None);
    plan.triggers = vec![trigger("HELLO", Some("contact.keen"))];
    plan.settings.fields.insert("keen".to_owned(), field);
    let mut story = Story::new(&[]);
    story.published = given::publish_with(&[plan.clone()], plan.settings);
    let world = post_all(
        story,
        &[event(
            "e1",
            "2026-11-21T10:00:00Z",
            None,
            &[given::person("anna", "SOT")],
        )],
    );
    assert_eq!(enrolled(&world), ["all anna"]);
    let anna = world
        .state()
        .people
        .contact(&ContactId::of("anna"))
        .expect("anna");
    assert!(anna.contact.fields.is_empty());
}

#[test]
fn never_means_once_for_each_subject_over_all_events() {
    let mut once = plan("once", None);
    once.reentry = Reentry::Never;
    let about = |id: &str, subject| {
        event(
            id,
            "2026-11-21T10:00:00Z",
            Some(subject),
            &[given::person("anna", "SOT")],
        )
    };
    let world = play(
        &[once],
        &[
            about("e1", "pupil-1"),
            about("e2", "pupil-1"),
            about("e3", "pupil-2"),
        ],
    );
    assert_eq!(events_of(&world), ["e1 anna", "e3 anna"]);
    let refused: Vec<_> = world
        .state()
        .exceptions
        .values()
        .map(|one| one.event.clone())
        .collect();
    assert_eq!(refused, ["e2"]);
}

#[test]
fn an_event_that_starts_nothing_is_recorded_and_its_people_are_known() {
    let mut other = plan("other", None);
    other.triggers = vec![trigger("OTHER", None)];
    let mut story = Story::new(&[other]);
    let mut published = given::publish(&[plan("all", None)])
        .release
        .as_ref()
        .clone();
    published.journeys.clear();
    story.published = given::with_release(&story.published, published);
    let world = post_all(
        story,
        &[event(
            "e1",
            "2026-11-21T10:00:00Z",
            None,
            &[given::person("anna", "SOT")],
        )],
    );
    assert!(
        world
            .state()
            .people
            .contact(&ContactId::of("anna"))
            .is_some()
    );
    assert_eq!(reasons(&world), ["no journey starts with this event"]);
}
