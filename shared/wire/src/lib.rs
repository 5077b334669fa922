//! Every stored, queued or posted format, versioned.
//!
//! **Invariant:** the types that decide have no serde; whatever is written down passes through here,
//! so that a change of a type never changes what is in a table or a queue by accident.
//! Each format carries its version `v`; an old one is read for ever, a newer one is refused.

mod address;
mod alarm;
mod call;
mod choice;
mod click;
mod contact;
mod derive;
mod enrollment;
mod entry;
mod event;
mod fired;
mod halts;
mod history;
mod hook_keys;
mod mailed;
mod moves;
mod order;
mod plan;
mod problem;
mod publication;
mod revision;
mod ses;
mod signature;
mod statement;
#[cfg(test)]
mod tests;
mod ticket;
mod time;
mod unreadable;
mod value;
mod wiring;

pub use address::AddressHasher;
pub use alarm::{Alarm, Notice};
pub use call::{About, Call, CallsMessage, HookResult};
pub use choice::{Choice, Choices, Chosen, Shown};
pub use click::ClickMark;
pub use contact::{Bonds, ContactRecord, Profile, RoleBond};
pub use enrollment::{EnrollmentRecord, Passage, Standing};
pub use entry::{Armed, LastEntry, Survey};
pub use event::{Bond, Draft, Event, EventsMessage, Posted, check, read};
pub use fired::{fired_from_json, fired_to_json};
pub use halts::{Halt, Halts, Strain};
pub use history::{History, Published};
pub use hook_keys::HookKeys;
pub use mailed::Mailed;
pub use moves::{Cause, Move, MovesMessage};
pub use order::OrdersMessage;
pub use plan::{TemplateDoc, plan_from_json, plan_to_json, release_from_json, release_to_json};
pub use problem::{Fault, Problem};
pub use publication::Publication;
pub use ses::{Report, ReportKind, SuppressionReason};
pub use signature::{Secret, Signed};
pub use statement::{Attempt, Closing, Figures, MailFigures, SideFigures, Statement, StepFigures};
pub use ticket::{Ticket, TicketKeys};
pub use unreadable::Unreadable;
pub use wiring::{DeadQueue, Queue, Queues, Tables, Tracking, Wiring};

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Names a stored text by its content: the first 32 hexadecimal digits of its SHA-256.
pub fn content_hash(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Writes a document.
///
/// None of ours can fail: their keys are texts and their numbers finite.
fn to_json(doc: &impl Serialize) -> String {
    let json = serde_json::to_string(doc).unwrap_or_default();
    // SQS takes the characters of XML only, which lacks these two; in JSON they can be escaped.
    if json.contains(['\u{fffe}', '\u{ffff}']) {
        json.replace('\u{fffe}', r"\ufffe")
            .replace('\u{ffff}', r"\uffff")
    } else {
        json
    }
}

/// Refuses what a newer version wrote.
fn version(found: u8, newest: u8) -> Result<(), Unreadable> {
    let part = format!("version {found}: this build reads up to {newest}");
    match found {
        0 => Err(Unreadable::new(part)),
        _ if found > newest => Err(Unreadable::newer(part)),
        _ => Ok(()),
    }
}
