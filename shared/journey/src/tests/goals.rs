//! What a journey is for, and when somebody has reached it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::journeys::{contact, enrollment, plan};
use super::script::steps;
use crate::{
    Condition, Decision, Enrollment, Goal, Ignored, Input, Outcome, Period, Phase, Plan, Scene,
    Signal, Value, advance,
};

#[test]
fn a_goal_is_reached_by_its_own_event_that_fits_and_comes_in_time() {
    let plan = journey(goal());
    for (event, amount, now, reached) in [
        ("ORDER", 10.0, IN_TIME, true),
        ("OTHER", 10.0, IN_TIME, false),
        ("ORDER", 9.0, IN_TIME, false),
        // Whoever came in at one has a day, to the second.
        ("ORDER", 10.0, "2026-11-24T13:00:00Z", true),
        ("ORDER", 10.0, "2026-11-24T13:00:01Z", false),
    ] {
        let decision = comes(&plan, waiting(&plan), event, amount, now);
        let run = decision.enrollment;
        assert_eq!(
            run.signals.goal,
            reached.then_some(at(now)),
            "{event} {amount} {now}"
        );
        assert_eq!(is_left(&run), reached, "{event} {amount} {now}");
        let expected = match reached {
            true => Outcome::Moved,
            false => Outcome::Ignored(Ignored::Unrelated),
        };
        assert_eq!(decision.outcome, expected, "{event} {amount} {now}");
    }
}

#[test]
fn a_goal_without_bounds_is_reached_by_its_event_whenever_it_comes() {
    let plan = journey(Goal {
        filter: None,
        within: None,
        ..goal()
    });
    let late = "2036-11-24T13:00:00Z";
    let run = comes(&plan, waiting(&plan), "ORDER", 0.0, late).enrollment;
    assert_eq!(run.signals.goal, Some(at(late)));
    let other = comes(&plan, waiting(&plan), "OTHER", 0.0, late).enrollment;
    assert_eq!(other.signals.goal, None);
}

#[test]
fn who_reaches_a_goal_that_keeps_them_goes_on_and_the_first_time_is_noted() {
    let plan = journey(Goal {
        exit: false,
        ..goal()
    });
    let first = comes(&plan, waiting(&plan), "ORDER", 10.0, IN_TIME);
    assert_eq!(first.outcome, Outcome::Moved);
    let run = first.enrollment;
    assert_eq!(run.phase, waiting(&plan).phase);
    assert_eq!(run.signals.goal, Some(at(IN_TIME)));
    let again = comes(&plan, run, "ORDER", 10.0, "2026-11-23T15:00:00Z");
    assert_eq!(again.enrollment.signals.goal, Some(at(IN_TIME)));
}

#[test]
fn the_event_that_let_somebody_in_is_no_goal_of_theirs() {
    let plan = journey(Goal {
        filter: None,
        ..goal()
    });
    let run = Enrollment {
        event: "an order".to_owned(),
        ..waiting(&plan)
    };
    let decision = comes(&plan, run, "ORDER", 10.0, IN_TIME);
    assert_eq!(decision.outcome, Outcome::Ignored(Ignored::Stale));
    assert_eq!(decision.enrollment.signals.goal, None);
}

fn goal() -> Goal {
    Goal {
        event: "ORDER".to_owned(),
        filter: Some(Condition::parse("signal.Amount >= 10").unwrap()),
        within: Some(Period::parse("1 day").unwrap()),
        exit: true,
    }
}

fn journey(goal: Goal) -> Plan {
    let mut plan = plan(steps("pause: wait 30 days"));
    plan.rules.goal = Some(goal);
    plan
}

fn waiting(plan: &Plan) -> Enrollment {
    Enrollment {
        phase: Phase::Waiting {
            step: "pause".to_owned(),
            due: at("2026-12-23T13:00:00Z"),
        },
        ..enrollment(plan)
    }
}

fn comes(plan: &Plan, run: Enrollment, event: &str, amount: f64, now: &str) -> Decision {
    let scene = Scene {
        plan,
        contact: &contact(),
        mailed: &[],
        now: at(now),
    };
    let signal = Signal::Event {
        id: "an order".to_owned(),
        event: event.to_owned(),
        params: BTreeMap::from([("Amount".to_owned(), Value::Number(amount))]),
    };
    advance(&scene, run, Input::Signal(signal))
}

fn is_left(run: &Enrollment) -> bool {
    matches!(&run.phase, Phase::Left { reason, .. } if reason == "goal")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const IN_TIME: &str = "2026-11-23T14:00:00Z";
