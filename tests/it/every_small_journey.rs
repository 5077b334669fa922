//! Every small journey, with every single fault and every change of turns: a proof by enumeration.
//!
//! As a rule each kind of step by itself; `WAYPOST_SEEDS=1000` or more takes every two, and 100,000 every three of them.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use journey::{Absent, Action, Awaited, Change, Moment, Period, Plan, Purpose, Rules, Step, Value};

use crate::given::{self, Verb, journey, marketing};
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Choose, Kind, World};

#[test]
fn every_small_journey_of_service_survives_every_single_fault() {
    let played = every(Purpose::Transactional, |story| {
        story.explore(1, &FAULTS, World::faults)
    });
    assert!(played > 2_000, "only {played} histories were played");
}

#[test]
fn every_small_journey_of_advertising_survives_every_single_fault() {
    let played = every(marketing(), |story| {
        story.explore(1, &FAULTS, World::faults)
    });
    assert!(played > 2_000, "only {played} histories were played");
}

#[test]
fn every_small_journey_survives_two_invocations_that_take_turns() {
    let played = every(marketing(), |story| {
        let story = story.clone().concurrently(2);
        story.explore(1, &[Kind::Order], World::faults)
    });
    assert!(played > 500, "only {played} histories were played");
}

/// Plays every small journey, and returns how many histories that were.
fn every(purpose: Purpose, play: impl Fn(&Story) -> Result<crate::trial::Explored, String>) -> u64 {
    let longest = match crate::seeds::asked_for() {
        0..1_000 => 1,
        1_000..100_000 => 2,
        _ => 3,
    };
    let mut histories = 0;
    let mut words = vec![Vec::new()];
    while let Some(word) = words.pop() {
        if word.len() < longest && !word.contains(&Letter::Exit) {
            words.extend(LETTERS.iter().map(|letter| {
                let mut longer = word.clone();
                longer.push(*letter);
                longer
            }));
        }
        if word.is_empty() {
            continue;
        }
        let story = story(&plan(purpose.clone(), &word));
        let calm = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(calm.faults(), Vec::<String>::new(), "{word:?}");
        match play(&story) {
            Ok(explored) => histories += explored.histories,
            Err(wrong) => panic!("{word:?}\n{wrong}"),
        }
    }
    histories
}

/// Anna comes in twice, half an hour apart, and a colleague may hear of it; another system hears of everything.
fn story(plan: &Plan) -> Story {
    let again = crate::world::Action::Post {
        id: "e2".to_owned(),
        body: given::post("HELLO", "e2", &[("anna", "SOT")]),
    };
    Story::new(std::slice::from_ref(plan))
        .told()
        .hello("e1", &[("anna", "SOT"), ("joris", "COPA")])
        .after(SignedDuration::from_mins(30), again)
}

fn plan(purpose: Purpose, word: &[Letter]) -> Plan {
    let steps = word.iter().enumerate().map(|(at, letter)| {
        let next = (at + 1 < word.len()).then_some(at + 1);
        letter.step(&format!("s{at}"), next)
    });
    let mut plan = journey(purpose, steps.collect());
    plan.to = Some(given::role("SOT"));
    plan.rules = Rules::default();
    plan
}

/// One kind of step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Letter {
    Asks,
    Awaits,
    Calls,
    Exit,
    Jumps,
    Notifies,
    Scores,
    Sends,
    SendsSoon,
    Sets,
    Splits,
    Tags,
    Until,
    Waits,
    Window,
}

const LETTERS: [Letter; 15] = [
    Letter::Asks,
    Letter::Awaits,
    Letter::Calls,
    Letter::Exit,
    Letter::Jumps,
    Letter::Notifies,
    Letter::Scores,
    Letter::Sends,
    Letter::SendsSoon,
    Letter::Sets,
    Letter::Splits,
    Letter::Tags,
    Letter::Until,
    Letter::Waits,
    Letter::Window,
];

impl Letter {
    fn step(self, id: &str, next: Option<usize>) -> Step {
        let change = |change| Action::Change { change, next };
        let action = match self {
            // Whoever is tagged already leaves.
            Self::Asks => {
                return given::step(id, Verb::If("not ('seen' in contact.tags)", None), next);
            }
            Self::Exit => return given::step(id, Verb::Exit("done"), next),
            Self::Jumps => return given::step(id, Verb::Jump, next),
            Self::Notifies => return given::step(id, Verb::Notify("COPA"), next),
            Self::Sends => return given::step(id, Verb::Send, next),
            Self::SendsSoon => return given::step(id, Verb::SendWithin("20 minutes"), next),
            Self::Splits => return given::step(id, Verb::Split(50, None), next),
            Self::Waits => return given::step(id, Verb::Wait("1 hour"), next),
            Self::Window => return given::step(id, Verb::Window("mon-fri 09:00-12:00"), next),
            Self::Awaits => Action::WaitFor {
                what: Awaited::Event {
                    event: "HELLO".to_owned(),
                    filter: None,
                },
                within: Period::parse("1 hour").expect("a period"),
                then: next,
                otherwise: None,
            },
            Self::Calls => Action::Call {
                hook: "crm".to_owned(),
                with: BTreeMap::from([("who".to_owned(), "{{contact.full_name}}".to_owned())]),
                next,
            },
            Self::Scores => change(Change::Score(5.0)),
            Self::Sets => change(Change::Set(BTreeMap::from([(
                "vip".to_owned(),
                Some(Value::Bool(true)),
            )]))),
            Self::Tags => change(Change::Tag("seen".to_owned())),
            Self::Until => Action::WaitUntil {
                moment: Moment::parse("2026-12-24 09:00").expect("a moment"),
                absent: Absent::Continue,
                next,
            },
        };
        Step {
            id: id.to_owned(),
            action,
        }
    }
}
