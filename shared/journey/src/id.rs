//! Identifiers that say what they name, so that a log line explains itself.
//!
//! They are derived, never drawn: deciding the same thing twice names the same thing, so the second
//! time finds the first one's record.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// Returns the identifier as it is stored, tagged and logged.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns which of `shards` shards of an index it belongs to.
            pub fn shard(&self, shards: u8) -> u8 {
                let bytes = self.0.bytes();
                let sum = bytes.fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
                sum % shards
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// Reads back what [`as_str`](Self::as_str) wrote.
        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let key = text.strip_prefix(concat!($prefix, "_")).ok_or(NotAnId($prefix))?;
                if key.len() == KEY_LENGTH && key.bytes().all(|byte| ALPHABET.contains(&byte)) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(NotAnId($prefix))
                }
            }
        }
    };
}

id!(/// A person the source system told us about.
    ContactId, "con");
id!(/// One contact's passage through one journey.
    EnrollmentId, "enr");
id!(/// One mail to one recipient: the unit that must never be sent twice.
    SendId, "snd");

id!(/// One post to another system: what its receiver knows a repeat by.
    CallId, "cal");
id!(/// One write of what is known about a contact.
    ChangeId, "chg");
id!(/// One date trigger of one journey, for one contact.
    DateId, "dat");

id!(/// What is known about how often one contact came into one journey.
    EntryId, "ent");

impl EntryId {
    /// Names what is known about how often `contact` came into `journey` about `subject`.
    pub fn of(journey: &str, subject: Option<&str>, contact: &ContactId) -> Self {
        let parts = [journey, subject.unwrap_or_default(), contact.as_str()];
        Self(named("ent", &parts))
    }
}

impl CallId {
    /// Names the post that says `parts`: what happened, and to what.
    pub fn of(parts: &[&str]) -> Self {
        Self(named("cal", parts))
    }
}

impl ChangeId {
    /// Names what `cause` changed about `contact`: an event, or the so many-th decision of a run.
    pub fn of(contact: &ContactId, cause: &str) -> Self {
        Self(named("chg", &[contact.as_str(), cause]))
    }
}

impl DateId {
    /// Names the trigger of `journey` that goes off at `moment`, in its author's words.
    pub fn of(journey: &str, moment: &str, contact: &ContactId) -> Self {
        Self(named("dat", &[journey, moment, contact.as_str()]))
    }
}

impl ContactId {
    /// Names the person whom the source calls `source_id`.
    pub fn of(source_id: &str) -> Self {
        Self(named("con", &[source_id]))
    }
}

impl EnrollmentId {
    /// Names the run that `event` starts for `contact`.
    ///
    /// Without an event it is the one run that `contact` ever has about `subject`: that is how
    /// `reentry: never` is kept without looking anything up.
    pub fn of(
        journey: &str,
        subject: Option<&str>,
        contact: &ContactId,
        event: Option<&str>,
    ) -> Self {
        Self(named(
            "enr",
            &[
                journey,
                subject.unwrap_or_default(),
                contact.as_str(),
                event.unwrap_or_default(),
            ],
        ))
    }
}

impl SendId {
    /// Names the mail that `step` of `enrollment` sends to `recipient`.
    ///
    /// A journey takes each step at most once, so this is unique for ever.
    pub fn of(enrollment: &EnrollmentId, step: &str, recipient: &ContactId) -> Self {
        Self(named(
            "snd",
            &[enrollment.as_str(), step, recipient.as_str()],
        ))
    }
}

/// A text that is not an identifier of the kind that was expected.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an identifier looks like {0}_ and 26 letters and digits")]
pub struct NotAnId(&'static str);

/// Hashes `parts` into a short name.
///
/// Each part goes in with its length, so that no two lists of parts read the same.
fn named(prefix: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let bit = |at: usize| digest[at / 8] >> (7 - at % 8) & 1;
    let key = (0..KEY_LENGTH).map(|letter| {
        let five = (0..5).fold(0, |five, at| five * 2 + bit(letter * 5 + at));
        char::from(ALPHABET[usize::from(five)])
    });
    format!("{prefix}_{}", key.collect::<String>())
}

/// RFC 4648 base32 in lower case: safe in SES tags, schedule names and URLs.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// 130 bits: two of 10^15 names meet with a chance below one in a billion.
const KEY_LENGTH: usize = 26;
