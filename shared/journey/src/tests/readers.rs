//! What people do with the mails of a run: what is noted of it, and what counts for their score.

use jiff::Timestamp;

use super::journeys::{contact, enrollment, plan};
use super::script::steps;
use crate::{
    Change, Condition, Decision, Effect, Enrollment, Ignored, Input, Outcome, Phase, Plan, SCORE,
    Scene, Scoring, Signal, Taken, Value, advance,
};

#[test]
fn only_what_is_told_of_a_mail_that_the_run_may_have_sent_is_noted() {
    let plan = journey();
    let waiting = || {
        waits(
            &plan,
            &[
                ("hello", "sent"),
                ("again", "uncertain"),
                ("late", "expired"),
            ],
        )
    };
    let sending = |step: &str| in_phase(&plan, sends(step));
    let left = |path: &[(&str, &str)]| Enrollment {
        phase: Phase::Left {
            reason: "restarted".to_owned(),
            at: now(),
        },
        ..waits(&plan, path)
    };
    for (why, run, step, noted) in [
        ("it was sent", waiting(), "hello", true),
        ("nobody knows whether it was", waiting(), "again", true),
        ("it was left out", waiting(), "late", false),
        ("it is no mail", waiting(), "pause", false),
        ("it is unknown", waiting(), "other", false),
        ("it is on its way", sending("hello"), "hello", true),
        ("another one is", sending("hello"), "again", false),
        ("the run ended meanwhile", left(&[]), "hello", true),
        (
            "it was left out before the end",
            left(&[("late", "expired")]),
            "late",
            false,
        ),
        (
            "the run ended, and it is no mail",
            left(&[]),
            "pause",
            false,
        ),
        (
            "only its notification could be meant",
            left(&[]),
            "note",
            false,
        ),
    ] {
        for signal in signals(step) {
            let decision = hear(&plan, &run, signal.clone());
            let found = decision.enrollment.signals != run.signals;
            assert_eq!(found, noted, "{signal:?}: {why}");
            assert_eq!(
                decision.outcome == Outcome::Moved,
                noted,
                "{signal:?}: {why}"
            );
            assert_eq!(decision.enrollment.phase, run.phase);
        }
    }
}

#[test]
fn what_is_noted_is_what_was_done_and_with_which_mail() {
    let plan = journey();
    let mut run = waits(&plan, &[("hello", "sent"), ("again", "sent")]);
    let [opened, clicked, bounced, complained] = signals("hello");
    for signal in [opened, clicked, bounced, complained] {
        run = hear(&plan, &run, signal.clone()).enrollment;
        // What is known already is nothing new.
        let again = hear(&plan, &run, signal);
        assert_eq!(again.outcome, Outcome::Ignored(Ignored::Unrelated));
    }
    let noted = &run.signals;
    assert!(noted.opened.iter().eq(["hello"]));
    assert!(noted.bounced.iter().eq(["hello"]));
    assert!(noted.complained.iter().eq(["hello"]));
    let click = ("hello".to_owned(), "more".to_owned());
    assert!(noted.clicks.iter().eq([&click]));
    assert!(noted.heard.is_empty() && noted.goal.is_none());
}

#[test]
fn what_counts_for_a_score_counts_once_for_each_mail_and_each_link() {
    let mut plan = journey();
    plan.settings.scoring = SCORING;
    let mut run = waits(&plan, &[("hello", "sent"), ("again", "sent")]);
    let click = |link: &str| Signal::Clicked {
        step: "hello".to_owned(),
        link: link.to_owned(),
    };
    let [opened, clicked, bounced, complained] = signals("hello");
    let [other, ..] = signals("again");
    let event = Signal::Event {
        id: "e2".to_owned(),
        event: "ORDER".to_owned(),
        params: Default::default(),
    };
    for (signal, counts) in [
        (opened.clone(), Some(1.0)),
        (opened, None),
        (clicked.clone(), Some(2.0)),
        (clicked, None),
        (click("less"), Some(2.0)),
        (bounced, Some(-4.0)),
        (complained, Some(-8.0)),
        (other, Some(1.0)),
        (event, None),
        (Signal::Written, None),
    ] {
        let decision = hear(&plan, &run, signal.clone());
        assert_eq!(scores(&decision), Vec::from_iter(counts), "{signal:?}");
        run = decision.enrollment;
    }
}

#[test]
fn what_counts_for_nothing_changes_nobody() {
    let plan = journey();
    let run = waits(&plan, &[("hello", "sent")]);
    for signal in signals("hello") {
        let decision = hear(&plan, &run, signal);
        assert_eq!(decision.outcome, Outcome::Moved);
        assert_eq!(scores(&decision), Vec::<f64>::new());
    }
}

#[test]
fn a_run_that_is_over_counts_for_the_score_still() {
    let mut plan = journey();
    plan.settings.scoring = SCORING;
    let mut run = waits(&plan, &[("hello", "sent")]);
    for phase in [
        Phase::Left {
            reason: "finished".to_owned(),
            at: now(),
        },
        Phase::Parked {
            step: "again".to_owned(),
            reason: "mend it".to_owned(),
            at: now(),
        },
    ] {
        run.phase = phase;
        let [opened, ..] = signals("hello");
        let decision = hear(&plan, &run, opened.clone());
        assert_eq!(scores(&decision), [1.0]);
        let again = hear(&plan, &decision.enrollment, opened);
        assert_eq!(scores(&again), Vec::<f64>::new());
    }
}

#[test]
fn whoever_has_the_points_by_what_they_do_leaves_at_once() {
    let mut plan = journey();
    plan.settings.scoring = SCORING;
    let enough = Condition::parse(&format!("contact.{SCORE} >= 3")).unwrap();
    plan.rules.exit_when = Some(enough);
    let mut anna = contact();
    for (points, leaves) in [(1.0, false), (2.0, true)] {
        anna.fields.insert(SCORE.to_owned(), Value::Number(points));
        let scene = Scene {
            plan: &plan,
            contact: &anna,
            mailed: &[],
            now: now(),
        };
        let run = waits(&plan, &[("hello", "sent")]);
        let [opened, ..] = signals("hello");
        let decision = advance(&scene, run, Input::Signal(opened));
        assert_eq!(decision.enrollment.phase.is_over(), leaves, "{points}");
    }
}

fn journey() -> Plan {
    plan(steps(
        "
        hello: send
        again: send
        late: send
        note: notify joris
        pause: wait 3 days
        ",
    ))
}

fn waits(plan: &Plan, path: &[(&str, &str)]) -> Enrollment {
    let path = path.iter().map(|(step, outcome)| Taken {
        step: (*step).to_owned(),
        outcome: (*outcome).to_owned(),
        at: now(),
    });
    Enrollment {
        path: path.collect(),
        ..in_phase(
            plan,
            Phase::Waiting {
                step: "pause".to_owned(),
                due: "2026-11-26T13:00:00Z".parse().unwrap(),
            },
        )
    }
}

fn in_phase(plan: &Plan, phase: Phase) -> Enrollment {
    Enrollment {
        phase,
        ..enrollment(plan)
    }
}

fn sends(step: &str) -> Phase {
    Phase::Sending {
        step: step.to_owned(),
        since: now(),
        due: now(),
    }
}

/// Returns everything that can be told of a mail.
fn signals(step: &str) -> [Signal; 4] {
    let step = || step.to_owned();
    [
        Signal::Opened { step: step() },
        Signal::Clicked {
            step: step(),
            link: "more".to_owned(),
        },
        Signal::Bounced { step: step() },
        Signal::Complained { step: step() },
    ]
}

fn hear(plan: &Plan, run: &Enrollment, signal: Signal) -> Decision {
    let scene = Scene {
        plan,
        contact: &contact(),
        mailed: &[],
        now: now(),
    };
    advance(&scene, run.clone(), Input::Signal(signal))
}

/// Returns what a decision adds to the score of the contact.
fn scores(decision: &Decision) -> Vec<f64> {
    let effects = decision.effects.iter();
    let scores = effects.filter_map(|effect| match effect {
        Effect::Change {
            change: Change::Score(amount),
            ..
        } => Some(*amount),
        Effect::Alarm(_)
        | Effect::Call { .. }
        | Effect::Change { .. }
        | Effect::Enroll(_)
        | Effect::Order(_) => None,
    });
    scores.collect()
}

fn now() -> Timestamp {
    "2026-11-23T14:00:00Z".parse().unwrap()
}

const SCORING: Scoring = Scoring {
    opened: 1.0,
    clicked: 2.0,
    unsubscribed: -16.0,
    bounced: -4.0,
    complained: -8.0,
    half_life: None,
};
