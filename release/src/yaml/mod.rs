//! YAML as a tree that remembers where everything stands.
//!
//! The tree is read with our own readers and not by a derive, so that one file can have many
//! mistakes and all of them are told at once.
//!
//! **Invariant:** a piece that could not be read is [`Data::Broken`], and whoever meets one stays
//! silent: the mistake has been told already.

mod parse;
mod read;
mod refusals;
mod syntax;

pub(crate) use parse::parse;
pub(crate) use read::{Keys, meant, parse_number, quoted};

use std::ops::Range;

use crate::Place;

/// A piece of a YAML file.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Where it stands; of a list or a mapping, its first line.
    pub(crate) place: Place,
    /// Where its text stands letter for letter; none for texts with escapes or folded lines.
    pub(crate) verbatim: Option<usize>,
    /// Whether a comment follows it on its line, which may have been meant as a part of it.
    pub(crate) commented: bool,
    /// What it is.
    pub(crate) data: Data,
}

/// What a piece of YAML can be.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    /// Something that has been reported already.
    Broken,
    /// Several pieces in order.
    List(Vec<Node>),
    /// Pieces by key.
    Mapping(Mapping),
    /// Nothing was written, or `null`, or `~`.
    Null,
    /// A scalar without quotes: what it means depends on what is expected.
    Plain(String),
    /// A scalar in quotes, or a block of text: always a text.
    Quoted(String),
}

/// Pieces by key, in the order of the file, without duplicates.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    /// The pieces.
    pub(crate) entries: Vec<Entry>,
    /// Whether the file could not be read up to the mapping's end, so that nothing can be called
    /// missing.
    pub(crate) cut_off: bool,
}

/// One `key: value`.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: At<String>,
    /// What it stands for.
    pub(crate) value: Node,
}

/// A value and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct At<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it stands.
    pub(crate) place: Place,
}

/// A text in a language of its own, such as a condition, of which parts can be pointed at.
#[derive(Clone, Debug)]
pub(crate) struct Phrase {
    /// The text.
    pub(crate) text: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// See [`Node::verbatim`].
    pub(crate) verbatim: Option<usize>,
}

impl Phrase {
    /// Returns where `part`, in bytes of the text, stands; the whole where that cannot be told.
    pub(crate) fn part(&self, part: Range<usize>) -> Place {
        match self.verbatim {
            Some(start) if part.end <= self.text.len() && part.start < part.end => Place {
                file: self.place.file.clone(),
                span: start + part.start..start + part.end,
            },
            _ => self.place.clone(),
        }
    }
}

impl Mapping {
    /// Makes a mapping out of all its entries: what `<<: *name` repeats takes the place of it, and
    /// what stands beside it goes before.
    fn whole(mut entries: Vec<Entry>) -> Self {
        let is_merge =
            |entry: &Entry| entry.key.value == "<<" && entry.value.data.mapping().is_some();
        if let Some(at) = entries.iter().position(is_merge)
            && let Data::Mapping(repeated) = entries.remove(at).value.data
        {
            for entry in repeated.entries {
                if !entries.iter().any(|own| own.key.value == entry.key.value) {
                    entries.push(entry);
                }
            }
        }
        Self {
            entries,
            cut_off: false,
        }
    }

    /// Returns the entry of `key`.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }

    /// Returns what stands under `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }
}

impl Data {
    /// Returns the scalar that was written, quoted or not, unless it is nothing.
    pub(crate) fn word(&self) -> Option<&str> {
        match self {
            Self::Plain(text) | Self::Quoted(text) => Some(text),
            Self::Broken | Self::List(_) | Self::Mapping(_) | Self::Null => None,
        }
    }

    /// Returns the scalar that was written without quotes, unless it is nothing.
    pub(crate) fn plain(&self) -> Option<&str> {
        match self {
            Self::Plain(text) => Some(text),
            Self::Broken | Self::List(_) | Self::Mapping(_) | Self::Null | Self::Quoted(_) => None,
        }
    }

    /// Returns the list that was written.
    pub(crate) fn list(&self) -> Option<&[Node]> {
        match self {
            Self::List(items) => Some(items),
            Self::Broken | Self::Mapping(_) | Self::Null | Self::Plain(_) | Self::Quoted(_) => None,
        }
    }

    /// Returns the mapping that was written.
    pub(crate) fn mapping(&self) -> Option<&Mapping> {
        match self {
            Self::Mapping(mapping) => Some(mapping),
            Self::Broken | Self::List(_) | Self::Null | Self::Plain(_) | Self::Quoted(_) => None,
        }
    }
}

impl<T> At<T> {
    /// Puts `value` at `place`.
    pub(crate) fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }

    /// Makes another value of it, at the same place.
    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> At<U> {
        At {
            value: make(self.value),
            place: self.place,
        }
    }
}
