//! Every request to AWS can go wrong in every way, and each mail is still sent once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    command::sera,
    laptop::{Laptop, alone},
};

#[test]
fn each_mail_is_sent_once_whatever_requests_go_wrong() {
    let _alone = alone();
    let laptop = Laptop::start(&sera());
    let source = laptop.source();
    let mut expected = BTreeMap::new();
    // The faults of an operation hit whoever comes next, so by the end every function has met them.
    for (operation, function) in OPERATIONS {
        let doubles = |fault: &Value| operation == "SendEmail" && fault["kind"] == "twice";
        for fault in faults(function).into_iter().filter(|fault| !doubles(fault)) {
            let number = expected.len();
            laptop
                .cloud()
                .fault(operation, u32::from(number % 2 == 0), 1, fault);
            source.insist(&format!("storm-{number}"), &event(number));
            expected.insert(address(number), 1);
        }
    }
    laptop.settle_soon();
    laptop.cloud().heal();
    assert_eq!(laptop.mails_by_address(), expected);
    laptop.assert_all_done();
    assert_eq!(laptop.cloud().enrollments().len(), expected.len());
}

/// Everything that can happen to a request; a function is killed right before or after it.
fn faults(function: &str) -> [Value; 8] {
    [
        json!({ "kind": "fail" }),
        json!({ "kind": "drop" }),
        json!({ "kind": "lose_reply" }),
        json!({ "kind": "lie_reply" }),
        json!({ "kind": "twice" }),
        json!({ "kind": "delay", "ms": 400 }),
        json!({ "kind": "kill_before", "function": function }),
        json!({ "kind": "kill_after", "function": function }),
    ]
}

fn event(number: usize) -> Value {
    json!({
        "type": "TRACK_END",
        "subject": format!("pupil-{number}"),
        "data": { "Person": { "FullName": "Sam" } },
        "people": [{ "id": format!("s{number}"), "role": "SOT", "email": address(number), "full_name": "Anna" }],
    })
}

fn address(number: usize) -> String {
    format!("s{number}@school.example")
}

/// What is asked of AWS while an event becomes a mail, and who asks it. A mail that SES is asked for twice is two
/// mails, so that is left out: no caller can undo it.
const OPERATIONS: [(&str, &str); 10] = [
    ("GetItem", "resolve"),
    ("BatchGetItem", "feedback"),
    ("Query", "resolve"),
    ("PutItem", "send"),
    ("UpdateItem", "send"),
    ("SendMessage", "resolve"),
    ("SendEmail", "send"),
    ("Invoke resolve", "resolve"),
    ("Invoke send", "send"),
    ("Invoke feedback", "feedback"),
];
