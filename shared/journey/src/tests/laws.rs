//! What holds for every journey and everything that happens, in whatever order.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::journeys::{contact, enrollment, plan};
use super::script::{read, steps};
use crate::{Effect, Enrollment, Ignored, Outcome, Phase, Plan, Scene, advance};

proptest! {
    #[test]
    fn a_decision_is_total_and_the_same_every_time(story in story()) {
        let (plan, happens) = story;
        let contact = contact();
        let mut run = enrollment(&plan);
        for (now, input) in happens {
            let scene = Scene { plan: &plan, contact: &contact, mailed: &[], now };
            let first = advance(&scene, run.clone(), read(&input));
            let second = advance(&scene, run.clone(), read(&input));
            prop_assert_eq!(&first, &second);
            prop_assert!(fits(&run, &first.enrollment, now), "{:?} after {:?}", first.enrollment.phase, run.phase);
            match first.outcome {
                Outcome::Ignored(_) => {
                    prop_assert_eq!(&first.enrollment, &run);
                    prop_assert!(first.effects.is_empty());
                }
                // A signal can be noted without a step.
                Outcome::Moved if run.phase == first.enrollment.phase => (),
                Outcome::Moved => prop_assert!(rests(&first.enrollment, &first.effects)),
            }
            run = first.enrollment;
        }
    }

    #[test]
    fn an_input_that_comes_twice_counts_once(story in story()) {
        let (plan, happens) = story;
        let contact = contact();
        let mut run = enrollment(&plan);
        for (now, input) in happens {
            let scene = Scene { plan: &plan, contact: &contact, mailed: &[], now };
            run = advance(&scene, run, read(&input)).enrollment;
            let again = advance(&scene, run.clone(), read(&input));
            // After an outage the next wait may be over already: then the second wake is another wake.
            let due_again = matches!(run.phase, Phase::Waiting { due, .. } if due <= now);
            let ignored = matches!(again.outcome, Outcome::Ignored(_));
            prop_assert!(ignored || input == "wake" && due_again, "{} moved twice", input);
        }
    }

    #[test]
    fn a_run_that_is_driven_on_ends(journey in journey()) {
        let plan = plan(steps(&journey));
        let contact = contact();
        let mut run = enrollment(&plan);
        let mut now: Timestamp = "2026-11-23T13:00:20Z".parse().unwrap();
        for _ in 0..=2 * plan.steps.len() + 1 {
            let input = match &run.phase {
                Phase::Entered => "start".to_owned(),
                Phase::Holding { due, .. }
                | Phase::Met { since: due, .. }
                | Phase::Waiting { due, .. } => {
                    now = now.max(*due);
                    "wake".to_owned()
                }
                Phase::Calling { step, .. } => format!("sent {step}"),
                Phase::Sending { step, .. } => format!("sent {step}"),
                Phase::Left { .. } => return Ok(()),
                Phase::Parked { reason, .. } => panic!("parked: {reason}"),
            };
            let scene = Scene { plan: &plan, contact: &contact, mailed: &[], now };
            let decision = advance(&scene, run, read(&input));
            prop_assert_eq!(decision.outcome, Outcome::Moved);
            run = decision.enrollment;
        }
        prop_assert!(false, "it does not end: {:?}", run.phase);
    }

    #[test]
    fn nobody_is_moved_on_before_they_are_due(journey in journey(), early in 1_i64..100_000) {
        let plan = plan(steps(&journey));
        let contact = contact();
        let now = "2026-11-23T13:00:20Z".parse().unwrap();
        let scene = Scene { plan: &plan, contact: &contact, mailed: &[], now };
        let run = advance(&scene, enrollment(&plan), read("start")).enrollment;
        if let Phase::Waiting { due, .. } = run.phase {
            prop_assert!(due.as_second() % 60 == 0 && due > now);
            let now = due - SignedDuration::from_secs(early);
            let scene = Scene { plan: &plan, contact: &contact, mailed: &[], now };
            let decision = advance(&scene, run, read("wake"));
            prop_assert_eq!(decision.outcome, Outcome::Ignored(Ignored::Early));
        }
    }
}

/// Returns whether an enrollment may follow another: steps at most once, and the past stays.
fn fits(before: &Enrollment, after: &Enrollment, now: Timestamp) -> bool {
    let unique: BTreeSet<_> = after.path.iter().map(|taken| &taken.step).collect();
    unique.len() == after.path.len()
        && after.path.starts_with(&before.path)
        && after.path.iter().all(|taken| taken.at <= now)
        && after.id == before.id
        && after.plan == before.plan
}

/// Returns whether what is ordered and set fits where the run rests.
fn rests(run: &Enrollment, effects: &[Effect]) -> bool {
    let orders = |step: &str| {
        let mut found = effects.iter();
        found.any(|effect| matches!(effect, Effect::Order(order) if order.step == step && order.recipient == run.contact))
    };
    let alarms: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Alarm(at) => Some(*at),
            Effect::Call { .. } | Effect::Change { .. } | Effect::Enroll(_) | Effect::Order(_) => {
                None
            }
        })
        .collect();
    match &run.phase {
        Phase::Holding { due, .. } | Phase::Met { since: due, .. } | Phase::Waiting { due, .. } => {
            alarms == [*due]
        }
        Phase::Sending { step, .. } => alarms.is_empty() && orders(step),
        Phase::Calling { .. } | Phase::Left { .. } | Phase::Parked { .. } => alarms.is_empty(),
        Phase::Entered => false,
    }
}

/// A journey of up to eight steps that lead forward, in the language of the stories.
fn journey() -> impl Strategy<Value = String> {
    let verb = prop_oneof![
        Just("send"),
        Just("send Code"),
        Just("notify joris"),
        Just("wait 3 days"),
        Just("wait 90 minutes"),
        Just("wait 0 days at 09:30"),
        Just("until 2026-12-24 09:00"),
        Just("until event.StartDate - 7 days or exit"),
        Just("if contact.member"),
        Just("if has(contact.age)"),
        Just("exit enough"),
        Just("call crm"),
        Just("for ORDER within 2 days"),
        Just("opened s0 within 2 hours"),
        Just("jump"),
        Just("score 3"),
        Just("tag vip"),
        Just("window mon-fri 09:00-12:00"),
    ];
    let steps = prop::collection::vec((verb, 1_usize..4, 1_usize..4), 0..8);
    steps.prop_map(|steps| {
        let name = |at: usize| match at < steps.len() {
            true => format!("s{at}"),
            false => "end".to_owned(),
        };
        let lines = steps.iter().enumerate().map(|(at, (verb, one, other))| {
            match verb.starts_with(['i', 'f', 'o']) {
                true => format!("s{at}: {verb} -> {} | {}", name(at + one), name(at + other)),
                false if verb.starts_with("exit") => format!("s{at}: {verb}"),
                false => format!("s{at}: {verb} -> {}", name(at + one)),
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// A journey, and things that happen in whatever order, but in the order of time.
fn story() -> impl Strategy<Value = (Plan, Vec<(Timestamp, String)>)> {
    let what = prop_oneof![
        2 => Just("start".to_owned()),
        4 => Just("wake".to_owned()),
        2 => Just("retry".to_owned()),
        2 => prop_oneof![Just("event ORDER"), Just("event OTHER"), Just("restart")].prop_map(str::to_owned),
        2 => (0_usize..8, prop_oneof![Just("opened"), Just("clicked")]).prop_map(|(at, deed)| format!("{deed} s{at}")),
        6 => (0_usize..8, prop_oneof![Just("sent"), Just("uncertain"), Just("expired"), Just("refused"), Just("suppressed")])
            .prop_map(|(at, end)| format!("{end} s{at}")),
    ];
    let happens = prop::collection::vec((what, 0_i64..3_000_000), 0..20);
    (journey(), happens).prop_map(|(journey, happens)| {
        let mut now: Timestamp = "2026-11-23T13:00:20Z".parse().unwrap();
        let happens = happens.into_iter().map(|(what, later)| {
            now += SignedDuration::from_secs(later);
            (now, what)
        });
        let happens = happens.collect();
        (plan(steps(&journey)), happens)
    })
}
