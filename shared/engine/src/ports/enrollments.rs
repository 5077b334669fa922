//! Where people stand, and what went otherwise than planned.

use std::fmt;
use std::future::Future;

use jiff::Timestamp;
use journey::{ContactId, EnrollmentId};
use wire::EnrollmentRecord;

use super::Stored;

/// Keeps enrollments: `dynamodb:GetItem`, `dynamodb:PutItem`.
pub trait Enrollments {
    /// Returns an enrollment, read strongly consistent.
    fn enrollment(
        &self,
        contact: &ContactId,
        id: &EnrollmentId,
    ) -> impl Future<Output = anyhow::Result<Option<EnrollmentRecord>>> + Send;

    /// Writes a new enrollment, unless there is one of its name.
    fn enter(
        &self,
        record: &EnrollmentRecord,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;

    /// Writes an enrollment in place of the version it names, which rises by one.
    fn replace(
        &self,
        record: &EnrollmentRecord,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;
}

/// Finds who waits: `dynamodb:Query` on the due index.
pub trait DueIndex {
    /// Returns the number of shards.
    fn shards(&self) -> u8;

    /// Returns those of `shard` who are due by `until`, the longest overdue first, at most a page
    /// after `after`.
    fn due(
        &self,
        shard: u8,
        until: Timestamp,
        after: Option<&Overdue>,
    ) -> impl Future<Output = anyhow::Result<Vec<Overdue>>> + Send;
}

/// An enrollment whose moment has come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Overdue {
    /// Whose it is.
    pub contact: ContactId,
    /// Which.
    pub enrollment: EnrollmentId,
    /// Since when.
    pub due: Timestamp,
}

/// Records what was refused or could not be done, for two weeks: `dynamodb:PutItem`.
pub trait Exceptions {
    /// Records one; recording it twice changes nothing.
    fn record(&self, exception: &Exception) -> impl Future<Output = anyhow::Result<()>> + Send;
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
