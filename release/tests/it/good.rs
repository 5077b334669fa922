//! Releases without defects, and what becomes of them.

use expect_test::expect_file;
use release::Compiled;

use crate::folder::good;

#[test]
fn a_good_release_is_compiled_into_flat_plans() {
    let compiled = good().compile().unwrap();
    expect_file!["expected/good/plans.txt"].assert_eq(&shown(&compiled));
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
