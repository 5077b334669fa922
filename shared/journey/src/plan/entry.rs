//! What lets people into a journey, and whether more than once.

use crate::{Audience, Condition, Moment, Period};

/// Something that lets people in.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// What has to happen.
    pub on: Occasion,
    /// What must hold besides.
    pub filter: Option<Condition>,
}

/// What can let people in.
#[derive(Clone, Debug, PartialEq)]
pub enum Occasion {
    /// A date or moment of the contact's comes.
    Date {
        /// Which, and how far from it.
        moment: Moment,
        /// Whether it comes again.
        repeat: Repeat,
    },
    /// A write makes the contact one of an audience.
    Enters(Audience),
    /// The source posts an event of this type.
    Event(String),
    /// The contact joins a list.
    Joins(String),
    /// A step `enroll` of this journey says so.
    Journey(String),
    /// The contact leaves a list.
    Leaves(String),
    /// Somebody says so.
    Manual,
    /// The contact says yes to a topic, on the page for recipients.
    OptedIn(String),
    /// The contact gets a tag.
    Tagged(String),
    /// The contact loses a tag.
    Untagged(String),
}

impl Trigger {
    /// Returns the type of event that it waits for, if it waits for one.
    pub fn event(&self) -> Option<&str> {
        match &self.on {
            Occasion::Event(event) => Some(event),
            Occasion::Date { .. }
            | Occasion::Enters(_)
            | Occasion::Joins(_)
            | Occasion::Journey(_)
            | Occasion::Leaves(_)
            | Occasion::Manual
            | Occasion::OptedIn(_)
            | Occasion::Tagged(_)
            | Occasion::Untagged(_) => None,
        }
    }
}

/// Whether a date comes again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Repeat {
    /// It comes once.
    Never,
    /// Its anniversaries come too.
    Yearly,
}

/// Whether somebody may come in again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reentry {
    /// When none of their runs is on its way and the last one began this long ago.
    After(Period),
    /// Once, over all versions of the journey.
    Never,
    /// Each time, and a run that is on its way ends.
    Restart,
    /// When none of their runs is on its way.
    Single,
    /// Each time.
    Unlimited,
}
