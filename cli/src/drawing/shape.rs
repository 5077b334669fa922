//! What a journey's steps look like in words: the family that each belongs to, what it says, and where it leads.

use journey::{Absent, Action, Awaited, Change, Next, Plan, Step};

use super::phrases::{audience, set, windows};

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
            let to = send.to.as_ref().map(|to| format!("to {}", audience(to)));
            let shown = subject(&send.template);
            let more: Vec<_> = to.into_iter().chain(shown).chain(expires).collect();
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
        Change::Set(fields) => set(fields),
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
