//! The table of rights and the engine: a use case's bounds say what it may touch, and each port names the
//! actions behind it. So a bound without a right, and a right without a bound, are both found here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::rights::table::{RIGHTS, Resource};
use crate::stack::root;

#[test]
fn rights_and_the_bounds_of_the_engine_are_the_same() {
    let ports = ports();
    let cases = use_cases();
    let mut wrong = Vec::new();
    let mut used: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (function, rights) in RIGHTS {
        let bounds = bounds(function, &cases, &ports);
        let touched = bounds
            .iter()
            .flat_map(|port| resources(port).iter().copied());
        let touched: BTreeSet<_> = touched.collect();
        let allowed: BTreeSet<_> = rights.iter().map(|(resource, _)| *resource).collect();
        let allowed: BTreeSet<_> = allowed.difference(&OUTSIDE.into()).copied().collect();
        for resource in touched.difference(&allowed) {
            wrong.push(format!(
                "{function}'s use case touches {resource:?}, on which RIGHTS allows it nothing"
            ));
        }
        for resource in allowed.difference(&touched) {
            wrong.push(format!(
                "RIGHTS lets {function} touch {resource:?}, which no bound of its use case does"
            ));
        }
        for (resource, actions) in rights {
            for action in actions.iter().filter(|_| !OUTSIDE.contains(resource)) {
                let named = bounds.iter().filter(|port| {
                    resources(port).contains(resource) && ports[**port].actions.contains(*action)
                });
                let named: Vec<_> = named.collect();
                if named.is_empty() {
                    wrong.push(format!(
                        "no port of {function} on {resource:?} names {action}"
                    ));
                }
                used.extend(named.iter().map(|port| (**port, *action)));
            }
        }
    }
    for (name, port) in &ports {
        for action in &port.actions {
            if !used.contains(&(name.as_str(), action.as_str())) {
                wrong.push(format!(
                    "the port {name} names {action}, which no function may do"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A port: the actions that it and its methods name, and those ports that it includes.
#[derive(Default)]
struct Port {
    actions: BTreeSet<String>,
    includes: Vec<String>,
}

/// Reads the ports out of the engine.
fn ports() -> BTreeMap<String, Port> {
    let mut found: BTreeMap<String, Port> = BTreeMap::new();
    for text in sources("shared/engine/src/ports") {
        let mut docs = BTreeSet::new();
        let mut current: Option<String> = None;
        for line in text.lines() {
            if let Some(doc) = line.trim_start().strip_prefix("/// ") {
                docs.extend(actions(doc));
            } else if let Some(rest) = line.strip_prefix("pub trait ") {
                let (name, includes) = rest
                    .trim_end_matches(" {")
                    .split_once(": ")
                    .unwrap_or_else(|| (rest.trim_end_matches(" {"), ""));
                let port = found.entry(name.to_owned()).or_default();
                port.includes = includes
                    .split(" + ")
                    .filter(|one| !one.is_empty())
                    .map(str::to_owned)
                    .collect();
                port.actions.append(&mut docs);
                current = Some(name.to_owned());
            } else if line == "}" {
                current = None;
                docs.clear();
            } else if let Some(port) = current.as_ref().and_then(|name| found.get_mut(name)) {
                port.actions.append(&mut docs);
            } else {
                docs.clear();
            }
        }
    }
    assert!(found.len() > 10, "the ports are found");
    found
}

/// Reads which ports each public use case asks for.
fn use_cases() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for folder in [
        "shared/engine/src",
        "shared/engine/src/call",
        "shared/engine/src/resolve",
        "shared/engine/src/send",
    ] {
        for text in sources(folder) {
            for case in text.split("pub async fn ").skip(1) {
                let name = case.split('(').next().unwrap_or_default();
                let bounds = case
                    .split("io: &")
                    .nth(1)
                    .and_then(|rest| rest.split("->").next());
                let bounds = bounds
                    .and_then(|rest| rest.split("impl ").nth(1))
                    .unwrap_or_default();
                let end = bounds.find([')', ',']).unwrap_or(bounds.len());
                let bounds = bounds[..end].split('+').map(|one| one.trim().to_owned());
                found
                    .entry(name.to_owned())
                    .or_default()
                    .extend(bounds.filter(|one| !one.is_empty()));
            }
        }
    }
    found
}

/// Returns every port that a function's use cases ask for, those included in others too.
fn bounds<'a>(
    function: &str,
    cases: &BTreeMap<String, BTreeSet<String>>,
    ports: &'a BTreeMap<String, Port>,
) -> BTreeSet<&'a str> {
    let (_, names) = USE_CASES
        .iter()
        .find(|(one, _)| *one == function)
        .expect("every function has use cases");
    let mut asked: Vec<String> = Vec::new();
    for name in *names {
        let bounds = cases
            .get(*name)
            .unwrap_or_else(|| panic!("the engine has no use case {name}"));
        assert!(!bounds.is_empty(), "the bounds of {name} are found");
        asked.extend(bounds.iter().cloned());
    }
    let mut found = BTreeSet::new();
    while let Some(name) = asked.pop() {
        let (name, port) = ports
            .get_key_value(&name)
            .unwrap_or_else(|| panic!("the engine has no port {name}"));
        asked.extend(port.includes.iter().cloned());
        found.insert(name.as_str());
    }
    found
}

/// Returns what a port's adapter touches.
fn resources(port: &str) -> &'static [Resource] {
    let (_, resources) = PORTS
        .iter()
        .find(|(one, _)| *one == port)
        .unwrap_or_else(|| panic!("PORTS does not say what {port} touches"));
    resources
}

/// Finds the actions that a line names.
fn actions(doc: &str) -> impl Iterator<Item = String> {
    let quoted = doc.split('`').skip(1).step_by(2);
    let actions = quoted.filter(|text| {
        let named = text.split_once(':');
        named.is_some_and(|(service, action)| {
            service.chars().all(|c| c.is_ascii_lowercase())
                && action.chars().all(char::is_alphanumeric)
                && action.starts_with(char::is_uppercase)
        })
    });
    actions.map(str::to_owned)
}

fn sources(folder: &str) -> Vec<String> {
    let files =
        fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let paths = files.map(|file| file.expect("a folder can be read").path());
    let rust = paths.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.map(|path| fs::read_to_string(path).expect("a source can be read"))
        .collect()
}

/// What each function runs.
const USE_CASES: [(&str, &[&str]); 9] = [
    ("Intake", &["intake"]),
    ("Resolve", &["resolve", "finish"]),
    ("Advance", &["advance"]),
    ("Wake", &["wake", "sweep"]),
    ("Send", &["send"]),
    ("SendMarketing", &["send", "advertising_rate"]),
    ("Feedback", &["feedback", "hold_marketing"]),
    ("Call", &["call"]),
    ("Preferences", &["preferences"]),
];

/// What each port's adapter touches.
const PORTS: [(&str, &[Resource]); 37] = [
    ("AddressKeys", &[]),
    (
        "Alarms",
        &[Resource::Schedules, Resource::Of("ScheduleRole")],
    ),
    ("Calls", &[Resource::Of("Calls")]),
    ("ChoiceBook", &[Resource::Of("Contacts")]),
    ("Chosen", &[Resource::Of("Contacts")]),
    ("Clock", &[]),
    ("ContactBook", &[Resource::Of("Contacts")]),
    ("Contacts", &[Resource::Of("Contacts")]),
    ("Dates", &[Resource::Of("Enrollments")]),
    ("DueIndex", &[Resource::DueIndex]),
    // What a run's steps change about its contact is written together with it.
    (
        "Enrollments",
        &[Resource::Of("Contacts"), Resource::Of("Enrollments")],
    ),
    ("Breaker", &[Resource::Of("Releases")]),
    ("Events", &[Resource::Of("Events")]),
    ("Evidence", &[Resource::Of("Reports")]),
    ("Exceptions", &[Resource::Of("Exceptions")]),
    ("Firings", &[Resource::Of("Exceptions")]),
    ("Halted", &[Resource::Of("Releases")]),
    ("HookSecrets", &[]),
    ("Ledger", &[Resource::Of("Sends")]),
    ("LedgerNotes", &[Resource::Of("Sends")]),
    ("Mailer", &[Resource::Identity, Resource::ConfigurationSet]),
    ("Metrics", &[]),
    ("Moves", &[Resource::Of("Moves")]),
    (
        "Orders",
        &[Resource::Of("Orders"), Resource::Of("OrdersMarketing")],
    ),
    ("Pages", &[]),
    (
        "Passages",
        &[Resource::Of("Enrollments"), Resource::Of("Sends")],
    ),
    ("Plans", &[Resource::Of("Releases")]),
    ("Pressure", &[Resource::Of("Contacts")]),
    ("Quota", &[Resource::Account]),
    ("Releases", &[Resource::Of("Releases")]),
    ("Secrets", &[Resource::SigningSecrets]),
    ("Statements", &[Resource::Of("Exceptions")]),
    ("SuppressionBook", &[Resource::Of("Contacts")]),
    ("Suppressions", &[Resource::Of("Contacts")]),
    (
        "Surveys",
        &[Resource::Of("Contacts"), Resource::Of("Exceptions")],
    ),
    ("Templates", &[Resource::Of("Releases")]),
    ("Tickets", &[]),
];

/// What functions read before the engine runs.
const OUTSIDE: [Resource; 1] = [Resource::AddressKey];
