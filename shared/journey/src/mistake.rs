//! What is wrong in a text that somebody wrote, where, and what to do about it.

use std::ops::Range;

/// One mistake in a condition, a wait or a moment.
///
/// It is a value, not a rendered message, so that whoever knows the file can point into it.
/// It quotes what the author of the journey wrote, never the data of a person.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}; {help}")]
pub struct Mistake {
    /// Where it stands, in bytes of the text that was read. Both ends are character boundaries.
    pub at: Range<usize>,
    /// What is wrong, as a sentence without its full stop.
    pub what: String,
    /// What to write instead, in the same form.
    pub help: String,
}

impl Mistake {
    /// Says what is wrong at a place, and what to do about it.
    pub(crate) fn new(at: Range<usize>, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            at,
            what: what.into(),
            help: help.into(),
        }
    }

    /// Moves the place by so many bytes, for a text that was read as a part of a longer one.
    pub(crate) fn moved(mut self, bytes: usize) -> Self {
        self.at.start += bytes;
        self.at.end += bytes;
        self
    }
}
