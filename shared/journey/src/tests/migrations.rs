//! Runs that are to go on in another version of their journey.

use jiff::Timestamp;

use super::journeys::{contact, enrollment, plan};
use super::script::steps;
use crate::{Enrollment, Migration, Phase, Plan, Scene, Stay, Taken, migrate};

#[test]
fn a_wait_that_says_the_same_keeps_its_moment_and_another_is_counted_from_the_arrival() {
    let old = of("hello: send | pause: wait 3 days");
    let due = |journey: &str| match moved(&old, journey, waits(&old, "pause")) {
        Migration::Moves(run) => run.phase.due().map(|due| due.to_string()),
        Migration::Stays(_) => None,
    };
    let due = |journey: &str| due(journey).unwrap_or_default();
    // It came to the wait at two, and is due at six.
    assert_eq!(
        due("pause: wait 3 days | bye: send"),
        "2026-11-26T17:00:00Z"
    );
    assert_eq!(
        due("pause: wait 1 hour | bye: send"),
        "2026-11-23T14:00:00Z"
    );
    assert_eq!(due("pause: wait 5 days"), "2026-11-28T13:00:00Z");
}

#[test]
fn who_cannot_move_stays_and_it_is_known_why() {
    let old = of("hello: send | pause: wait 3 days");
    let stays = |journey: &str, run: Enrollment| match moved(&old, journey, run) {
        Migration::Stays(why) => Some(why),
        Migration::Moves(_) => None,
    };
    let waiting = || waits(&old, "pause");
    assert_eq!(stays("other: wait 3 days", waiting()), Some(Stay::Gone));
    assert_eq!(stays("pause: send", waiting()), Some(Stay::Gone));
    // The mail that it has had stands after the wait.
    assert_eq!(
        stays("pause: wait 3 days | hello: send", waiting()),
        Some(Stay::Repeats)
    );
    let in_phase = |phase| Enrollment { phase, ..waiting() };
    let (step, since, at) = (|| "pause".to_owned(), arrived(), arrived());
    let busy = Phase::Sending {
        step: step(),
        since,
        due: since,
    };
    assert_eq!(
        stays("pause: wait 3 days", in_phase(busy)),
        Some(Stay::Busy)
    );
    let left = Phase::Left { reason: step(), at };
    assert_eq!(
        stays("pause: wait 3 days", in_phase(left)),
        Some(Stay::Over)
    );
    let parked = Phase::Parked {
        step: step(),
        reason: String::new(),
        at,
    };
    assert_eq!(stays("pause: wait 5 days", in_phase(parked)), None);
}

#[test]
fn a_version_that_needs_what_was_not_kept_takes_nobody_over() {
    let old = of("hello: send | pause: wait 3 days");
    let run = || waits(&old, "pause");
    let mut new = of("pause: wait 3 days | bye: send");
    let taken = |new: &Plan, run| move_to(&old, new, run);
    assert!(matches!(taken(&new, run()), Migration::Moves(_)));
    let field = old.params.values().next().cloned();
    let field = field.expect("the plan reads something");
    new.params.insert("Review.Content".to_owned(), field);
    assert_eq!(taken(&new, run()), Migration::Stays(Stay::Lacks));
}

#[test]
fn a_step_without_a_name_is_the_same_only_where_all_before_it_are() {
    let old = of("hello: send | step.2: wait 3 days");
    let fits = |journey: &str| {
        let moved = moved(&old, journey, waits(&old, "step.2"));
        matches!(moved, Migration::Moves(_))
    };
    assert!(fits("hello: send | step.2: wait 1 day | bye: send"));
    assert!(!fits("first: send | step.2: wait 1 day"));
    assert!(!fits("hello: send | more: send | step.2: wait 1 day"));
}

fn of(journey: &str) -> Plan {
    plan(steps(&journey.replace(" | ", "\n")))
}

fn moved(old: &Plan, journey: &str, run: Enrollment) -> Migration {
    move_to(old, &of(journey), run)
}

fn move_to(old: &Plan, new: &Plan, run: Enrollment) -> Migration {
    let scene = Scene {
        plan: new,
        contact: &contact(),
        mailed: &[],
        now: arrived(),
    };
    migrate(&scene, old, "new", &run)
}

/// Returns a run that has had `hello` and waits.
fn waits(old: &Plan, step: &str) -> Enrollment {
    let mut run = enrollment(old);
    run.path.push(Taken {
        step: "hello".to_owned(),
        outcome: "sent".to_owned(),
        at: arrived(),
    });
    run.phase = Phase::Waiting {
        step: step.to_owned(),
        due: "2026-11-26T17:00:00Z".parse().expect("a moment"),
    };
    run
}

fn arrived() -> Timestamp {
    "2026-11-23T13:00:00Z".parse().expect("a moment")
}
