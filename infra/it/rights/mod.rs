//! That each role says exactly what the table of rights does.
//!
//! An action without an own line in a role is an error at night; a line that the code never needs is
//! an open door. So both are defects.

pub(crate) mod table;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stack::{Defects, Function, Stack, shown};

use table::{RIGHTS, Resource};

/// Holds every role of a function against the table.
pub(crate) fn exact(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    for function in stack.functions() {
        let id = function.id;
        let role = format!("{id}Role");
        let said = statements(stack, &role, &mut wrong);
        let needed = needed(stack, function);
        for (action, resource) in needed.difference(&said) {
            wrong.push(format!(
                "{role} lacks {action} on {resource}: add that line"
            ));
        }
        for (action, resource) in said.difference(&needed) {
            wrong.push(format!(
                "{role} may {action} on {resource}, which {id} never does: remove that line, or say in RIGHTS that it does"
            ));
        }
        if shown(function.property("Role")) != format!("${{{role}.Arn}}") {
            wrong.push(format!("{id} has another role than {role}"));
        }
        if !function.property("Policies").is_null() {
            wrong.push(format!(
                "{id} has Policies, from which SAM makes a role that may more: use {role}"
            ));
        }
    }
    wrong
}

/// Holds roles to what all have in common: who takes them, and that only tables of ours say more.
pub(crate) fn trusted(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    for (id, resource) in stack.of_type("AWS::IAM::Role") {
        let properties = &resource["Properties"];
        let trust = &properties["AssumeRolePolicyDocument"]["Statement"];
        let expected = if id == "ScheduleRole" {
            json!([{
                "Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": { "Service": "scheduler.amazonaws.com" },
                "Condition": { "StringEquals": {
                    "aws:SourceAccount": { "Ref": "AWS::AccountId" },
                    "aws:SourceArn": { "Fn::GetAtt": ["ScheduleGroup", "Arn"] },
                } },
            }])
        } else {
            json!([{
                "Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": { "Service": "lambda.amazonaws.com" },
            }])
        };
        if *trust != expected {
            wrong.push(format!(
                "{id} may be taken by others than its service: {trust}"
            ));
        }
        if !properties["ManagedPolicyArns"].is_null() {
            wrong.push(format!(
                "{id} has a managed policy, which allows more than a function does"
            ));
        }
        if properties["PermissionsBoundary"]["Fn::If"][0] != "HasBoundary" {
            wrong.push(format!("{id} ignores PermissionsBoundary"));
        }
    }
    let mut said = Vec::new();
    let ring = statements(stack, "ScheduleRole", &mut said);
    let needed = [
        ("lambda:InvokeFunction", "${Wake.Arn}"),
        ("sqs:SendMessage", "${WakeDead.Arn}"),
    ];
    let needed: BTreeSet<_> = needed.map(|(a, r)| (a.to_owned(), r.to_owned())).into();
    if ring != needed {
        wrong.push(format!(
            "ScheduleRole may only call Wake and put away what it cannot: {ring:?}"
        ));
    }
    wrong.extend(said);
    wrong
}

/// Finds resources with a `*` for which no reason is known.
pub(crate) fn wildcards(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (id, resource) in stack.section("Resources") {
        for (action, place) in pairs(resource) {
            if !place.contains('*') && !action.contains('*') {
                continue;
            }
            let known = WILD
                .iter()
                .find(|(a, p, _)| *a == action && p.place() == place);
            match known {
                Some(one) => drop(used.insert(one.0)),
                None => wrong.push(format!("{id}: {action} on {place} is wider than need be: name the resource, or a reason in WILD")),
            }
        }
    }
    let unused = WILD.iter().filter(|(action, ..)| !used.contains(action));
    wrong.extend(
        unused.map(|(action, ..)| format!("WILD has a reason for {action}, which nobody uses")),
    );
    wrong
}

/// Finds who else may put something into a queue or a topic than those who should.
pub(crate) fn senders(stack: &Stack) -> Defects {
    let ses = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/${ConfigurationSet}";
    let from_topic = json!({ "ArnEquals": { "aws:SourceArn": { "Ref": "MailEvents" } } });
    let from_ses = json!({ "StringEquals": {
        "aws:SourceAccount": { "Ref": "AWS::AccountId" }, "aws:SourceArn": { "Fn::Sub": ses },
    } });
    let alarms = ["BounceRateAlarm", "ComplaintRateAlarm"];
    let alarms = alarms.map(|id| json!({ "Fn::GetAtt": [id, "Arn"] }));
    let from_alarms = json!({ "ArnEquals": { "aws:SourceArn": alarms } });
    let mut wrong = Vec::new();
    for (id, at, service, action, on, condition) in [
        (
            "ReportsPolicy",
            [0, 1],
            "sns",
            "sqs:SendMessage",
            "${Reports.Arn}",
            &from_topic,
        ),
        (
            "ReportsDeadPolicy",
            [0, 1],
            "sns",
            "sqs:SendMessage",
            "${ReportsDead.Arn}",
            &from_topic,
        ),
        (
            "MailEventsPolicy",
            [0, 2],
            "ses",
            "sns:Publish",
            "${MailEvents}",
            &from_ses,
        ),
        (
            "MailEventsPolicy",
            [1, 2],
            "cloudwatch",
            "sns:Publish",
            "${MailEvents}",
            &from_alarms,
        ),
    ] {
        let statement = stack.property(id, "/PolicyDocument/Statement");
        let [at, count] = at;
        let only = &statement[at];
        let principal = json!({ "Service": format!("{service}.amazonaws.com") });
        let fits = statement.as_array().is_some_and(|all| all.len() == count)
            && only["Principal"] == principal
            && only["Action"] == action
            && shown(&only["Resource"]) == on
            && only["Condition"] == *condition;
        if !fits {
            wrong.push(format!("{id} lets in others than it should: {statement}"));
        }
    }
    for kind in [
        "AWS::SQS::QueuePolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::Lambda::Permission",
    ] {
        let others = stack.of_type(kind).into_iter().map(|(id, _)| id);
        let others = others
            .filter(|id| !["ReportsPolicy", "ReportsDeadPolicy", "MailEventsPolicy"].contains(id));
        wrong.extend(others.map(|id| format!("{id} lets in somebody whom no check knows")));
    }
    wrong
}

/// Returns what a role says, and reports statements that are more than one plain line.
fn statements(stack: &Stack, role: &str, wrong: &mut Defects) -> BTreeSet<(String, String)> {
    let policies = stack.property(role, "/Policies").as_array();
    let mut said = BTreeSet::new();
    for policy in policies.into_iter().flatten() {
        for statement in policy["PolicyDocument"]["Statement"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let passing =
                json!({ "StringEquals": { "iam:PassedToService": "scheduler.amazonaws.com" } });
            let expected = if statement["Action"] == "iam:PassRole" {
                &passing
            } else {
                &Value::Null
            };
            if statement["Condition"] != *expected || statement["Effect"] != "Allow" {
                wrong.push(format!(
                    "{role}: {statement} has another condition than it should: {expected}"
                ));
            }
            for pair in pairs(statement) {
                if !said.insert(pair.clone()) {
                    wrong.push(format!("{role} says {} on {} twice", pair.0, pair.1));
                }
            }
        }
    }
    said
}

/// Returns every action and resource that the statements in a value name.
fn pairs(value: &Value) -> Vec<(String, String)> {
    let list = |value: &Value| match value {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    match value {
        Value::Object(statement) if statement.contains_key("Effect") => {
            let Some(resource) = statement.get("Resource") else {
                return Vec::new();
            };
            let actions = list(&value["Action"]);
            let places = list(resource);
            let pair = |action: &Value| {
                let action = shown(action);
                let places = places.iter().map(shown);
                places
                    .map(|place| (action.clone(), place))
                    .collect::<Vec<_>>()
            };
            actions.iter().flat_map(pair).collect()
        }
        Value::Object(object) => object.values().flat_map(pairs).collect(),
        Value::Array(list) => list.iter().flat_map(pairs).collect(),
        _ => Vec::new(),
    }
}

fn needed(stack: &Stack, function: Function<'_>) -> BTreeSet<(String, String)> {
    let mut needed = BTreeSet::new();
    let mut add = |actions: &[&str], place: &str| {
        let pairs = actions
            .iter()
            .map(|action| ((*action).to_owned(), place.to_owned()));
        needed.extend(pairs);
    };
    let arn = |id: &str| format!("${{{id}.Arn}}");
    add(&["logs:CreateLogStream", "logs:PutLogEvents"], &arn("Logs"));
    if let Some(queue) = function.queue() {
        let reading = [
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
        ];
        add(&reading, &arn(queue));
        let dead = stack.dead_letters(queue).unwrap_or_default();
        add(&["sqs:SendMessage"], &arn(dead));
    }
    let rights = RIGHTS.iter().find(|(id, _)| *id == function.id);
    let rights = rights.map(|(_, rights)| *rights).unwrap_or_default();
    for (resource, actions) in rights {
        add(actions, &resource.place());
    }
    needed
}

/// Where a `*` is, and why nothing narrower would do.
const WILD: [(&str, Resource, &str); 2] = [
    (
        "ses:GetAccount",
        Resource::Account,
        "IAM knows no resource for it",
    ),
    (
        "scheduler:CreateSchedule",
        Resource::Schedules,
        "a schedule is named after its minute",
    ),
];
