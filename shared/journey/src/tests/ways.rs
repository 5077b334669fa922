//! Which way people go, and what steps of the same walk know of each other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::journeys::{contact, enrollment, plan};
use super::script::steps;
use crate::share::{PERCENT, draw};
use crate::{
    Action, Branch, Change, Contact, Decision, Hours, Input, Phase, Plan, Scene, Step, Value,
    Window, advance,
};

#[test]
fn a_split_parts_people_by_its_shares_and_whoever_is_drawn_on_a_border_is_beyond_it() {
    let plan = splits();
    for number in 0..2_000 {
        let (side, percent) = side(&plan, &format!("contact-{number}"));
        let expected = match percent {
            ..20 => "a",
            20..50 => "b",
            _ => "c",
        };
        assert_eq!(side, expected, "{number}");
    }
    for (percent, expected) in [(20, "b"), (50, "c")] {
        let mut names = (0..).map(|number| format!("contact-{number}"));
        let on_the_border = names.find(|name| draw("test", name) == percent * PERCENT);
        assert_eq!(side(&plan, &on_the_border.unwrap()).0, expected);
    }
}

/// What a step has changed about the contact holds for the next ones, though it is not stored yet.
#[test]
fn a_mail_leaves_by_the_clock_that_a_step_before_it_has_set() {
    let mut plan = plan(steps("move: tag moved\nhello: send"));
    let tokyo = Value::Text("Asia/Tokyo".to_owned());
    plan.steps[0].action = Action::Change {
        change: Change::Set([("time_zone".to_owned(), Some(tokyo))].into()),
        next: Some(1),
    };
    plan.rules.send_window = Some(Hours {
        windows: vec![Window::parse("09:00-12:00").unwrap()],
        closed: BTreeSet::new(),
    });
    // In Amsterdam it is nine in the morning, in Tokyo five in the afternoon.
    let decision = start(&plan, &contact(), "2026-11-23T08:00:00Z");
    let held = Phase::Holding {
        step: "hello".to_owned(),
        since: at("2026-11-23T08:00:00Z"),
        due: at("2026-11-24T00:00:00Z"),
    };
    assert_eq!(decision.enrollment.phase, held);
}

fn splits() -> Plan {
    let branch = |name: &str, share, next| Branch {
        name: name.to_owned(),
        share,
        next: Some(next),
    };
    let mut steps = vec![Step {
        id: "split".to_owned(),
        action: Action::Split {
            name: "test".to_owned(),
            branches: vec![branch("a", 20, 1), branch("b", 30, 2), branch("c", 50, 3)],
        },
    }];
    steps.extend(["a", "b", "c"].map(|reason| Step {
        id: format!("to {reason}"),
        action: Action::Exit {
            reason: reason.to_owned(),
        },
    }));
    plan(steps)
}

/// Returns the side that somebody is on, as the path and the way they left say, and the percent they were drawn for.
fn side(plan: &Plan, name: &str) -> (String, u16) {
    let somebody = Contact {
        source_id: name.to_owned(),
        fields: BTreeMap::new(),
        ..contact()
    };
    let run = start(plan, &somebody, "2026-11-23T13:00:00Z").enrollment;
    let Phase::Left { reason, .. } = run.phase else {
        panic!("every way ends");
    };
    assert_eq!(run.path[0].outcome, reason);
    (reason, draw("test", name) / PERCENT)
}

fn start(plan: &Plan, contact: &Contact, now: &str) -> Decision {
    let scene = Scene {
        plan,
        contact,
        mailed: &[],
        now: at(now),
    };
    advance(&scene, enrollment(plan), Input::Start)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
