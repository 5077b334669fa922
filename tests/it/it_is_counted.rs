//! What an operator must hear of is counted where it happens, and nothing else is.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use engine::{Metric, Sent};
use jiff::SignedDuration;
use journey::Purpose;

use crate::given::{Verb, chain, journey, marketing};
use crate::the_door::take;
use crate::trial::{Log, Story};
use crate::world::{Bug, Choose, Kind, World};

#[test]
fn whatever_becomes_of_a_mail_is_counted_as_what_it_is() {
    for (purpose, ends) in [(Purpose::Transactional, 9), (marketing(), 10)] {
        let steps = chain(&[("one", Verb::Send)]);
        let story = Story::new(&[journey(purpose, steps)]).hello("e1", &[("anna", "SOT")]);
        let seen = RefCell::new(BTreeSet::new());
        let explored = story.explore(1, &[Kind::Mail], |world| {
            let fault = only_fault(world);
            seen.borrow_mut().insert(fault);
            let expected: &[Metric] = match fault {
                // The service's own report settles it before anybody asks.
                "" | "crash after" => &[],
                "crash before" | "no reply, not sent" => {
                    &[Metric::SendsInDoubt, Metric::SendsUnsettled]
                }
                "no reply, sent" => &[Metric::SendsInDoubt],
                "nobody reached" | "paused" => &[Metric::Retries, Metric::SendsHeld],
                // Advertising waits for its turn: that is as it should be.
                "later" => &[],
                "throttled" => &[Metric::Retries],
                "refused" => &[Metric::ParkedEnrollments],
                other => panic!("nothing is said of {other}"),
            };
            differs(world, expected)
        });
        if let Err(wrong) = explored {
            panic!("{wrong}");
        }
        assert_eq!(seen.borrow().len(), ends, "{seen:?}");
    }
}

#[test]
fn a_notification_that_is_refused_is_counted_though_nobody_waits_for_it() {
    let steps = chain(&[("note", Verb::Notify("SOT"))]);
    let plan = journey(Purpose::Transactional, steps);
    let story = Story::new(&[plan]).hello("e1", &[("anna", "SOT")]);
    let explored = story.explore(1, &[Kind::Mail], |world| {
        let parked = count(world, Metric::ParkedEnrollments).unwrap_or_default();
        let expected = u64::from(only_fault(world) == "refused");
        let wrong = parked != expected;
        let wrong = wrong.then(|| format!("{parked} are parked"));
        wrong.into_iter().collect()
    });
    if let Err(wrong) = explored {
        panic!("{wrong}");
    }
}

#[test]
fn a_sweep_says_how_long_the_longest_is_overdue_and_says_nothing_of_none() {
    let world = story(&["anna"]).play(Choose::Calm, Log::Dropped);
    assert_eq!(
        count(&world, Metric::OldestDueAge),
        None,
        "no sweep was needed"
    );
    sweep(&world);
    assert_eq!(count(&world, Metric::OldestDueAge), Some(0));

    let mut story = story(&["anna"]);
    story.bug = Some(Bug::NoAlarmClocks);
    let world = story.play(Choose::Calm, Log::Dropped);
    let oldest_s = count(&world, Metric::OldestDueAge).expect("it was swept");
    assert!((120..=17 * 60).contains(&oldest_s), "{oldest_s}");
}

#[test]
fn a_sweep_that_leaves_a_deep_queue_alone_still_says_how_long_the_longest_is_overdue() {
    let mut story = story(&["anna"]);
    story.bug = Some(Bug::NoAlarmClocks);
    let world = story.play_for(SignedDuration::from_hours(1));
    world.state().now += SignedDuration::from_hours(24 * 3);
    world.state().fill_moves(10_001);
    sweep(&world);
    let oldest_s = count(&world, Metric::OldestDueAge).expect("it was swept");
    assert!(oldest_s > 0, "{oldest_s}");
}

#[test]
fn a_sweep_says_how_much_of_the_quota_is_used_where_that_is_known() {
    for (most, expected) in [(Some(200), 81), (None, 0)] {
        let world = story(&[]).play(Choose::Calm, Log::Dropped);
        world.state().sent = Sent {
            most,
            count: 161,
            per_second: 14,
        };
        sweep(&world);
        assert_eq!(count(&world, Metric::SendQuotaUsed), Some(expected));
    }
    // A sweep is there to wake people: it goes on.
    let mut story = story(&["anna"]).calm_until("quota.sent");
    story.bug = Some(Bug::NoAlarmClocks);
    let explored = story.survives(1, &[Kind::Port]);
    assert!(explored.reached.contains_key(&("quota.sent", "refused")));
}

#[test]
fn a_post_that_the_release_refuses_is_counted_and_one_that_nobody_signed_is_not() {
    let world = story(&[]).play(Choose::Calm, Log::Dropped);
    for (body, signed, expected) in [
        (r#"{"type":"HELLO"}"#, false, None),
        ("no JSON", true, None),
        (r#"{"type":"HELO"}"#, true, Some(1)),
        (r#"{"type":"HELO"}"#, true, Some(2)),
    ] {
        let _ = take(&world, body, signed);
        assert_eq!(count(&world, Metric::RefusedEvents), expected, "{body}");
    }
}

/// Returns what went wrong with the mail service in a history with at most one fault.
fn only_fault(world: &World) -> &'static str {
    let state = world.state();
    state.reached.keys().next().map_or("", |(_, fault)| fault)
}

/// Says what is counted that should not be, and the other way round; the sweep's measures apart.
fn differs(world: &World, expected: &[Metric]) -> Vec<String> {
    let counts = world.state().counts.clone();
    let counted: BTreeMap<_, _> = counts
        .into_iter()
        .filter(|(metric, count)| *count > 0 && *metric != Metric::OldestDueAge)
        .collect();
    if counted.keys().eq(expected) {
        Vec::new()
    } else {
        vec![format!("counted {counted:?}, expected {expected:?}")]
    }
}

fn count(world: &World, metric: Metric) -> Option<u64> {
    world.state().counts.get(&metric).copied()
}

fn sweep(world: &World) {
    let swept = world.try_now(engine::sweep(world));
    swept
        .expect("a calm world does not crash")
        .expect("it is swept");
}

fn story(people: &[&str]) -> Story {
    let steps = chain(&[("pause", Verb::Wait("3 days")), ("one", Verb::Send)]);
    let people: Vec<_> = people.iter().map(|id| (*id, "SOT")).collect();
    let story = Story::new(&[journey(marketing(), steps)]);
    if people.is_empty() {
        return story;
    }
    story.hello("e1", &people)
}
