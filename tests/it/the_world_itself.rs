//! That the world is fit to put promises to the test: it repeats itself, and it is hard enough.

use std::collections::BTreeSet;

use journey::Purpose;

use crate::given::{Verb, chain, journey, marketing};
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Choose, Seed};

#[test]
fn the_same_seed_gives_the_same_history_to_the_letter() {
    let story = busy().concurrently(4);
    let mut histories = BTreeSet::new();
    for seed in 0..12 {
        let history = || {
            let world = story.play(Choose::Seed(Seed::new(seed)), Log::Kept);
            let state = world.state();
            state.log.clone().expect("it was kept").join("\n")
        };
        let first = history();
        assert_eq!(first, history(), "seed {seed}");
        histories.insert(first);
    }
    assert_eq!(histories.len(), 12, "each seed is another history");
}

#[test]
fn everything_that_can_go_wrong_at_a_port_goes_wrong() {
    let explored = busy().calm_until("enrollments.enter").survives(1, &FAULTS);
    let mut missed = Vec::new();
    for port in [
        "enrollments.enter",
        "enrollments.replace",
        "ledger.claim",
        "ledger.accept",
    ] {
        for fault in ["refused", "crash before", "crash after", "lost reply"] {
            if !explored.reached.contains_key(&(port, fault)) {
                missed.push(format!("{port}: {fault}"));
            }
        }
    }
    let points: BTreeSet<_> = explored.reached.keys().map(|(port, _)| *port).collect();
    for port in [
        "alarm clock",
        "contacts.contacts",
        "due_index.due",
        "mailer.send",
        "moves queue",
        "reports queue",
        "suppressions.suppression",
        "templates.template",
        "transactional queue",
    ] {
        if !points.contains(port) {
            missed.push(port.to_owned());
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}

#[test]
fn decades_pass_in_a_moment() {
    let waits: Vec<_> = (0..10).map(|n| format!("w{n}")).collect();
    let mut steps: Vec<_> = waits
        .iter()
        .map(|id| (id.as_str(), Verb::Wait("10 years")))
        .collect();
    steps.push(("one", Verb::Send));
    let story = Story::new(&[journey(marketing(), chain(&steps))]);
    let world = story
        .hello("e1", &[("anna", "SOT")])
        .play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let at = world.state().service.delivered[0].at;
    assert_eq!(at.to_string(), "2126-11-23T13:01:00Z");
}

fn busy() -> Story {
    let steps = chain(&[
        ("one", Verb::Send),
        ("pause", Verb::Wait("3 days")),
        ("two", Verb::Send),
    ]);
    Story::new(&[journey(Purpose::Transactional, steps)]).hello("e1", &[("anna", "SOT")])
}
