//! Promise 5: a mail says what was meant for its recipient, or is not sent.
//!
//! Each mail here names its recipient, who travels, and the code of its event; `world/check.rs` holds
//! every mail of every history against that.

use journey::{Phase, Purpose, Reentry};

use crate::given::{self, Verb, chain, journey, marketing, trigger};
use crate::trial::{Log, Story};
use crate::world::Choose;

#[test]
fn nobody_gets_what_is_meant_for_somebody_else() {
    let wait = Verb::Wait("1 hour");
    let steps = chain(&[
        ("note", Verb::Notify("COPA")),
        ("pause", wait),
        ("one", Verb::Send),
    ]);
    let mut once = journey(marketing(), chain(&[("news", Verb::Send)]));
    once.journey = "once".to_owned();
    once.reentry = Reentry::Never;
    let story = Story::new(&[journey(Purpose::Transactional, steps), once]).concurrently(4);
    let people = [
        ("anna", "SOT"),
        ("bram", "SOT"),
        ("joris", "COPA"),
        ("els", "COPA"),
    ];
    let story = story
        .hello("e1", &people[..3])
        .hello("e2", &people[1..])
        .hello("e3", &people);
    story.survives_seeds(20);
}

#[test]
fn a_mail_whose_value_is_missing_is_parked_and_never_sent() {
    // The plan forgot to say that its template reads the code, so no run carries it.
    let mut plan = journey(Purpose::Transactional, chain(&[("one", Verb::Send)]));
    plan.params.clear();
    let story = Story::new(&[plan]).hello("e1", &[("anna", "SOT")]);
    let world = story.play(Choose::Calm, Log::Dropped);
    let state = world.state();
    assert!(state.service.delivered.is_empty());
    let run = state.runs.all().next().expect("a run");
    let Phase::Parked { step, reason, .. } = &run.enrollment.phase else {
        panic!("{:?}", run.enrollment.phase);
    };
    assert_eq!(step, "one");
    expect_test::expect!["the html of the mail: nothing is called `event.Code`"].assert_eq(reason);
}

#[test]
fn a_notification_whose_value_is_missing_becomes_a_dead_letter_and_holds_nobody_up() {
    let steps = chain(&[
        ("note", Verb::Notify("COPA")),
        ("pause", Verb::Wait("1 day")),
    ]);
    let mut plan = journey(Purpose::Transactional, steps);
    plan.params.clear();
    plan.to = Some(given::role("SOT"));
    let story = Story::new(&[plan]).hello("e1", &[("anna", "SOT"), ("joris", "COPA")]);
    let world = story.play(Choose::Calm, Log::Dropped);
    let state = world.state();
    assert!(state.service.delivered.is_empty());
    assert!(
        state
            .dead
            .iter()
            .any(|letter| letter.reason.contains("event.Code"))
    );
    let run = state.runs.all().next().expect("a run");
    assert!(matches!(run.enrollment.phase, Phase::Left { .. }));
}

#[test]
fn a_secret_is_forgotten_once_no_mail_can_need_it() {
    let wait = Verb::Wait("1 day");
    let with = chain(&[("one", Verb::Send), ("pause", wait), ("two", Verb::Send)]);
    let without = chain(&[("one", Verb::Send), ("pause", wait)]);
    for (steps, kept) in [(with, true), (without, false)] {
        let mut plan = journey(marketing(), steps);
        plan.triggers = vec![trigger("HELLO", None)];
        let story = Story::new(&[plan]).hello("e1", &[("anna", "SOT")]);
        let world = story.play_for(jiff::SignedDuration::from_hours(1));
        let state = world.state();
        let run = state.runs.all().next().expect("a run");
        assert!(matches!(run.enrollment.phase, Phase::Waiting { .. }));
        assert_eq!(run.enrollment.params.contains_key("Code"), kept);
    }
}
