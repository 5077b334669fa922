//! Names, addresses and parameters stay where they must be: tables, queued messages and the mail itself.
//!
//! Looked at with everything turned on that `RUST_LOG` can turn on.

use std::collections::BTreeSet;

use journey::Phase;
use serde_json::{Value, json};

use crate::{
    cloud::{Item, text},
    command::sera,
    laptop::Laptop,
    source::Source,
    time::eventually,
};

#[test]
fn nothing_personal_is_where_it_need_not_be() {
    let laptop = Laptop::start_logging(
        &sera(),
        Some("trace,lambda_runtime=trace,aws_smithy_runtime=trace"),
    );
    for answer in live(&laptop) {
        assert_clean("an answer", &answer);
    }
    assert_logs_clean(&laptop);
    assert_aws_clean(&laptop);
    assert_keys_clean(&laptop);
}

fn assert_logs_clean(laptop: &Laptop) {
    let log = laptop.log();
    for said in [
        "is parked at",
        "did not leave",
        "will be delivered again",
        "is put away",
    ] {
        assert!(log.contains(said), "the log does not say {said:?}:\n{log}");
    }
    assert_clean("the log", &log);
    for function in FUNCTIONS {
        let lines = laptop.cloud().function_log(function);
        assert_clean(function, &lines.join("\n"));
    }
}

/// Whatever an operator sees in AWS's console without looking into a table, a message or a mail.
fn assert_aws_clean(laptop: &Laptop) {
    let cloud = laptop.cloud();
    assert_clean("the schedules", &json!(cloud.schedules()).to_string());
    assert_clean("the queues' names", &format!("{:?}", cloud.queues()));
    for mail in laptop.inbox() {
        let headers = mail["headers"].as_object().unwrap().iter();
        // Those that every mail must have, and that name the person and the matter.
        let others = headers.filter(|(name, _)| !["Subject", "To"].contains(&name.as_str()));
        assert_clean("a header", &format!("{:?}", others.collect::<Vec<_>>()));
        assert_clean("the tags", &mail["tags"].to_string());
    }
    for queue in ["events-dead", "moves-dead", "orders-dead", "reports-dead"] {
        let letters = cloud.peek(queue);
        let [letter] = letters.as_slice() else {
            panic!("{queue}: {letters:?}")
        };
        let attributes = letter["MessageAttributes"].to_string();
        assert!(attributes.contains("reason"), "{queue}: {attributes}");
        assert_clean("the reason of a dead letter", &attributes);
    }
}

fn assert_keys_clean(laptop: &Laptop) {
    let cloud = laptop.cloud();
    let rows = cloud.scan("sends");
    assert!(rows.len() >= 3, "{rows:?}");
    assert_clean("the ledger", &json!(rows).to_string());
    let keys = |table: &str, names: [&str; 2]| {
        let items = cloud.scan(table);
        let keys = |item: &Item| names.map(|name| text(item, name).to_owned()).join(" ");
        items.iter().map(keys).collect::<BTreeSet<_>>()
    };
    let mut found = keys("contacts", ["contact", "item"]);
    found.extend(keys("enrollments", ["contact", "enrollment"]));
    assert!(found.len() >= 6, "{found:?}");
    assert_clean("the keys", &format!("{found:?}"));
}

#[test]
fn a_sensitive_parameter_is_forgotten_once_it_is_mailed() {
    let laptop = Laptop::start(&sera());
    let source = laptop.source();
    source.tell(
        "link",
        &event("TRACK_END", json!({ "Person": { "FullName": PUPIL } })),
    );
    eventually("the parent is linked", || laptop.mail_to(ADDRESS));
    source.tell("code", &code());
    eventually("the code comes", || {
        let mails = laptop.inbox();
        let code = mails
            .iter()
            .find(|mail| mail["to"] == ADDRESS && mail.to_string().contains(CODE));
        code.map(|_| ())
    });
    laptop.settle();
    for table in ["contacts", "enrollments", "sends", "events"] {
        let items = json!(laptop.cloud().scan(table)).to_string();
        assert!(!items.contains(CODE), "{table}: {items}");
    }
    // What is not sensitive is still known of the run that needed it, or the search above proves nothing.
    let known = json!(laptop.cloud().scan("contacts")).to_string();
    assert!(known.contains(ADDRESS), "{known}");
}

/// Lets a laptop live through good and bad days; returns what its posters were told.
fn live(laptop: &Laptop) -> Vec<String> {
    send_mails(laptop);
    break_tables(laptop);
    refused(&laptop.source())
}

/// Sends mails, one of each that SES makes trouble about, quoting whom it is for.
fn send_mails(laptop: &Laptop) {
    let (source, cloud) = (laptop.source(), laptop.cloud());
    source.tell("good", &ended());
    eventually("the first mail comes", || laptop.mail_to(ADDRESS));
    source.tell("code", &code());
    let review = json!({ "Review": { "Content": REVIEW } });
    source.tell("text", &event("ADDITIONAL_DATA_REQUIRED", review));
    for (status, code) in [
        (429, "TooManyRequestsException"),
        (400, "MessageRejected"),
        (500, "InternalFailure"),
    ] {
        let message = format!("{ADDRESS} {NAME}");
        let fault = json!({ "kind": "refuse", "status": status, "code": code, "message": message });
        cloud.fault("SendEmail", 0, 1, fault);
    }
    for id in ["throttled", "refused", "doubtful"] {
        source.tell(id, &ended());
    }
    laptop.settle_soon();
    let records = cloud.enrollments().into_iter();
    let parked = records.filter(|one| matches!(one.enrollment.phase, Phase::Parked { .. }));
    assert_eq!(parked.count(), 1);
}

/// Lets tables fail, and puts letters into the queues that nobody can read.
fn break_tables(laptop: &Laptop) {
    let (source, cloud) = (laptop.source(), laptop.cloud());
    let fault =
        json!({ "kind": "refuse", "status": 400, "code": "ValidationException", "message": "" });
    cloud.fault("PutItem", 0, 8, fault);
    source.tell("unstored", &ended());
    eventually("it is tried again", || {
        let said = laptop.log().contains("will be delivered again");
        said.then_some(())
    });
    cloud.heal();
    for queue in ["events", "moves", "orders", "reports"] {
        let body = json!({ NAME: ADDRESS, "v": 1, "orders": PUPIL });
        cloud.send(queue, &body.to_string());
    }
    laptop.settle_soon();
}

/// Posts what is refused, each for a value that is marked.
fn refused(source: &Source) -> Vec<String> {
    let mut address = ended();
    address["people"][0]["email"] = json!(format!("{NAME} at home"));
    let mut other = ended();
    let twin = json!({ "id": "parent-1", "email": format!("other.{ADDRESS}"), "full_name": NAME });
    other["people"].as_array_mut().unwrap().push(twin);
    let types = json!({ "Person": { "FullName": 1, "DateOfBirth": PUPIL }, "Activity": REVIEW });
    let nobody = json!({ "Request": { "Email": NAME }, "AccessCode": { "Code": [CODE] } });
    let mut answers = Vec::new();
    for (number, bad) in [
        address,
        other,
        event("TRACK_START", types),
        event("ACCESS_CODE", nobody),
        event("TRACK_END", json!(PUPIL)),
        json!([event("TRACK_END", json!({})), NAME]),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = source.post(&format!("bad-{number}"), &bad);
        assert!(matches!(answer.status, 400 | 422), "{answer:?}");
        answers.push(format!("{answer:?}"));
    }
    let broken = format!("{{\"people\": [\"{NAME} <{ADDRESS}>\"");
    let answer = source.post_bytes("bad", broken.as_bytes());
    assert_eq!(answer.status, 400);
    answers.push(format!("{answer:?}"));
    answers
}

fn ended() -> Value {
    event("TRACK_END", json!({ "Person": { "FullName": PUPIL } }))
}

fn event(ty: &str, data: Value) -> Value {
    json!({
        "type": ty,
        "subject": "pupil-7",
        "data": data,
        "people": [{ "id": "parent-1", "role": ["PARENT", "SOT"], "email": ADDRESS, "full_name": NAME }],
    })
}

fn code() -> Value {
    event(
        "ACCESS_CODE",
        json!({ "Request": { "Email": ADDRESS }, "AccessCode": { "Code": CODE } }),
    )
}

#[track_caller]
fn assert_clean(place: &str, text: &str) {
    let lower = text.to_lowercase();
    for mark in MARKS {
        if let Some(at) = lower.find(mark) {
            let start = lower[..at].rfind('\n').map_or(0, |at| at + 1);
            let end = lower[at..].find('\n').map_or(lower.len(), |end| at + end);
            panic!("{place} holds `{mark}`: {}", &lower[start..end]);
        }
    }
}

const NAME: &str = "Zorgvuldina Naamloos";
const ADDRESS: &str = "zorgvuldina@adresgeheim.example";
const PUPIL: &str = "Leerlingus Verborgen";
const REVIEW: &str = "Tekstgeheim van de beoordelaar";
const CODE: &str = "CODEGEHEIM-77";
const MARKS: [&str; 7] = [
    "zorgvuldina",
    "naamloos",
    "adresgeheim",
    "leerlingus",
    "verborgen",
    "tekstgeheim",
    "codegeheim",
];
const FUNCTIONS: [&str; 6] = ["advance", "feedback", "intake", "resolve", "send", "wake"];
