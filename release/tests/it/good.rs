//! Releases without defects, and what becomes of them.

use std::path::Path;

use expect_test::{expect, expect_file};
use release::{Compiled, compile};

use crate::folder::good;

#[test]
fn a_good_release_is_compiled_into_flat_plans() {
    let compiled = good().compile().unwrap();
    expect_file!["expected/good/plans.txt"].assert_eq(&shown(&compiled));
}

#[test]
fn the_example_that_everybody_sees_first_has_no_defects() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/sera");
    assert_eq!(compile(&dir).unwrap().journeys.len(), 9);
}

#[test]
fn an_audience_or_a_template_may_wait_for_an_event_that_is_not_declared_yet() {
    let later = "---\nsubject: Later\n---\nBeste {{recipient.full_name}}: {{event.Order.Total}}\n";
    let audience = "later: { address: event.Order.Email }\nsot: {";
    good()
        .put("templates/later.md", later)
        .edit("audiences.yaml", "sot: {", audience)
        .check(expect!["fine"]);
}

#[test]
fn compiling_twice_gives_the_same() {
    assert_eq!(good().compile().unwrap(), good().compile().unwrap());
}

#[test]
fn what_is_published_beside_the_journeys_is_all_there() {
    let compiled = good().compile().unwrap();
    let keys: Vec<&str> = compiled.events.keys().map(String::as_str).collect();
    assert_eq!(keys, ["MEMBER_NEW", "TRACK_START"]);
    assert!(compiled.lists.contains("vips"));
    assert_eq!(compiled.topics["nieuwsbrief"], "Nieuws van de vereniging");
    let domains: Vec<&str> = compiled.sender_domains.iter().map(String::as_str).collect();
    assert_eq!(domains, ["mail.debrug.example"]);
    assert!(compiled.examples["TRACK_START"].contains_key("Person.FullName"));
    let texts: Vec<_> = compiled.journeys["start"]
        .templates
        .keys()
        .cloned()
        .collect();
    assert_eq!(
        texts,
        [
            ("start".to_owned(), None),
            ("start".to_owned(), Some("en".to_owned()))
        ]
    );
}

/// Shows the plans without the settings, which every one of them holds.
fn shown(compiled: &Compiled) -> String {
    let plans = compiled.journeys.values().map(|journey| {
        let plan = &journey.plan;
        format!(
            "{}: {:?}\n  lets in {:?}\n  to {:?}\n  again {:?}\n  reads {:?}\n{}",
            plan.journey,
            plan.purpose,
            plan.triggers,
            plan.to,
            plan.reentry,
            plan.params.keys().collect::<Vec<_>>(),
            plan.steps
                .iter()
                .enumerate()
                .map(|(at, step)| format!("  {at} {}: {:?}\n", step.id, step.action))
                .collect::<String>(),
        )
    });
    plans.collect::<Vec<_>>().join("\n")
}
