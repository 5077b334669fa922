//! A journey that normally starts and has not for long is heard of.

use engine::{Entering, Metric, Pulse};
use jiff::SignedDuration;
use journey::{Period, Publish, Purpose, Silence};
use wire::EventsMessage;

use crate::given::{self, Verb, chain, journey};
use crate::the_door::take;
use crate::trial::{Log, Story};
use crate::world::{Action, Choose, Kind, Queue, World};

#[test]
fn a_daily_journey_that_stops_is_silent_after_three_days_and_no_longer_when_it_starts_again() {
    let world = daily(8).play(Choose::Calm, Log::Dropped);
    let last = world.state().now;
    for (hours, silent) in [(0, 0), (71, 0), (73, 1), (24 * 30, 1)] {
        world.state().now = last + SignedDuration::from_hours(hours);
        assert_eq!(
            silent_after_sweep(&world),
            Some(silent),
            "{hours} hours later"
        );
    }
    resolve(&world, &Pulse::default());
    assert_eq!(silent_after_sweep(&world), Some(0));
}

#[test]
fn a_journey_that_has_never_started_or_not_often_is_not_silent() {
    for days in [0, 4, 7] {
        let world = daily(days).play(Choose::Calm, Log::Dropped);
        world.state().now += SignedDuration::from_hours(24 * 300);
        assert_eq!(silent_after_sweep(&world), Some(0), "{days}");
    }
}

#[test]
fn what_a_journey_says_of_its_own_silence_holds() {
    let two_weeks = Period::parse("2 weeks").expect("a period");
    for (own, days, silent) in [
        (Silence::Never, 300, 0),
        (Silence::After(two_weeks.clone()), 13, 0),
        (Silence::After(two_weeks), 15, 1),
    ] {
        let world = daily(8).play(Choose::Calm, Log::Dropped);
        let published = world.state().published.clone();
        let mut release = (*published.release).clone();
        for entrance in release.journeys.values_mut() {
            entrance.silence = Some(own.clone());
        }
        world.state().published = given::with_release(&published, release);
        world.state().now += SignedDuration::from_hours(24 * days);
        assert_eq!(silent_after_sweep(&world), Some(silent), "{own:?}");
    }
}

#[test]
fn a_journey_that_takes_nobody_in_is_not_silent() {
    let day = |text: &str| text.parse().ok();
    for (from, until, days, silent) in [
        (None, Some("2026-12-03"), 30, 0),
        (None, Some("2027-06-01"), 30, 1),
        // It is open again for a week, and for two days.
        (Some("2026-12-24"), None, 31, 1),
        (Some("2026-12-29"), None, 31, 0),
    ] {
        let world = daily(8).play(Choose::Calm, Log::Dropped);
        let published = world.state().published.clone();
        let mut changed = (*published).clone();
        for plan in changed.plans.values_mut() {
            let mut closed = (**plan).clone();
            closed.publish = Publish {
                from: from.and_then(day),
                until: until.and_then(day),
            };
            *plan = closed.into();
        }
        world.state().published = changed.into();
        world.state().now += SignedDuration::from_hours(24 * days);
        let now = world.state().now;
        assert_eq!(
            silent_after_sweep(&world),
            Some(silent),
            "{from:?} {until:?} {now}"
        );
    }
}

#[test]
fn an_hour_of_events_costs_one_write() {
    let world = daily(0).play(Choose::Calm, Log::Dropped);
    let pulse = Pulse::default();
    for _ in 0..3 {
        resolve(&world, &pulse);
    }
    assert_eq!(world.state().fired_writes, 1);
    world.state().now += SignedDuration::from_hours(1);
    resolve(&world, &pulse);
    assert_eq!(world.state().fired_writes, 2);
}

#[test]
fn that_it_cannot_be_noted_keeps_nobody_waiting() {
    let explored = daily(1).survives(1, &[Kind::Port]);
    for fault in ["refused", "crash before"] {
        assert!(
            explored.reached.contains_key(&("firings.fired", fault)),
            "{fault}"
        );
    }
}

/// Somebody new every day, so many days.
fn daily(days: i64) -> Story {
    let plan = journey(Purpose::Transactional, chain(&[("one", Verb::Send)]));
    (0..days).fold(Story::new(&[plan]), |story, day| {
        let id = format!("e{day}");
        let person = format!("p{day}");
        let body = given::post("HELLO", &id, &[(&person, "SOT")]);
        story.after(
            SignedDuration::from_hours(24 * day),
            Action::Post { id, body },
        )
    })
}

/// Resolves one more event.
fn resolve(world: &World, pulse: &Pulse) {
    let body = given::post("HELLO", "w1", &[("anna", "SOT")]);
    take(world, &body, true).expect("it is taken");
    let messages = world.state().queues.remove(&Queue::Events);
    let message = &messages.expect("it is queued")[0].body;
    let message = EventsMessage::from_json(message).expect("a message");
    let mut entering = Entering::default();
    let resolved = engine::resolve(world, pulse, &message, &mut entering, || true);
    let resolved = world.try_now(resolved);
    resolved.expect("a calm world").expect("it is resolved");
}

fn silent_after_sweep(world: &World) -> Option<u64> {
    world.state().counts.clear();
    let swept = world.try_now(engine::sweep(world));
    swept.expect("a calm world").expect("it is swept");
    world.state().counts.get(&Metric::SilentJourneys).copied()
}
