//! What a journey may say and this version cannot do: checked for its shape, and refused.
//!
//! **Invariant:** nothing is silently ignored; whoever adds a feature takes its word out of here.

use journey::Condition;

use crate::names::Names;
use crate::phrases::{Read, condition, period};
use crate::words::not_yet;
use crate::yaml::{Keys, Node};
use crate::{Defect, window};

/// The verbs of steps that this version cannot do.
pub(super) const VERBS: [&str; 13] = [
    "call", "case", "enroll", "join", "jump", "leave", "score", "set", "split", "tag", "untag",
    "wait_for", "window",
];

/// The keys of a journey that this version cannot honor.
const KEYS: [&str; 4] = ["send_window", "exit_when", "goal", "priority"];

/// Checks the shape of those keys, and refuses them; returns the conditions among them.
pub(super) fn keys(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Vec<Read<Condition>> {
    let mut conditions = Vec::new();
    for key in KEYS {
        let Some(entry) = keys.entry(key) else {
            continue;
        };
        let node = &entry.value;
        match key {
            "send_window" => {
                let mut calendars = Names::new("calendar", "");
                calendars.incomplete();
                window::check(node, &calendars, defects);
            }
            "exit_when" => conditions.extend(condition(node, "`exit_when`", defects)),
            "goal" => conditions.extend(goal(node, defects)),
            _ => {
                node.one_of("`priority`", &["high"], defects);
            }
        }
        defects.push(not_yet(entry.key.place.clone(), &format!("`{key}`")));
    }
    conditions
}

fn goal(node: &Node, defects: &mut Vec<Defect>) -> Option<Read<Condition>> {
    let keys = Keys::of(
        node,
        "a goal",
        &["event", "where", "within", "exit"],
        defects,
    )?;
    if let Some(node) = keys.required("event", "write the event that reaches the goal", defects) {
        node.line("the goal's `event`", defects);
    }
    if let Some(node) = keys.get("within") {
        period(node, "`within`", defects);
    }
    if let Some(node) = keys.get("exit") {
        node.bool("`exit`", defects);
    }
    keys.get("where")
        .and_then(|node| condition(node, "`where`", defects))
}
