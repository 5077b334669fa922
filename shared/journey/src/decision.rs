//! What a decision may look at, what it is about, and what follows from it.

use jiff::Timestamp;

use crate::{Contact, Enrollment, Order, Plan};

/// Everything the decision may look at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The version of the journey that the enrollment runs.
    pub plan: &'a Plan,
    /// The contact as they are now.
    pub contact: &'a Contact,
    /// The time.
    pub now: Timestamp,
}

/// Something that happened to an enrollment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Input {
    /// It was created.
    Start,
    /// Somebody has mended why it was parked.
    Retry,
    /// What it waits for may have come.
    Wake,
    /// It is known what became of the mail it was sending.
    Settled(Settled),
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
    /// It was later than its `expires` allows.
    Expired,
    /// The contact withdrew from the journey's topic.
    OptedOut,
    /// The address bounced or complained.
    Suppressed,
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
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Effect {
    /// Ring at a whole minute.
    Alarm(Timestamp),
    /// Send one mail.
    Order(Order),
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
}
