//! What people read: parameters, outputs, and what the command is told.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stack::{Defects, Stack, source};
use crate::tracked;

/// Holds every parameter to being used, explained and bounded.
pub(crate) fn chosen(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let used = references(stack.whole());
    let manual = source("docs/deploy.md");
    for (name, parameter) in stack.section("Parameters") {
        if !used.contains(name.as_str()) {
            wrong.push(format!("the parameter {name} changes nothing"));
        }
        if parameter["Description"].as_str().is_none_or(str::is_empty) {
            wrong.push(format!(
                "the parameter {name} is not explained: Description"
            ));
        }
        let bounded = ["AllowedPattern", "AllowedValues", "MinValue"];
        if bounded.iter().all(|bound| parameter[bound].is_null()) {
            wrong.push(format!(
                "the parameter {name} takes anything: AllowedPattern or AllowedValues"
            ));
        }
        if !parameter["AllowedPattern"].is_null() && parameter["ConstraintDescription"].is_null() {
            wrong.push(format!(
                "the parameter {name} refuses with a pattern only: ConstraintDescription"
            ));
        }
        if !manual.contains(&format!("| `{name}` |")) {
            wrong.push(format!(
                "the parameter {name} is not in the table of docs/deploy.md"
            ));
        }
    }
    for name in stack.section("Conditions").keys() {
        if !used.contains(name.as_str()) {
            wrong.push(format!("the condition {name} decides nothing"));
        }
    }
    wrong
}

/// Holds every output to being explained, and to naming commands that there are.
pub(crate) fn told(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    for (name, output) in stack.section("Outputs") {
        if output["Description"].as_str().is_none_or(str::is_empty) {
            wrong.push(format!("the output {name} is not explained: Description"));
        }
    }
    for step in [
        "waypost secret",
        "waypost domain",
        "waypost doctor",
        "waypost publish",
        "/v1/events",
    ] {
        if !stack.part("/Outputs").to_string().contains(step) {
            wrong.push(format!("no output says to go on with {step}"));
        }
    }
    wrong
}

/// Holds what the command reads to what it expects there.
pub(crate) fn wired(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let wiring = stack.property("Wiring", "");
    if wiring["Name"]["Fn::Sub"] != "/waypost/${AWS::StackName}/wiring"
        || wiring["Type"] != "String"
    {
        wrong.push("Wiring is where the command does not look".to_owned());
    }
    let text = wiring["Value"]["Fn::Sub"][0].as_str().unwrap_or_default();
    // What nobody has asked for is not told of.
    let calls = &wiring["Value"]["Fn::Sub"][1]["CallsWiring"]["Fn::If"];
    let told = calls[1]["Fn::Sub"].as_str().unwrap_or_default();
    if calls[0] != "HasHooks" || calls[2] != "" {
        wrong.push("Wiring tells of Calls whether there are hooks or not".to_owned());
    }
    let text = text.replace("${CallsWiring}", told);
    let Some(tracking) = tracked::wirings(&wiring["Value"]["Fn::Sub"][1]["TrackingWiring"]) else {
        wrong.push("Wiring tells of TrackingDomain whether there is one or not".to_owned());
        return wrong;
    };
    for (told, led) in tracking.iter().zip(tracked::expected()) {
        wrong.extend(wired_as(&text.replace("${TrackingWiring}", told), led));
    }
    wrong
}

/// Holds one wiring to what the command expects, with where its measured links lead.
fn wired_as(text: &str, tracking: Value) -> Option<String> {
    let queue = |name: &str| json!({ "url": format!("${{{name}}}"), "dead_url": format!("${{{name}Dead}}") });
    let mut expected = json!({
        "version": 1,
        "tables": {
            "contacts": "${Contacts}", "enrollments": "${Enrollments}", "sends": "${Sends}",
            "events": "${Exceptions}", "releases": "${Releases}",
        },
        "queues": {
            "events": queue("Events"), "calls": queue("Calls"), "moves": queue("Moves"), "orders": queue("Orders"),
            "orders-marketing": queue("OrdersMarketing"), "reports": queue("Reports"),
            "wake": { "dead_url": "${WakeDead}" },
        },
        "configuration_set": "${ConfigurationSet}",
        "events_url": "${Origin}/v1/events",
        "mail_domain": "${MailDomain}",
        "alarm_topic": "${AlarmTopic}",
    });
    if !tracking.is_null() {
        expected["tracking"] = tracking;
    }
    match serde_json::from_str::<Value>(text) {
        Ok(said) if said == expected => None,
        Ok(said) => Some(format!(
            "Wiring says {said}, and the command expects {expected}"
        )),
        Err(error) => Some(format!("Wiring is not JSON: {error}")),
    }
}

/// Returns every name that a value refers to.
fn references(value: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match (key.as_str(), value) {
                    ("Ref" | "Condition", Value::String(name)) => drop(found.insert(name.as_str())),
                    ("Fn::If", Value::Array(list)) => {
                        found.extend(list.first().and_then(Value::as_str));
                    }
                    _ => (),
                }
                found.extend(references(value));
            }
        }
        Value::Array(list) => found.extend(list.iter().flat_map(references)),
        Value::String(text) => found.extend(
            text.split("${")
                .skip(1)
                .filter_map(|rest| rest.split('}').next()),
        ),
        Value::Bool(_) | Value::Null | Value::Number(_) => (),
    }
    found
}
