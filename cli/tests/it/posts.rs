//! What a source that posts an event is answered, over real HTTP.

use std::fmt::Write;

use expect_test::{Expect, expect, expect_file};
use jiff::SignedDuration;
use serde_json::{Value, json};
use wire::Secret;

use crate::{
    cloud::text,
    http::{self, Answer},
    laptop::Laptop,
    source::signed,
    time::eventually,
};

#[test]
fn what_is_wrong_with_a_post_is_said_with_its_places() {
    let laptop = Laptop::shared();
    let source = laptop.source();
    let mut said = String::new();
    let wrong = misshapen().into_iter().chain(undeclared());
    for (number, (name, body)) in wrong.enumerate() {
        let answer = source.post_bytes(&format!("wrong-{number}"), body.as_bytes());
        write!(said, "## {name}\n{}\n", shown(&answer)).unwrap();
    }
    expect_file!["expected/wrong-posts.txt"].assert_eq(&said);
}

#[test]
fn a_signature_that_does_not_hold_is_refused_without_a_hint() {
    let laptop = Laptop::shared();
    let source = laptop.source();
    let body = good("sig").to_string();
    let body = body.as_bytes();
    let now = source.now();
    let stranger = Secret::parse("whsec_c3RyYW5nZXJzdHJhbmdlcnN0cmFuZ2Vy").unwrap();
    let at = now.as_second().to_string();
    let good = source.secret.sign("sig", now, body);
    let moved = |minutes: i64| now + SignedDuration::from_secs(minutes * 60 + minutes.signum() * 5);
    let early = (moved(-5), source.secret.sign("sig", moved(-5), body));
    let late = (moved(5), source.secret.sign("sig", moved(5), body));
    let (early_at, late_at) = (
        early.0.as_second().to_string(),
        late.0.as_second().to_string(),
    );
    let v2 = good.replace("v1,", "v2,");
    let mut answers = Vec::new();
    for (name, headers, body) in [
        ("nothing", vec![], body),
        ("no id", signed("sig", &at, &good)[2..].to_vec(), body),
        (
            "no signature",
            signed("sig", &at, &good)[..3].to_vec(),
            body,
        ),
        (
            "another secret",
            signed("sig", &at, &stranger.sign("sig", now, body)).to_vec(),
            body,
        ),
        ("another id", signed("gis", &at, &good).to_vec(), body),
        (
            "another time",
            signed("sig", &early_at, &good).to_vec(),
            body,
        ),
        (
            "another body",
            signed("sig", &at, &good).to_vec(),
            &b"{}"[..],
        ),
        ("too old", signed("sig", &early_at, &early.1).to_vec(), body),
        ("too new", signed("sig", &late_at, &late.1).to_vec(), body),
        ("no time", signed("sig", "today", &good).to_vec(), body),
        ("another version", signed("sig", &at, &v2).to_vec(), body),
        ("no base64", signed("sig", &at, "v1,???").to_vec(), body),
        // Who may not post is not told what is wrong with the JSON.
        (
            "no JSON either",
            signed("sig", &at, &good).to_vec(),
            &b"{"[..],
        ),
    ] {
        let answer = source.post_with(&headers, body);
        assert_eq!(answer.status, 401, "{name}: {answer:?}");
        answers.push(shown(&answer));
    }
    answers.dedup();
    check(
        &answers.join("\n"),
        &expect![[r#"
        401 application/problem+json
        {"detail":"sign the raw body by the Standard Webhooks scheme, within five minutes","status":401,"title":"The signature does not hold"}"#]],
    );
    assert!(
        laptop
            .cloud()
            .exceptions()
            .iter()
            .all(|row| text(row, "event") != "sig")
    );
}

#[test]
fn one_good_signature_among_several_is_enough() {
    let laptop = Laptop::shared();
    let source = laptop.source();
    let (now, body) = (source.now(), good("several").to_string());
    let stranger = Secret::parse("whsec_c3RyYW5nZXJzdHJhbmdlcnN0cmFuZ2Vy").unwrap();
    let signatures = format!(
        "v2,abc v1,??? {} {}",
        stranger.sign("several", now, body.as_bytes()),
        source.secret.sign("several", now, body.as_bytes()),
    );
    let at = now.as_second().to_string();
    let answer = source.post_with(&signed("several", &at, &signatures), body.as_bytes());
    assert_eq!(answer.status, 202, "{answer:?}");
}

#[test]
fn what_is_too_large_is_refused_before_all_else() {
    let laptop = Laptop::shared();
    let source = laptop.source();
    let sized = |bytes: usize| {
        let mut body = good("large").to_string();
        body.push_str(&" ".repeat(bytes - body.len()));
        body
    };
    let largest = source.post_bytes("large", sized(256 * 1024).as_bytes());
    assert_eq!(largest.status, 202, "{largest:?}");
    let over = sized(256 * 1024 + 1);
    let unsigned = source.post_with(&[], over.as_bytes());
    let answers = [source.post_bytes("larger", over.as_bytes()), unsigned];
    for answer in answers {
        check(
            &shown(&answer),
            &expect![[r#"
            413 application/problem+json
            {"detail":"a post is at most 256 KiB","status":413,"title":"The post is too large"}"#]],
        );
    }
    // Far beyond that, the gateway says it, in a body of its own.
    let answer = source.post_bytes("largest", &vec![b' '; 10 * 1024 * 1024 + 1]);
    assert_eq!(answer.status, 413);
}

#[test]
fn an_array_is_taken_whole_and_each_event_has_its_id() {
    let laptop = Laptop::shared();
    let source = laptop.source();
    let mut own = good("array-b");
    own["id"] = json!("own-id");
    let events = json!([good("array-a"), own, good("array-c")]);
    let answer = source.post("array", &events);
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(
        answer.json(),
        json!({ "accepted": ["array.0", "own-id", "array.2"] })
    );
    for person in ["array-a", "array-b", "array-c"] {
        eventually("each gets a mail", || laptop.mail_to(&address(person)));
    }
}

#[test]
fn an_array_with_one_fault_is_refused_whole_and_kept_with_its_reason() {
    let laptop = Laptop::shared();
    let source = laptop.source();
    let mut events = vec![good("whole-a"), good("whole-b"), good("whole-c")];
    events[1]["type"] = json!("TRACK_ENDS");
    let answer = source.post("whole", &json!(events));
    check(
        &shown(&answer),
        &expect![[r#"
        422 application/problem+json
        {"detail":"no event is called `TRACK_ENDS`: case counts; did you mean `TRACK_END`?","did_you_mean":"TRACK_END","errors":[{"detail":"no event is called `TRACK_ENDS`: case counts; did you mean `TRACK_END`?","did_you_mean":"TRACK_END","pointer":"/1/type"}],"pointer":"/1/type","status":422,"title":"The event is refused"}"#]],
    );

    // Whoever is posted afterwards was resolved after them, had they been taken.
    source.tell("whole-after", &good("whole-d"));
    eventually("a later event is done", || {
        laptop.mail_to(&address("whole-d"))
    });
    laptop.settle();
    for person in ["whole-a", "whole-b", "whole-c"] {
        assert!(laptop.mail_to(&address(person)).is_none(), "{person}");
    }
    let kept = laptop.cloud().exceptions();
    let kept = kept
        .iter()
        .find(|row| text(row, "event") == "whole")
        .unwrap();
    assert_eq!(text(kept, "kind"), "refused");
    assert!(text(kept, "reason").starts_with("no event is called `TRACK_ENDS`"));
    // It is kept as it came, so that it can be replayed, for two weeks.
    let body: Value = serde_json::from_str(text(kept, "body")).unwrap();
    assert_eq!(body, json!(events));
    let ttl: i64 = text(kept, "ttl").parse().unwrap();
    let days = (ttl - laptop.cloud().now().as_second()) / 86_400;
    assert!((13..=14).contains(&days), "kept for {days} days");
}

#[test]
fn other_paths_and_methods_are_not_found() {
    let laptop = Laptop::shared();
    let base = laptop.source().url;
    for (method, path) in [
        ("GET", ""),
        ("PUT", ""),
        ("POST", "/"),
        ("POST", "/x"),
        ("POST", "x"),
    ] {
        let answer = http::ask(method, &format!("{base}{path}"), &[], b"{}").unwrap();
        assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
    }
}

fn check(said: &str, expect: &Expect) {
    expect.assert_eq(said);
}

/// Shows an answer: status, type, what to do about it.
fn shown(answer: &Answer) -> String {
    format!(
        "{} {}\n{}",
        answer.status,
        answer.header("content-type"),
        answer.json()
    )
}

/// An event that sends one mail to a person of its own.
fn good(person: &str) -> Value {
    json!({
        "type": "TRACK_END",
        "subject": format!("pupil-{person}"),
        "data": { "Person": { "FullName": "Sam" } },
        "people": [{ "id": person, "role": "SOT", "email": address(person), "full_name": "Anna" }],
    })
}

fn address(person: &str) -> String {
    format!("{person}@school.example")
}

/// Posts that are well signed and of the wrong shape.
fn misshapen() -> Vec<(&'static str, String)> {
    vec![
        ("not JSON", "{\"type\":\n \"A\",}".to_owned()),
        ("nothing", String::new()),
        ("a text", "\"TRACK_END\"".to_owned()),
        ("an array without events", "[]".to_owned()),
        ("too many events", json!(vec![good("x"); 101]).to_string()),
        ("an array of other things", "[1, {\"type\": 7}]".to_owned()),
        (
            "no type",
            with(|event| {
                event.as_object_mut().unwrap().remove("type");
            }),
        ),
        (
            "a time without an offset",
            with(|event| event["timestamp"] = json!("2026-11-22T10:15:00")),
        ),
        (
            "data that is a list",
            with(|event| event["data"] = json!([])),
        ),
        (
            "a person without anything",
            with(|event| event["people"] = json!([{}])),
        ),
        (
            "too many people",
            with(|event| event["people"] = json!(vec![event["people"][0].clone(); 101])),
        ),
        (
            "a role that is a number",
            with(|event| event["people"][0]["role"] = json!(7)),
        ),
        (
            "a subject that is too long",
            with(|event| event["subject"] = json!("x".repeat(129))),
        ),
    ]
}

/// Posts of the right shape that do not say what the release declares.
fn undeclared() -> Vec<(&'static str, String)> {
    vec![
        (
            "an unknown type",
            with(|event| event["type"] = json!("TRACK_ENDED")),
        ),
        (
            "a type in another case",
            with(|event| event["type"] = json!("track_end")),
        ),
        (
            "an unknown key",
            with(|event| event["subjects"] = json!("a")),
        ),
        (
            "a missing parameter",
            with(|event| event["data"] = json!({})),
        ),
        ("every parameter wrong", {
            let event = json!({
                "type": "TRACK_START",
                "data": {
                    "Person": { "FullName": 7, "DateOfBirth": "4 maart", "Nickname": "S" },
                    "Activity": "Plusklas",
                    "Person_ActivityGroup": { "StartDate": null, "EndDate": "2027-02-30" },
                    "a/b~c": 1,
                },
            });
            event.to_string()
        }),
        (
            "an address that nobody can mail",
            with(|event| event["people"][0]["email"] = json!("anna at school")),
        ),
        (
            "a local part beyond ASCII",
            with(|event| event["people"][0]["email"] = json!("ännä@school.example")),
        ),
        (
            "one id with two addresses",
            with(|event| {
                let mut other = event["people"][0].clone();
                other["email"] = json!("other@school.example");
                event["people"].as_array_mut().unwrap().push(other);
            }),
        ),
        (
            "an unknown field",
            with(|event| event["people"][0]["fields"] = json!({ "age": 7 })),
        ),
        (
            "an unknown key of a person",
            with(|event| event["people"][0]["e-mail"] = json!("a@b.example")),
        ),
        ("two events with one id", {
            let mut event = good("wrong");
            event["id"] = json!("same");
            json!([event.clone(), event]).to_string()
        }),
    ]
}

/// A good event with something changed.
fn with(change: fn(&mut Value)) -> String {
    let mut event = good("wrong");
    change(&mut event);
    event.to_string()
}
