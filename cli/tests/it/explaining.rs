//! What one person was sent, what not and why, as it is told to somebody on the telephone.

use serde_json::{Value, json};

use crate::{
    command::{Said, operated},
    http::ask,
    laptop::Laptop,
    operator::json_of,
    unsubscribing::{FORM, ONE_CLICK, link, mails, post, release},
};

#[test]
fn what_was_sent_and_what_was_not_is_told_with_its_reason() {
    let release = release();
    let laptop = Laptop::start(release.path());
    post(&laptop, "e1", "NEWS");
    let link = link(&mails(&laptop, 1).pop().unwrap());
    laptop.settle();
    assert_eq!(ask("POST", &link, &[FORM], ONE_CLICK).unwrap().status, 200);
    laptop.settle();
    post(&laptop, "e2", "NEWS");
    laptop.settle();

    let told = explain(&laptop, &["anna@example.org", "--json"]);
    assert_eq!(told.code, 0, "{told:?}");
    let told = json_of(&told);
    let runs = told["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2, "{told:#}");
    let outcomes: Vec<&Value> = runs.iter().map(|run| &run["path"][0]["outcome"]).collect();
    assert_eq!(outcomes, ["sent", "opted_out"], "{told:#}");
    assert_eq!(
        (&runs[0]["event"], &runs[0]["left"]["reason"]),
        (&json!("e1"), &json!("finished"))
    );
    assert_eq!(
        told["addresses"][0]["choices"][0]["topic"], "news",
        "{told:#}"
    );

    // The same by the source's id, in words.
    let told = explain(&laptop, &["anna"]);
    let lines: Vec<_> = told
        .out
        .lines()
        .filter_map(|line| line.split_once("news@1: "))
        .map(|(_, what)| what)
        .collect();
    assert_eq!(
        lines,
        [
            "came in by e1",
            "`news`: mailed",
            "left: finished",
            "came in by e2",
            "`news`: not mailed: they opted out of its topic",
            "left: finished",
        ],
        "{told:?}"
    );
    assert!(
        told.out.contains("About news they chose to get none: "),
        "{told:?}"
    );
}

#[test]
fn nobody_known_is_told_so() {
    let release = release();
    let laptop = Laptop::start(release.path());
    let told = explain(&laptop, &["nobody@example.org"]);
    assert_eq!(
        (told.code, told.out.as_str()),
        (1, "Nothing is kept about them.\n"),
        "{told:?}"
    );
}

fn explain(laptop: &Laptop, who: &[&str]) -> Said {
    let words = [&["explain", "--stack", "laptop"], who].concat();
    operated(&laptop.cloud().endpoint, &words)
}
