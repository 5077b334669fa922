//! Reads when a journey lets people go, and what holds its mails back.

use journey::{Condition, Pace, Priority};

use super::GoalDoc;
use crate::Defect;
use crate::phrases::{self, Read, condition, period};
use crate::window::{HoursDoc, hours};
use crate::yaml::{At, Keys};

/// Reads `send_window`.
pub(super) fn send_window(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<HoursDoc> {
    hours(keys.get("send_window")?, None, defects)
}

/// Reads `exit_when`.
pub(super) fn exit_when(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<Read<Condition>> {
    condition(keys.get("exit_when")?, "`exit_when`", defects)
}

/// Reads `priority`.
pub(super) fn priority(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<At<Priority>> {
    let entry = keys.entry("priority")?;
    let word = entry
        .value
        .one_of("`priority`", &["high", "normal"], defects)?;
    let priority = match word {
        "high" => Priority::High,
        _ => Priority::Normal,
    };
    Some(At::new(priority, entry.key.place.clone()))
}

/// Reads `pace`.
pub(super) fn pace(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<At<Pace>> {
    let entry = keys.entry("pace")?;
    let read = phrases::pace(&entry.value, defects)?;
    Some(At::new(read.value, entry.key.place.clone()))
}

/// Reads `goal`.
pub(super) fn goal(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<GoalDoc> {
    let entry = keys.entry("goal")?;
    let known = ["event", "where", "within", "exit"];
    let keys = Keys::of(&entry.value, "a goal", &known, defects)?;
    let event = keys.required("event", "write the event that reaches the goal", defects);
    let event = event.and_then(|node| node.line("the goal's `event`", defects));
    let within = keys.get("within");
    let within = within.map(|node| period(node, "`within`", defects));
    let exit = keys.get("exit");
    let exit = exit.and_then(|node| node.bool("`exit`", defects));
    let filter = keys.get("where");
    let filter = filter.map(|node| condition(node, "`where`", defects));
    Some(GoalDoc {
        event: event?,
        filter: match filter {
            Some(filter) => Some(filter?),
            None => None,
        },
        within: match within {
            Some(within) => Some(within?.value),
            None => None,
        },
        exit: exit.is_some_and(|exit| exit.value),
    })
}
