//! What the code of each function reads from its environment.
//!
//! Read out of the source, so that the checks of the template need no SDK and are there in seconds.

use std::collections::BTreeSet;

use crate::stack::source;

/// Returns the variables without which a handler does not start.
pub(crate) fn of(handler: &str) -> Option<BTreeSet<String>> {
    if !HANDLERS.contains(&handler) {
        return None;
    }
    let text = source(&format!("functions/{handler}/src/lib.rs"));
    let list = text.split("const REQUIRED").nth(1)?.split("];").next()?;
    let names = list.split("Setting::").skip(1);
    let names = names.filter_map(|rest| rest.split([',', '\n']).next());
    let mut names: BTreeSet<_> = names.map(variable).collect();
    // What every function requires, `lambda::start` adds.
    names.insert("STACK".to_owned());
    Some(names)
}

fn variable(setting: &str) -> String {
    let mut name = String::new();
    for c in setting.chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_uppercase());
    }
    name
}

const HANDLERS: [&str; 8] = [
    "advance",
    "call",
    "feedback",
    "intake",
    "preferences",
    "resolve",
    "send",
    "wake",
];
