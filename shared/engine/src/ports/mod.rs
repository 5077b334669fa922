//! What the use cases need from the world, one capability at a time.
//!
//! A use case's bounds say what it may touch, and each port names the AWS actions behind it: so a
//! bound reads like that function's IAM policy.

mod choices;
mod contacts;
mod enrollments;
mod firings;
mod halts;
mod hooks;
mod ledger;
mod mailer;
mod metrics;
mod outlet;
mod quota;
mod releases;
mod secrets;
mod statements;
mod surveys;

use jiff::Timestamp;

pub use choices::{ChoiceBook, Chosen, Holder, Pages, Tickets};
pub use contacts::{
    AddressKeys, Bonding, ContactBook, Contacts, Pressure, Suppression, SuppressionBook,
    Suppressions,
};
pub use enrollments::{
    Beside, Dates, Due, DueIndex, Enrollments, Exception, ExceptionKind, Exceptions, Overdue,
    Rewrite,
};
pub use firings::Firings;
pub use halts::{Breaker, Halted};
pub use hooks::{HookPost, HookSecrets, Hooks, Unposted};
pub use ledger::{AddressKey, Claim, Claimed, Fact, Ledger, LedgerNotes, News, Row, RowState};
pub use mailer::{Evidence, Mailer, Outgoing, Turns, Undelivered, Unsubscribe};
pub use metrics::{Metric, Metrics};
pub use outlet::{Alarms, Backlog, Calls, Events, Lane, Moves, Orders};
pub use quota::{Quota, Sent};
pub use releases::{Plans, Releases, Templates};
pub use secrets::Secrets;
pub use statements::{MailFacts, Page, Passages, Statements};
pub use surveys::Surveys;

/// Tells the time.
pub trait Clock {
    /// Returns the current time.
    fn now(&self) -> Timestamp;
}

/// A stored thing, and how often it was replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// The thing.
    pub value: T,
    /// The version that a replacement must name.
    pub version: u64,
}

/// What became of a conditional write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a write that lost a race wrote nothing"]
pub enum Stored {
    /// Somebody was faster; nothing was written.
    Conflict,
    /// Written.
    Done,
}
