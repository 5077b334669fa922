//! What is played of a scenario, and what no scenario may say.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use std::fs;

use release::{Color, compile, difference, scenarios, story};

const HEAD: &str = "journey: k\ntitle: k\nkind: transactional\n";

/// Plays the one scenario, and shows its defects or where its story came out otherwise.
fn played(journey: &str, scenario: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let good = format!("{HEAD}{journey}");
    let scenario = format!("journey: k\nscenarios:\n- name: n\n{scenario}");
    for (name, text) in [
        ("waypost.yaml", PROJECT),
        (
            "events.yaml",
            "HI: { title: hi, when: now, params: {}, example: {} }\n",
        ),
        ("journeys/k.yaml", good.as_str()),
        ("templates/t.md", "---\nsubject: Hi\n---\nHello\n"),
        ("tests/k.yaml", scenario.as_str()),
    ] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let compiled = match compile(dir.path()) {
        Ok(compiled) => compiled,
        Err(release::Failure::Rejected(rejection)) => panic!("{}", rejection.render(Color::Never)),
        Err(error) => panic!("{error}"),
    };
    let read = scenarios(dir.path(), &compiled).unwrap();
    if !read.defects.is_empty() {
        return read.render(Color::Never);
    }
    let scenario = &read.scenarios[0];
    let plan = &compiled.journeys["k"].plan;
    let found = story(&journey::rehearse(plan, scenario.script.clone()));
    let expected = scenario.expect.iter().map(|(entry, _)| entry.clone());
    let expected: Vec<_> = expected.collect();
    match difference(&expected, &found) {
        None => "as expected".to_owned(),
        Some(difference) => {
            let words = found
                .iter()
                .map(|one| format!("{} {}\n", one.what, one.word));
            format!("{difference:?}\n{}", words.collect::<String>())
        }
    }
}

#[test]
fn a_journey_that_lets_people_into_itself_is_cut_off_as_a_circle() {
    let journey = "trigger: [{ manual: true }, { joins: la }]\nreentry: unlimited\nsteps:\n\
                   - join: la\n- leave: la\n";
    let one = |what: &str| format!("  - {{ at: 2026-11-23 22:00, {what} }}\n");
    let mut expect = String::new();
    for run in 0..9 {
        expect += &one("join: la");
        expect += &one("leave: la");
        expect += &one("leaves: finished");
        if run == 8 {
            expect += &one("refused: circle");
        }
    }
    let scenario = format!("  enters: 2026-11-23 22:00\n  expect:\n{expect}");
    assert_eq!(played(journey, &scenario), "as expected");
}

const PROJECT: &str = "waypost: 1
organisation: O
locale: en
time_zone: Europe/Amsterdam
senders: { default: { name: O, address: a@mail.oracle.example } }
vars: { organisation: O, brand: O, address: S 1 }
contact: { member: { type: bool, default: false }, born: date? }
lists: [la]
";
