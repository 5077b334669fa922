//! What a decision may look at, what it is about, and what follows from it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Change, Contact, Enrollment, Order, Plan, Value};

/// Everything the decision may look at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The version of the journey that the enrollment runs.
    pub plan: &'a Plan,
    /// The contact as they are now.
    pub contact: &'a Contact,
    /// When they were sent advertising, over all journeys, the oldest first; as far back as a cap looks.
    pub mailed: &'a [Timestamp],
    /// The time.
    pub now: Timestamp,
}

/// Something that happened to an enrollment.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Somebody ended it.
    End(Ending),
    /// It was created.
    Start,
    /// Somebody has mended why it was parked.
    Retry,
    /// What it waits for may have come.
    Wake,
    /// It is known what became of the mail it was sending, or of the hook it called.
    Settled(Settled),
    /// Something happened to its contact.
    Signal(Signal),
}

/// Why somebody ended a run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// The journey is over for everybody.
    Ended,
    /// The contact came in anew.
    Restarted,
    /// The contact wants no more mails about the journey's topic.
    Unsubscribed,
}

/// Something that happened to a contact.
#[derive(Clone, PartialEq)]
pub enum Signal {
    /// They clicked in a mail of the run.
    Clicked {
        /// The step that sent it.
        step: String,
        /// The link's name.
        link: String,
    },
    /// The source posted an event about them.
    Event {
        /// Its id, by which a repeat is known.
        id: String,
        /// Its type.
        event: String,
        /// Its parameters.
        params: BTreeMap<String, Value>,
    },
    /// A mail of the run bounced for good.
    Bounced {
        /// The step that sent it.
        step: String,
    },
    /// They called a mail of the run spam.
    Complained {
        /// The step that sent it.
        step: String,
    },
    /// They opened a mail of the run.
    Opened {
        /// The step that sent it.
        step: String,
    },
    /// Something else is known about them now.
    Written,
}

/// Shows what happened, never what was said.
impl std::fmt::Debug for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Clicked { step, .. } => write!(f, "Clicked({step})"),
            Self::Event { event, .. } => write!(f, "Event({event})"),
            Self::Bounced { step } => write!(f, "Bounced({step})"),
            Self::Complained { step } => write!(f, "Complained({step})"),
            Self::Opened { step } => write!(f, "Opened({step})"),
            Self::Written => f.write_str("Written"),
        }
    }
}

/// What became of a mail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settled {
    /// The step that sent it.
    pub step: String,
    /// What became of it.
    pub result: SendResult,
}

/// What became of a mail, as far as its journey cares.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SendResult {
    /// The mail service took it.
    Accepted,
    /// Nobody knows whether it left, and it is not sent again.
    GivenUp,
    /// It may not leave now.
    Held {
        /// When to ask again: a whole minute.
        until: Timestamp,
    },
    /// It could not be made or was refused; somebody must mend something.
    Refused {
        /// What to mend.
        reason: String,
    },
    /// It was not sent, on purpose.
    Skipped(Skipped),
}

/// Why a mail was not sent on purpose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Skipped {
    /// The contact has agreed to the topic already that it asks them to confirm.
    Confirmed,
    /// It was later than its `expires` allows.
    Expired,
    /// Mails to the address have kept bouncing for days.
    KeepsBouncing,
    /// The contact withdrew from the journey's topic.
    OptedOut,
    /// The contact wants none for a while.
    Quiet,
    /// The contact has had as many as they may get.
    OverCap,
    /// The address bounced or complained.
    Suppressed,
    /// The contact has not confirmed that they agree to the journey's topic.
    Unconfirmed,
    /// The contact is one of those who get none, to compare with.
    Withheld,
}

impl Skipped {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Confirmed,
        Self::Expired,
        Self::KeepsBouncing,
        Self::OptedOut,
        Self::Quiet,
        Self::OverCap,
        Self::Suppressed,
        Self::Unconfirmed,
        Self::Withheld,
    ];

    /// Returns the reason of a word in the path of a run, if it is one.
    pub fn from_word(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|skipped| skipped.as_str() == word)
    }

    /// Returns the word for it in the path of a run.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Expired => "expired",
            Self::KeepsBouncing => "keeps_bouncing",
            Self::OptedOut => "opted_out",
            Self::Quiet => "quiet",
            Self::OverCap => "over_cap",
            Self::Suppressed => "suppressed",
            Self::Unconfirmed => "unconfirmed",
            Self::Withheld => "withheld",
        }
    }
}

/// What follows from an input: the state to store, and what to do once it is stored.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a decision that is not stored is lost"]
pub struct Decision {
    /// The enrollment, at rest again.
    pub enrollment: Enrollment,
    /// What to do, in order.
    pub effects: Vec<Effect>,
    /// What became of the input.
    pub outcome: Outcome,
}

/// Something the world should do.
///
/// Every effect is named by what it is for, so that doing it twice does it once.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ring at a whole minute.
    Alarm(Timestamp),
    /// Call the hook of a step.
    Call {
        /// The step.
        step: String,
    },
    /// Change the contact as a step says.
    Change {
        /// The step.
        step: String,
        /// How.
        change: Change,
    },
    /// Let the contact into another journey.
    Enroll(Enroll),
    /// Send one mail.
    Order(Order),
}

/// That a run lets its contact into another journey.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Enroll {
    /// The step that says so.
    pub step: String,
    /// The other journey's name.
    pub journey: String,
    /// When the step was taken.
    pub decided: Timestamp,
}

/// What became of an input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Nothing changed.
    Ignored(Ignored),
    /// The enrollment went on.
    Moved,
}

/// Why an input changed nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ignored {
    /// The moment has not come.
    Early,
    /// The enrollment is over.
    Left,
    /// The enrollment is parked.
    Parked,
    /// It belongs to a step that was taken long ago.
    Stale,
    /// It means nothing to this run.
    Unrelated,
}
