//! What a journey's steps look like in words: the family that each belongs to, what it says, and where it leads.

use journey::{
    Absent, Action, Awaited, Change, Hours, Next, Occasion, Plan, Priority, Purpose, Reentry, Step,
    Trigger,
};

/// What kind of thing a step does: it decides the color.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Family {
    /// It sends.
    Mail,
    /// It lets time pass.
    Wait,
    /// It chooses a way.
    Choice,
    /// It changes what is known about the contact.
    Change,
    /// It calls something outside.
    Outside,
    /// It ends the way.
    End,
}

impl Family {
    /// Returns its word, as a class and for screen readers.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Wait => "wait",
            Self::Choice => "choice",
            Self::Change => "change",
            Self::Outside => "outside",
            Self::End => "end",
        }
    }
}

/// What a step says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Said {
    pub(super) family: Family,
    /// The small line on top: the verb.
    pub(super) verb: String,
    /// What it is about.
    pub(super) text: String,
    /// What else there is to know.
    pub(super) more: Option<String>,
}

/// Says what a step does.
pub(super) fn said(plan: &Plan, step: &Step, subject: impl Fn(&str) -> Option<String>) -> Said {
    let (family, verb, text, more) = match &step.action {
        Action::Call { hook, .. } => (Family::Outside, "call", hook.clone(), None),
        Action::Case { .. } => (Family::Choice, "which holds first?", String::new(), None),
        Action::Change { change, .. } => changed(change),
        Action::Enroll { journey, .. } => (Family::Outside, "start", journey.clone(), None),
        Action::Exit { reason } => (Family::End, "leaves", reason.clone(), None),
        Action::If { condition, .. } => (Family::Choice, "if", condition.as_str().to_owned(), None),
        Action::Jump { next } => {
            let to = next.and_then(|at| plan.steps.get(at));
            let to = to.map_or("the end", |step| step.id.as_str());
            (Family::Choice, "jump", format!("to {to}"), None)
        }
        Action::Send { send, .. } => {
            let verb = if send.to.is_some() { "notify" } else { "send" };
            let expires = send.expires.as_ref();
            let expires = expires.map(|period| format!("not later than {}", period.as_str()));
            let shown = subject(&send.template);
            let more: Vec<_> = shown.into_iter().chain(expires).collect();
            let more = (!more.is_empty()).then(|| more.join(" · "));
            (Family::Mail, verb, send.template.clone(), more)
        }
        Action::Split { name, .. } => (Family::Choice, "split", name.clone(), None),
        Action::Wait { wait, .. } => (Family::Wait, "wait", wait.as_str().to_owned(), None),
        Action::WaitFor { what, within, .. } => {
            let within = Some(format!("within {}", within.as_str()));
            let (text, filter) = awaited(what);
            let more = filter
                .into_iter()
                .chain(within)
                .collect::<Vec<_>>()
                .join(" · ");
            (Family::Wait, "wait for", text, Some(more))
        }
        Action::WaitUntil { moment, absent, .. } => {
            let more = (*absent == Absent::Exit).then(|| "leaves where it is absent".to_owned());
            (Family::Wait, "wait until", moment.as_str().to_owned(), more)
        }
        Action::Window { hours, .. } => (Family::Wait, "wait for the hours", windows(hours), None),
    };
    Said {
        family,
        verb: verb.to_owned(),
        text,
        more,
    }
}

fn changed(change: &Change) -> (Family, &'static str, String, Option<String>) {
    let text = match change {
        Change::Join(name) | Change::Leave(name) | Change::Tag(name) | Change::Untag(name) => {
            name.clone()
        }
        Change::Score(amount) => format!("{amount:+}"),
        Change::Set(fields) => {
            let names: Vec<_> = fields.keys().map(String::as_str).collect();
            names.join(", ")
        }
    };
    (Family::Change, change.verb(), text, None)
}

fn awaited(what: &Awaited) -> (String, Option<String>) {
    match what {
        Awaited::Clicked(send) => (format!("a click in {send}"), None),
        Awaited::Condition(condition) => (condition.as_str().to_owned(), None),
        Awaited::Event { event, filter } => {
            let filter = filter.as_ref().map(|filter| filter.as_str().to_owned());
            (event.clone(), filter)
        }
        Awaited::Opened(send) => (format!("{send} is opened"), None),
    }
}

fn windows(hours: &Hours) -> String {
    let windows: Vec<_> = hours.windows.iter().map(|one| one.as_str()).collect();
    let closed = if hours.closed.is_empty() {
        ""
    } else {
        ", but on closed days"
    };
    format!("{}{closed}", windows.join(" or "))
}

/// Returns where a step leads, each way with what it says.
pub(super) fn ways(action: &Action) -> Vec<(Option<String>, Next)> {
    let two = |yes: &str, no: &str, then: Next, otherwise: Next| {
        vec![
            (Some(yes.to_owned()), then),
            (Some(no.to_owned()), otherwise),
        ]
    };
    match action {
        Action::Exit { .. } => Vec::new(),
        Action::Case { arms, otherwise } => {
            let arms = arms.iter();
            let arms = arms.map(|arm| (Some(arm.condition.as_str().to_owned()), arm.next));
            arms.chain([(Some("else".to_owned()), *otherwise)])
                .collect()
        }
        Action::If {
            then, otherwise, ..
        } => two("yes", "no", *then, *otherwise),
        Action::WaitFor {
            then, otherwise, ..
        } => two("in time", "too late", *then, *otherwise),
        Action::Split { branches, .. } => {
            let branches = branches.iter();
            branches
                .map(|one| (Some(format!("{} · {} %", one.name, one.share)), one.next))
                .collect()
        }
        Action::Call { .. }
        | Action::Change { .. }
        | Action::Enroll { .. }
        | Action::Jump { .. }
        | Action::Send { .. }
        | Action::Wait { .. }
        | Action::WaitUntil { .. }
        | Action::Window { .. } => action
            .exits()
            .into_iter()
            .map(|next| (None, next))
            .collect(),
    }
}

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

fn trigger_word(trigger: &Trigger) -> String {
    match &trigger.on {
        Occasion::Date { moment, repeat } => match repeat {
            journey::Repeat::Never => format!("on {}", moment.as_str()),
            journey::Repeat::Yearly => format!("every year on {}", moment.as_str()),
        },
        Occasion::Enters(_)
        | Occasion::Event(_)
        | Occasion::Joins(_)
        | Occasion::Journey(_)
        | Occasion::Leaves(_)
        | Occasion::Manual
        | Occasion::OptedIn(_)
        | Occasion::Tagged(_)
        | Occasion::Untagged(_) => trigger.says(),
    }
}

/// Says what holds for the whole journey, a line each.
pub(super) fn rules(plan: &Plan) -> Vec<String> {
    let mut lines = vec![match &plan.purpose {
        Purpose::Marketing { topic } => format!("marketing, about {topic}"),
        Purpose::Transactional => "transactional".to_owned(),
    }];
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
    let day = |day: jiff::civil::Date| day.to_string();
    match (plan.publish.from.map(day), plan.publish.until.map(day)) {
        (Some(from), Some(until)) => lines.push(format!("from {from} until {until}")),
        (Some(from), None) => lines.push(format!("from {from}")),
        (None, Some(until)) => lines.push(format!("until {until}")),
        (None, None) => (),
    }
    if let Some(hours) = &plan.rules.send_window {
        lines.push(format!("mails {}", windows(hours)));
    }
    if let Some(exit) = &plan.rules.exit_when {
        lines.push(format!("leaves when {}", exit.as_str()));
    }
    if let Some(goal) = &plan.rules.goal {
        let leaves = if goal.exit { ", and leaves" } else { "" };
        lines.push(format!("goal: {}{leaves}", goal.event));
    }
    if plan.rules.priority == Priority::High {
        lines.push("passes every cap".to_owned());
    }
    lines
}
