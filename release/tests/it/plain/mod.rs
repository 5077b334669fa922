//! Random journeys and contacts, read twice: by the core, and plainly, minute by minute.
//!
//! The plain reading knows neither plans nor phases; it walks the steps as they were written. Where the
//! two differ, the journey and a scenario of what the plain reading expects are printed.

mod case;
mod clock;
mod draw;
mod fire;
mod person;
mod prune;
mod read;
mod score;
mod steps;
mod walk;
mod write;

use std::fs;

use journey::Plan;
use proptest::prelude::*;
use release::{Color, Entry, Failure, Scenario, Scenarios, compile, difference, play, scenarios};

use case::Case;

proptest! {
    #[test]
    fn the_core_and_a_plain_reading_tell_the_same_story(case in draw::case()) {
        let expected = read::story(&case);
        let files = [write::journey(&case), write::scenario(&case, &expected)];
        let (plan, found) = written(&files);
        let files = files.join("\n--- tests/j.yaml\n");
        prop_assert!(found.defects.is_empty(), "{:?}\n{files}", found.defects);
        prop_assert_eq!(found.scenarios.len(), 1);
        let differs = differs(&case, &plan, &found.scenarios[0]);
        prop_assert!(differs.is_none(), "{}\n{}", differs.unwrap_or_default(), files);
    }
}

/// Reads a journey and its scenario out of a release.
fn written([journey, scenario]: &[String; 2]) -> (Plan, Scenarios) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in write::release() {
        put(folder.path(), &name, &text);
    }
    put(folder.path(), "journeys/j.yaml", journey);
    put(folder.path(), "tests/j.yaml", scenario);
    let compiled = match compile(folder.path()) {
        Ok(compiled) => compiled,
        Err(Failure::Rejected(rejection)) => {
            panic!("{}\n{journey}", rejection.render(Color::Never))
        }
        Err(error @ Failure::Unreadable(_)) => panic!("{error}"),
    };
    let read = scenarios(folder.path(), &compiled).expect("a folder");
    (compiled.journeys["j"].plan.clone(), read)
}

/// Says how the core's story differs from the one that is expected.
fn differs(case: &Case, plan: &Plan, scenario: &Scenario) -> Option<String> {
    let found = match play(scenario, plan) {
        Ok(found) => found,
        Err(defect) => return Some(defect.what),
    };
    let expected = scenario.expect.iter();
    let expected: Vec<_> = expected.map(|(entry, _)| entry.clone()).collect();
    let difference = difference(&expected, &found)?;
    let shown = |entries: &[Entry]| {
        let lines = entries.iter().map(|entry| {
            let at = entry.at.to_zoned(case.zone());
            format!(
                "  {} {}: {}",
                at.strftime("%F %H:%M%:z"),
                entry.what,
                entry.word
            )
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    Some(format!(
        "{difference:?}\nplainly:\n{}\nby the core:\n{}",
        shown(&expected),
        shown(&found)
    ))
}

fn put(folder: &std::path::Path, name: &str, text: &str) {
    let path = folder.join(name);
    let parent = path.parent().expect("a folder");
    fs::create_dir_all(parent).expect("a folder");
    fs::write(path, text).expect("a file");
}
