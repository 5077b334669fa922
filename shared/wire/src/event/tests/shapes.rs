//! 400: what is not JSON, or not of the shape of an event.

use std::collections::BTreeSet;

use expect_test::expect;
use proptest::prelude::*;
use serde_json::json;

use super::{anna, good, put, take, tell, told, told_places, with, without};

#[test]
fn what_is_no_json_is_refused_at_its_place() {
    for (body, expected) in [
        (
            &b""[..],
            expect![[r#"
            400 The post is not an event: the body is not JSON: line 1, column 0
              : the body is not JSON: line 1, column 0
        "#]],
        ),
        (
            b"{\"type\": \"TRACK_START\",\n  oops}",
            expect![[r#"
            400 The post is not an event: the body is not JSON: line 2, column 3
              : the body is not JSON: line 2, column 3
        "#]],
        ),
        (
            b"{\"type\": \"\xff\"}",
            expect![[r#"
            400 The post is not an event: the body is not JSON: line 1, column 11
              : the body is not JSON: line 1, column 11
        "#]],
        ),
        (
            b"{} {}",
            expect![[r#"
            400 The post is not an event: the body is not JSON: line 1, column 4
              : the body is not JSON: line 1, column 4
        "#]],
        ),
    ] {
        expected.assert_eq(&tell(&take(body).unwrap_err()));
    }
}

#[test]
fn what_is_no_event_is_refused() {
    told(
        &json!(null),
        &expect![[r#"
        400 The post is not an event: an event is an object, {…}
          : an event is an object, {…}
    "#]],
    );
    told(
        &json!("TRACK_START"),
        &expect![[r#"
        400 The post is not an event: an event is an object, {…}
          : an event is an object, {…}
    "#]],
    );
    told(
        &json!([]),
        &expect![[r#"
        400 The post is not an event: an array holds 1 to 100 events, not 0
          : an array holds 1 to 100 events, not 0
    "#]],
    );
    told(
        &json!([1, good()]),
        &expect![[r#"
        400 The post is not an event: an event is an object, {…}
          /0: an event is an object, {…}
    "#]],
    );
    told(
        &json!({}),
        &expect![[r#"
        400 The post is not an event: `type` is missing: the event's type
          /type: `type` is missing: the event's type
    "#]],
    );
}

#[test]
fn every_key_has_its_shape() {
    told(
        &with("/type", json!(7)),
        &expect![[r#"
        400 The post is not an event: `type` is a text of at most 128 characters
          /type: `type` is a text of at most 128 characters
    "#]],
    );
    told(
        &with("/timestamp", json!("yesterday")),
        &expect![[r#"
        400 The post is not an event: `timestamp` is a time with its offset, like 2026-11-22T10:15:00+01:00
          /timestamp: `timestamp` is a time with its offset, like 2026-11-22T10:15:00+01:00
    "#]],
    );
    told(
        &with("/timestamp", json!("2026-11-22T10:15:00")),
        &expect![[r#"
            400 The post is not an event: `timestamp` is a time with its offset, like 2026-11-22T10:15:00+01:00
              /timestamp: `timestamp` is a time with its offset, like 2026-11-22T10:15:00+01:00
        "#]],
    );
    told(
        &with("/subject", json!(1001)),
        &expect![[r#"
        400 The post is not an event: `subject` is a text of at most 128 characters
          /subject: `subject` is a text of at most 128 characters
    "#]],
    );
    told(
        &with("/data", json!([])),
        &expect![[r#"
        400 The post is not an event: `data` is an object, {…}
          /data: `data` is an object, {…}
    "#]],
    );
    told(
        &with("/people", json!({})),
        &expect![[r#"
        400 The post is not an event: `people` is an array of at most 100 persons
          /people: `people` is an array of at most 100 persons
    "#]],
    );
    told(
        &with("/people", json!(["anna"])),
        &expect![[r#"
        400 The post is not an event: a person is an object, {…}
          /people/0: a person is an object, {…}
    "#]],
    );
}

#[test]
fn every_key_of_a_person_has_its_shape() {
    let half = json!({ "offers": { "at": "2026-11-22T10:15:00Z", "how": "form" } });
    let undated = json!({ "offers": { "at": "yesterday", "how": "form", "text": "Yes" } });
    let mut more =
        json!({ "at": "2026-11-22T10:15:00Z", "how": "form", "text": "Yes", "prof": "4711" });
    let slip = json!({ "offers": more });
    more["withdrawn"] = json!("yes");
    let odd = json!({ "offers": more });
    let undone = json!({ "offers": { "how": "phone", "withdrawn": true } });
    let both = put(anna(), "/unlink", json!(true));
    let people = [
        json!({}),
        put(anna(), "/id", json!("  ")),
        put(anna(), "/role", json!(["SOT", 7])),
        put(anna(), "/role", json!({})),
        put(anna(), "/role", json!("")),
        put(anna(), "/fields", json!([])),
        put(anna(), "/lists", json!(["news"])),
        put(anna(), "/tags", json!({ "vip": "yes" })),
        put(anna(), "/consent", json!({ "offers": true })),
        put(anna(), "/consent", half),
        put(anna(), "/consent", undated),
        put(anna(), "/consent", slip),
        put(anna(), "/consent", odd),
        put(anna(), "/consent", undone),
        put(anna(), "/unlink", json!("yes")),
        put(both, "/standing", json!(true)),
        put(anna(), "/merged", json!({})),
        put(anna(), "/merged", json!(["x", " "])),
    ];
    let bodies = people.map(|person| with("/people", json!([person])));
    told_places(
        &bodies,
        &expect![[r#"
            400 /people/0/id: `id` is missing: the source's own id for the person
            400 /people/0/email: `email` is missing: the person's address
            400 /people/0/full_name: `full_name` is missing: what to call the person
            400 /people/0/id: `id` is missing: the source's own id for the person
            400 /people/0/role: `role` is a name or a list of at most 20 names
            400 /people/0/role: `role` is a name or a list of at most 20 names
            400 /people/0/role: `role` is a name or a list of at most 20 names
            400 /people/0/fields: `fields` is an object, {…}
            400 /people/0/lists: `lists` is like {"name": true}, at most 100 names
            400 /people/0/tags: `tags` is like {"name": true}, at most 100 names
            400 /people/0/consent/offers: a proof of consent is an object, {…}
            400 /people/0/consent/offers: a proof of consent has `at`, `how` and `text`; one that was taken back has `at`, `how` and `"withdrawn": true`
            400 /people/0/consent/offers/at: `at` is a time with its offset, like 2026-11-22T10:15:00+01:00
            400 /people/0/consent/offers/prof: a proof of consent has no `prof`; did you mean `proof`?
            400 /people/0/consent/offers/withdrawn: `withdrawn` is true or false
            400 /people/0/consent/offers/prof: a proof of consent has no `prof`; did you mean `proof`?
            400 /people/0/consent/offers: a proof of consent has `at`, `how` and `text`; one that was taken back has `at`, `how` and `"withdrawn": true`
            400 /people/0/unlink: `unlink` is true or false
            400 /people/0/unlink: a person is `unlink` or `standing`, not both
            400 /people/0/merged: `merged` is a list of at most 20 ids, of those who were the same person
            400 /people/0/merged: `merged` is a list of at most 20 ids, of those who were the same person
        "#]],
    );
}

#[test]
fn an_id_or_a_subject_of_nothing_is_refused() {
    // Everything about it would be taken for one and the same.
    told(
        &with("/subject", json!("")),
        &expect![[r#"
            400 The post is not an event: `subject` is empty: leave it out, or name something
              /subject: `subject` is empty: leave it out, or name something
        "#]],
    );
    told(
        &json!([put(good(), "/id", json!(""))]),
        &expect![[r#"
            400 The post is not an event: `id` is empty: leave it out, or name something
              /0/id: `id` is empty: leave it out, or name something
        "#]],
    );
}

#[test]
fn every_place_of_the_wrong_shape_is_named_at_once() {
    let body = json!([
        put(good(), "/timestamp", json!(5)),
        { "type": "QUIET", "people": [{ "id": 7, "email": [] }] },
    ]);
    told(
        &body,
        &expect![[r#"
        400 The post is not an event: `timestamp` is a text of at most 128 characters; and 3 more
          /0/timestamp: `timestamp` is a text of at most 128 characters
          /1/people/0/id: `id` is a text of at most 1024 characters
          /1/people/0/email: `email` is a text of at most 1024 characters
          /1/people/0/full_name: `full_name` is missing: what to call the person
    "#]],
    );
}

#[test]
fn what_may_be_left_out_may_be_left_out_and_null_is_nothing() {
    told(
        &without("/timestamp"),
        &expect![[r#"
        taken: 1 events
    "#]],
    );
    told(
        &without("/subject"),
        &expect![[r#"
        taken: 1 events
    "#]],
    );
    told(
        &without("/people"),
        &expect![[r#"
        taken: 1 events
    "#]],
    );
    let nothing = json!({ "type": "QUIET", "timestamp": null, "subject": null, "data": null, "people": null });
    told(
        &nothing,
        &expect![[r#"
        taken: 1 events
    "#]],
    );
}

#[test]
fn a_field_that_is_null_is_taken_from_a_contact_unless_everybody_must_have_it() {
    let person = put(
        anna(),
        "/fields",
        json!({ "first_name": null, "score": 7, "pupil_since": null }),
    );
    let body = with("/people", json!([person])).to_string();
    let events = take(body.as_bytes()).unwrap();
    let anna = &events[0].people[0];
    assert_eq!(anna.cleared, BTreeSet::from(["first_name".to_owned()]));
    assert_eq!(anna.fields.keys().collect::<Vec<_>>(), ["score"]);
}

#[test]
fn an_event_is_called_by_its_own_id_or_after_its_post() {
    let quiet = json!({ "type": "QUIET" });
    let named = json!({ "type": "QUIET", "id": "mine" });
    let ids = |body: serde_json::Value| {
        let events = take(body.to_string().as_bytes()).unwrap();
        events.into_iter().map(|event| event.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(quiet.clone()), ["w1"]);
    assert_eq!(
        ids(named.clone()),
        ["w1"],
        "one post, one id: that of the webhook"
    );
    assert_eq!(ids(json!([named, quiet])), ["mine", "w1.1"]);
}

proptest! {
    #[test]
    fn any_bytes_are_taken_or_refused(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = take(&body);
    }

    #[test]
    fn any_json_in_the_place_of_any_other_is_taken_or_refused_with_places_that_exist(
        at in 0_usize..18,
        value in json_value(),
    ) {
        let places = [
            "/type", "/timestamp", "/subject", "/data", "/people", "/id", "/extra",
            "/data/Person", "/data/Hours", "/data/Link", "/data/At", "/data/Mail", "/data/Note",
            "/data/Urgent", "/data/Person.FullName", "/data/Person/FullName", "/data/Person/x", "/data/a~b",
        ];
        let body = with(places[at], value);
        if let Err(problem) = take(body.to_string().as_bytes()) {
            prop_assert!([400, 422].contains(&problem.status));
            prop_assert!(!problem.errors.is_empty());
            for fault in &problem.errors {
                let parent = fault.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
                let known = body.pointer(parent).is_some() || fault.detail.ends_with("is missing");
                prop_assert!(known, "{} is nowhere", fault.pointer);
            }
        }
    }
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        ".{0,12}".prop_map(|value| json!(value)),
        Just(json!("2026-12-01")),
        Just(json!("2026-12-01T09:00:00Z")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|values| json!(values)),
            prop::collection::btree_map("[A-Za-z./~]{0,6}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}
