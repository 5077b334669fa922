//! What statistics are made of, and how those of runs that are no longer kept are written down.

use std::collections::BTreeSet;
use std::future::Future;

use jiff::Timestamp;
use journey::EnrollmentId;
use wire::{Closing, Passage, Statement};

use super::{Fact, Stored, Versioned};

/// Goes through all runs and all mails, and keeps of a run only how far it came: `dynamodb:Scan`.
pub trait Passages {
    /// Returns some of the runs; an empty text begins.
    fn passages_after(
        &self,
        after: &str,
    ) -> impl Future<Output = anyhow::Result<Page<(EnrollmentId, Passage)>>> + Send;

    /// Returns some of the mails that may have left; an empty text begins.
    fn mails_after(
        &self,
        after: &str,
    ) -> impl Future<Output = anyhow::Result<Page<MailFacts>>> + Send;
}

/// Some of all there are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Page<T> {
    /// These.
    pub some: Vec<T>,
    /// Where to go on; nothing at the end.
    pub next: Option<String>,
}

/// What became of one mail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailFacts {
    /// The run that sent it.
    pub enrollment: EnrollmentId,
    /// The step that sent it.
    pub step: String,
    /// When it was claimed last.
    pub claimed: Timestamp,
    /// Whether it is for whoever walks the journey; else a colleague is told.
    pub own: bool,
    /// Whether the mail service took it; nobody knows yet, or ever, where not.
    pub accepted: bool,
    /// What became of it then.
    pub facts: BTreeSet<Fact>,
}

/// Writes down statistics for good: `dynamodb:GetItem`, `dynamodb:PutItem`.
pub trait Statements {
    /// Returns how far statements go.
    fn closing(&self) -> impl Future<Output = anyhow::Result<Option<Versioned<Closing>>>> + Send;

    /// Notes how far statements go, in place of version `replaces`, or as a new note.
    fn put_closing(
        &self,
        closing: &Closing,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;

    /// Writes a statement, in place of what an earlier attempt at it wrote.
    fn put_statement(
        &self,
        statement: &Statement,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}
