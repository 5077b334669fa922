//! An event that is posted again and again is one event.

use std::thread;

use serde_json::{Value, json};

use crate::{command::sera, laptop::Laptop};

#[test]
fn an_event_posted_by_twenty_senders_at_once_sends_each_mail_once() {
    let laptop = Laptop::start(&sera());
    let source = laptop.source();
    let senders = (0..SENDERS).map(|_| {
        let source = source.clone();
        // Each is told that it is taken, whoever was first.
        thread::spawn(move || source.tell("at-once", &event("at-once")))
    });
    let senders: Vec<_> = senders.collect();
    for sender in senders {
        sender.join().unwrap();
    }
    assert_each_once(&laptop, "at-once");

    // And one after another, after all was done, with another body even: the id alone counts.
    for number in 0..SENDERS {
        let mut again = event("at-once");
        again["data"]["Person"]["FullName"] = json!(format!("Sam {number}"));
        source.tell("at-once", &again);
    }
    assert_each_once(&laptop, "at-once");

    // The same within an array.
    let mut item = event("at-once");
    item["id"] = json!("at-once");
    let answer = source.post("an-array", &json!([item]));
    assert_eq!(answer.json(), json!({ "accepted": ["at-once"] }));
    assert_each_once(&laptop, "at-once");

    // With an id of its own it is an event of its own.
    source.tell("another", &event("at-once"));
    laptop.settle();
    let counts = laptop.mails_by_address();
    assert!(counts.values().all(|count| *count == 2), "{counts:?}");
    laptop.assert_all_done();
}

#[track_caller]
fn assert_each_once(laptop: &Laptop, event: &str) {
    laptop.settle();
    let counts = laptop.mails_by_address();
    let expected = PEOPLE.iter().map(|person| (address(person), 1));
    assert_eq!(counts, expected.collect(), "{event}");
    laptop.assert_all_done();
}

/// An event about three people, one of them in two roles.
fn event(subject: &str) -> Value {
    let person = |name: &str, role: Value| json!({ "id": name, "role": role, "email": address(name), "full_name": name });
    let [one, two, three] = PEOPLE;
    json!({
        "type": "TRACK_END",
        "subject": subject,
        "data": { "Person": { "FullName": "Sam" } },
        "people": [
            person(one, json!("SOT")),
            person(two, json!(["SOT", "COPA"])),
            person(three, json!("PARENT")),
        ],
    })
}

fn address(person: &str) -> String {
    format!("{person}@school.example")
}

const PEOPLE: [&str; 3] = ["anna", "joris", "mina"];
const SENDERS: usize = 20;
