//! A journey as it is published and run: flat, checked, immutable.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::{Audience, Condition, EmailAddress, Field, Moment, Period, Publish, Value, Wait};

/// One version of a journey, with everything it needs to run.
///
/// **Invariant:** every step leads forward, so each is taken at most once in a run; `release` is the
/// only place that makes plans out of files.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The journey's name.
    pub journey: String,
    /// What people call it.
    pub title: String,
    /// Whether its mails are service or advertising.
    pub purpose: Purpose,
    /// What lets people in; any one of these is enough.
    pub triggers: Vec<Trigger>,
    /// Who is enrolled when an event lets people in; each of the event's people where there is none.
    pub to: Option<Audience>,
    /// Whether somebody may come in again.
    pub reentry: Reentry,
    /// From when until when people may come in.
    pub publish: Publish,
    /// The steps; a run begins at the first.
    pub steps: Vec<Step>,
    /// The parameters that the plan reads, out of those its events declare.
    pub params: BTreeMap<String, Field>,
    /// What the project says about itself and about contacts.
    pub settings: Settings,
    /// The compiled texts: a template's name and locale (`None` for the default) -> content hash.
    pub templates: BTreeMap<(String, Option<String>), String>,
}

impl Plan {
    /// Returns the step called `id`.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// Returns the event parameters that steps from `next` on can still read.
    pub fn params_needed_from(&self, next: Next) -> BTreeSet<&str> {
        let mut needed = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut ahead = vec![next];
        while let Some(next) = ahead.pop() {
            let Some(step) = next.and_then(|at| self.steps.get(at)) else {
                continue;
            };
            if seen.insert(&step.id) {
                needed.extend(step.action.params());
                ahead.extend(step.action.exits());
            }
        }
        needed
    }

    /// Returns the text of `template` for somebody who reads `locale`: its hash, and the language it is in.
    ///
    /// `nl-BE` is served by `nl-BE`, else by `nl`, else by the default, which is in the project's own.
    pub fn template(&self, template: &str, locale: Option<&str>) -> Option<(&str, &str)> {
        let variants = self
            .templates
            .iter()
            .filter(|((name, _), _)| name == template);
        let variant = |wanted: &str| {
            variants.clone().find_map(|((_, locale), hash)| {
                let locale = locale.as_deref()?;
                locale
                    .eq_ignore_ascii_case(wanted)
                    .then_some((hash.as_str(), locale))
            })
        };
        let default = || {
            let key = (template.to_owned(), None);
            Some((
                self.templates.get(&key)?.as_str(),
                self.settings.locale.as_str(),
            ))
        };
        let locale = locale.map(|locale| locale.replace('_', "-"));
        let language = locale
            .as_deref()
            .and_then(|locale| locale.split('-').next());
        let wanted = [locale.as_deref(), language];
        wanted
            .into_iter()
            .flatten()
            .find_map(variant)
            .or_else(default)
    }
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it is called: unique in the plan, and the same in every version that keeps it.
    pub id: String,
    /// What it does.
    pub action: Action,
}

/// Where a step leads: an index into [`Plan::steps`], or the end of the journey.
pub type Next = Option<usize>;

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Ends the run.
    Exit {
        /// Why, in the author's word.
        reason: String,
    },
    /// Asks a question, on arrival.
    If {
        /// The question.
        condition: Condition,
        /// Taken when it holds.
        then: Next,
        /// Taken when not.
        otherwise: Next,
    },
    /// Sends one mail to the contact, or to an audience of its own.
    Send {
        /// What to send.
        send: Send,
        /// The step after.
        next: Next,
    },
    /// Lets time pass.
    Wait {
        /// How much.
        wait: Wait,
        /// The step after.
        next: Next,
    },
    /// Waits for a moment.
    WaitUntil {
        /// Which.
        moment: Moment,
        /// What to do when the moment's field is absent.
        absent: Absent,
        /// The step after.
        next: Next,
    },
}

impl Action {
    /// Returns where it can lead.
    pub fn exits(&self) -> Vec<Next> {
        match self {
            Self::Exit { .. } => Vec::new(),
            Self::If {
                then, otherwise, ..
            } => vec![*then, *otherwise],
            Self::Send { next, .. } | Self::Wait { next, .. } | Self::WaitUntil { next, .. } => {
                vec![*next]
            }
        }
    }

    /// Returns the event parameters it reads, by path.
    pub(crate) fn params(&self) -> Vec<&str> {
        match self {
            Self::Exit { .. } | Self::Wait { .. } => Vec::new(),
            Self::If { condition, .. } => condition
                .paths()
                .into_iter()
                .filter_map(|path| path.strip_prefix("event."))
                .collect(),
            Self::Send { send, .. } => send.params.iter().map(String::as_str).collect(),
            Self::WaitUntil { moment, .. } => moment
                .path()
                .and_then(|path| path.strip_prefix("event."))
                .into_iter()
                .collect(),
        }
    }
}

/// A mail that a step sends.
#[derive(Clone, Debug, PartialEq)]
pub struct Send {
    /// The template's name.
    pub template: String,
    /// Whom it is from.
    pub from: Sender,
    /// Who gets it instead of the contact: a notification, which the run does not wait for.
    pub to: Option<Audience>,
    /// How late it may be.
    pub expires: Option<Period>,
    /// The event parameters that its template reads, by path.
    pub params: BTreeSet<String>,
}

/// What to do when the field that a moment is reckoned from is absent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Absent {
    /// Go straight on.
    Continue,
    /// Leave the journey as `absent`.
    Exit,
}

/// An event that lets people in.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// The event's type.
    pub event: String,
    /// What must hold besides.
    pub filter: Option<Condition>,
}

/// Whether somebody may come in again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reentry {
    /// Once, over all versions of the journey.
    Never,
    /// With every event.
    Unlimited,
}

/// Whether a journey's mails are service or advertising.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// Advertising: needs a topic, and may be unsubscribed from.
    Marketing {
        /// What an unsubscribe withdraws.
        topic: String,
    },
    /// Service: no topic, no caps, no unsubscribe footer.
    Transactional,
}

/// Whom a mail is from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sender {
    /// The name shown.
    pub name: String,
    /// The address; its domain must be verified with SES.
    pub address: EmailAddress,
    /// Where answers go, if not to the address.
    pub reply_to: Option<EmailAddress>,
}

/// What a project says about itself and about contacts.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The organization's name.
    pub organization: String,
    /// The language of whoever has none of their own.
    pub locale: String,
    /// The clock of whoever has none of their own.
    pub zone: TimeZone,
    /// Texts, numbers and yes-or-nos that templates show.
    pub vars: BTreeMap<String, Value>,
    /// The fields a contact may have besides the built-in ones.
    pub fields: BTreeMap<String, Field>,
}
