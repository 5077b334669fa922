//! A source finds out that two of its people are one: they are mailed once, and one person from then on.

use journey::{ContactId, Phase};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    command::Said,
    http::ask,
    laptop::Laptop,
    operator::{json_of, typed},
    releases,
    rights::about,
    unsubscribing::{FORM, ONE_CLICK, link},
};

#[test]
fn two_people_of_a_source_become_one() {
    let release = release();
    let laptop = Laptop::start(release.path());
    post(&laptop, "e1", "START", &person("ann"));
    post(&laptop, "e2", "NEWS", &person("ann"));
    post(&laptop, "e3", "NOTE", &person("bram"));
    laptop.settle();
    let old = link(&laptop.mail_to("ann@example.org").unwrap());
    let refused = json!({ "type": "TYPO", "data": {}, "people": [person("ann")] });
    assert_eq!(laptop.source().post("e0", &refused).status, 422);
    let of_bram = about(&laptop, "bram");

    let mut anna = person("anna");
    anna["merged"] = json!(["ann"]);
    post(&laptop, "e4", "NOTE", &anna);
    laptop.settle();
    // The run goes on, and the mail that had left before leads to who they are.
    assert_eq!(ask("POST", &old, &[FORM], ONE_CLICK).unwrap().status, 200);
    laptop.cloud().pass(3700);
    laptop.settle();
    post(&laptop, "e5", "NEWS", &person("ann"));
    post(&laptop, "e6", "NEWS", &person("anna"));
    laptop.settle();
    let mails = laptop.mails_by_address();
    assert_eq!(mails["ann@example.org"], 1, "{mails:?}");
    assert_eq!(mails["anna@example.org"], 1, "{mails:?}");
    let first = laptop.mail_to("anna@example.org").unwrap();
    assert_eq!(first["subject"], "Hello");
    assert!(first["html"].as_str().unwrap().contains("Dear anna"));

    // Whichever name is asked for, it is the same person.
    let [ann, anna] = ["ann", "anna@example.org"]
        .map(|who| json_of(&type_in(&laptop, &["contacts", "export", who])));
    assert_eq!(ann["contact"], ContactId::of("anna").as_str());
    assert_eq!(ann["profile"]["email"], "anna@example.org");
    assert_eq!(
        (&ann["runs"], &ann["mails"]),
        (&anna["runs"], &anna["mails"])
    );
    assert_eq!(ann["runs"].as_array().unwrap().len(), 5, "{ann:#}");
    let told = type_in(&laptop, &["explain", "ann"]);
    for line in [
        "series@1: left: they turned out to be somebody who was known already, and go on as that one",
        "series@1: `first`: mailed",
        "news@1: `news`: not mailed: they opted out of its topic",
    ] {
        assert!(told.out.contains(line), "{line}: {told:?}");
    }
    let counted = json_of(&type_in(&laptop, &["stats", "series", "--json"]));
    assert_eq!(counted["journeys"][0]["entered"], 1, "{counted:#}");

    // Erased under one name, they are gone under both; and whoever comes back is new.
    let erased = type_in(&laptop, &["contacts", "erase", "ann", "--yes", "--json"]);
    assert_eq!(erased.code, 0, "{erased:?}");
    for name in ["ann", "anna"] {
        assert_eq!(about(&laptop, name), Vec::<String>::new(), "{name}");
    }
    assert_eq!(about(&laptop, "bram"), of_bram);
    post(&laptop, "e7", "START", &person("ann"));
    laptop.settle();
    let runs = laptop.cloud().enrollments();
    let run = runs
        .iter()
        .find(|run| run.enrollment.event == "e7")
        .unwrap();
    assert_eq!(run.enrollment.contact, ContactId::of("ann"));
    assert!(matches!(run.enrollment.phase, Phase::Waiting { .. }));
}

#[test]
fn an_id_that_stands_for_two_people_is_refused_where_it_stands() {
    let release = release();
    let laptop = Laptop::start(release.path());
    let mut anna = person("anna");
    anna["merged"] = json!(["ann"]);
    let body = json!({ "type": "NOTE", "data": {}, "people": [anna, person("ann")] });
    let answer = laptop.source().post("e1", &body);
    assert_eq!(answer.status, 422);
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["errors"][0]["pointer"], "/people/0/merged");
}

fn person(id: &str) -> Value {
    json!({
        "id": id, "email": format!("{id}@example.org"), "full_name": id, "locale": "en",
        "consent": { "news": { "at": "2026-01-01T10:00:00Z", "how": "form", "text": "Yes, please" } },
    })
}

fn post(laptop: &Laptop, id: &str, event: &str, person: &Value) {
    let body = json!({ "type": event, "data": {}, "people": [person] });
    laptop.source().tell(id, &body);
}

fn type_in(laptop: &Laptop, words: &[&str]) -> Said {
    let words = [words, &["--stack", "laptop"]].concat();
    typed(laptop, laptop.folder(), &words)
}

fn release() -> TempDir {
    let layout = "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}{{#if links.unsubscribe}}
        <a href=\"{{links.unsubscribe}}\">Unsubscribe</a>{{/if}}</mj-text></mj-column></mj-section></mj-body></mjml>";
    releases::of(&[
        (
            "waypost.yaml",
            "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
             senders:\n  default: { name: School, address: mail@school.example }\ntopics: { news: our news }\n",
        ),
        (
            "events.yaml",
            "START:\n  params: {}\nNOTE:\n  params: {}\nNEWS:\n  params: {}\n",
        ),
        ("layouts/plain.mjml", layout),
        (
            "journeys/series.yaml",
            "journey: series\nkind: transactional\ntrigger: { event: START }\nreentry: single\n\
             steps:\n  - wait: 1 hour\n  - send: first\n",
        ),
        (
            "journeys/news.yaml",
            "journey: news\nkind: marketing\ntopic: news\ntrigger: { event: NEWS }\nreentry: unlimited\n\
             steps:\n  - send: news\n",
        ),
        (
            "templates/first.md",
            "---\nsubject: Hello\nlayout: plain\n---\nDear {{recipient.full_name}}\n",
        ),
        (
            "templates/news.md",
            "---\nsubject: News\nlayout: plain\n---\nDear {{recipient.full_name}}\n",
        ),
    ])
}
