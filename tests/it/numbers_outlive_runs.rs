//! What a journey came to is known for ever, though its runs are forgotten: statements say the same as they did.

use engine::{Statistics, statistics};
use jiff::SignedDuration;
use wire::{Closing, Figures, Statement};

use crate::given::{Verb, journey, marketing, step};
use crate::trial::{Log, Story};
use crate::world::{Choose, Kind, Seed, Tape, World};

#[test]
fn what_runs_came_to_is_known_when_they_are_forgotten() {
    let world = story().play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let before = numbers(&world);
    let version = before.versions.values().next().expect("a version");
    let mails: u64 = version.steps.values().map(|step| step.mails.sent).sum();
    assert_eq!((version.entered, mails), (8, 16));
    assert_eq!(version.splits["sides"].len(), 2, "{:?}", version.splits);
    sweep_for(&world, 130, 1);
    assert!(world.state().runs.rows.is_empty());
    assert!(world.state().statements.len() > 2);
    let after = numbers(&world);
    assert_eq!((after.versions, after.orphans), (before.versions, 0));
}

#[test]
fn while_they_are_forgotten_nobody_counts_twice_or_not() {
    let world = story().play(Choose::Calm, Log::Dropped);
    let before = numbers(&world).versions;
    for day in 0..130 {
        sweep_for(&world, 1, 1);
        assert_eq!(numbers(&world).versions, before, "day {day}");
    }
}

#[test]
fn whatever_fails_statements_say_the_same() {
    let story = story();
    let before = numbers(&story.play(Choose::Calm, Log::Dropped));
    let mut tape = Tape::new(1, &[Kind::Port]);
    let (mut histories, mut reached) = (0, std::collections::BTreeSet::new());
    loop {
        let world = played(&story, Choose::Tape(tape));
        histories += 1;
        reached.extend(world.state().reached.keys().copied());
        let Choose::Tape(played) = world.state().choose.clone() else {
            panic!("the tape is gone");
        };
        told_the_same(&world, &before);
        match played.next() {
            Some(next) => tape = next,
            None => break,
        }
    }
    assert!(histories > 150, "only {histories} histories were played");
    for fault in ["refused", "crash before", "crash after", "lost reply"] {
        for port in ["statements.put_statement", "statements.put_closing"] {
            assert!(reached.contains(&(port, fault)), "{fault} at {port}");
        }
    }
    for seed in crate::seeds::of(20) {
        let world = played(&story, Choose::Seed(Seed::new(seed)));
        told_the_same(&world, &before);
    }
}

#[test]
fn a_statement_that_is_being_made_is_not_counted() {
    let world = story().play(Choose::Calm, Log::Dropped);
    let before = numbers(&world).versions;
    let until = world.state().now;
    let statement = Statement {
        journey: "journey".to_owned(),
        plan: "half".to_owned(),
        from: None,
        until,
        figures: Figures::default(),
    };
    let version = ("journey".to_owned(), "half".to_owned());
    let json = statement.to_json();
    world.state().statements.insert((until, version), json);
    assert_eq!(numbers(&world).versions, before);
}

/// Lets time pass after the story, with sweeps that may fail, every five days: so another attempt may be in another
/// week.
fn played(story: &Story, choose: Choose) -> World {
    let world = story.play(Choose::Calm, Log::Dropped);
    world.state().reached.clear();
    world.state().choose = choose;
    sweep_for(&world, 25, 5);
    world.state().healed = false;
    sweep_for(&world, 45, 5);
    world
}

/// Holds what statements say, once nothing fails any more, against what all runs said before.
fn told_the_same(world: &World, before: &Statistics) {
    world.state().choose = Choose::Calm;
    sweep_for(world, 4, 1);
    assert_eq!(numbers(world).versions, before.versions);
    world.state().healed = true;
    sweep_for(world, 90, 10);
    assert_eq!(numbers(world).versions, before.versions);
    assert!(world.state().runs.rows.is_empty());
    assert!(!world.state().statements.is_empty());
}

/// Sweeps every few days, and forgets runs after 90 days, as DynamoDB does; where weeks are full of failures, later.
fn sweep_for(world: &World, days: i64, every: i64) {
    for _ in 0..days / every {
        let mut state = world.state();
        state.now += SignedDuration::from_hours(24 * every);
        // Each time only what is done about statements may fail.
        state.started = state.now;
        state.calm_until = Some("statements.closing");
        let (now, healed) = (state.now, state.healed);
        state.runs.rows.retain(|_, run| {
            let end = run.enrollment.phase.end();
            end.is_none_or(|(_, at)| !healed || now.duration_since(at) < KEPT)
        });
        drop(state);
        // It may crash, and then the next one goes on.
        let _ = world.try_now(engine::sweep(world));
    }
}

/// What `waypost stats` adds up.
fn numbers(world: &World) -> Statistics {
    let state = world.state();
    let closing = state.closing.as_ref();
    let closing = closing.map(|(_, json)| Closing::from_json(json).expect("it can be read"));
    let statements = state.statements.values();
    let statements = statements.map(|json| Statement::from_json(json).expect("it can be read"));
    let statements: Vec<_> = statements.collect();
    drop(state);
    let closing = closing.unwrap_or_default();
    let found = statistics(world, (&closing, &statements), None);
    let found = world.try_now(found).expect("a calm world does not crash");
    found.expect("it can be read")
}

/// Four people and their colleague in nine days, each on one of two sides; some wait longer, and the colleague hears
/// of each.
fn story() -> Story {
    let steps = vec![
        step("sides", Verb::Split(50, Some(2)), Some(1)),
        step("pause", Verb::Wait("20 days"), Some(2)),
        step("hello", Verb::Send, Some(3)),
        step("note", Verb::Notify("COPA"), None),
    ];
    let mut story = Story::new(&[journey(marketing(), steps)]);
    for day in 0..4 {
        let (event, person) = (format!("e{day}"), format!("p{day}"));
        let people = [(person.as_str(), "SOT"), ("joris", "COPA")];
        let body = crate::given::post("HELLO", &event, &people);
        let post = crate::world::Action::Post { id: event, body };
        story = story.after(SignedDuration::from_hours(24 * 3 * day), post);
    }
    story
}

const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
