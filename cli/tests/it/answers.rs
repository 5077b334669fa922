//! What recipients and their servers do with a mail reaches the journey that sent it, and the next mail.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{laptop::Laptop, releases, time::eventually};

#[test]
fn a_click_of_a_person_moves_the_run_on_and_that_of_a_machine_does_not() {
    let release = release();
    let laptop = Laptop::start(release.path());
    laptop.source().tell("e1", &event("anna@example.org"));
    let mail = mails(&laptop, 1).pop().unwrap();
    laptop.settle();

    // Nobody reads this fast.
    happens(&laptop, &mail, &json!({ "click": { "link": LINK } }));
    laptop.settle_within(SOON);
    assert_eq!(laptop.inbox().len(), 1);
    laptop.cloud().pass(600);
    happens(&laptop, &mail, &json!("open"));
    happens(&laptop, &mail, &json!({ "click": { "link": LINK } }));
    let subjects: Vec<_> = mails(&laptop, 2)
        .into_iter()
        .map(|mail| mail["subject"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(subjects, ["Hello", "Thank you"]);
    laptop.settle();
    let run = laptop.cloud().enrollments().pop().unwrap().enrollment;
    let clicks: Vec<_> = run.signals.clicks.iter().cloned().collect();
    assert_eq!(clicks, [("hello".to_owned(), "read-on".to_owned())]);
    assert!(run.signals.opened.contains("hello"));
    laptop.assert_all_done();
}

#[test]
fn an_address_that_does_not_exist_gets_nothing_more() {
    let release = release();
    let laptop = Laptop::start(release.path());
    laptop.source().tell("e1", &event("anna@example.org"));
    let mail = mails(&laptop, 1).pop().unwrap();
    happens(&laptop, &mail, &json!({ "bounce": "mailbox_full" }));
    laptop.settle_within(SOON);
    laptop.source().tell("e2", &event("anna@example.org"));
    mails(&laptop, 2);
    happens(&laptop, &mail, &json!({ "bounce": "permanent" }));
    laptop.settle_within(SOON);
    laptop.source().tell("e3", &event("anna@example.org"));
    laptop.settle_within(SOON);
    assert_eq!(laptop.inbox().len(), 2);
    let runs = laptop.cloud().enrollments().into_iter();
    let outcomes = runs.filter_map(|run| Some(run.enrollment.path.first()?.outcome.clone()));
    let mut outcomes: Vec<_> = outcomes.collect();
    outcomes.sort();
    assert_eq!(outcomes, ["sent", "sent", "suppressed"]);
}

/// Has something happen to a mail.
fn happens(laptop: &Laptop, mail: &Value, event: &Value) {
    let id = mail["id"].as_str().unwrap();
    let told = json!({ "recipient": mail["to"], "event": event });
    laptop
        .cloud()
        .knob("POST", &format!("mails/{id}/events"), &told);
}

fn mails(laptop: &Laptop, count: usize) -> Vec<Value> {
    eventually("the mails are there", || {
        let mails = laptop.inbox();
        (mails.len() == count).then_some(mails)
    })
}

fn event(address: &str) -> Value {
    json!({
        "type": "HELLO", "data": {},
        "people": [{ "id": "anna", "email": address, "full_name": "Anna" }],
    })
}

fn release() -> TempDir {
    let mail = |subject: &str| {
        format!(
            "---\nsubject: {subject}\nlayout: plain\n---\nHello {{{{recipient.full_name}}}}, [Read on]({LINK})\n"
        )
    };
    releases::of(&[
        (
            "waypost.yaml",
            "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
             senders:\n  default: { name: School, address: mail@school.example }\n",
        ),
        ("events.yaml", "HELLO:\n  params: {}\n"),
        (
            "layouts/plain.mjml",
            "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}</mj-text></mj-column></mj-section></mj-body></mjml>",
        ),
        (
            "journeys/hello.yaml",
            "journey: hello\nkind: transactional\ntrigger: { event: HELLO }\nreentry: unlimited\nsteps:\n  - send: hello\n  \
             - wait_for: { clicked: hello }\n    within: 3 days\n    then:\n      - send: thanks\n",
        ),
        ("templates/hello.md", &mail("Hello")),
        ("templates/thanks.md", &mail("Thank you")),
    ])
}

const LINK: &str = "https://school.example/read";
const SOON: Duration = Duration::from_secs(20);
