//! What a journey says of itself in words: what lets people in, what holds for all of it, and who is meant.

use std::collections::BTreeMap;

use journey::{
    Audience, Goal, Hours, Occasion, Plan, Priority, Publish, Purpose, Reentry, Repeat, Trigger,
    Value,
};

/// Says what lets people in, a line each.
pub(super) fn triggers(plan: &Plan) -> Vec<String> {
    let triggers = plan.triggers.iter();
    let said = triggers.map(|trigger| {
        let filter = trigger.filter.as_ref();
        let filter = filter.map(|filter| format!(", where {}", filter.as_str()));
        format!("{}{}", trigger_word(trigger), filter.unwrap_or_default())
    });
    said.collect()
}

/// Says what holds for the whole journey, a line each.
pub(super) fn rules(plan: &Plan) -> Vec<String> {
    let mut lines = vec![match &plan.purpose {
        Purpose::Marketing { topic } => format!("marketing, about {topic}"),
        Purpose::Transactional => "transactional".to_owned(),
    }];
    lines.extend(plan.to.as_ref().map(|to| format!("for {}", audience(to))));
    lines.push(match &plan.reentry {
        Reentry::After(period) => format!("again after {}", period.as_str()),
        Reentry::Never => "once for ever".to_owned(),
        Reentry::Restart => "anew each time".to_owned(),
        Reentry::Single => "one run at a time".to_owned(),
        Reentry::Unlimited => "as often as it happens".to_owned(),
    });
    if let Some(most) = plan.entries_max {
        lines.push(format!(
            "at most {}",
            crate::words::count(most.into(), "time")
        ));
    }
    lines.extend(open(&plan.publish, plan.rules.stops));
    if let Some(hours) = &plan.rules.send_window {
        lines.push(format!("mails {}", windows(hours)));
    }
    if let Some(exit) = &plan.rules.exit_when {
        lines.push(format!("leaves when {}", exit.as_str()));
    }
    lines.extend(plan.rules.goal.as_ref().map(goal));
    if plan.rules.priority == Priority::High {
        lines.push("passes every cap".to_owned());
    }
    lines
}

/// Says when hours are open.
pub(super) fn windows(hours: &Hours) -> String {
    let windows: Vec<_> = hours.windows.iter().map(|one| one.as_str()).collect();
    let closed = if hours.closed.is_empty() {
        ""
    } else {
        ", not on closed days"
    };
    format!("{}{closed}", windows.join(" or "))
}

/// Says who is in an audience: a plan holds what it means, and not what its file calls it.
pub(super) fn audience(audience: &Audience) -> String {
    match audience {
        Audience::Address { param } => format!("event.{param}"),
        Audience::AllOf(parts) => all(parts, " and "),
        Audience::AnyOf(parts) => all(parts, " or "),
        Audience::List(list) => format!("list {list}"),
        Audience::Not(part) => format!("not {}", within(part)),
        Audience::Role { role, .. } => match role {
            Some(role) => format!("role {role}"),
            None => "any role".to_owned(),
        },
        Audience::Tag(tag) => format!("tag {tag}"),
        Audience::Where(condition) => condition.as_str().to_owned(),
    }
}

/// Says what fields are set to.
pub(super) fn set(fields: &BTreeMap<String, Option<Value>>) -> String {
    let fields = fields.iter();
    let said = fields.map(|(field, value)| {
        let value = match value {
            None => "null".to_owned(),
            Some(Value::Bool(yes)) => yes.to_string(),
            Some(Value::Date(date)) => date.to_string(),
            Some(Value::DateTime(moment)) => moment.to_string(),
            Some(Value::List(list)) => format!("[{}]", list.join(", ")),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Text(text)) => text.clone(),
        };
        format!("{field}: {value}")
    });
    said.collect::<Vec<_>>().join(", ")
}

fn trigger_word(trigger: &Trigger) -> String {
    match &trigger.on {
        Occasion::Date { moment, repeat } => match repeat {
            Repeat::Never => format!("on {}", moment.as_str()),
            Repeat::Yearly => format!("every year on {}", moment.as_str()),
        },
        Occasion::Enters(of) => match of {
            Audience::Where(condition) => format!("as soon as {}", condition.as_str()),
            Audience::Address { .. }
            | Audience::AllOf(_)
            | Audience::AnyOf(_)
            | Audience::List(_)
            | Audience::Not(_)
            | Audience::Role { .. }
            | Audience::Tag(_) => format!("becomes one of: {}", audience(of)),
        },
        Occasion::Event(_)
        | Occasion::Joins(_)
        | Occasion::Journey(_)
        | Occasion::Leaves(_)
        | Occasion::Manual
        | Occasion::OptedIn(_)
        | Occasion::Tagged(_)
        | Occasion::Untagged(_) => trigger.says(),
    }
}

fn open(publish: &Publish, stops: bool) -> Option<String> {
    let leaves = if stops { ", then everybody leaves" } else { "" };
    match (publish.from, publish.until) {
        (Some(from), Some(until)) => Some(format!("from {from} until {until}{leaves}")),
        (Some(from), None) => Some(format!("from {from}")),
        (None, Some(until)) => Some(format!("until {until}{leaves}")),
        (None, None) => None,
    }
}

fn goal(goal: &Goal) -> String {
    let filter = goal.filter.as_ref();
    let filter = filter.map(|filter| format!(", where {}", filter.as_str()));
    let within = goal.within.as_ref();
    let within = within.map(|within| format!(", within {}", within.as_str()));
    let leaves = goal.exit.then(|| ", and leaves".to_owned());
    let parts = [filter, within, leaves].into_iter().flatten();
    format!("goal: {}{}", goal.event, parts.collect::<String>())
}

fn all(parts: &[Audience], between: &str) -> String {
    let parts: Vec<_> = match parts {
        [one] => vec![audience(one)],
        several => several.iter().map(within).collect(),
    };
    parts.join(between)
}

/// Says who is in a part of an audience, in brackets where it would run into the others.
fn within(part: &Audience) -> String {
    match part {
        Audience::AllOf(_) | Audience::AnyOf(_) | Audience::Where(_) => {
            format!("({})", audience(part))
        }
        Audience::Address { .. }
        | Audience::List(_)
        | Audience::Not(_)
        | Audience::Role { .. }
        | Audience::Tag(_) => audience(part),
    }
}
