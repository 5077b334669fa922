//! Promise 4: never before it is due, never after it expired, and soon after it is due.
//!
//! That nothing leaves or moves on early, and nothing after it expired, is held against every history
//! (`world/check.rs`, `world/mail.rs`); here is how late things may be.

use jiff::{SignedDuration, Timestamp};
use journey::{Phase, Purpose};

use crate::given::{Verb, chain, journey, marketing};
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Choose, Kind};

#[test]
fn in_a_calm_world_nobody_waits_longer_than_the_alarm_clock_is_late() {
    for late in ["nothing", "alarm clock"] {
        let budget = usize::from(late == "alarm clock");
        let explored = three_waits().explore(budget, &[Kind::Ring], |world| {
            let state = world.state();
            let lost = state.reached.contains_key(&("alarm clock", "never"));
            let late = !lost && state.latest > SignedDuration::from_secs(60);
            late.then(|| format!("{} late", state.latest))
                .into_iter()
                .collect()
        });
        if let Err(wrong) = explored {
            panic!("{wrong}");
        }
    }
}

#[test]
fn after_any_single_fault_nobody_waits_longer_than_one_sweep_more() {
    let story = three_waits().calm_until("enrollments.enter");
    let explored = story.survives(1, &FAULTS);
    let sweep = SignedDuration::from_mins(2 + 15 + 1);
    assert!(explored.latest <= sweep, "{}", explored.latest);
}

#[test]
fn waits_that_are_woken_late_do_not_drift() {
    // Each of the three alarm clocks is a minute late, and the third day is the third day.
    let explored = three_waits().explore(3, &[Kind::Ring], |world| {
        let state = world.state();
        let lost = state.reached.contains_key(&("alarm clock", "never"));
        let at = |step: &str| {
            let mut mails = state.service.delivered.iter();
            mails
                .find(|mail| mail.step == step)
                .and_then(|mail| mail.due)
        };
        let fits = at("last") == Some(moment("2026-12-02T13:01:00Z"));
        (!lost && !fits)
            .then(|| format!("{:?}", at("last")))
            .into_iter()
            .collect()
    });
    if let Err(wrong) = explored {
        panic!("{wrong}");
    }
}

#[test]
fn a_mail_that_would_be_late_is_not_sent_and_the_run_says_so() {
    let steps = chain(&[
        ("pause", Verb::Wait("1 day")),
        ("one", Verb::SendWithin("10 minutes")),
    ]);
    let story = Story::new(&[journey(marketing(), steps)]).hello("e1", &[("anna", "SOT")]);
    let explored = story.calm_until("enrollments.enter").survives(1, &FAULTS);
    assert!(explored.histories > 50);
}

#[test]
fn what_left_is_never_called_expired_or_suppressed() {
    // The reply is lost, the report is late, and meanwhile the mail would have expired.
    for purpose in [Purpose::Transactional, marketing()] {
        let steps = chain(&[("one", Verb::SendWithin("10 minutes"))]);
        let story = Story::new(&[journey(purpose, steps)]).hello("e1", &[("anna", "SOT")]);
        let kinds = [Kind::Mail, Kind::Port, Kind::Report];
        story.calm_until("ledger.claim").survives(2, &kinds);
    }
}

#[test]
fn whoever_waits_for_years_is_in_no_hurry() {
    let steps = chain(&[("pause", Verb::Wait("9 years")), ("one", Verb::Send)]);
    let story = Story::new(&[journey(marketing(), steps)]).hello("e1", &[("anna", "SOT")]);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let run = state.runs.all().next().expect("a run");
    assert!(matches!(run.enrollment.phase, Phase::Left { .. }));
    assert_eq!(
        state.service.delivered[0].due,
        Some(moment("2035-11-23T13:01:00Z"))
    );
}

fn three_waits() -> Story {
    let wait = Verb::Wait("3 days");
    let steps = chain(&[
        ("a", wait),
        ("b", wait),
        ("first", Verb::Send),
        ("c", wait),
        ("last", Verb::Send),
    ]);
    Story::new(&[journey(marketing(), steps)]).hello("e1", &[("anna", "SOT")])
}

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}
