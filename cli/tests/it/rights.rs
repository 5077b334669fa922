//! A person's rights are one command each: what is kept about them is told, and erased; what they asked for holds.

use journey::{ContactId, Phase};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    command::Said,
    http::ask,
    laptop::Laptop,
    operator::{json_of, typed},
    releases,
    time::eventually,
};

#[test]
fn what_is_kept_about_a_person_is_told_and_erased_and_nobody_elses() {
    let release = release();
    let laptop = Laptop::start(release.path());
    live(&laptop);
    let of_bram = about(&laptop, "bram");
    assert!(of_bram.len() >= 5, "{of_bram:#?}");

    let told = json_of(&type_in(&laptop, &["contacts", "export", ADDRESS]));
    assert_eq!(told["contact"], ContactId::of(ID).as_str());
    assert_eq!(told["profile"]["email"], ADDRESS);
    assert_eq!(told["profile"]["consent"]["news"]["text"], "Yes, please");
    assert_eq!(told["runs"][0]["journey"], "news");
    assert_eq!(told["runs"][0]["params"]["Note"]["text"], NOTE);
    assert_eq!(told["mails"][0]["state"], "accepted");
    assert_eq!(told["mails"][0]["journey"], "news");
    assert_eq!(told["roles"][0]["subject"], "pupil-7");
    assert_eq!(told["posts"][0]["body"]["people"][0]["full_name"], NAME);
    for shelf in ["dates", "entries", "posts", "addresses"] {
        assert_eq!(
            told[shelf].as_array().unwrap().len(),
            1,
            "{shelf}: {told:#}"
        );
    }
    assert_eq!(told["advertising"]["mails"].as_object().unwrap().len(), 1);
    // By the id it is the same, but for the time.
    let by_id = json_of(&type_in(&laptop, &["contacts", "export", ID]));
    assert_eq!(by_id["runs"], told["runs"]);

    // Nobody can be asked here.
    let asked = type_in(&laptop, &["contacts", "erase", ADDRESS]);
    assert_eq!(asked.code, 2, "{asked:?}");
    assert!(!about(&laptop, ID).is_empty());

    let erased = type_in(&laptop, &["contacts", "erase", ADDRESS, "--yes", "--json"]);
    assert_eq!(erased.code, 0, "{erased:?}");
    let report = json_of(&erased);
    assert_eq!(report["erased"], true);
    assert_eq!(report["items"], items(), "{report:#}");
    assert!(report["remains"].as_array().unwrap().len() >= 5);
    assert_eq!(about(&laptop, ID), Vec::<String>::new());
    assert_eq!(about(&laptop, "bram"), of_bram);

    // Again, by whatever name: there is nothing to do.
    for name in [ADDRESS, ID, ContactId::of(ID).as_str()] {
        let again = type_in(&laptop, &["contacts", "erase", name, "--yes", "--json"]);
        assert_eq!((again.code, &json_of(&again)["items"]), (0, &json!({})));
        let none = type_in(&laptop, &["contacts", "export", name]);
        assert_eq!(none.code, 1, "{none:?}");
    }

    // An id leads to no address any more, and so says nothing of what is kept with one.
    let by_id = type_in(&laptop, &["contacts", "erase", ID, "--yes"]);
    assert!(by_id.out.contains("By this name no address"), "{by_id:?}");

    // The rest of the journey comes for Bram alone.
    laptop.cloud().pass(4 * 24 * 60 * 60);
    eventually("Bram's second mail comes", || {
        let of_bram = laptop.inbox().into_iter();
        (of_bram
            .filter(|mail| mail["to"] == "bram@school.example")
            .count()
            == 2)
            .then_some(())
    });
    laptop.settle();
    let mails = laptop.inbox().into_iter();
    assert_eq!(mails.filter(|mail| mail["to"] == ADDRESS).count(), 1);
    assert_eq!(about(&laptop, ID), Vec::<String>::new());
}

#[test]
fn an_erasure_that_was_interrupted_anywhere_is_finished_by_typing_it_again() {
    let release = release();
    let laptop = Laptop::start(release.path());
    live(&laptop);
    let count = about(&laptop, ID).len();
    let mut left = count;
    // Each time it is cut off at its third erasure, and goes on where it was.
    for round in 0.. {
        let fault = json!({ "kind": "refuse", "status": 400, "code": "ValidationException", "message": "" });
        laptop.cloud().fault("DeleteItem", 2, 1, fault);
        let said = type_in(&laptop, &["contacts", "erase", ADDRESS, "--yes"]);
        laptop.cloud().heal();
        let now = about(&laptop, ID).len();
        if said.code == 0 {
            assert!(round >= 2, "it was interrupted: {said:?}");
            break;
        }
        assert!(now < left && round < count, "{left} {now} {said:?}");
        left = now;
    }
    assert_eq!(about(&laptop, ID), Vec::<String>::new());
    laptop.cloud().pass(4 * 24 * 60 * 60);
    laptop.settle();
    assert!(laptop.mail_to(ADDRESS).is_some(), "the first one only");
}

#[test]
fn who_is_erased_and_comes_back_is_not_mailed_what_they_did_not_want() {
    let release = release();
    let everything = "trace,lambda_runtime=trace,aws_smithy_runtime=trace";
    let laptop = Laptop::start_logging(release.path(), Some(everything));
    laptop.source().tell("e1", &post(ID, NAME, ADDRESS));
    let mail = eventually("the mail comes", || laptop.mail_to(ADDRESS));
    let link = mail["headers"]["List-Unsubscribe"].as_str().unwrap();
    let link = link.trim_matches(['<', '>']);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let out = ask("POST", link, &form, b"List-Unsubscribe=One-Click").unwrap();
    assert_eq!(out.status, 200);
    laptop.settle();
    // Since then they have another address, with which nothing was asked.
    laptop.source().tell("e2", &post(ID, NAME, MOVED));
    laptop.settle();

    let erased = type_in(&laptop, &["contacts", "erase", MOVED, "--yes", "--json"]);
    let report = json_of(&erased);
    assert_eq!(report["kept"].as_array().unwrap().len(), 2, "{report:#}");
    for kept in report["kept"].as_array().unwrap() {
        assert_eq!(kept["choices"][0]["topic"], "news");
        assert_eq!(kept["choices"][0]["choices"][0]["what"], "out");
    }
    assert_eq!(about(&laptop, ID), Vec::<String>::new());

    // The source knows them still, under another id.
    for (id, address) in [("other", ADDRESS), ("another", MOVED)] {
        laptop.source().tell(id, &post(id, NAME, address));
    }
    laptop.settle();
    let runs = laptop.cloud().enrollments();
    assert_eq!(runs.len(), 2, "{runs:?}");
    assert_eq!(laptop.inbox().len(), 1, "the one that came before");

    // Both have the first address now, or had it: which is meant must be said.
    laptop.source().tell("e3", &post("third", "Third", ADDRESS));
    laptop.settle();
    let which = type_in(&laptop, &["contacts", "erase", ADDRESS, "--yes"]);
    assert_eq!(which.code, 2, "{which:?}");
    assert!(
        which.err.contains("other") && which.err.contains("third"),
        "{which:?}"
    );
    let mut bad = post(ID, NAME, MOVED);
    bad["data"] = json!({ "Note": 7 });
    assert_eq!(laptop.source().post("bad", &bad).status, 422);
    // The link in a mail from before still works.
    assert_eq!(ask("GET", link, &[], b"").unwrap().status, 200);
    assert_nothing_is_said(&laptop, link);
}

/// Holds what leaves the functions, but for tables, messages and mails, to naming nobody.
fn assert_nothing_is_said(laptop: &Laptop, link: &str) {
    let cloud = laptop.cloud();
    let mut said = vec![
        laptop.log(),
        json!(cloud.schedules()).to_string(),
        format!("{:?}", cloud.queues()),
        link.to_owned(),
    ];
    for function in [
        "advance",
        "intake",
        "preferences",
        "resolve",
        "send",
        "wake",
    ] {
        // Its metrics are among these lines.
        said.push(cloud.function_log(function).join("\n"));
    }
    for mail in laptop.inbox() {
        said.push(mail["tags"].to_string());
    }
    assert!(said[0].contains("RefusedEvents"), "it logs at all");
    for text in said {
        let text = text.to_lowercase();
        for mark in [
            "zorgvuldina",
            "naamloos",
            "adresgeheim",
            "verhuisd",
            "tekstgeheim",
        ] {
            assert!(!text.contains(mark), "{mark}: {text}");
        }
    }
}

/// Lets two people into a journey in which they wait, and refuses a post about the first.
fn live(laptop: &Laptop) {
    laptop.source().tell("e1", &post(ID, NAME, ADDRESS));
    laptop
        .source()
        .tell("e2", &post("bram", "Bram", "bram@school.example"));
    for address in [ADDRESS, "bram@school.example"] {
        eventually("the mail comes", || laptop.mail_to(address));
    }
    let mut bad = post(ID, NAME, ADDRESS);
    bad["data"] = json!({ "Note": 7 });
    assert_eq!(laptop.source().post("bad", &bad).status, 422);
    laptop.settle();
    let runs = laptop.cloud().enrollments().into_iter();
    let waiting = runs.filter(|run| matches!(run.enrollment.phase, Phase::Waiting { .. }));
    assert_eq!(waiting.count(), 2);
}

/// Returns every item that names a person, by any of their names; but for what is kept with their address.
pub(crate) fn about(laptop: &Laptop, id: &str) -> Vec<String> {
    let contact = ContactId::of(id);
    let marks: &[&str] = match id {
        ID => &[ADDRESS, MOVED, NAME, ID],
        _ => &[id],
    };
    let mut found = Vec::new();
    for table in ["contacts", "enrollments", "sends", "events"] {
        let items = laptop.cloud().scan(table).into_iter();
        let items = items.map(|item| format!("{table} {}", json!(item)));
        found.extend(items.filter(|item| {
            item.contains(contact.as_str()) || marks.iter().any(|mark| item.contains(mark))
        }));
    }
    found.sort();
    found
}

fn type_in(laptop: &Laptop, words: &[&str]) -> Said {
    typed(laptop, laptop.folder(), words)
}

fn items() -> Value {
    json!({
        "posts": 1, "profile": 1, "runs": 1, "dates": 1, "entries": 1, "advertising": 1, "mails": 1, "roles": 1,
        "addresses": 1,
    })
}

fn post(id: &str, name: &str, address: &str) -> Value {
    json!({
        "type": "NEWS", "subject": "pupil-7", "data": { "Note": if id == ID { NOTE } else { "Hello" } },
        "people": [{
            "id": id, "email": address, "full_name": name, "role": "PARENT", "fields": { "date_of_birth": "1980-05-05" },
            "consent": { "news": { "at": "2026-01-01T10:00:00Z", "how": "form", "text": "Yes, please" } },
        }],
    })
}

fn release() -> TempDir {
    let layout = "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}{{#if links.unsubscribe}}
        <a href=\"{{links.unsubscribe}}\">Unsubscribe</a>{{/if}}</mj-text></mj-column></mj-section></mj-body></mjml>";
    let journey = "kind: marketing\ntopic: news\n";
    releases::of(&[
        (
            "waypost.yaml",
            "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
             senders:\n  default: { name: School, address: mail@school.example }\n\
             topics: { news: our news }\ncontact: { date_of_birth: date? }\nmarketing: { at_most: [9 per day] }\n",
        ),
        (
            "events.yaml",
            "NEWS:\n  params: { Note: text }\n  example: { Note: Hello }\n",
        ),
        ("layouts/plain.mjml", layout),
        (
            "journeys/news.yaml",
            &format!(
                "journey: news\n{journey}trigger: {{ event: NEWS }}\nreentry: single\n\
                 steps:\n  - send: news\n  - wait: 3 days\n  - id: again\n    send: news\n"
            ),
        ),
        (
            "journeys/birthday.yaml",
            &format!(
                "journey: birthday\n{journey}trigger: {{ date: contact.date_of_birth at 09:00, every: year }}\n\
                 reentry: unlimited\nsteps:\n  - send: birthday\n"
            ),
        ),
        (
            "templates/news.md",
            "---\nsubject: News\nlayout: plain\n---\nHello, {{event.Note}}\n",
        ),
        (
            "templates/birthday.md",
            "---\nsubject: A good year\nlayout: plain\n---\nHello\n",
        ),
    ])
}

const ID: &str = "person-zorgvuldina";
const NAME: &str = "Zorgvuldina Naamloos";
const ADDRESS: &str = "zorgvuldina@adresgeheim.example";
const MOVED: &str = "naamloos@verhuisd.example";
const NOTE: &str = "Tekstgeheim van Zorgvuldina Naamloos";
