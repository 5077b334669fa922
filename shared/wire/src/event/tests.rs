//! What posts are refused, and what is said about them.

mod contents;
mod limits;
mod shapes;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use expect_test::Expect;
use jiff::tz::TimeZone;
use journey::{EventType, Field, FieldType, Release, Settings, Value};
use serde_json::{Value as Json, json};

use super::{Event, check, read};
use crate::{Fault, Problem};

/// Shows what is wrong with a post, or that nothing is.
fn told(body: &Json, expected: &Expect) {
    expected.assert_eq(&match take(body.to_string().as_bytes()) {
        Ok(events) => format!("taken: {} events\n", events.len()),
        Err(problem) => tell(&problem),
    });
}

/// Shows the places of what is wrong with posts.
fn told_places(bodies: &[Json], expected: &Expect) {
    let mut text = String::new();
    for body in bodies {
        let problem = take(body.to_string().as_bytes()).unwrap_err();
        for Fault {
            pointer, detail, ..
        } in &problem.errors
        {
            writeln!(text, "{} {pointer}: {detail}", problem.status).unwrap();
        }
    }
    expected.assert_eq(&text);
}

/// Takes a post in as intake does.
fn take(body: &[u8]) -> Result<Vec<Event>, Problem> {
    let posted = "2026-11-23T13:00:00Z".parse().unwrap();
    check(read(body, "w1", posted)?, &release())
}

fn tell(problem: &Problem) -> String {
    let mut text = format!("{} {}: {}\n", problem.status, problem.title, problem.detail);
    for Fault {
        pointer, detail, ..
    } in &problem.errors
    {
        writeln!(text, "  {pointer}: {detail}").unwrap();
    }
    text
}

/// A post in which nothing is wrong.
fn good() -> Json {
    json!({
        "type": "TRACK_START",
        "timestamp": "2026-11-22T10:15:00+01:00",
        "subject": "pupil-1001",
        "data": { "Person": { "FullName": "Sam", "Birth": "2012-03-04" }, "Hours": 12 },
        "people": [anna()],
    })
}

fn anna() -> Json {
    json!({ "id": "sot-17", "role": "SOT", "email": "Anna@School.example", "full_name": "Anna" })
}

/// Returns the good post with something else at a place.
fn with(pointer: &str, value: Json) -> Json {
    put(good(), pointer, value)
}

fn put(mut json: Json, pointer: &str, value: Json) -> Json {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let map = json.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    map.insert(key.to_owned(), value);
    json
}

fn without(pointer: &str) -> Json {
    let mut json = good();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let map = json.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    map.remove(key).unwrap();
    json
}

fn release() -> Release {
    let field = |ty| Field {
        ty,
        optional: false,
        default: None,
        sensitive: false,
    };
    let optional = |ty| Field {
        optional: true,
        ..field(ty)
    };
    let params = BTreeMap::from([
        ("Person.FullName".to_owned(), field(FieldType::String)),
        ("Person.Birth".to_owned(), field(FieldType::Date)),
        ("Hours".to_owned(), field(FieldType::Number)),
        ("At".to_owned(), optional(FieldType::DateTime)),
        ("Link".to_owned(), optional(FieldType::Url)),
        ("Mail".to_owned(), optional(FieldType::Email)),
        ("Note".to_owned(), optional(FieldType::Text)),
        (
            "Urgent".to_owned(),
            Field {
                default: Some(Value::Bool(false)),
                ..field(FieldType::Bool)
            },
        ),
    ]);
    let event = EventType {
        title: "Start".to_owned(),
        when: String::new(),
        params,
    };
    let quiet = EventType {
        params: BTreeMap::new(),
        ..event.clone()
    };
    Release {
        settings: Settings {
            organization: "School".to_owned(),
            locale: "nl".to_owned(),
            zone: TimeZone::UTC,
            vars: BTreeMap::new(),
            fields: BTreeMap::from([
                ("first_name".to_owned(), optional(FieldType::String)),
                ("pupil_since".to_owned(), field(FieldType::Date)),
                ("score".to_owned(), optional(FieldType::Number)),
            ]),
            scoring: Default::default(),
            confirmed: Default::default(),
            soft: Default::default(),
            tracking: None,
        },
        events: BTreeMap::from([
            ("TRACK_START".to_owned(), event),
            ("QUIET".to_owned(), quiet),
        ]),
        lists: BTreeSet::from(["news".to_owned()]),
        hooks: BTreeMap::new(),
        topics: BTreeMap::from([("offers".to_owned(), String::new())]),
        journeys: BTreeMap::new(),
    }
}
