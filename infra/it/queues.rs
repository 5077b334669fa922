//! Queues: nothing is lost in them, nothing is delivered while it is still worked on.

use serde_json::Value;

use crate::stack::{Defects, Function, Stack, shown, target};

/// Holds every queue that feeds a function to what keeps its messages.
pub(crate) fn kept(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    for function in stack.functions() {
        let Some(queue) = function.queue() else {
            continue;
        };
        let retention = seconds(
            stack.property(queue, "/MessageRetentionPeriod"),
            RETENTION_S,
        );
        let Some(dead) = stack.dead_letters(queue) else {
            wrong.push(format!(
                "{queue} has no dead letters: give it a RedrivePolicy"
            ));
            continue;
        };
        let kept = seconds(stack.property(dead, "/MessageRetentionPeriod"), RETENTION_S);
        if kept < retention {
            wrong.push(format!(
                "{dead} forgets after {kept} s, sooner than {queue} after {retention} s"
            ));
        }
        let receives = seconds(stack.property(queue, "/RedrivePolicy/maxReceiveCount"), 0);
        if receives != u64::from(engine::RECEIVES_MAX) {
            wrong.push(format!(
                "{queue} gives up after {receives} deliveries: {}, as the engine reckons with",
                engine::RECEIVES_MAX
            ));
        }
        let timeout = seconds(function.property("Timeout"), TIMEOUT_S);
        let gathering = seconds(&event(function)["MaximumBatchingWindowInSeconds"], 0);
        let needed = 6 * timeout + gathering;
        let visibility = seconds(stack.property(queue, "/VisibilityTimeout"), VISIBILITY_S);
        if visibility < needed {
            let id = function.id;
            wrong.push(format!(
                "{queue} delivers again after {visibility} s, though {id} may take long: at least {needed} s, six times its timeout and the time a batch gathers"
            ));
        }
        if visibility > VISIBILITY_S_MAX {
            wrong.push(format!(
                "{queue} delivers what crashed again after {visibility} s: at most {VISIBILITY_S_MAX}, as long as a sweep"
            ));
        }
        if shown(stack_variable(function, "SOURCE_QUEUE_URL")) != format!("${{{queue}}}") {
            wrong.push(format!(
                "{} is told another SOURCE_QUEUE_URL than {queue}, which feeds it",
                function.id
            ));
        }
        if shown(stack_variable(function, "DEAD_LETTERS_QUEUE_URL")) != format!("${{{dead}}}") {
            wrong.push(format!(
                "{} puts dead letters elsewhere than {dead}",
                function.id
            ));
        }
    }
    wrong
}

/// Holds every queue to encryption, and every queue that feeds nobody to being somebody's dead letters.
pub(crate) fn purposeful(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let functions = stack.functions();
    let fed: Vec<_> = functions.iter().filter_map(Function::queue).collect();
    let dead: Vec<_> = fed
        .iter()
        .filter_map(|queue| stack.dead_letters(queue))
        .collect();
    for (id, queue) in stack.of_type("AWS::SQS::Queue") {
        if queue["Properties"]["SqsManagedSseEnabled"] != true {
            wrong.push(format!("{id} is not encrypted: SqsManagedSseEnabled: true"));
        }
        if !queue["Properties"]["QueueName"].is_null() {
            wrong.push(format!(
                "{id} has a physical name, so that it can neither be replaced nor be there twice"
            ));
        }
        if !fed.contains(&id) && !dead.contains(&id) && id != "WakeDead" {
            wrong.push(format!("{id} feeds nobody and is nobody's dead letters"));
        }
        if dead.iter().filter(|dead| **dead == id).count() > 1 {
            wrong.push(format!(
                "{id} holds the dead letters of several queues, which redrive cannot tell apart"
            ));
        }
    }
    wrong
}

/// Holds every mapping from a queue to a function to what the code relies on.
pub(crate) fn mapped(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    for function in stack.functions() {
        let id = function.id;
        for event in function.events("SQS") {
            if event["FunctionResponseTypes"] != serde_json::json!(["ReportBatchItemFailures"]) {
                wrong.push(format!("{id} cannot give back single messages: FunctionResponseTypes: [ReportBatchItemFailures]"));
            }
            let at_once = &event["ScalingConfig"]["MaximumConcurrency"];
            if target(at_once) != Some("Concurrency") {
                wrong.push(format!("{id} may take all the functions the account may run: MaximumConcurrency: !Ref Concurrency"));
            }
            let batch = seconds(&event["BatchSize"], 10);
            if batch > 10 && event["MaximumBatchingWindowInSeconds"].is_null() {
                wrong.push(format!("{id} asks for {batch} messages at once: AWS wants MaximumBatchingWindowInSeconds with more than 10"));
            }
            if !event["FilterCriteria"].is_null() {
                wrong.push(format!(
                    "{id} filters its queue: what does not match is deleted"
                ));
            }
            if event["Enabled"] == false {
                wrong.push(format!("{id} does not read its queue"));
            }
        }
        if function.queue().is_some() && function.property("RecursiveLoop") != "Allow" {
            wrong.push(format!(
                "{id} is stopped by AWS after 16 hops: RecursiveLoop: Allow"
            ));
        }
        for reserved in [
            "ReservedConcurrentExecutions",
            "ProvisionedConcurrencyConfig",
        ] {
            if !function.property(reserved).is_null() {
                wrong.push(format!(
                    "{id} has {reserved}, which a new account refuses: use MaximumConcurrency"
                ));
            }
        }
    }
    let concurrency = stack.part("/Parameters/Concurrency");
    if concurrency["Default"] != 2 || concurrency["MinValue"] != 2 {
        wrong.push("Concurrency is 2 unless somebody says otherwise, and no less".to_owned());
    }
    wrong
}

/// Holds the way from SES to the queue of reports together.
pub(crate) fn reported(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let subscription = stack.property("MailEventsToReports", "");
    if target(&subscription["Endpoint"]) != Some("Reports") || subscription["Protocol"] != "sqs" {
        wrong.push("MailEventsToReports does not lead to Reports".to_owned());
    }
    if subscription["RawMessageDelivery"] != true {
        wrong.push("MailEventsToReports wraps the reports, which feedback cannot read: RawMessageDelivery: true".to_owned());
    }
    if target(&subscription["RedrivePolicy"]["deadLetterTargetArn"]) != Some("ReportsDead") {
        wrong.push(
            "MailEventsToReports drops what it cannot deliver: RedrivePolicy to ReportsDead"
                .to_owned(),
        );
    }
    for (topic, properties) in stack.of_type("AWS::SNS::Topic") {
        if !properties["Properties"]["KmsMasterKeyId"].is_null() {
            wrong.push(format!(
                "{topic} is encrypted by a key that SES and CloudWatch may not use"
            ));
        }
    }
    let destination = stack.property("ReportsDestination", "/EventDestination");
    if target(&destination["SnsDestination"]["TopicARN"]) != Some("MailEvents")
        || destination["Enabled"] != true
    {
        wrong.push("ReportsDestination does not lead to MailEvents".to_owned());
    }
    let types = &destination["MatchingEventTypes"]["Fn::If"];
    let tracked = [&REPORTED[..], &["open", "click"]].concat();
    if types[0] != "IsTracking"
        || types[1] != serde_json::json!(tracked)
        || types[2] != serde_json::json!(REPORTED)
    {
        wrong.push(format!(
            "ReportsDestination asks for other events than {REPORTED:?} (with Tracking, open and click too): {types}"
        ));
    }
    wrong
}

/// SES takes these in camelCase only, and no linter knows them.
const REPORTED: [&str; 6] = [
    "send",
    "delivery",
    "bounce",
    "complaint",
    "reject",
    "deliveryDelay",
];

fn event<'a>(function: Function<'a>) -> &'a Value {
    let events = function.events("SQS");
    events.first().copied().unwrap_or(&Value::Null)
}

fn stack_variable<'a>(function: Function<'a>, name: &str) -> &'a Value {
    let environment = function.environment().into_iter();
    let mut named = environment.filter(|(variable, _)| *variable == name);
    named.next().map_or(&Value::Null, |(_, value)| value)
}

fn seconds(value: &Value, default: u64) -> u64 {
    value.as_u64().unwrap_or(default)
}

// What AWS takes where nothing is said.
const RETENTION_S: u64 = 345_600;
const TIMEOUT_S: u64 = 3;
const VISIBILITY_S: u64 = 30;
/// Longer, and a single crash makes somebody later than a single sweep.
const VISIBILITY_S_MAX: u64 = 900;

#[test]
fn what_a_mail_costs_is_measured_with_the_batches_and_the_memory_of_the_template() {
    let stack = Stack::ours();
    let bill = crate::stack::source("cli/src/bench/bill.rs");
    let memory = &stack.whole()["Globals"]["Function"]["MemorySize"];
    let expected = format!("const MEMORY_GB: f64 = {memory}.0 / 1024.0;");
    assert!(bill.contains(&expected), "the bench needs `{expected}`");
    let laptop = crate::stack::source("cli/src/laptop/wiring.rs");
    for function in stack.functions() {
        for event in function.events("SQS") {
            let name = match function.id {
                "Feedback" => "REPORTS_BATCH_SIZE",
                _ => "BATCH_SIZE",
            };
            let expected = format!("const {name}: u32 = {};", event["BatchSize"]);
            assert!(laptop.contains(&expected), "{}: {expected}", function.id);
        }
    }
}
