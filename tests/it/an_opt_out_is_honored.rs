//! Promise 3: an opt-out is honored at once, in every queue and every wait.
//!
//! A mail that leaves for an address that was not mailable when it was last looked up is a fault in
//! every history (`world/mail.rs`); here that look races with everything.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use journey::{ContactId, Phase, Purpose};

use crate::given::{self, Verb, chain, journey, marketing};
use crate::trial::{Log, Story};
use crate::world::{Action, Choose, Kind, World};

#[test]
fn a_suppressed_address_gets_nothing_from_any_journey() {
    for purpose in [Purpose::Transactional, marketing()] {
        let suppress = Action::Suppress(given::address("anna"));
        let story = Story::new(&[journey(purpose, series())]);
        let story = story
            .after(SignedDuration::ZERO, suppress)
            .hello("e1", &[("anna", "SOT")]);
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        assert_eq!(
            outcomes(&world),
            ["one suppressed", "pause waited", "two suppressed"]
        );
    }
}

#[test]
fn a_suppression_during_a_wait_stops_the_next_mail() {
    let suppress = Action::Suppress(given::address("anna"));
    let story = Story::new(&[journey(marketing(), series())]).hello("e1", &[("anna", "SOT")]);
    let story = story.after(SignedDuration::from_hours(71), suppress);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(
        outcomes(&world),
        ["one sent", "pause waited", "two suppressed"]
    );
}

#[test]
fn a_suppression_is_honored_from_whichever_moment_on() {
    // Before and after every single port call of a whole run.
    let mut sent = BTreeSet::new();
    for calls in 0..80 {
        let mut story = Story::new(&[journey(Purpose::Transactional, series())]);
        story = story.hello("e1", &[("anna", "SOT")]);
        story.interrupt = Some((calls, Action::Suppress(given::address("anna"))));
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new(), "after {calls} calls");
        sent.insert(world.state().service.delivered.len());
    }
    assert_eq!(sent, BTreeSet::from([0, 1, 2]));
}

#[test]
fn a_suppression_holds_whatever_else_goes_wrong() {
    let suppress = Action::Suppress(given::address("anna"));
    let story = Story::new(&[journey(Purpose::Transactional, series())]);
    let story = story
        .hello("e1", &[("anna", "SOT")])
        .hello("e2", &[("anna", "SOT")]);
    let story = story.after(SignedDuration::from_hours(72), suppress);
    story.concurrently(3).survives_seeds(30);
}

#[test]
fn who_is_erased_gets_nothing_more_and_travels_no_more() {
    let erase = Action::Erase(ContactId::of("anna"));
    let story = Story::new(&[journey(marketing(), series())]).hello("e1", &[("anna", "SOT")]);
    let story = story.after(SignedDuration::from_hours(1), erase);
    let explored = story.calm_until("ledger.claim").explore(
        1,
        &[Kind::Port, Kind::Ring],
        |world| {
            let mut faults = world.faults();
            let state = world.state();
            let erased =
                |phase: &Phase| matches!(phase, Phase::Left { reason, .. } if reason == "erased");
            faults.extend(state.runs.all().filter_map(|run| {
                let run = &run.enrollment;
                let fits = erased(&run.phase) && run.params.is_empty();
                (!fits).then(|| format!("{} is {:?}", run.id, run.phase))
            }));
            faults
        },
    );
    if let Err(wrong) = explored {
        panic!("{wrong}");
    }
}

#[test]
fn who_is_erased_is_not_told_of_others_either() {
    let erase = Action::Erase(ContactId::of("joris"));
    let wait = Verb::Wait("1 hour");
    let steps = chain(&[("pause", wait), ("note", Verb::Notify("COPA"))]);
    let mut plan = journey(Purpose::Transactional, steps);
    plan.to = Some(given::role("SOT"));
    let story = Story::new(&[plan]).hello("e1", &[("anna", "SOT"), ("joris", "COPA")]);
    let world = story
        .after(SignedDuration::from_mins(5), erase)
        .play(Choose::Calm, Log::Dropped);
    assert!(world.state().service.delivered.is_empty());
    assert!(world.state().dead.is_empty());
}

fn series() -> Vec<journey::Step> {
    let wait = Verb::Wait("3 days");
    chain(&[("one", Verb::Send), ("pause", wait), ("two", Verb::Send)])
}

/// What the only run did.
fn outcomes(world: &World) -> Vec<String> {
    let state = world.state();
    let mut runs = state.runs.all();
    let run = runs.next().expect("a run");
    let path = run.enrollment.path.iter();
    path.map(|taken| format!("{} {}", taken.step, taken.outcome))
        .collect()
}
