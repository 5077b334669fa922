//! The use cases: load, decide, store, do.
//!
//! Each use case's bounds are the whole list of what it may touch; the function that runs it gets a
//! role with exactly those actions.
//!
//! **Invariant:** a decision is stored before it is done, and nothing is acknowledged while something
//! decided is not done. Whoever finds a record that has moved on already does its pending effects
//! again: every effect is named by its cause, so doing it twice does it once.

mod advance;
mod breaker;
mod call;
mod changed;
mod chose;
mod clicks;
mod compose;
mod consent;
mod crowd;
mod dates;
mod effects;
mod enter;
mod failure;
mod feedback;
mod fresh;
mod hold;
mod intake;
mod keyring;
mod merging;
mod outbox;
mod ports;
mod preferences;
mod resolve;
mod results;
mod rewrite;
mod send;
mod silence;
mod statistics;
mod suppression;
mod survey;
mod wake;
mod walking;

pub use advance::advance;
pub use breaker::hold_marketing;
pub use call::call;
pub use consent::{OptIn, Permission, Said, permission};
pub use failure::{Failure, RECEIVES_MAX, back_off};
pub use feedback::feedback;
pub use intake::{Post, Refusal, Verdict, hold, intake, lost_secrets};
pub use keyring::Keyring;
pub use outbox::Outbox;
pub use ports::{
    AddressKey, AddressKeys, Alarms, Backlog, Beside, Bonding, Breaker, Calls, ChoiceBook, Chosen,
    Claim, Claimed, Clock, ContactBook, Contacts, Dates, Due, DueIndex, Enrollments, Events,
    Evidence, Exception, ExceptionKind, Exceptions, Fact, Firings, Halted, Holder, HookPost,
    HookSecrets, Hooks, Lane, Ledger, LedgerNotes, MailFacts, Mailer, Metric, Metrics, Moves, News,
    Orders, Outgoing, Overdue, Page, Pages, Passages, Plans, Pressure, Quota, Releases, Rewrite,
    Row, RowState, Secrets, Sent, Statements, Stored, Suppression, SuppressionBook, Suppressions,
    Surveys, Templates, Tickets, Turns, Undelivered, Unposted, Unsubscribe, Versioned,
};
pub use preferences::{Ask, Preferences, preferences};
pub use resolve::{Entering, Resolved, resolve};
pub use send::{EVIDENCE, LEASE, Patience, send};
pub use silence::Pulse;
pub use statistics::{RUNS_KEPT, STATEMENTS_LAG_MAX, Statistics, VersionId, statistics};
pub use wake::{SweepReport, advertising_rate, sweep, wake};
