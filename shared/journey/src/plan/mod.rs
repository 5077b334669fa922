//! A journey as it is published and run: flat, checked, immutable.

mod entry;
mod rules;
mod step;
mod throttle;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Audience, Condition, EmailAddress, Field, Publish, Value};

pub use entry::{Occasion, Reentry, Repeat, Trigger};
pub use rules::{Cap, Goal, Holdout, Large, Limits, Over, Priority, Rules};
pub use step::{Absent, Action, Arm, Awaited, Branch, Next, Send, Step};
pub use throttle::{Pace, Throttle, WarmUp};

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
    /// How often somebody may come in at most, for each subject; nothing where it does not matter.
    pub entries_max: Option<u16>,
    /// From when until when people may come in.
    pub publish: Publish,
    /// When it lets people go, and what holds its mails back.
    pub rules: Rules,
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
    /// Returns when everybody inside has to leave, if they have to.
    pub fn end(&self) -> Option<Timestamp> {
        let until = self.publish.until.filter(|_| self.rules.stops)?;
        let midnight = until.to_zoned(self.settings.zone.clone()).ok()?;
        Some(midnight.timestamp())
    }

    /// Returns what a mail of `send` advertises, if it does.
    ///
    /// A notification to those who have a role in something is service, whatever the journey is.
    pub fn topic(&self, send: &Send) -> Option<&str> {
        match &self.purpose {
            Purpose::Marketing { topic } if !send.is_to_colleagues() => Some(topic),
            Purpose::Marketing { .. } | Purpose::Transactional => None,
        }
    }

    /// Returns what a mail of `send` asks its recipient to confirm, if it asks: colleagues are told, and not asked.
    pub fn asks(&self, send: &Send) -> Option<&str> {
        let asks = self.rules.confirms.as_deref();
        asks.filter(|_| !send.is_to_colleagues())
    }

    /// Returns whether a run may go on, or leave, when an event of this type comes.
    pub fn hears(&self, event: &str) -> bool {
        let awaited = |what: &Awaited| match what {
            Awaited::Event { event: wanted, .. } => wanted == event,
            Awaited::Clicked(_) | Awaited::Condition(_) | Awaited::Opened(_) => false,
        };
        let goal = self.rules.goal.as_ref();
        goal.is_some_and(|goal| goal.event == event) || self.waits_for(awaited) || self.watches()
    }

    /// Returns whether a run may go on, or leave, when something else is known about its contact.
    pub fn watches(&self) -> bool {
        let awaited = |what: &Awaited| matches!(what, Awaited::Condition(_));
        self.rules.exit_when.is_some() || self.waits_for(awaited)
    }

    /// Returns whether a run waits for what its contact does with a mail.
    pub fn awaits_readers(&self) -> bool {
        self.waits_for(|what| matches!(what, Awaited::Clicked(_) | Awaited::Opened(_)))
    }

    /// Returns every condition that is asked of a run: at its steps, and whether it is to end.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let steps = self.steps.iter();
        self.endings()
            .chain(steps.flat_map(|step| step.action.conditions()))
    }

    /// Returns the conditions that end a run wherever it stands.
    fn endings(&self) -> impl Iterator<Item = &Condition> {
        let goal = self.rules.goal.as_ref();
        let goal = goal.and_then(|goal| goal.filter.as_ref());
        self.rules.exit_when.iter().chain(goal)
    }

    fn waits_for(&self, awaited: impl Fn(&Awaited) -> bool) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| match &step.action {
            Action::WaitFor { what, .. } => awaited(what),
            Action::Call { .. }
            | Action::Case { .. }
            | Action::Change { .. }
            | Action::Enroll { .. }
            | Action::Exit { .. }
            | Action::If { .. }
            | Action::Jump { .. }
            | Action::Send { .. }
            | Action::Split { .. }
            | Action::Wait { .. }
            | Action::WaitUntil { .. }
            | Action::Window { .. } => false,
        })
    }

    /// Returns the step called `id`.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// Returns the event parameters that steps from `next` on can still read.
    pub fn params_needed_from(&self, next: Next) -> BTreeSet<&str> {
        let mut needed = BTreeSet::new();
        // Whoever is on their way may be asked at any step whether they are to leave.
        if next.is_some() {
            needed.extend(self.endings().flat_map(step::asked));
        }
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

impl Purpose {
    /// Tells whether it is advertising.
    pub fn is_marketing(&self) -> bool {
        matches!(self, Self::Marketing { .. })
    }
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
    /// What is added to a contact's score.
    pub scoring: Scoring,
    /// The topics to which an agreement counts only once the person has confirmed it.
    pub confirmed: BTreeSet<String>,
    /// The topics about which whoever bought something may be mailed until they say no.
    pub soft: BTreeSet<String>,
    /// The topic to which people agree who let it be measured whether they open and click; everybody's is measured where
    /// there is none, and the installation measures at all.
    pub tracking: Option<String>,
}

/// What is added to a contact's score for what they do.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scoring {
    /// When they open a mail, once for each.
    pub opened: f64,
    /// When they click in a mail, once for each link.
    pub clicked: f64,
    /// When they say no to a topic, once for each time.
    pub unsubscribed: f64,
    /// When a mail to them bounces for good, once for each.
    pub bounced: f64,
    /// When they call a mail spam, once for each.
    pub complained: f64,
    /// The days in which a score fades to its half, if it fades at all.
    pub half_life: Option<u16>,
}

impl Scoring {
    /// The longest half-life, in days: ten years.
    pub const HALF_LIFE_MAX: u16 = 3_650;

    /// Returns what is left of a score, so many days after it was counted.
    ///
    /// Every point fades by its own age, whenever others were added: only halving has that property with one number to keep.
    pub fn fade(&self, score: f64, days: u32) -> f64 {
        match self.half_life {
            Some(half_life) if days > 0 => {
                let left = score * (-f64::from(days) / f64::from(half_life)).exp2();
                let cents = (left * 100.0).round() / 100.0;
                // What is too large for cents has none.
                if cents.is_finite() { cents } else { left }
            }
            Some(_) | None => score,
        }
    }
}
