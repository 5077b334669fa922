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
fn each_kind_of_wait_keeps_its_moment_where_it_says_the_same() {
    // Whatever it waits for, and wherever it leads: only how long it waits counts.
    let (kept, gone) = ("2026-11-26T17:00:00Z", "gone");
    for (before, after, due) in [
        ("wait 3 days", "window 09:00-12:00", gone),
        ("for ORDER within 3 days", "for OTHER within 3 days", kept),
        (
            "for ORDER within 3 days",
            "for ORDER within 5 days",
            "2026-11-28T13:00:00Z",
        ),
        ("until 2026-12-24 09:00", "until 2026-12-24 09:00", kept),
        (
            "until 2026-12-24 09:00",
            "until 2026-12-25 09:00",
            "2026-12-25T08:00:00Z",
        ),
        (
            "until event.StartDate",
            "until event.StartDate or exit",
            "2026-12-14T23:00:00Z",
        ),
        // What it would be reckoned from is not there.
        (
            "until 2026-12-24 09:00",
            "until event.Unknown",
            "2026-11-23T13:00:00Z",
        ),
        (
            "until 2026-12-24 09:00",
            "until event.Unknown or exit",
            gone,
        ),
        ("window 09:00-12:00", "window 09:00-12:00", kept),
        (
            "window 09:00-12:00",
            "window 10:00-12:00",
            "2026-11-24T09:00:00Z",
        ),
    ] {
        let [old, new] = [before, after].map(|wait| {
            let journey = format!("hello: send\npause: {wait} -> bye | bye\nbye: send");
            plan(steps(&journey))
        });
        let found = match move_to(&old, &new, waits(&old, "pause")) {
            Migration::Moves(run) => run.phase.due().map(|due| due.to_string()),
            Migration::Stays(Stay::Gone) => Some(gone.to_owned()),
            Migration::Stays(_) => None,
        };
        assert_eq!(found.as_deref(), Some(due), "{before} to {after}");
    }
}

#[test]
fn who_moves_is_in_the_new_version_and_the_same_in_all_else() {
    let old = of("hello: send | pause: wait 3 days");
    let run = waits(&old, "pause");
    let expected = Enrollment {
        plan: "new".to_owned(),
        ..run.clone()
    };
    let found = moved(&old, "pause: wait 3 days | bye: send", run);
    assert_eq!(found, Migration::Moves(Box::new(expected)));
}

#[test]
fn a_mail_that_tells_somebody_else_now_is_another_step() {
    let old = of("hello: send | bye: send");
    let mut run = waits(&old, "bye");
    run.phase = Phase::Parked {
        step: "bye".to_owned(),
        reason: String::new(),
        at: arrived(),
    };
    run.notified.insert("bye".to_owned(), Vec::new());
    let found = moved(&old, "bye: notify joris", run.clone());
    assert_eq!(found, Migration::Stays(Stay::Gone));
    assert!(matches!(moved(&old, "bye: send", run), Migration::Moves(_)));
}

#[test]
fn a_secret_that_was_forgotten_is_lacked_only_where_it_is_read_again() {
    let old = of("hello: send Code | pause: wait 3 days");
    let mut run = waits(&old, "pause");
    let stays = |journey: &str, run: &Enrollment| {
        let found = moved(&old, journey, run.clone());
        matches!(found, Migration::Stays(Stay::Lacks))
    };
    let reads = "pause: wait 3 days | bye: send Code";
    assert!(!stays(reads, &run));
    run.params.remove("Code");
    assert!(stays(reads, &run));
    assert!(!stays("pause: wait 3 days | bye: send Name", &run));
    // Behind the run it makes no difference, and what is no secret was absent all along.
    assert!(!stays("first: send Code | pause: wait 3 days", &run));
    run.params.remove("Name");
    assert!(!stays("pause: wait 3 days | bye: send Name", &run));
}

#[test]
fn a_notification_needs_the_people_that_were_found_for_it_and_stays_findable_itself() {
    let told = |step: &str, journey: &str| {
        let old = of("hello: notify joris | pause: wait 3 days");
        let mut run = waits(&old, "pause");
        run.notified.insert(step.to_owned(), Vec::new());
        moved(&old, journey, run)
    };
    let stays = Migration::Stays(Stay::Lacks);
    let both = "hello: notify joris | pause: wait 3 days | note: notify els";
    assert!(matches!(told("note", both), Migration::Moves(_)));
    assert_eq!(told("hello", both), stays);
    // An order for joris may be on its way, and is looked up in the plan of its run.
    assert_eq!(told("note", "pause: wait 3 days"), stays);
    assert_eq!(told("note", "hello: send | pause: wait 3 days"), stays);
    let old = of("hello: send | note: notify joris | pause: wait 3 days");
    let found = moved(&old, "pause: wait 3 days", waits(&old, "pause"));
    assert!(matches!(found, Migration::Moves(_)));
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
