//! The steps of a journey.

use std::collections::{BTreeMap, BTreeSet};

use crate::saying::shown;
use crate::{Audience, Change, Condition, Hours, Moment, Over, Period, Sender, Wait};

/// One step of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it is called: unique in the plan, and the same in every version that keeps it.
    pub id: String,
    /// What it does.
    pub action: Action,
}

/// Where a step leads: an index into [`Plan::steps`](crate::Plan::steps), or the end of the journey.
pub type Next = Option<usize>;

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Calls a hook, and waits until it has answered.
    Call {
        /// The hook's name.
        hook: String,
        /// What to tell it.
        with: BTreeMap<String, String>,
        /// The step after.
        next: Next,
    },
    /// Asks several questions, on arrival, until one holds.
    Case {
        /// The questions.
        arms: Vec<Arm>,
        /// Taken when none holds.
        otherwise: Next,
    },
    /// Changes the contact.
    Change {
        /// What to change.
        change: Change,
        /// The step after.
        next: Next,
    },
    /// Starts another journey for the contact, and goes on.
    Enroll {
        /// The journey's name.
        journey: String,
        /// The step after.
        next: Next,
    },
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
    /// Goes on elsewhere.
    Jump {
        /// Where.
        next: Next,
    },
    /// Sends one mail to the contact, or to an audience of its own.
    Send {
        /// What to send.
        send: Send,
        /// The step after.
        next: Next,
    },
    /// Parts people, always in the same way.
    Split {
        /// The experiment, which salts the draw.
        name: String,
        /// The sides; their shares are a hundred together.
        branches: Vec<Branch>,
    },
    /// Lets time pass.
    Wait {
        /// How much.
        wait: Wait,
        /// The step after.
        next: Next,
    },
    /// Waits for something to happen, for a while.
    WaitFor {
        /// For what.
        what: Awaited,
        /// How long.
        within: Period,
        /// Taken when it happens in time.
        then: Next,
        /// Taken when not.
        otherwise: Next,
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
    /// Waits for certain hours.
    Window {
        /// Which.
        hours: Hours,
        /// The step after.
        next: Next,
    },
}

/// A question of a `case`, and where it leads.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The question.
    pub condition: Condition,
    /// Taken when it holds.
    pub next: Next,
}

/// One side of a split.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Branch {
    /// What it is called.
    pub name: String,
    /// How many of a hundred take it.
    pub share: u8,
    /// Where it leads.
    pub next: Next,
}

/// What a step waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Awaited {
    /// A click in the mail of a send.
    Clicked(String),
    /// That a condition holds.
    Condition(Condition),
    /// An event about the contact.
    Event {
        /// Its type.
        event: String,
        /// What must hold of it.
        filter: Option<Condition>,
    },
    /// That the mail of a send is opened.
    Opened(String),
}

impl Action {
    /// Returns where it can lead.
    pub fn exits(&self) -> Vec<Next> {
        match self {
            Self::Exit { .. } => Vec::new(),
            Self::Case { arms, otherwise } => {
                let arms = arms.iter().map(|arm| arm.next);
                arms.chain([*otherwise]).collect()
            }
            Self::Split { branches, .. } => branches.iter().map(|branch| branch.next).collect(),
            Self::If {
                then, otherwise, ..
            }
            | Self::WaitFor {
                then, otherwise, ..
            } => vec![*then, *otherwise],
            Self::Call { next, .. }
            | Self::Change { next, .. }
            | Self::Enroll { next, .. }
            | Self::Jump { next }
            | Self::Send { next, .. }
            | Self::Wait { next, .. }
            | Self::WaitUntil { next, .. }
            | Self::Window { next, .. } => vec![*next],
        }
    }

    /// Returns the mail that it sends, if it sends one.
    pub fn send(&self) -> Option<&Send> {
        match self {
            Self::Send { send, .. } => Some(send),
            Self::Call { .. }
            | Self::Case { .. }
            | Self::Change { .. }
            | Self::Enroll { .. }
            | Self::Exit { .. }
            | Self::If { .. }
            | Self::Jump { .. }
            | Self::Split { .. }
            | Self::Wait { .. }
            | Self::WaitFor { .. }
            | Self::WaitUntil { .. }
            | Self::Window { .. } => None,
        }
    }

    /// Returns the conditions that it asks.
    pub(crate) fn conditions(&self) -> Vec<&Condition> {
        match self {
            Self::Case { arms, .. } => arms.iter().map(|arm| &arm.condition).collect(),
            Self::If { condition, .. } => vec![condition],
            Self::WaitFor { what, .. } => match what {
                Awaited::Condition(condition) => vec![condition],
                Awaited::Event { filter, .. } => filter.iter().collect(),
                Awaited::Clicked(_) | Awaited::Opened(_) => Vec::new(),
            },
            Self::Call { .. }
            | Self::Change { .. }
            | Self::Enroll { .. }
            | Self::Exit { .. }
            | Self::Jump { .. }
            | Self::Send { .. }
            | Self::Split { .. }
            | Self::Wait { .. }
            | Self::WaitUntil { .. }
            | Self::Window { .. } => Vec::new(),
        }
    }

    /// Returns the event parameters it reads, by path.
    pub(crate) fn params(&self) -> Vec<&str> {
        match self {
            Self::Exit { .. }
            | Self::Change { .. }
            | Self::Enroll { .. }
            | Self::Jump { .. }
            | Self::Split { .. }
            | Self::Wait { .. }
            | Self::Window { .. } => Vec::new(),
            Self::Call { with, .. } => with
                .values()
                .flat_map(|text| shown(text))
                .filter_map(|path| path.strip_prefix("event."))
                .collect(),
            Self::Case { .. } | Self::If { .. } | Self::WaitFor { .. } => {
                self.conditions().into_iter().flat_map(asked).collect()
            }
            Self::Send { send, .. } => send.params.iter().map(String::as_str).collect(),
            Self::WaitUntil { moment, .. } => moment
                .path()
                .and_then(|path| path.strip_prefix("event."))
                .into_iter()
                .collect(),
        }
    }
}

/// Returns the event parameters that a condition reads.
pub(super) fn asked(condition: &Condition) -> impl Iterator<Item = &str> {
    let paths = condition.paths().into_iter();
    paths.filter_map(|path| path.strip_prefix("event."))
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
    /// What becomes of it over a cap, unless that is as everywhere.
    pub over: Option<Over>,
    /// The event parameters that its template reads, by path.
    pub params: BTreeSet<String>,
    /// Whether its template reads a field of a person that is sensitive.
    pub sensitive: bool,
}

impl Send {
    /// Returns whether it goes to those who have a role in something: a notification, whatever its journey is.
    pub fn is_to_colleagues(&self) -> bool {
        self.to.as_ref().is_some_and(Audience::is_of_roles)
    }
}

/// What to do when the field that a moment is reckoned from is absent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Absent {
    /// Go straight on.
    Continue,
    /// Leave the journey as `absent`.
    Exit,
}
