//! What one person was sent, what not and why, as it is told to somebody on the telephone.

use std::fs;

use serde_json::{Value, json};

use crate::{
    command::{Said, operated},
    confirming::{self, confirm, press, sign_up, subjects},
    http::ask,
    laptop::Laptop,
    operator::{json_of, typed, waiting},
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
            "came in by the event NEWS (e1)",
            "`news`: mailed, then unsubscribed",
            "left: finished",
            "came in by the event NEWS (e2)",
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
fn what_let_somebody_in_and_what_is_awaited_of_them_is_told_in_words() {
    let release = confirming::release();
    for (journey, text) in [("welcome", WELCOME), ("next", NEXT)] {
        let file = release.path().join(format!("journeys/{journey}.yaml"));
        fs::write(file, text).unwrap();
    }
    let laptop = Laptop::start(release.path());
    sign_up(&laptop, "e1", "form");
    let asked = subjects(&laptop, &["Do you want our news?"]);
    laptop.settle_soon();
    let tell = || explain(&laptop, &["anna"]).out;
    let awaited = "They were signed up for news 2026-01-01 11:00, and have not confirmed it yet.";
    assert!(tell().contains(awaited), "{}", tell());

    let link = confirm(&asked[0]);
    for word in ["do=return", "do=leave", "do=return"] {
        press(&link, word.as_bytes());
        laptop.settle_soon();
        laptop.cloud().pass(60);
    }
    let told = tell();
    assert!(!told.contains("not confirmed"), "{told}");
    for line in [
        "ask@1: came in by the event SIGN_UP (e1)",
        "welcome@1: came in by their yes to news, 20",
        "welcome@1: `step.2`: sent them on to next",
        "next@1: came in by the step `step.2` of welcome@1",
        "welcome: not let in: they were in it before, and may never come again",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    // Whoever watches `serve` reads the same.
    laptop.await_output(" in welcome: they were in it before, and may never come again");
    let told = json_of(&explain(&laptop, &["anna", "--json"]));
    assert_eq!(told["not_let_in"][0]["reason"], "never", "{told:#}");
    assert!(told["unconfirmed"].is_null(), "{told:#}");
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

#[test]
fn who_stands_at_a_step_is_told_by_name_with_the_steps_that_led_there() {
    let laptop = waiting();
    let type_in = |words: &[&str]| typed(&laptop, laptop.folder(), words);
    let run = laptop.cloud().enrollments().pop().unwrap().enrollment;
    let step = run.phase.step().unwrap().to_owned();

    let told = json_of(&type_in(&["stats", "pause", "--waiting", &step, "--json"]));
    let [anna] = told.as_array().unwrap().as_slice() else {
        panic!("{told:#}");
    };
    assert_eq!(anna["contact"], "anna");
    assert_eq!(anna["came_by"], json!(["hello sent"]));
    assert_eq!(anna["enrollment"], run.id.as_str());
    let shown = type_in(&["stats", "pause", "--waiting", &step]);
    assert!(shown.out.contains("waits until 20"), "{shown:?}");
    assert!(shown.out.contains("hello sent"), "{shown:?}");

    // A typo is answered with where they are.
    let typo = type_in(&["stats", "pause", "--waiting", "puase"]);
    assert_eq!(typo.code, 2, "{typo:?}");
    assert!(typo.err.contains(&format!("stand at {step}")), "{typo:?}");
}

#[test]
fn a_misspelled_journey_or_step_is_no_empty_statistic() {
    let laptop = waiting();
    let type_in = |words: &[&str]| typed(&laptop, laptop.folder(), words);
    let stopped = type_in(&["stop", "pause", "--yes"]);
    assert_eq!(stopped.code, 0, "{stopped:?}");
    laptop.settle();
    for (words, meant) in [
        (&["stats", "puase"][..], "did you mean `pause`?"),
        (
            &["stats", "puase", "--waiting", "hello"],
            "did you mean `pause`?",
        ),
        (
            &["stats", "pause", "--waiting", "helo"],
            "did you mean `hello`?",
        ),
    ] {
        let typo = type_in(words);
        assert_eq!(typo.code, 2, "{words:?}: {typo:?}");
        assert!(typo.err.contains(meant), "{words:?}: {typo:?}");
    }
    let nobody = type_in(&["stats", "pause", "--waiting", "hello"]);
    assert_eq!(nobody.code, 0, "{nobody:?}");
    assert!(nobody.out.contains("Nobody"), "{nobody:?}");
}

const WELCOME: &str = "journey: welcome
kind: marketing
topic: news
trigger: { opted_in: news }
reentry: never
steps:
  - send: welcome
  - enroll: next
";
const NEXT: &str = "journey: next
kind: marketing
topic: news
trigger: { journey: welcome }
reentry: never
steps:
  - send: issue
";
