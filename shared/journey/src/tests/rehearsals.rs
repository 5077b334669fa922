//! Stories that are played under a virtual clock.

mod entries;
mod plays;

use std::collections::BTreeMap;
use std::fmt::Write;

use expect_test::Expect;
use jiff::Timestamp;

use super::journeys::{contact, plan};
use super::script::steps;
use crate::{Cut, Deed, Occasion, Plan, Script, Told, Trigger, rehearse};

pub(super) fn of(journey: &str) -> Plan {
    plan(steps(journey))
}

pub(super) fn on(on: Occasion) -> Trigger {
    Trigger { on, filter: None }
}

pub(super) fn nothing() -> Script {
    Script {
        contact: contact(),
        enters: None,
        from: None,
        until: None,
        happens: Vec::new(),
    }
}

pub(super) fn enters(now: &str) -> Script {
    Script {
        enters: Some(at(now)),
        ..nothing()
    }
}

pub(super) fn event(now: &str, event: &str) -> (Timestamp, Deed) {
    let event = event.to_owned();
    let params = BTreeMap::new();
    (at(now), Deed::Event { event, params })
}

/// Plays a script, and compares what is told to what is expected.
pub(super) fn plays(plan: &Plan, script: Script, expected: &Expect) {
    let played = rehearse(plan, script);
    let mut told = String::new();
    for line in played.lines {
        let run = line
            .run
            .map_or_else(|| "-".to_owned(), |run| run.to_string());
        writeln!(told, "{} {run} {:?}", line.at, line.told).unwrap();
    }
    match played.cut {
        None => told.push_str("the end\n"),
        Some(Cut::Dates) => told.push_str("and so every year\n"),
        Some(Cut::Endless) => told.push_str("and so for ever\n"),
    }
    expected.assert_eq(&told);
}

/// Plays a script, and returns why each of the runs was over, in the order in which they began.
pub(super) fn leaves(plan: &Plan, script: Script) -> Vec<String> {
    let played = rehearse(plan, script);
    let mut over = BTreeMap::new();
    for line in played.lines {
        if let Told::Leaves(reason) = line.told {
            over.insert(line.run, reason);
        }
    }
    over.into_values().collect()
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
