//! Alarms: each reads a metric that there is, calls somebody, and has a page; and what should ring, does.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::metrics::{self, Metric};
use crate::stack::{Defects, Stack, shown, source, target};

/// Holds every alarm to a metric that exists, with the dimensions it is emitted with.
pub(crate) fn real(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    for (id, alarm) in stack.of_type(ALARM) {
        let metrics = metrics::of_alarm(&alarm["Properties"]);
        if metrics.is_empty() {
            wrong.push(format!("{id} reads no metric"));
        }
        for metric in metrics {
            wrong.extend(metric.missing(stack).map(|why| format!("{id}: {why}")));
        }
    }
    for metric in metrics::of_dashboard(stack) {
        match metric {
            Ok(metric) => {
                wrong.extend(metric.missing(stack).map(|why| format!("Dashboard: {why}")));
            }
            Err(why) => wrong.push(format!("Dashboard: {why}")),
        }
    }
    wrong
}

/// Holds that whatever should ring has an alarm: every metric of the code, every queue of dead letters.
pub(crate) fn complete(stack: &Stack) -> Defects {
    let read: Vec<Metric> = stack
        .of_type(ALARM)
        .into_iter()
        .flat_map(|(_, alarm)| metrics::of_alarm(&alarm["Properties"]))
        .collect();
    let mut wrong = Vec::new();
    for name in metrics::emitted() {
        let rings = read
            .iter()
            .any(|metric| metric.namespace == metrics::OURS && metric.name == name);
        if !rings && !metrics::SILENT.contains(&name) {
            wrong.push(format!(
                "the metric {name} has no alarm: add one, or a reason in SILENT"
            ));
        }
    }
    for (queue, _) in stack.of_type("AWS::SQS::Queue") {
        if !queue.ends_with("Dead") {
            continue;
        }
        let named = format!("${{{queue}.QueueName}}");
        let rings = read.iter().any(|metric| {
            metric.name == "ApproximateNumberOfMessagesVisible"
                && metric.dimensions.iter().any(|(_, value)| *value == named)
        });
        if !rings {
            wrong.push(format!(
                "{queue} has no alarm: people in it would be forgotten"
            ));
        }
    }
    for (namespace, name) in [
        ("AWS/SES", "Reputation.BounceRate"),
        ("AWS/SES", "Reputation.ComplaintRate"),
        ("AWS/Lambda", "Throttles"),
    ] {
        if !read
            .iter()
            .any(|metric| metric.namespace == namespace && metric.name == name)
        {
            wrong.push(format!("{namespace} {name} has no alarm"));
        }
    }
    for function in stack.functions() {
        let id = function.id;
        let named = format!("${{{id}}}");
        let rings = read.iter().any(|metric| {
            metric.name == "Errors" && metric.dimensions.iter().any(|(_, value)| *value == named)
        });
        let otherwise = WATCHED.iter().find(|(watched, _)| *watched == id);
        let otherwise = otherwise.is_some_and(|(_, alarm)| !stack.property(alarm, "").is_null());
        if !rings && !otherwise {
            wrong.push(format!(
                "nobody is called when {id} fails: FunctionErrorsAlarm, or a reason in WATCHED"
            ));
        }
    }
    wrong
}

/// Holds every alarm to calling somebody, when it rings and when it is over.
pub(crate) fn loud(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    for (id, alarm) in stack.of_type(ALARM) {
        let properties = &alarm["Properties"];
        for actions in ["AlarmActions", "OKActions"] {
            let called = properties[actions].as_array().map(Vec::as_slice);
            let called = called.unwrap_or_default();
            if !called
                .iter()
                .any(|called| target(called) == Some("AlarmTopic"))
            {
                wrong.push(format!("{id} calls nobody: {actions}: [!Ref AlarmTopic]"));
            }
        }
        if properties["ActionsEnabled"] == false {
            wrong.push(format!("{id} is switched off"));
        }
        if properties["TreatMissingData"].is_null() {
            wrong.push(format!(
                "{id} does not say what it means that nothing is measured"
            ));
        }
    }
    let subscription = stack.property("AlarmSubscription", "");
    if target(&subscription["TopicArn"]) != Some("AlarmTopic")
        || target(&subscription["Endpoint"]) != Some("AlarmEmail")
    {
        wrong.push("AlarmEmail is not told: AlarmSubscription".to_owned());
    }
    wrong
}

/// Holds the thresholds to what is promised.
pub(crate) fn tight(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let mut promised = |id: &str, field: &str, expected: Value| {
        let said = stack.property(id, &format!("/{field}"));
        if *said != expected {
            wrong.push(format!(
                "{id}: {field} is {said}, and {expected} was promised"
            ));
        }
    };
    for (id, _) in stack.of_type("AWS::SQS::Queue") {
        if id.ends_with("Dead") {
            let alarm = format!("{id}Alarm");
            promised(&alarm, "Threshold", 1.into());
            promised(&alarm, "ComparisonOperator", AT_LEAST.into());
        }
    }
    promised("BounceRateAlarm", "Threshold", serde_json::json!(0.02));
    promised("ComplaintRateAlarm", "Threshold", serde_json::json!(0.001));
    promised("FunctionErrorsAlarm", "Threshold", 1.into());
    promised("ApiErrorsAlarm", "Threshold", 1.into());
    promised("SendQuotaUsedAlarm", "Threshold", 80.into());
    // All marketing is held when either of these begins to ring: feedback hears of it, and knows them by their metric.
    for (id, metric) in [
        ("BounceRateAlarm", "Reputation.BounceRate"),
        ("ComplaintRateAlarm", "Reputation.ComplaintRate"),
    ] {
        promised(id, "MetricName", metric.into());
        promised(id, "Namespace", "AWS/SES".into());
        promised(id, "AlarmActions/1/Ref", "MailEvents".into());
    }
    // Where the sweep itself is dead, nothing is measured.
    promised("OldestDueAgeAlarm", "TreatMissingData", "breaching".into());
    for id in [
        "SilentJourneysAlarm",
        "RefusedEventsAlarm",
        "ParkedEnrollmentsAlarm",
        "SendsUnsettledAlarm",
    ] {
        promised(id, "Threshold", 1.into());
        promised(id, "ComparisonOperator", AT_LEAST.into());
    }
    wrong
}

/// Holds alarms and the runbook to each other.
pub(crate) fn explained(stack: &Stack) -> Defects {
    let runbook = source("docs/runbook.md");
    let sections = runbook.lines().filter_map(|line| line.strip_prefix("## "));
    let sections: BTreeSet<_> = sections.filter(|title| title.ends_with("Alarm")).collect();
    let alarms: BTreeSet<_> = stack.of_type(ALARM).into_iter().map(|(id, _)| id).collect();
    let mut wrong = Vec::new();
    for id in alarms.difference(&sections) {
        wrong.push(format!("{id} has no section `## {id}` in docs/runbook.md"));
    }
    for id in sections.difference(&alarms) {
        wrong.push(format!("docs/runbook.md explains {id}, which never rings"));
    }
    for id in alarms {
        let said = shown(stack.property(id, "/AlarmDescription"));
        let page = format!("docs/runbook.md#{}", id.to_lowercase());
        if !said.ends_with(&page) {
            wrong.push(format!("{id}: whoever is called wants to read: {page}"));
        }
    }
    wrong
}

/// Holds that an installation in which nothing happens costs at most two dollars a month.
pub(crate) fn cheap(stack: &Stack) -> Defects {
    // What nobody has asked for is not there.
    let alarms = stack.of_type(ALARM).into_iter();
    let alarms: usize = alarms
        .filter(|(_, alarm)| alarm["Condition"].is_null())
        .map(|(_, alarm)| metrics::of_alarm(&alarm["Properties"]).len())
        .sum();
    let queues = stack
        .functions()
        .iter()
        .filter(|function| function.queue().is_some() && function.is_always_fed())
        .count();
    let polls = queues as f64 * POLLS_A_MONTH;
    let alarms_usd = alarms.saturating_sub(ALARMS_FREE) as f64 * ALARM_USD;
    let polls_usd = (polls - POLLS_FREE).max(0.0) * POLL_USD;
    let usd = alarms_usd + polls_usd;
    let metrics = metrics::of_dashboard(stack).len();
    let mut wrong = Vec::new();
    if usd > IDLE_USD_MAX {
        wrong.push(format!(
            "idle costs {usd:.2} dollars a month: {alarms} metrics in alarms {alarms_usd:.2}, {queues} polled queues {polls_usd:.2}"
        ));
    }
    if metrics > DASHBOARD_METRICS_MAX {
        wrong.push(format!(
            "Dashboard shows {metrics} metrics, and costs 3 dollars from {DASHBOARD_METRICS_MAX} on"
        ));
    }
    wrong
}

const ALARM: &str = "AWS::CloudWatch::Alarm";
/// Whose failing rings another alarm within half an hour; every metric that an alarm reads is paid for.
const WATCHED: [(&str, &str); 6] = [
    ("Advance", "OldestDueAgeAlarm"),
    ("Call", "CallsDeadAlarm"),
    ("Feedback", "ReportsDeadAlarm"),
    ("Intake", "ApiErrorsAlarm"),
    ("Preferences", "ApiErrorsAlarm"),
    ("Wake", "OldestDueAgeAlarm"),
];
const AT_LEAST: &str = "GreaterThanOrEqualToThreshold";

// List prices of us-east-1 in November 2026; docs/cost.md does the sum.
const ALARM_USD: f64 = 0.10;
const ALARMS_FREE: usize = 10;
const POLL_USD: f64 = 0.40e-6;
const POLLS_FREE: f64 = 1e6;
/// Five pollers, each asking three times a minute.
const POLLS_A_MONTH: f64 = 5.0 * 3.0 * 60.0 * 24.0 * 30.0;
const IDLE_USD_MAX: f64 = 2.0;
const DASHBOARD_METRICS_MAX: usize = 50;
