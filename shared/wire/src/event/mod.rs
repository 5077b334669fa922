//! Events: what a source posts, checked at the door and trusted inside.
//!
//! [`read`] takes the bytes apart (a fault is a 400), [`check`] holds them against what the release
//! declares (a fault is a 422). Only an [`Event`] goes further.

mod check;
mod doc;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use journey::{Consent, ContactId, EmailAddress, Value};

pub use check::check;
pub use doc::EventsMessage;
pub use read::{Draft, read};

/// Something that happened at the source.
///
/// **Invariant:** its type is declared, its parameters are all there and of their types, and every
/// address can be mailed.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The source's id for it: the same id twice is the same event.
    pub id: String,
    /// What happened.
    pub ty: String,
    /// When it happened at the source.
    pub timestamp: Timestamp,
    /// What it is about, in the source's own opaque id.
    pub subject: Option<String>,
    /// Its parameters, by path.
    pub params: BTreeMap<String, Value>,
    /// Those concerned.
    pub people: Vec<Posted>,
}

/// A person as an event names them.
#[derive(Clone, PartialEq)]
pub struct Posted {
    /// The source's own opaque id for them.
    pub source_id: String,
    /// In which roles.
    pub roles: BTreeSet<String>,
    /// Where their mail goes.
    pub address: EmailAddress,
    /// What to call them.
    pub full_name: String,
    /// See [`journey::Contact::locale`].
    pub locale: Option<String>,
    /// See [`journey::Contact::time_zone`].
    pub time_zone: Option<String>,
    /// The declared fields that the event gives.
    pub fields: BTreeMap<String, Value>,
    /// The declared fields that they have no longer: the event says `null`, as RFC 7396 has it.
    pub cleared: BTreeSet<String>,
    /// The lists they join (`true`) or leave.
    pub lists: BTreeMap<String, bool>,
    /// The tags they get (`true`) or lose.
    pub tags: BTreeMap<String, bool>,
    /// What they agreed to, by topic.
    pub consent: BTreeMap<String, Consent>,
    /// What the event says about their roles.
    pub bond: Bond,
    /// Those who turned out to be them too, by the source's own ids: from now on there is one person.
    pub merged: BTreeSet<String>,
}

impl Posted {
    /// Returns our name for them.
    pub fn contact(&self) -> ContactId {
        ContactId::of(&self.source_id)
    }
}

/// Shows who it is, never what is known about them.
impl std::fmt::Debug for Posted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Posted")
            .field("contact", &self.contact())
            .finish_non_exhaustive()
    }
}

/// For how long a posted role holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bond {
    /// For the event's subject, until it is unlinked; for this event only where it has no subject.
    Linked,
    /// Whatever the subject.
    Standing,
    /// No longer, from this event on.
    Unlinked,
}
