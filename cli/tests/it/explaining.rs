//! What one person was sent, what not and why, as it is told to somebody on the telephone.

use serde_json::{Value, json};

use crate::{
    command::{Said, operated},
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
