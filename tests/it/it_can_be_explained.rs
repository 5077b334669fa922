//! Promise 7: for every contact and journey it is known what was sent, what was not, and why.

use std::fmt::Write;

use expect_test::{Expect, expect};
use jiff::SignedDuration;
use journey::{Phase, Purpose, Reentry};

use crate::given::{self, Verb, chain, journey, marketing};
use crate::trial::{Log, Story};
use crate::world::{Action, Choose, Kind, World};

#[test]
fn a_run_tells_what_it_did_and_when() {
    let (ask, wait) = (
        Verb::If("has(contact.vip)", Some(3)),
        Verb::Wait("3 days at 09:30"),
    );
    let steps = chain(&[
        ("note", Verb::Notify("COPA")),
        ("ask", ask),
        ("vip", Verb::Send),
        ("hello", Verb::SendWithin("1 hour")),
        ("pause", wait),
        ("until", Verb::Until("2026-12-24 09:00")),
        ("bye", Verb::Send),
        ("out", Verb::Exit("done")),
    ]);
    let story = Story::new(&[journey(marketing(), steps)]);
    let suppress = Action::Suppress(given::address("anna"));
    let story = story
        .hello("e1", &[("anna", "SOT")])
        .after(SignedDuration::from_hours(100), suppress);
    told(
        &story.play(Choose::Calm, Log::Dropped),
        &expect![[r#"
        2026-11-23T13:00:20Z note nobody
        2026-11-23T13:00:20Z ask else
        2026-11-23T13:00:20Z hello sent
        2026-11-26T09:30:00Z pause waited
        2026-12-24T09:00:00Z until waited
        2026-12-24T09:00:00Z bye suppressed
        Left { reason: "done", at: 2026-12-24T09:00:00Z }
        2026-11-23T13:00:20Z from mail@school.example to anna@school.example: hello for anna about anna: code of e1
    "#]],
    );
}

#[test]
fn a_mail_of_which_nobody_knows_whether_it_left_is_called_uncertain() {
    let steps = chain(&[("one", Verb::Send)]);
    let story = Story::new(&[journey(marketing(), steps)]).hello("e1", &[("anna", "SOT")]);
    let explored = story
        .calm_until("mailer.send")
        .explore(1, &[Kind::Mail], |world| {
            let state = world.state();
            let run = state.runs.all().next().expect("a run");
            let lost = state
                .reached
                .contains_key(&("mailer.send", "no reply, not sent"));
            let said = run
                .enrollment
                .path
                .iter()
                .any(|taken| taken.outcome == "uncertain");
            (lost && !said)
                .then(|| "it is not said".to_owned())
                .into_iter()
                .collect()
        });
    let explored = explored.unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(explored.histories > 4);
}

#[test]
fn a_refusal_parks_the_run_with_the_reason() {
    let steps = chain(&[("one", Verb::Send), ("two", Verb::Send)]);
    let story = Story::new(&[journey(Purpose::Transactional, steps)]);
    let story = story
        .hello("e1", &[("anna", "SOT")])
        .calm_until("mailer.send");
    let explored = story.explore(1, &[Kind::Mail], |world| {
        let state = world.state();
        if !state.reached.contains_key(&("mailer.send", "refused")) {
            return Vec::new();
        }
        let run = state.runs.all().next().expect("a run");
        let parked =
            matches!(&run.enrollment.phase, Phase::Parked { reason, .. } if reason == "refused");
        (!parked)
            .then(|| format!("{:?}", run.enrollment.phase))
            .into_iter()
            .collect()
    });
    if let Err(wrong) = explored {
        panic!("{wrong}");
    }
}

#[test]
fn whoever_may_not_enter_again_or_cannot_be_found_is_recorded() {
    let mut plan = journey(Purpose::Transactional, chain(&[("one", Verb::Send)]));
    plan.reentry = Reentry::Never;
    let mut lonely = journey(Purpose::Transactional, chain(&[("one", Verb::Send)]));
    lonely.journey = "lonely".to_owned();
    lonely.to = Some(given::role("NOBODY"));
    let story = Story::new(&[plan, lonely]);
    let story = story
        .hello("e1", &[("anna", "SOT")])
        .hello("e2", &[("anna", "SOT")]);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let mut text = String::new();
    for exception in state.exceptions.values() {
        let journey = exception.journey.as_deref().unwrap_or_default();
        let kind = exception.kind.as_str();
        let who = exception.contact.as_ref().map_or("nobody", |_| "somebody");
        writeln!(
            text,
            "{} {journey} {kind} {who}: {}",
            exception.event, exception.reason
        )
        .expect("a text takes everything");
    }
    expect![[r#"
        e2 welcome reentry_refused somebody: never
        e1 lonely unresolved nobody: nobody is in the journey's audience
        e2 lonely unresolved nobody: nobody is in the journey's audience
    "#]]
    .assert_eq(&text);
}

/// Shows what each run did, and what each mail said.
fn told(world: &World, expected: &Expect) {
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let mut text = String::new();
    for run in state.runs.all() {
        for taken in &run.enrollment.path {
            writeln!(text, "{} {} {}", taken.at, taken.step, taken.outcome)
                .expect("a text takes everything");
        }
        writeln!(text, "{:?}", run.enrollment.phase).expect("a text takes everything");
    }
    for mail in &state.service.delivered {
        let from = mail.from.as_str();
        write!(
            text,
            "{} from {from} to {}: {}",
            mail.at,
            mail.to.as_str(),
            mail.text
        )
        .expect("a text takes everything");
    }
    expected.assert_eq(&text);
}
