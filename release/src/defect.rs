//! What is wrong with a release, and where it stands.

use std::ops::Range;

/// One mistake in the files of a release.
///
/// A defect names a place in a file *as it was written*, never in something compiled from it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Defect {
    /// Where it stands.
    pub place: Place,
    /// What is wrong, in one sentence without a full stop.
    pub what: String,
    /// A few words beside the marked piece of source.
    pub label: String,
    /// What to do about it.
    pub help: String,
    /// Other places that belong to it, each with a few words: a duplicate names both.
    pub also: Vec<(Place, String)>,
}

impl Defect {
    /// Describes a mistake at `place`.
    pub fn new(place: Place, what: impl Into<String>) -> Self {
        Self {
            place,
            what: what.into(),
            label: String::new(),
            help: String::new(),
            also: Vec::new(),
        }
    }

    /// Adds a few words beside the marked piece.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds another place that belongs to it.
    #[must_use]
    pub fn also(mut self, place: Place, label: impl Into<String>) -> Self {
        self.also.push((place, label.into()));
        self
    }
}

/// A piece of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The file, relative to the release's folder, with `/` between folders.
    pub file: String,
    /// The piece, in bytes from the start of the file.
    pub span: Range<usize>,
}
