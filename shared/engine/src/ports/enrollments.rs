//! Where people stand, and what went otherwise than planned.

use std::fmt;
use std::future::Future;

use jiff::Timestamp;
use journey::{ContactId, DateId, EnrollmentId, EntryId};
use wire::{Armed, ContactRecord, EnrollmentRecord, LastEntry};

use super::{Stored, Versioned};

/// Keeps enrollments: `dynamodb:GetItem`, `dynamodb:PutItem`, `dynamodb:Query`.
pub trait Enrollments {
    /// Returns an enrollment, read strongly consistent.
    fn enrollment(
        &self,
        contact: &ContactId,
        id: &EnrollmentId,
    ) -> impl Future<Output = anyhow::Result<Option<EnrollmentRecord>>> + Send;

    /// Returns those of a contact's enrollments that are not over, read strongly consistent.
    fn runs(
        &self,
        contact: &ContactId,
    ) -> impl Future<Output = anyhow::Result<Vec<EnrollmentRecord>>> + Send;

    /// Returns when a contact came into a journey last, read strongly consistent.
    fn last_entry(
        &self,
        contact: &ContactId,
        id: &EntryId,
    ) -> impl Future<Output = anyhow::Result<Option<Versioned<LastEntry>>>> + Send;

    /// Writes a new enrollment, unless there is one of its name: all that is `beside` it, or nothing.
    fn enter(
        &self,
        record: &EnrollmentRecord,
        beside: &Beside,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;

    /// Writes an enrollment in place of the version it names, which rises by one, and with it the new one as which
    /// another contact goes on: both, and when that contact came in last, or nothing.
    fn hand_over(
        &self,
        from: &EnrollmentRecord,
        to: &EnrollmentRecord,
        entry: Option<&(EntryId, LastEntry, Option<u64>)>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;

    /// Writes an enrollment in place of the version it names, which rises by one; with `contact`, both or nothing.
    fn replace(
        &self,
        record: &EnrollmentRecord,
        contact: Option<&Rewrite>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;
}

/// What is written together with a new enrollment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beside {
    /// The contact, as the first steps left them.
    pub contact: Option<Rewrite>,
    /// When the contact came in last, which is now, and the version that this replaces.
    pub entry: Option<(EntryId, LastEntry, Option<u64>)>,
}

/// A contact that is written together with what a run decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Rewrite {
    /// The contact.
    pub record: ContactRecord,
    /// The version that this replaces.
    pub replaces: u64,
}

/// Keeps the dates on which contacts come into journeys, in the same index as those who wait: `dynamodb:GetItem`,
/// `dynamodb:PutItem`, `dynamodb:DeleteItem`.
pub trait Dates {
    /// Returns when a date trigger goes off, read strongly consistent.
    fn armed(
        &self,
        contact: &ContactId,
        id: &DateId,
    ) -> impl Future<Output = anyhow::Result<Option<Versioned<Armed>>>> + Send;

    /// Writes when a date trigger goes off, in place of version `replaces`, or as a new one.
    fn arm(
        &self,
        contact: &ContactId,
        id: &DateId,
        armed: &Armed,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;

    /// Takes a date trigger away, if it still is of a version.
    fn disarm(
        &self,
        contact: &ContactId,
        id: &DateId,
        version: u64,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;
}

/// Finds who waits: `dynamodb:Query` on the due index.
pub trait DueIndex {
    /// Returns the number of shards.
    fn shards(&self) -> u8;

    /// Returns what of `shard` is due by `until`, the longest overdue first, at most a page after `after`.
    fn due(
        &self,
        shard: u8,
        until: Timestamp,
        after: Option<&Overdue>,
    ) -> impl Future<Output = anyhow::Result<Vec<Overdue>>> + Send;
}

/// Something whose moment has come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Overdue {
    /// Whose it is.
    pub contact: ContactId,
    /// What.
    pub what: Due,
    /// Since when.
    pub due: Timestamp,
}

/// What waits for a moment.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Due {
    /// A date trigger.
    Date(DateId),
    /// An enrollment.
    Run(EnrollmentId),
}

impl Due {
    /// Returns its name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Date(id) => id.as_str(),
            Self::Run(id) => id.as_str(),
        }
    }
}

/// Records what was refused or could not be done, for two weeks: `dynamodb:PutItem`, `dynamodb:BatchGetItem`.
pub trait Exceptions {
    /// Records one; recording it twice changes nothing.
    fn record(&self, exception: &Exception) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Returns whether it is recorded that a contact may not come into a journey because of `cause`, read strongly
    /// consistent.
    fn is_refused(
        &self,
        cause: &str,
        journey: &str,
        contact: &ContactId,
    ) -> impl Future<Output = anyhow::Result<bool>> + Send;
}

/// Something that was refused or could not be done.
#[derive(Clone, Eq, PartialEq)]
pub struct Exception {
    /// What it is.
    pub kind: ExceptionKind,
    /// The event's id.
    pub event: String,
    /// The journey it concerns, if it concerns one.
    pub journey: Option<String>,
    /// The person it concerns, if it concerns one.
    pub contact: Option<ContactId>,
    /// Why, without personal data.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// The post itself, where it is kept so that it can be replayed.
    pub body: Option<String>,
}

/// The post that is kept with it is personal data.
impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exception")
            .field("kind", &self.kind)
            .field("event", &self.event)
            .field("journey", &self.journey)
            .field("contact", &self.contact)
            .field("reason", &self.reason)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// What kinds of exceptions there are.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ExceptionKind {
    /// The journey takes nobody in at that time.
    EntryRefused,
    /// Somebody may not enter again.
    ReentryRefused,
    /// The post does not match what the release declares.
    Refused,
    /// Nobody, or not everybody, could be found.
    Unresolved,
}

impl ExceptionKind {
    /// Returns the word it is stored and counted under.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EntryRefused => "entry_refused",
            Self::ReentryRefused => "reentry_refused",
            Self::Refused => "refused",
            Self::Unresolved => "unresolved",
        }
    }
}
