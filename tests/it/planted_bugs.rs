//! How good the net is: mistakes that people make, each of which must be found.

use jiff::SignedDuration;
use journey::Purpose;

use crate::given::{self, Verb, chain, journey, marketing};
use crate::trial::{FAULTS, Story};
use crate::world::{Action, Bug, World};

#[test]
fn every_planted_mistake_is_found() {
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        let found = [Purpose::Transactional, marketing()]
            .into_iter()
            .any(|purpose| {
                let mut story = story(purpose);
                story.bug = Some(bug);
                let found = story.explore(1, &FAULTS, faults).is_err();
                found || story.concurrently(3).sample(0..30, faults).is_err()
            });
        if !found {
            missed.push(bug);
        }
    }
    assert_eq!(missed, Vec::<Bug>::new());
}

#[test]
fn without_a_mistake_nothing_is_found() {
    for purpose in [Purpose::Transactional, marketing()] {
        let story = story(purpose);
        if let Err(wrong) = story.explore(1, &FAULTS, faults) {
            panic!("{wrong}");
        }
        if let Err(wrong) = story.concurrently(3).sample(0..30, faults) {
            panic!("{wrong}");
        }
    }
}

/// Besides what is always wrong: somebody who is woken after more than a sweep though little failed.
fn faults(world: &World) -> Vec<String> {
    let mut faults = world.faults();
    let state = world.state();
    let failed: u64 = state.reached.values().sum();
    let late = state.latest > SignedDuration::from_mins(18);
    let calm_and_late = failed == 0 && state.latest > SignedDuration::from_mins(1);
    if failed < 2 && late || calm_and_late {
        faults.push(format!("woken {} late", state.latest));
    }
    faults
}

/// Short, and with something for every mistake to spoil.
fn story(purpose: Purpose) -> Story {
    let steps = chain(&[
        ("one", Verb::Send),
        ("pause", Verb::Wait("20 minutes")),
        ("two", Verb::Send),
    ]);
    let story = Story::new(&[journey(purpose, steps)]);
    let suppress = Action::Suppress(given::address("bram"));
    let bram = Action::Post {
        id: "e2".to_owned(),
        body: given::post("HELLO", "e2", &[("bram", "SOT")]),
    };
    story
        .after(SignedDuration::ZERO, suppress)
        .hello("e1", &[("anna", "SOT")])
        .hello("e1", &[("anna", "SOT")])
        .after(SignedDuration::from_mins(10), bram)
        .calm_until("enrollments.enter")
}
