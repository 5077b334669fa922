//! What recipients and their servers do with a mail reaches the journey that sent it, and the next mail.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{command::operated, laptop::Laptop, operator::json_of, releases, time::eventually};

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

    // The same mail was opened and clicked in once each by a person; the machine is told apart.
    let told = stats(&laptop, "hello");
    assert_eq!(told["mails"]["sent"], 1, "{told:#}");
    for (number, count) in [
        ("opened", 1),
        ("opened_by_machine", 0),
        ("clicked", 1),
        ("clicked_by_machine", 1),
        ("bounced", 0),
        ("delivered", 1),
    ] {
        assert_eq!(told["mails"][number], count, "{number} of {told:#}");
    }
    laptop.assert_all_done();
}

/// A scanner takes its time, calls itself a browser, and follows every link of the mail at once.
#[test]
fn a_scanner_that_follows_every_link_at_once_moves_nothing() {
    let release = release();
    let laptop = Laptop::start(release.path());
    laptop.source().tell("e1", &event("anna@example.org"));
    let mail = mails(&laptop, 1).pop().unwrap();
    laptop.settle();
    laptop.cloud().pass(600);
    for link in [LINK, "https://school.example/else"] {
        happens(&laptop, &mail, &json!({ "click": { "link": link } }));
    }
    laptop.settle_within(SOON);
    assert_eq!(laptop.inbox().len(), 1);
    let told = stats(&laptop, "hello");
    let counted = [
        &told["mails"]["clicked"],
        &told["mails"]["clicked_by_machine"],
    ];
    assert_eq!(counted, [0, 1], "{told:#}");

    laptop.cloud().pass(600);
    happens(&laptop, &mail, &json!({ "click": { "link": LINK } }));
    mails(&laptop, 2);
    laptop.settle_within(SOON);
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

    // One mail bounced, for now and then for ever, one was delivered, and one was not sent.
    let told = stats(&laptop, "hello");
    for (number, count) in [
        ("sent", 2),
        ("delivered", 1),
        ("bounced", 1),
        ("bounced_softly", 0),
    ] {
        assert_eq!(told["mails"][number], count, "{number} of {told:#}");
    }
    assert_eq!(told["not_mailed"], json!({ "suppressed": 1 }));
    let words = ["explain", "anna@example.org", "--stack", "laptop"];
    let said = operated(&laptop.cloud().endpoint, &words);
    let bounced = "`hello`: mailed, then bounced, bounced softly";
    assert!(said.out.contains(bounced), "{said:?}");
    let csv = csv(&laptop);
    assert!(
        csv.lines()
            .any(|line| line.contains(",hello,,outcome:suppressed,1")),
        "{csv}"
    );
}

#[test]
fn what_a_journey_came_to_is_known_when_its_people_are_forgotten() {
    let release = release();
    let laptop = Laptop::start(release.path());
    laptop.source().tell("e1", &event("anna@example.org"));
    let mail = mails(&laptop, 1).pop().unwrap();
    laptop.cloud().pass(600);
    happens(&laptop, &mail, &json!("open"));
    laptop.settle_within(SOON);
    laptop.cloud().pass(4 * DAY);
    let before = eventually("nobody waits any more", || {
        let told = all_stats(&laptop);
        (told["journeys"][0]["left"] == json!({ "finished": 1 })).then_some(told)
    });
    assert_eq!(stats(&laptop, "hello")["mails"]["opened"], 1);
    assert_eq!(before["written_down_until"], Value::Null);

    // Two months later it is written down, and said nowhere twice.
    laptop.cloud().pass(70 * DAY);
    laptop.cloud().invoke("wake", &json!({ "sweep": true }));
    let written = eventually("a statement", || {
        let told = all_stats(&laptop);
        told["written_down_until"].is_string().then_some(told)
    });
    assert_eq!(written["journeys"], before["journeys"]);
    let words = ["contacts", "erase", "anna", "--yes", "--stack", "laptop"];
    let said = operated(&laptop.cloud().endpoint, &words);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(laptop.cloud().enrollments().is_empty());
    let after = all_stats(&laptop);
    assert_eq!(after["journeys"], before["journeys"]);
    assert_eq!(after["mails_of_other_runs"], 0);
    let shown = operated(&laptop.cloud().endpoint, &["stats", "--stack", "laptop"]);
    assert!(
        shown.out.contains("are counted as written down"),
        "{shown:?}"
    );
    // Asked for one journey, the numbers are the same.
    let words = ["stats", "hello", "--stack", "laptop", "--json"];
    let one = json_of(&operated(&laptop.cloud().endpoint, &words));
    assert_eq!(one["journeys"], before["journeys"]);
}

/// Returns what `waypost stats` says.
fn all_stats(laptop: &Laptop) -> Value {
    let words = ["stats", "--stack", "laptop", "--json"];
    let said = operated(&laptop.cloud().endpoint, &words);
    assert_eq!(said.code, 0, "{said:?}");
    json_of(&said)
}

/// Returns what `waypost stats` says of a step.
fn stats(laptop: &Laptop, step: &str) -> Value {
    let told = all_stats(laptop);
    let steps = told["journeys"][0]["steps"].as_array().unwrap();
    steps
        .iter()
        .find(|one| one["step"] == step)
        .unwrap()
        .clone()
}

fn csv(laptop: &Laptop) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("stats.csv");
    let words = [
        "stats",
        "--stack",
        "laptop",
        "--csv",
        file.to_str().unwrap(),
    ];
    let said = operated(&laptop.cloud().endpoint, &words);
    assert_eq!(said.code, 0, "{said:?}");
    fs::read_to_string(file).unwrap()
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
const DAY: i64 = 24 * 60 * 60;
const SOON: Duration = Duration::from_secs(20);
