//! How good the net is: mistakes that people make, each of which must be found.

use std::fmt::Write;

use jiff::SignedDuration;
use journey::{ContactId, Purpose};
use serde_json::json;

use crate::folders;
use crate::given::{self, Verb, chain, journey, marketing};
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Bug, Choose, Seed, World};

#[test]
fn every_planted_mistake_is_found() {
    let mut table = String::new();
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        let found = stories().into_iter().filter_map(|mut story| {
            story.bug = Some(bug);
            seeds_until_found(&story.concurrently(3))
        });
        match found.min() {
            Some(seeds) => {
                writeln!(table, "| {bug:?} | {seeds} |").expect("a text");
            }
            // Some are rare, and are found by playing every history with one fault.
            None if alone(bug) => {
                writeln!(table, "| {bug:?} | every history with one fault |").expect("a text");
            }
            None => missed.push(bug),
        }
    }
    assert_eq!(missed, Vec::<Bug>::new());
    let page = include_str!("../../docs/proof.md");
    assert!(
        page.contains(&table),
        "docs/proof.md shows another table:\n{table}"
    );
}

/// Returns how many seeds it takes until a mistake is found.
fn seeds_until_found(story: &Story) -> Option<u64> {
    (0..SEEDS_MAX)
        .find(|seed| story.sample(*seed..seed + 1, faults).is_err())
        .map(|seed| seed + 1)
}

/// Returns whether one fault, wherever it happens, shows a mistake.
fn alone(bug: Bug) -> bool {
    stories().into_iter().any(|mut story| {
        story.bug = Some(bug);
        story.explore(1, &FAULTS, faults).is_err()
    })
}

/// Short, and with something for every mistake to spoil.
fn stories() -> Vec<Story> {
    vec![story(Purpose::Transactional), story(marketing()), people()]
}

/// People who are written about, come in again, get advertising and do not want it any more.
fn people() -> Story {
    let ads = "kind: marketing\ntopic: news\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - send: one\n  - send: two\n  - send: three\n";
    let once = "kind: transactional\ntrigger: { event: NOTE }\nreentry: single\nsteps:\n  - tag: blue\n  - enroll: next\n  - wait: 1 day\n  - untag: blue\n";
    let blue = "kind: transactional\ntrigger: { tagged: blue }\nreentry: unlimited\nsteps:\n  - send: hello\n";
    let next = "kind: transactional\ntrigger: { journey: once }\nreentry: unlimited\nsteps:\n  - send: hello\n";
    let all = [("ads", ads), ("once", once), ("blue", blue), ("next", next)];
    let published = folders::files(&all);
    let post = |event: &str, id: &str, who: &str| {
        Action::Post {
        id: id.to_owned(),
        body: json!({
            "type": event, "data": {},
            "people": [{
                "id": who, "email": format!("{who}@school.example"), "full_name": who,
                "consent": { "news": { "at": "2026-01-01T00:00:00Z", "how": "form", "text": "Yes" } },
            }],
        })
        .to_string(),
    }
    };
    let story = Story::of(published).told();
    let world = World::new(story.published.clone(), Choose::Calm);
    let ticket = wire::Ticket {
        contact: ContactId::of("bram"),
        address: engine::AddressKeys::address_key(&world, &given::address("bram")).0,
        topic: "news".to_owned(),
        send: None,
    };
    let token = world.state().tickets.seal(&ticket);
    let ask = engine::Ask::Out { one_click: true };
    story
        .after(SignedDuration::ZERO, post("START", "e1", "anna"))
        .after(SignedDuration::ZERO, post("NOTE", "e2", "carl"))
        .after(SignedDuration::from_hours(1), post("NOTE", "e3", "carl"))
        .after(SignedDuration::ZERO, Action::Ask { token, ask })
        .after(SignedDuration::from_hours(10), post("START", "e4", "bram"))
}

#[test]
fn without_a_mistake_nothing_is_found() {
    for story in stories() {
        if let Err(wrong) = story.explore(1, &FAULTS, faults) {
            panic!("{wrong}");
        }
        if let Err(wrong) = story.concurrently(3).sample(0..SEEDS_MAX, faults) {
            panic!("{wrong}");
        }
    }
}

#[test]
fn the_same_seed_tells_the_same_history_to_the_letter() {
    for story in stories() {
        for seed in 0..20 {
            let play = || {
                let choose = Choose::Seed(Seed::new(seed));
                let world = story.clone().concurrently(3).play(choose, Log::Kept);
                let log = world.state().log.clone();
                log.expect("it is kept")
            };
            assert!(play() == play(), "seed {seed} tells two histories");
        }
    }
}

/// Besides what is always wrong: somebody who is woken after more than a sweep though little failed.
fn faults(world: &World) -> Vec<String> {
    let mut faults = world.faults();
    faults.extend(told_apart(world));
    let state = world.state();
    let failed: u64 = state.reached.values().sum();
    let late = state.latest > SignedDuration::from_mins(18);
    let calm_and_late = failed == 0 && state.latest > SignedDuration::from_mins(1);
    if failed < 2 && late || calm_and_late {
        faults.push(format!("woken {} late", state.latest));
    }
    faults
}

/// What only the story about people can show: who was in one journey twice at once, was not heard of, or was mailed
/// though they said no.
fn told_apart(world: &World) -> Vec<String> {
    let state = world.state();
    let mut faults = Vec::new();
    if !state.published.release.journeys.contains_key("once") {
        return faults;
    }
    let runs = |journey: &'static str| {
        let runs = state.runs.all().map(|record| &record.enrollment);
        runs.filter(move |run| run.journey == journey)
    };
    let refused = state
        .exceptions
        .values()
        .filter(|one| one.reason == "single")
        .count();
    if runs("once").count() + refused != 2 || runs("once").count() == 2 && overlap(runs("once")) {
        faults.push(format!(
            "{} runs at once, and {refused} refused",
            runs("once").count()
        ));
    }
    let entered = runs("once").count();
    if runs("blue").count() != entered {
        faults.push(format!(
            "{entered} got the tag, and {} came in by it",
            runs("blue").count()
        ));
    }
    let bram = ContactId::of("bram");
    let mails = state
        .service
        .delivered
        .iter()
        .filter(|mail| mail.recipient == bram);
    if state.pages > 0 && mails.count() > 0 {
        faults.push("whoever had unsubscribed is mailed".to_owned());
    }
    faults
}

/// Returns whether one run began before another had ended.
fn overlap<'a>(runs: impl Iterator<Item = &'a journey::Enrollment>) -> bool {
    let mut spans: Vec<_> = runs
        .map(|run| {
            let end = match &run.phase {
                journey::Phase::Left { at, .. } => *at,
                journey::Phase::Calling { .. }
                | journey::Phase::Entered
                | journey::Phase::Holding { .. }
                | journey::Phase::Met { .. }
                | journey::Phase::Parked { .. }
                | journey::Phase::Sending { .. }
                | journey::Phase::Waiting { .. } => jiff::Timestamp::MAX,
            };
            (run.entered, end)
        })
        .collect();
    spans.sort();
    spans.windows(2).any(|pair| pair[1].0 < pair[0].1)
}

/// Two mails to Anna, one to Bram, who may not be mailed.
fn story(purpose: Purpose) -> Story {
    let steps = chain(&[
        ("one", Verb::Send),
        ("pause", Verb::Wait("20 minutes")),
        ("two", Verb::Send),
    ]);
    let story = Story::new(&[journey(purpose, steps)]);
    let suppress = Action::Suppress(given::address("bram"));
    let bram = Action::Post {
        id: "e2".to_owned(),
        body: given::post("HELLO", "e2", &[("bram", "SOT")]),
    };
    story
        .after(SignedDuration::ZERO, suppress)
        .hello("e1", &[("anna", "SOT")])
        .hello("e1", &[("anna", "SOT")])
        .after(SignedDuration::from_mins(10), bram)
        .calm_until("enrollments.enter")
}

/// As many as are tried.
const SEEDS_MAX: u64 = 60;
