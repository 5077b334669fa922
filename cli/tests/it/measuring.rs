//! What people do with their mails is seen only of those who agreed to that, and the mail service is told so.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{command::said, laptop::Laptop, operator::json_of, releases, time::eventually};

#[test]
fn an_opening_is_seen_only_of_who_agreed_to_it() {
    let release = release();
    let laptop = Laptop::start(release.path());
    for (name, agrees) in [("anna", true), ("bram", false)] {
        laptop.source().tell(name, &event(name, agrees));
    }
    let mails = eventually("the mails are there", || {
        let mails = laptop.inbox();
        (mails.len() == 2).then_some(mails)
    });
    laptop.settle();
    for mail in &mails {
        let told = json!({ "recipient": mail["to"], "event": "open" });
        let id = mail["id"].as_str().unwrap();
        // What a mail program asks for hours later: sooner, it counts as a machine.
        laptop.cloud().pass(3600);
        laptop
            .cloud()
            .knob("POST", &format!("mails/{id}/events"), &told);
    }
    laptop.settle();
    let runs = laptop.cloud().enrollments().into_iter();
    let mut opened: Vec<_> = runs
        .map(|run| (run.enrollment.event, run.enrollment.signals.opened.len()))
        .collect();
    opened.sort();
    assert_eq!(opened, [("anna".to_owned(), 1), ("bram".to_owned(), 0)]);
    laptop.assert_all_done();
}

fn event(name: &str, agrees: bool) -> Value {
    let mut consent = json!({});
    if agrees {
        let given = json!({ "at": "2026-01-01T10:00:00Z", "how": "form", "text": "You may look" });
        consent["measuring"] = given;
    }
    json!({
        "type": "HELLO", "data": {},
        "people": [{
            "id": name, "email": format!("{name}@example.org"), "full_name": name, "consent": consent,
        }],
    })
}

#[test]
fn a_journey_that_asks_who_opened_is_told_what_it_cannot_see() {
    let asking = "  - if: opened('hello')\n    then: [{ exit: seen }]\n";
    let release = release_with(asking);
    let checked = said(release.path(), &["check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    let tells = "measured only of those who agreed to it: to hello everybody else looks";
    assert!(checked.out.contains(tells), "{checked:?}");
    let found = json_of(&said(release.path(), &["check", "--json"]));
    assert_eq!(found["measured_in_part"], json!(["hello"]));
    let mute = release_with("");
    let found = json_of(&said(mute.path(), &["check", "--json"]));
    assert_eq!(found["measured_in_part"], json!(null));
}

fn release() -> TempDir {
    release_with("")
}

fn release_with(steps: &str) -> TempDir {
    let hello = "journey: hello\nkind: transactional\ntrigger: { event: HELLO }\nreentry: unlimited\nsteps:\n  - send: hello\n";
    releases::of(&[
        (
            "waypost.yaml",
            "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
             senders:\n  default: { name: School, address: mail@school.example }\n\
             topics: { measuring: whether we may see what is read }\ntracking: measuring\n",
        ),
        ("events.yaml", "HELLO:\n  params: {}\n"),
        ("journeys/hello.yaml", &format!("{hello}{steps}")),
        ("templates/hello.md", "---\nsubject: Hello\n---\n\nHello.\n"),
    ])
}
