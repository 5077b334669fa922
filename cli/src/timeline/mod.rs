//! What became of events: who got which mail, who got none and why, and what went wrong.
//!
//! **Invariant:** everything here is read from what was stored and what arrived; nothing is concluded
//! from what a release would do.

mod show;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;
use journey::{ContactId, Enrollment, Phase, SendId};
use local::Mail;
use wire::Report;

use crate::laptop::State;
use crate::reasons;

pub(crate) use show::{Clock, describe, show};

/// An event that was posted.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// Its place among the others, from 1.
    pub(crate) number: usize,
    /// The event's id.
    pub(crate) id: String,
    /// What happened.
    pub(crate) ty: String,
    /// What people call it.
    pub(crate) title: String,
    /// What it is about.
    pub(crate) subject: Option<String>,
    /// Whom it names.
    pub(crate) people: BTreeSet<ContactId>,
    /// When it was posted.
    pub(crate) at: Timestamp,
    /// Why it was not taken, if it was not.
    pub(crate) refused: Option<String>,
    /// Whose runs, in which journeys, it moved on that others had begun.
    pub(crate) moved: BTreeSet<(ContactId, String)>,
}

/// What became of an event.
pub(crate) struct Story<'a> {
    /// The event.
    pub(crate) posted: &'a Posted,
    /// The mails that arrived, by journey and name.
    pub(crate) letters: Vec<Letter<'a>>,
    /// Who got no mail, and why.
    pub(crate) others: Vec<String>,
    /// Who will get one later.
    pub(crate) ahead: Vec<String>,
    /// What went wrong.
    pub(crate) troubles: Vec<String>,
    /// Whether it let nobody in and moved nobody on.
    pub(crate) idle: bool,
}

/// A mail that arrived.
pub(crate) struct Letter<'a> {
    /// The mail.
    pub(crate) mail: &'a Mail,
    /// The name of who got it.
    pub(crate) name: String,
    /// In which roles they got it.
    pub(crate) roles: Vec<String>,
    /// The journey that sent it.
    pub(crate) journey: &'a str,
}

/// Finds out what became of an event.
pub(crate) fn story<'a>(posted: &'a Posted, state: &'a State, clock: &Clock) -> Story<'a> {
    let mut story = Story {
        posted,
        letters: Vec::new(),
        others: Vec::new(),
        ahead: Vec::new(),
        troubles: posted.refused.iter().cloned().collect(),
        idle: posted.moved.is_empty() && posted.refused.is_none(),
    };
    for (contact, journey) in &posted.moved {
        let who = name(state, contact);
        let what = format!("{who} in {journey}: was moved on by it");
        story.others.push(what);
    }
    for exception in state.exceptions.iter().filter(|one| one.event == posted.id) {
        if exception.kind == "refused" {
            // The answer to the post said so, and said more.
            continue;
        }
        let who = match &exception.contact {
            Some(contact) => name(state, contact),
            None => "nobody".to_owned(),
        };
        let journey = exception.journey.as_deref();
        let journey = journey
            .map(|name| format!(" in {name}"))
            .unwrap_or_default();
        let why = match exception.kind.as_str() {
            "entry_refused" | "reentry_refused" => reasons::refused(&exception.reason),
            _ => &exception.reason,
        };
        story.others.push(format!("{who}{journey}: {why}"));
    }
    for enrollment in state
        .enrollments
        .iter()
        .filter(|one| one.event == posted.id)
    {
        story.follow(enrollment, state, clock);
        story.idle = false;
    }
    if story.is_empty() {
        story
            .others
            .push("nobody: no journey let anybody in".to_owned());
    }
    story.letters.sort_by(|one, other| {
        let key = |letter: &Letter<'a>| (letter.journey, letter.mail.at, letter.name.clone());
        key(one).cmp(&key(other))
    });
    story
}

/// Counts what an event led to by what it wrote, a date among that, to the event: to the last that named the person.
pub(crate) fn attribute(state: &mut State, posted: &[Posted]) {
    let cause = |event: &str, contact: &ContactId| {
        let known = posted.iter().any(|one| one.id == event);
        let mut named = posted.iter().rev();
        let named = named.find(|one| one.people.contains(contact));
        named.filter(|_| !known).map(|one| one.id.clone())
    };
    for one in &mut state.enrollments {
        if let Some(event) = cause(&one.event, &one.contact) {
            one.event = event;
        }
    }
    let exceptions = std::mem::take(&mut state.exceptions).into_iter();
    let exceptions = exceptions.map(|mut one| {
        let contact = one.contact.as_ref();
        if let Some(event) = contact.and_then(|contact| cause(&one.event, contact)) {
            one.event = event;
        }
        one
    });
    state.exceptions = exceptions.collect();
}

/// Finds the runs that are not as they were, and whose they are.
pub(crate) fn moved(before: &State, after: &State) -> BTreeSet<(ContactId, String)> {
    let changed = before.enrollments.iter().filter(|was| {
        let mut now = after.enrollments.iter();
        let now = now.find(|now| now.id == was.id);
        now.is_some_and(|now| now.path != was.path || now.phase != was.phase)
    });
    let changed = changed.map(|was| (was.contact.clone(), was.journey.clone()));
    changed.collect()
}

impl<'a> Story<'a> {
    fn is_empty(&self) -> bool {
        self.letters.is_empty() && self.rest().is_empty() && self.troubles.is_empty()
    }

    /// Lists who got no mail, in order.
    pub(crate) fn rest(&self) -> Vec<&str> {
        let lines = self.others.iter().chain(&self.ahead);
        let mut lines: Vec<_> = lines.map(String::as_str).collect();
        lines.sort_unstable();
        lines
    }

    /// Leaves out what the story said `before`, and who still waits: that is told at every step of the clock.
    pub(crate) fn since(mut self, before: &Story<'_>) -> Self {
        let number = |letter: &Letter<'_>| letter.mail.number;
        let told: BTreeSet<_> = before.letters.iter().map(number).collect();
        self.letters
            .retain(|letter| !told.contains(&number(letter)));
        // Of lines that say the same, as many were told as there were.
        let mut told: Vec<&String> = before.others.iter().collect();
        self.others
            .retain(|line| match told.iter().position(|one| *one == line) {
                Some(at) => {
                    told.swap_remove(at);
                    false
                }
                None => true,
            });
        self.ahead.clear();
        self
    }

    /// Adds one person's way through one journey.
    fn follow(&mut self, enrollment: &'a Enrollment, state: &'a State, clock: &Clock) {
        let Enrollment {
            contact, journey, ..
        } = enrollment;
        let who = name(state, contact);
        for taken in &enrollment.path {
            let why = match taken.outcome.as_str() {
                "sent" => {
                    self.arrived(enrollment, &taken.step, contact, state);
                    continue;
                }
                "notified" => {
                    let recipients = enrollment.notified.get(&taken.step);
                    for recipient in recipients.into_iter().flatten() {
                        self.arrived(enrollment, &taken.step, recipient, state);
                    }
                    continue;
                }
                "nobody" => {
                    let step = &taken.step;
                    self.others.push(format!(
                        "nobody in {journey}: the step {step} has no recipients"
                    ));
                    continue;
                }
                "uncertain" => {
                    let step = &taken.step;
                    self.troubles.push(format!(
                        "{who}: whether {step} of {journey} was sent is not known"
                    ));
                    continue;
                }
                outcome => match reasons::unmailed(outcome) {
                    Some(why) => why,
                    None => continue,
                },
            };
            self.others
                .push(format!("{who} in {journey}: not mailed: {why}"));
        }
        match &enrollment.phase {
            Phase::Left { .. } => (),
            Phase::Holding { due, .. }
            | Phase::Met { since: due, .. }
            | Phase::Waiting { due, .. } => {
                let due = clock.moment(*due);
                self.ahead
                    .push(format!("{who} in {journey}: waits until {due}"));
            }
            Phase::Parked { step, reason, .. } => {
                self.troubles.push(format!(
                    "{who}: the step {step} of {journey} cannot be done: {reason}"
                ));
            }
            Phase::Sending { step, .. } => {
                self.troubles.push(format!(
                    "{who}: {step} of {journey} was ordered and not sent"
                ));
            }
            Phase::Calling { step, .. } => {
                self.troubles.push(format!(
                    "{who}: the hook of {step} of {journey} was called and has not answered"
                ));
            }
            Phase::Entered => {
                self.troubles
                    .push(format!("{who}: entered {journey} and took no step"));
            }
        }
    }

    /// Finds the one mail that a step sent to somebody.
    fn arrived(
        &mut self,
        enrollment: &'a Enrollment,
        step: &str,
        recipient: &ContactId,
        state: &'a State,
    ) {
        let name = name(state, recipient);
        let send = SendId::of(&enrollment.id, step, recipient);
        let [(tag, send), ..] = Report::tags(&send, recipient, &enrollment.id);
        let sent = |mail: &&Mail| mail.tags.get(tag) == Some(&send);
        let mails: Vec<&Mail> = state.mails.iter().filter(sent).collect();
        let journey = &enrollment.journey;
        match mails.len() {
            0 => self.troubles.push(format!(
                "{name}: {step} of {journey} was sent and did not arrive"
            )),
            1 => (),
            count => self
                .troubles
                .push(format!("{name}: {step} of {journey} arrived {count} times")),
        }
        let roles = roles(state, enrollment.subject.as_deref(), recipient);
        self.letters.extend(mails.into_iter().map(|mail| Letter {
            mail,
            name: name.clone(),
            roles: roles.clone(),
            journey,
        }));
    }
}

/// Returns what somebody is called.
fn name(state: &State, contact: &ContactId) -> String {
    let name = state.names.get(contact);
    name.cloned().unwrap_or_else(|| contact.to_string())
}

/// Returns the roles somebody holds for a subject, or whatever the subject.
fn roles(state: &State, subject: Option<&str>, contact: &ContactId) -> Vec<String> {
    let held = |subject: &str| state.roles.get(&(subject.to_owned(), contact.clone()));
    let roles = subject.and_then(held).or_else(|| held(""));
    roles.cloned().unwrap_or_default()
}
