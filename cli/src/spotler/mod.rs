//! Turns messages of Spotler into a release: texts with `[automationfield:X]` become templates, events and journeys.
//!
//! Nothing is dropped in silence: what is not understood stays in the text as it is, and is reported with its place.

mod entities;
mod fields;
mod head;
mod html;
mod message;
mod rivals;
#[cfg(test)]
mod tests;
mod written;

pub(crate) use message::{Message, read};
pub(crate) use rivals::part;
pub(crate) use written::files;

/// Something to know about a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Note {
    /// The file.
    pub(crate) file: String,
    /// Where, from 1; 0 for the whole file.
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// What, in a sentence.
    pub(crate) what: String,
    /// Whether somebody has to do something about it.
    pub(crate) is_open: bool,
}

/// What a message may be at most, in bytes.
pub(crate) const MESSAGE_MAX: usize = 512 * 1024;
