//! Advertising waits for its turn, and service does not.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use journey::{ContactId, EnrollmentId, Order};
use serde_json::{Value, json};
use tempfile::TempDir;
use wire::OrdersMessage;

use crate::{
    command::{Said, said},
    laptop::Laptop,
    operator::typed,
    time::{self, eventually},
};

#[test]
fn advertising_leaves_minute_by_minute_and_service_at_once() {
    let release = release("pace: 2 per minute");
    let laptop = Laptop::start(release.path());
    let people: Vec<_> = (0..5).map(|n| person(&format!("p{n}"))).collect();
    laptop.source().tell("e1", &post("NEWS", &people));
    laptop.source().tell("e2", &post("RECEIPT", &people[4..]));
    eventually("the receipt comes", || {
        (left(&laptop, "Your receipt").len() == 1).then_some(())
    });
    laptop.settle();
    let told = type_in(&laptop, &["stats", "news", "--waiting", "news"]);
    assert!(told.out.contains("its mail is held until"), "{told:?}");
    let told = type_in(&laptop, &["status"]);
    let line = "The pace of news, 2 per minute, holds the next mail until";
    assert!(told.out.contains(line), "{told:?}");
    pass_until_all_have_left(&laptop);
    let mut minutes = BTreeMap::<String, usize>::new();
    for at in left(&laptop, "News") {
        *minutes.entry(at[..16].to_owned()).or_default() += 1;
    }
    assert!(minutes.values().all(|count| *count <= 2), "{minutes:?}");
    laptop.assert_all_done();
}

/// Promise of the two queues: however much advertising waits in its own, a service mail leaves at once.
#[test]
fn a_service_mail_passes_a_hundred_thousand_of_advertising_that_wait() {
    let release = release("pace: 600 per minute");
    let laptop = Laptop::start(release.path());
    let at: Timestamp = "2026-11-23T13:00:00Z".parse().unwrap();
    let queue = format!("{}/000000000000/orders-marketing", laptop.cloud().endpoint);
    // Of people who are known no more: each is read, and found to be nobody.
    for batch in 0..BATCHES {
        let entries = (0..10).map(|letter| {
            let orders = (0..25).map(|n| {
                let contact = ContactId::of(&format!("{batch} {letter} {n}"));
                Order {
                    enrollment: EnrollmentId::of("news", None, &contact, Some("e0")),
                    recipient: contact.clone(),
                    contact,
                    journey: "news".to_owned(),
                    step: "news".to_owned(),
                    decided: at,
                }
            });
            let orders = orders.collect();
            json!({ "Id": letter.to_string(), "MessageBody": OrdersMessage { orders }.to_json(), "MessageGroupId": "news" })
        });
        let entries: Vec<_> = entries.collect();
        let request = json!({ "QueueUrl": queue, "Entries": entries });
        let sent = laptop.cloud().call("AmazonSQS.SendMessageBatch", &request);
        assert!(
            sent["Failed"].as_array().is_none_or(Vec::is_empty),
            "{sent}"
        );
    }
    laptop
        .source()
        .tell("e1", &post("RECEIPT", &[person("anna")]));
    eventually("the receipt comes", || {
        (left(&laptop, "Your receipt").len() == 1).then_some(())
    });
    let queues = laptop.cloud().queues().unwrap();
    let waiting = queues.get("orders-marketing").copied().unwrap_or_default();
    assert!(
        waiting[0] > 9 * BATCHES,
        "it went before nearly all: {waiting:?}"
    );
}

#[test]
fn a_new_domain_sends_more_from_day_to_day() {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    let today = zone.to_datetime(time::now()).date();
    let release = release(&format!(
        "warm_up: {{ from: {today}, days: 3, first_day: 1, growth: 100 }}"
    ));
    let laptop = Laptop::start(release.path());
    let people: Vec<_> = (0..5).map(|n| person(&format!("p{n}"))).collect();
    laptop.source().tell("e1", &post("NEWS", &people));
    // Whatever the time is now: a day begins at eight, and a turn is for that day.
    for _ in 0..24 {
        laptop.settle();
        if left(&laptop, "News").len() == 5 {
            break;
        }
        laptop.cloud().pass(6 * 3600);
    }
    assert_eq!(left(&laptop, "News").len(), 5);
    let mut days = BTreeMap::<_, usize>::new();
    for at in left(&laptop, "News") {
        let at: Timestamp = at.parse().unwrap();
        *days.entry(zone.to_datetime(at).date()).or_default() += 1;
    }
    let most = [1, 2, 4].iter().enumerate();
    for (day, most) in most {
        let date = today
            .checked_add(i64::try_from(day).unwrap().days())
            .unwrap();
        let count = days.get(&date).copied().unwrap_or_default();
        assert!(count <= *most, "{days:?}");
    }
    laptop.assert_all_done();
}

/// Of two mails a second that the account may send, a fifth is kept for service.
#[test]
fn advertising_stays_below_the_rate_of_the_account_and_service_does_not_wait_for_it() {
    let release = release("at_most: [9 per day]");
    let laptop = Laptop::start(release.path());
    let quota = json!({ "Max24HourSend": -1.0, "MaxSendRate": 2.0, "SentLast24Hours": 0.0 });
    let account = json!({ "SendQuota": quota });
    laptop.cloud().knob("PUT", "account", &account);
    let people: Vec<_> = (0..9).map(|n| person(&format!("p{n}"))).collect();
    laptop.source().tell("e1", &post("NEWS", &people));
    laptop.source().tell("e2", &post("RECEIPT", &people[..1]));
    eventually("all have their news", || {
        (left(&laptop, "News").len() == 9).then_some(())
    });
    laptop.settle();
    let mut news: Vec<Timestamp> = left(&laptop, "News")
        .iter()
        .map(|at| at.parse().unwrap())
        .collect();
    news.sort();
    let took = news[8].duration_since(news[0]).as_millis();
    // Eight mails after the first, at 1.6 a second.
    assert!(took >= 5_000 - 100, "{took} ms for {news:?}");
    let receipt: Timestamp = left(&laptop, "Your receipt")[0].parse().unwrap();
    assert!(receipt < news[8], "{receipt} and {news:?}");
    laptop.assert_all_done();
}

#[test]
fn a_pace_for_service_is_refused_where_it_stands() {
    let release = release("pace: 2 per minute");
    let journey = release.path().join("journeys/receipt.yaml");
    let text = std::fs::read_to_string(&journey).unwrap();
    std::fs::write(
        &journey,
        text.replace("reentry", "pace: 9 per minute\nreentry"),
    )
    .unwrap();
    let told = said(release.path(), &["check"]);
    assert_eq!(told.code, 1, "{told:?}");
    let what = "only advertising waits in a line; a service mail leaves at once";
    assert!(
        told.err.contains(what) || told.out.contains(what),
        "{told:?}"
    );
}

/// Of ten letters with 25 mails each.
const BATCHES: u64 = 400;

fn person(id: &str) -> Value {
    json!({
        "id": id, "email": format!("{id}@example.org"), "full_name": id, "locale": "en",
        "consent": { "news": { "at": "2026-01-01T10:00:00Z", "how": "form", "text": "Yes, please" } },
    })
}

fn post(event: &str, people: &[Value]) -> Value {
    json!({ "type": event, "data": {}, "people": people })
}

/// Lets time pass until five people have their news.
fn pass_until_all_have_left(laptop: &Laptop) {
    for _ in 0..5 {
        if left(laptop, "News").len() == 5 {
            break;
        }
        let before = left(laptop, "News").len();
        laptop.cloud().pass(60);
        eventually("more have their news", || {
            (left(laptop, "News").len() > before).then_some(())
        });
        laptop.settle();
    }
    assert_eq!(left(laptop, "News").len(), 5);
}

/// Returns when the mails of a subject left.
fn left(laptop: &Laptop, subject: &str) -> Vec<String> {
    let mails = laptop.inbox().into_iter();
    let mails = mails.filter(|mail| mail["subject"] == subject);
    mails
        .map(|mail| mail["at"].as_str().unwrap().to_owned())
        .collect()
}

fn type_in(laptop: &Laptop, words: &[&str]) -> Said {
    let words = [words, &["--stack", "laptop"]].concat();
    typed(laptop, laptop.folder(), &words)
}

/// The release of those who unsubscribe, in a project that says something about advertising.
fn release(marketing: &str) -> TempDir {
    let release = crate::unsubscribing::release();
    let project = release.path().join("waypost.yaml");
    let text = std::fs::read_to_string(&project).unwrap();
    std::fs::write(&project, format!("{text}marketing:\n  {marketing}\n")).unwrap();
    release
}
