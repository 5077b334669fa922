//! Functions: each is told exactly what it reads, and its logs can be read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::required;
use crate::stack::{Defects, Stack, shown, source};

/// Holds every function's environment to exactly what its code requires, each leading to the right thing.
pub(crate) fn told(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let variables = BTreeMap::from(VARIABLES);
    for function in stack.functions() {
        let id = function.id;
        let handler = shown(function.property("Handler"));
        let Some(required) = required::of(&handler) else {
            wrong.push(format!(
                "{id} is told to be `{handler}`, which the program cannot be"
            ));
            continue;
        };
        let environment: BTreeMap<_, _> = function.environment().into_iter().collect();
        let said: BTreeSet<_> = environment.keys().map(|name| (*name).to_owned()).collect();
        for name in required.difference(&said) {
            wrong.push(format!(
                "{id} is not told {name}, without which it does not start"
            ));
        }
        for name in said.difference(&required) {
            wrong.push(format!("{id} is told {name}, which it never reads"));
        }
        for (name, value) in environment {
            let expected = match (name, id) {
                // Which queue feeds it, `queues` knows.
                ("DEAD_LETTERS_QUEUE_URL" | "SOURCE_QUEUE_URL", _) => continue,
                ("LANE", "SendMarketing") => Some("marketing"),
                ("LANE", _) => Some("transactional"),
                _ => variables.get(name).copied(),
            };
            if expected.is_some_and(|expected| shown(value) != expected) {
                let expected = expected.unwrap_or_default();
                wrong.push(format!(
                    "{id}: {name} is {}, and should be {expected}",
                    shown(value)
                ));
            }
        }
    }
    wrong
}

/// Holds all functions to one program, and to a log that can be read and costs little.
pub(crate) fn alike(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let functions = stack.functions();
    let ids: Vec<_> = functions.iter().map(|function| function.id).collect();
    if ids != FUNCTIONS {
        wrong.push(format!("the functions are {ids:?} and not {FUNCTIONS:?}"));
    }
    for function in functions {
        let id = function.id;
        for (name, expected) in [
            ("CodeUri", json!("bootstrap")),
            ("Runtime", json!("provided.al2023")),
            ("Architectures", json!([{ "Ref": "Architecture" }])),
        ] {
            if *function.property(name) != expected {
                wrong.push(format!(
                    "{id} is not built with the others: {name}: {expected}"
                ));
            }
        }
        if function.resource["Metadata"] != json!({ "BuildMethod": "rust-cargolambda" }) {
            wrong.push(format!(
                "{id} is not built with the others: Metadata: {{BuildMethod: rust-cargolambda}}"
            ));
        }
        let logs = json!({
            "LogGroup": { "Ref": "Logs" }, "LogFormat": "JSON",
            "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN",
        });
        if *function.property("LoggingConfig") != logs {
            wrong.push(format!(
                "{id} logs otherwise than {logs}: metrics are lines of level INFO"
            ));
        }
        if !function.property("FunctionName").is_null() {
            wrong.push(format!(
                "{id} has a physical name, so that it can neither be replaced nor be there twice"
            ));
        }
    }
    if shown(stack.property("Logs", "/RetentionInDays")) != "${LogRetentionDays}" {
        wrong.push("Logs keeps logs for ever: RetentionInDays: !Ref LogRetentionDays".to_owned());
    }
    wrong
}

/// Holds the clocks to what rings: the sweep, and whoever sets an alarm clock.
pub(crate) fn woken(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let functions = stack.functions();
    let sweeps: Vec<_> = functions
        .iter()
        .flat_map(|one| one.events("ScheduleV2"))
        .collect();
    if sweeps.len() != 1 {
        wrong.push(format!("there are {} sweeps instead of one", sweeps.len()));
    }
    for sweep in sweeps {
        let rate = shown(&sweep["ScheduleExpression"]);
        if rate != "rate(15 minutes)" || !is_rate(&rate) {
            wrong.push(format!(
                "Wake is not swept every 15 minutes but at `{rate}`: rate(15 minutes)"
            ));
        }
        for (name, expected) in [
            ("GroupName", "${ScheduleGroup}"),
            ("RoleArn", "${ScheduleRole.Arn}"),
            ("Input", r#"{"sweep":true}"#),
        ] {
            if shown(&sweep[name]) != expected {
                wrong.push(format!("Wake's sweep: {name}: {expected}"));
            }
        }
        if shown(&sweep["DeadLetterConfig"]["Arn"]) != "${WakeDead.Arn}" {
            wrong.push("Wake's sweep has no dead letters".to_owned());
        }
    }
    wrong
}

/// Holds the API to what protects the account and the people in it.
pub(crate) fn guarded(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let api = stack.property("Api", "");
    for limit in ["ThrottlingRateLimit", "ThrottlingBurstLimit"] {
        let limited = api["DefaultRouteSettings"][limit].as_f64();
        if limited.is_none_or(|limited| limited <= 0.0) {
            wrong.push(format!("Api takes whatever comes: {limit}"));
        }
    }
    if api["DefaultRouteSettings"]["DetailedMetricsEnabled"] == true {
        wrong.push("Api has detailed metrics, which cost by the route".to_owned());
    }
    let format = shown(&api["AccessLogSettings"]["Format"]);
    if shown(&api["AccessLogSettings"]["DestinationArn"]) != "${Logs.Arn}" {
        wrong.push("Api logs elsewhere than Logs".to_owned());
    }
    let logged = format.split('$').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '.');
        &rest[..end.unwrap_or(rest.len())]
    });
    for name in logged {
        if !LOGGED.contains(&name) {
            wrong.push(format!(
                "Api logs ${name}: what says who asked, or for what, is nobody's business"
            ));
        }
    }
    let quoted = format.replace("$context.", "");
    if serde_json::from_str::<Value>(&quoted).is_err() {
        wrong.push(format!("Api's log lines are not JSON: {format}"));
    }
    let handled = source("docs/events.md");
    for function in stack.functions() {
        for event in function.events("HttpApi") {
            let path = shown(&event["Path"]);
            if !handled.contains(&path) {
                wrong.push(format!(
                    "{} serves {path}, which docs/events.md does not name",
                    function.id
                ));
            }
            if shown(&event["ApiId"]) != "${Api}" {
                wrong.push(format!(
                    "{} is served by another API than Api, without its limits",
                    function.id
                ));
            }
        }
        if !function.property("FunctionUrlConfig").is_null() {
            wrong.push(format!(
                "{} has a function URL, which nothing limits",
                function.id
            ));
        }
    }
    wrong
}

/// Returns whether a text is a rate as EventBridge Scheduler takes it: one of it is singular, more are plural.
fn is_rate(text: &str) -> bool {
    let inner = text
        .strip_prefix("rate(")
        .and_then(|rest| rest.strip_suffix(')'));
    let Some((number, unit)) = inner.and_then(|inner| inner.split_once(' ')) else {
        return false;
    };
    match number.parse::<u32>() {
        Ok(0) | Err(_) => false,
        Ok(1) => ["minute", "hour", "day"].contains(&unit),
        Ok(_) => ["minutes", "hours", "days"].contains(&unit),
    }
}

const FUNCTIONS: [&str; 9] = [
    "Advance",
    "Call",
    "Feedback",
    "Intake",
    "Preferences",
    "Resolve",
    "Send",
    "SendMarketing",
    "Wake",
];

/// Where each variable leads.
const VARIABLES: [(&str, &str); 20] = [
    (
        "ADDRESS_KEY_PARAMETER",
        "/waypost/${AWS::StackName}/address-key",
    ),
    ("CALLS_QUEUE_URL", "${Calls}"),
    ("CONFIGURATION_SET", "${ConfigurationSet}"),
    ("CONTACTS_TABLE", "${Contacts}"),
    ("ENROLLMENTS_TABLE", "${Enrollments}"),
    ("EVENTS_QUEUE_URL", "${Events}"),
    ("EVENTS_TABLE", "${Exceptions}"),
    ("MARKETING_QUEUE_URL", "${OrdersMarketing}"),
    ("MOVES_QUEUE_URL", "${Moves}"),
    ("ORDERS_QUEUE_URL", "${Orders}"),
    (
        "PAGES_URL",
        r#"{"Fn::If":["HasApiDomain",{"Fn::Sub":"https://${ApiDomain}"},{"Fn::GetAtt":["Api","ApiEndpoint"]}]}"#,
    ),
    ("RELEASES_TABLE", "${Releases}"),
    ("REPORTS_QUEUE_URL", "${Reports}"),
    ("SCHEDULE_GROUP", "${ScheduleGroup}"),
    ("SCHEDULE_ROLE_ARN", "${ScheduleRole.Arn}"),
    ("SENDS_TABLE", "${Sends}"),
    (
        "SIGNING_SECRETS_PARAMETER",
        "/waypost/${AWS::StackName}/signing-secrets",
    ),
    ("WAKE_DEAD_LETTERS_ARN", "${WakeDead.Arn}"),
    ("WAKE_FUNCTION_ARN", "${Wake.Arn}"),
    ("STACK", "${AWS::StackName}"),
];

/// What an access log may hold.
const LOGGED: [&str; 6] = [
    "context.integrationErrorMessage",
    "context.requestId",
    "context.requestTimeEpoch",
    "context.responseLatency",
    "context.routeKey",
    "context.status",
];

#[cfg(test)]
mod tests {
    use super::is_rate;

    #[test]
    fn a_rate_is_written_as_the_scheduler_takes_it() {
        for (text, fine) in [
            ("rate(15 minutes)", true),
            ("rate(1 hour)", true),
            ("rate(15 minute)", false),
            ("rate(1 days)", false),
            ("rate(0 minutes)", false),
            ("15 minutes", false),
        ] {
            assert_eq!(is_rate(text), fine, "{text}");
        }
    }
}
