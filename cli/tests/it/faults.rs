//! What happens to mails and posts when AWS refuses, stays silent or cannot keep up.

use std::collections::BTreeMap;

use journey::Phase;
use serde_json::{Value, json};

use crate::{
    cloud::text,
    command::{operated, sera},
    laptop::{Laptop, alone},
    time::eventually,
};

#[test]
fn a_mail_whose_reply_is_lost_is_sent_once_and_the_run_goes_on() {
    let laptop = Laptop::start(&sera());
    let mut expected = BTreeMap::new();
    for (number, fault) in (1..).zip(["lose_reply", "lie_reply"]) {
        let fault = json!({ "kind": fault });
        laptop.cloud().fault("SendEmail", 0, 1, fault);
        laptop
            .source()
            .tell(&format!("lost-{number}"), &event(&format!("lost-{number}")));
        // SES's own report of the mail settles the doubt.
        eventually("the report is read", || {
            let accepted = sends(&laptop)
                .iter()
                .filter(|state| *state == "accepted")
                .count();
            (accepted == number).then_some(())
        });
        laptop.settle_soon();
        expected.insert(address(&format!("lost-{number}")), 1);
        assert_eq!(laptop.mails_by_address(), expected);
        laptop.assert_all_done();
    }
    // Nothing was ever asked twice.
    assert_eq!(laptop.cloud().requests("SendEmail"), 2);
}

#[test]
fn a_mail_that_did_not_leave_is_sent_again() {
    let laptop = Laptop::start(&sera());
    let mut expected = BTreeMap::new();
    // A request that never came looks like one whose reply was lost, but no report follows.
    for (number, fault) in (1..).zip(["drop", "fail"]) {
        laptop
            .cloud()
            .fault("SendEmail", 0, 1, json!({ "kind": fault }));
        laptop.source().tell(
            &format!("unsent-{number}"),
            &event(&format!("unsent-{number}")),
        );
        eventually("SES is asked", || {
            (laptop.cloud().requests("SendEmail") == 2 * number - 1).then_some(())
        });
        laptop.settle_soon();
        expected.insert(address(&format!("unsent-{number}")), 1);
        assert_eq!(laptop.mails_by_address(), expected);
        assert_eq!(laptop.cloud().requests("SendEmail"), 2 * number);
        laptop.assert_all_done();
    }
}

#[test]
fn a_mail_that_ses_refuses_is_parked_with_the_reason() {
    let laptop = Laptop::start(&sera());
    laptop.cloud().delete_identity("mail.veerpont.example");
    laptop.source().tell("unverified", &event("unverified"));
    let parked = eventually("the run is parked", || {
        let record = laptop.cloud().enrollments().pop()?;
        let Phase::Parked { reason, .. } = record.enrollment.phase else {
            return None;
        };
        Some(reason)
    });
    laptop.settle();
    assert_eq!(
        parked,
        "MessageRejected: the sender's domain mail.veerpont.example is not verified with SES; `waypost doctor` \
         says what is missing, then `waypost retry` sends it"
    );
    assert_eq!(sends(&laptop), ["released"]);
    assert_eq!(laptop.inbox(), Vec::<Value>::new());
    assert_eq!(laptop.cloud().queues().unwrap(), BTreeMap::new());
    // An operator is told, without a name.
    let log = laptop.log();
    assert!(log.contains("is parked at"), "{log}");
}

#[test]
fn whoever_is_parked_goes_on_once_the_cause_is_mended() {
    let laptop = Laptop::start(&sera());
    let retry = |words: &[&str]| {
        let words = [&["retry", "--stack", "laptop", "--json"], words].concat();
        let said = operated(&laptop.cloud().endpoint, &words);
        let told: Value = serde_json::from_str(&said.out).unwrap();
        (said.code, told)
    };
    let nobody = json!({ "retried": false, "parked": [] });
    assert_eq!(retry(&[]), (0, nobody.clone()));
    laptop.cloud().delete_identity("mail.veerpont.example");
    let people = ["p1", "p2"];
    for person in people {
        laptop.source().tell(person, &event(person));
    }
    eventually("both are parked", || {
        // Nobody can be asked here, so they are only shown.
        let (code, told) = retry(&[]);
        (told["parked"].as_array()?.len() == 2 && code == 2).then_some(())
    });
    laptop.settle();
    // What is not mended yet is parked again, and nobody is mailed twice.
    assert_eq!(retry(&["--yes"]).1["retried"], true);
    eventually("SES is asked again", || {
        (laptop.cloud().requests("SendEmail") == 4).then_some(())
    });
    laptop.settle();
    assert_eq!(retry(&["01-nieuwe-aanmelding", "--yes"]), (0, nobody));
    laptop.cloud().create_identity("mail.veerpont.example");
    let (code, told) = retry(&["07-traject-gestopt", "--yes"]);
    assert_eq!((code, &told["retried"]), (0, &json!(true)));
    eventually("both are mailed", || {
        (laptop.inbox().len() == 2).then_some(())
    });
    laptop.settle();
    let expected: BTreeMap<_, _> = people.iter().map(|one| (address(one), 1)).collect();
    assert_eq!(laptop.mails_by_address(), expected);
    laptop.assert_all_done();
}

#[test]
fn mails_that_ses_throttles_come_late_and_once() {
    let laptop = Laptop::start(&sera());
    let throttled = json!({
        "kind": "refuse", "status": 429, "code": "TooManyRequestsException",
        "message": "Maximum sending rate exceeded.",
    });
    laptop.cloud().fault("SendEmail", 0, 5, throttled);
    let source = laptop.source();
    let people = ["t1", "t2", "t3"];
    for person in people {
        source.tell(person, &event(person));
    }
    eventually("SES has refused", || {
        (laptop.cloud().requests("SendEmail") >= 3).then_some(())
    });
    laptop.settle_soon();
    let expected: BTreeMap<_, _> = people.iter().map(|one| (address(one), 1)).collect();
    assert_eq!(laptop.mails_by_address(), expected);
    assert_eq!(laptop.cloud().requests("SendEmail"), 8);
    laptop.assert_all_done();
}

#[test]
fn a_post_that_cannot_be_stored_is_answered_so_and_nothing_is_half_done() {
    let _alone = alone();
    let laptop = Laptop::start(&sera());
    let refuse = |status: u16, code: &str| json!({ "kind": "refuse", "status": status, "code": code, "message": "" });
    // The SDK tries three times.
    for (operation, fault, status) in [
        ("SendMessage", refuse(400, "RequestThrottled"), 429),
        (
            "SendMessage",
            refuse(400, "AWS.SimpleQueueService.NonExistentQueue"),
            503,
        ),
        ("SendMessage", refuse(403, "AccessDeniedException"), 503),
        ("SendMessage", json!({ "kind": "fail" }), 503),
        ("SendMessage", json!({ "kind": "drop" }), 503),
    ] {
        laptop.cloud().fault(operation, 0, 20, fault.clone());
        let answer = laptop.source().post("stormy", &event("stormy"));
        laptop.cloud().heal();
        assert_eq!(answer.status, status, "{fault}: {answer:?}");
        let after: u32 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&after), "{fault}: {after}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        // The cause is for the log, not for the poster.
        assert!(
            !answer.body.contains("Queue") && !answer.body.contains("127.0.0.1"),
            "{answer:?}"
        );
    }
    laptop.settle();
    assert_eq!(laptop.inbox(), Vec::<Value>::new());
    for table in ["contacts", "enrollments", "events", "sends"] {
        assert_eq!(laptop.cloud().scan(table), Vec::new(), "{table}");
    }
    // Posted again, as the answer asks, it is taken.
    laptop.source().tell("stormy", &event("stormy"));
    laptop.settle();
    assert_eq!(laptop.mails_by_address(), once("stormy"));
    laptop.assert_all_done();
}

#[test]
fn a_mail_that_bounces_is_not_sent_again() {
    // SES took it, whatever became of it then.
    let laptop = Laptop::start(&sera());
    let mut bounced = event("bounced");
    bounced["people"][0]["email"] = json!("bounce@simulator.amazonses.com");
    laptop.source().tell("bounced", &bounced);
    eventually("SES is asked", || {
        (laptop.cloud().requests("SendEmail") == 1).then_some(())
    });
    laptop.settle_soon();
    assert_eq!(laptop.cloud().requests("SendEmail"), 1);
    laptop.assert_all_done();
}

fn sends(laptop: &Laptop) -> Vec<String> {
    let rows = laptop.cloud().scan("sends");
    rows.iter()
        .map(|row| text(row, "state").to_owned())
        .collect()
}

fn once(person: &str) -> BTreeMap<String, usize> {
    BTreeMap::from([(address(person), 1)])
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
