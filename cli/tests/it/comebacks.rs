//! When messages come again: soon where something failed for a moment, at once where no time was left for them.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use journey::{ContactId, EnrollmentId};
use serde_json::{Value, json};
use wire::{Cause, Move, MovesMessage};

use crate::{command::sera, laptop::Laptop, time::eventually};

#[test]
fn what_dynamodb_refuses_for_a_moment_comes_back_in_seconds() {
    let laptop = Laptop::start(&sera());
    let cloud = laptop.cloud();
    let refused = json!({ "kind": "refuse", "status": 400, "code": "AccessDeniedException" });
    cloud.fault("PutItem", 0, 2, refused);
    laptop.source().tell("refused", &event("refused"));
    let given_back = |times: u64| {
        eventually("it is given back", || {
            (cloud.requests("ChangeMessageVisibilityBatch") == times).then_some(())
        });
    };
    given_back(1);
    let failed = cloud.now();
    cloud.pass(5);
    given_back(2);
    cloud.pass(15);
    eventually("it is resolved", || laptop.mail_to(&address("refused")));
    // Both times the queue itself would have waited for half a minute.
    let late = cloud.now().duration_since(failed);
    assert!(late < SignedDuration::from_secs(50), "{late:#}");
    laptop.settle();
    laptop.assert_all_done();
    assert_eq!(cloud.requests("ChangeMessageVisibilityBatch"), 2);
}

#[test]
fn what_cannot_be_given_back_comes_after_the_visibility_timeout() {
    let laptop = Laptop::start(&sera());
    let cloud = laptop.cloud();
    let refused = json!({ "kind": "refuse", "status": 400, "code": "AccessDeniedException" });
    cloud.fault("ChangeMessageVisibilityBatch", 0, 1, refused.clone());
    cloud.fault("PutItem", 0, 1, refused);
    laptop.source().tell("refused", &event("refused"));
    eventually("it is given back in vain", || {
        let log = cloud.function_log("resolve").join("\n");
        log.contains("only after their visibility timeout")
            .then_some(())
    });
    cloud.pass(30);
    eventually("it is resolved", || laptop.mail_to(&address("refused")));
    laptop.settle();
    laptop.assert_all_done();
}

#[test]
fn events_for_which_no_time_is_left_become_a_post_of_their_own() {
    let laptop = Laptop::start_logging(&sera(), Some("info"));
    slow(&laptop, "Query", 1);
    let people = ["many-0", "many-1", "many-2"];
    let answer = laptop
        .source()
        .post("many", &Value::from(people.map(event).to_vec()));
    assert_eq!(answer.status, 202, "{answer:?}");
    for person in people {
        eventually("the mail is sent", || laptop.mail_to(&address(person)));
    }
    laptop.settle();
    laptop.assert_all_done();
    let expected: BTreeMap<_, _> = people.iter().map(|one| (address(one), 1)).collect();
    assert_eq!(laptop.mails_by_address(), expected);
    let log = laptop.cloud().function_log("resolve").join("\n");
    assert!(log.contains("No time is left for 2 of 3 events"), "{log}");
}

#[test]
fn messages_for_which_no_time_is_left_go_back_untouched() {
    let laptop = Laptop::start(&sera());
    let contact = ContactId::of("nobody");
    let body = MovesMessage {
        moves: vec![Move::Run {
            enrollment: EnrollmentId::of("none", None, &contact, None),
            contact,
            cause: Cause::Due,
        }],
    };
    let record = |id: &str| {
        json!({
            "messageId": id, "receiptHandle": "1.1", "body": body.to_json(),
            "attributes": { "ApproximateReceiveCount": "1" },
        })
    };
    // Eight are worked on at once, and each of them takes its time.
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let batch = json!({ "Records": ids.map(record) });
    slow(&laptop, "GetItem", 8);
    let answer = laptop.cloud().invoke("advance", &batch).json();
    let back = ["i", "j"].map(|id| json!({ "itemIdentifier": id }));
    assert_eq!(answer, json!({ "batchItemFailures": back }));
    // With time enough none goes back.
    let answer = laptop.cloud().invoke("advance", &batch).json();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
}

/// Lets the next requests of an operation take more than half of the five seconds that a function has on a laptop.
fn slow(laptop: &Laptop, operation: &str, times: u32) {
    let delay = json!({ "kind": "delay", "ms": 2600 });
    laptop.cloud().fault(operation, 0, times, delay);
}

fn event(person: &str) -> Value {
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
