//! Names that a release declares: how they are spelled, and whether one that is used is there.

use std::collections::BTreeMap;

use crate::Defect;
use crate::words::{twice, unknown};
use crate::yaml::{At, quoted};

/// Things by name, each with the place that declares it.
#[derive(Debug)]
pub(crate) struct Names<T> {
    /// What they are, in one word: "event".
    kind: &'static str,
    /// How to declare one, for a message.
    declare: &'static str,
    /// Whether every declaration could be read; if not, a name that is not here may well be
    /// declared.
    complete: bool,
    entries: BTreeMap<String, At<T>>,
}

impl<T> Names<T> {
    /// Begins a collection of `kind`s.
    pub(crate) fn new(kind: &'static str, declare: &'static str) -> Self {
        Self {
            kind,
            declare,
            complete: true,
            entries: BTreeMap::new(),
        }
    }

    /// Adds what `name` stands for; a defect if the name is taken.
    pub(crate) fn add(&mut self, name: At<String>, value: T, defects: &mut Vec<Defect>) {
        match self.entries.get(&name.value) {
            Some(first) => {
                defects.push(twice(
                    self.kind,
                    &name.value,
                    name.place,
                    first.place.clone(),
                ));
            }
            None => {
                self.entries.insert(name.value, At::new(value, name.place));
            }
        }
    }

    /// Remembers that there may be more than could be read.
    pub(crate) fn incomplete(&mut self) {
        self.complete = false;
    }

    /// Returns what `name` stands for; a defect if that is not known.
    pub(crate) fn find(&self, name: &At<String>, defects: &mut Vec<Defect>) -> Option<&At<T>> {
        let found = self.entries.get(&name.value);
        if found.is_none() && self.complete {
            defects.push(unknown(name, self.kind, self.names(), self.declare));
        }
        found
    }

    /// Returns what `name` stands for.
    pub(crate) fn get(&self, name: &str) -> Option<&At<T>> {
        self.entries.get(name)
    }

    /// Returns whether every declaration could be read.
    pub(crate) fn complete(&self) -> bool {
        self.complete
    }

    /// Returns the names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Returns everything, in the order of the names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &At<T>)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }
}

/// How the names of one kind are spelled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Spelling {
    /// `REGISTRATION_NEW`, `order.placed`: letters, digits, `_`, `-` and dots.
    Event,
    /// `Person.FullName`: words of letters, digits and `_`, joined by dots.
    Path,
    /// `PLACEMENT_COMMITTEE`, `vips`: letters, digits, `_` and `-`.
    Tag,
    /// `prüfer`: letters of any language, digits, `_` and `-`; for names that never leave the release.
    Label,
    /// `01-nieuwe-aanmelding`: lower-case letters, digits, `_` and `-`.
    Slug,
    /// `first_name`: letters, digits and `_`.
    Word,
}

/// Says so if `name`, the name of a `kind`, is not spelled as it should be.
pub(crate) fn spelled(
    name: &At<String>,
    kind: &str,
    spelling: Spelling,
    defects: &mut Vec<Defect>,
) -> bool {
    mended(name, kind, spelling, defects) == *name
}

/// Says so if `name` is not spelled as it should be; returns the name that was surely meant, so
/// that whoever uses that one is not told that there is none.
pub(crate) fn mended(
    name: &At<String>,
    kind: &str,
    spelling: Spelling,
    defects: &mut Vec<Defect>,
) -> At<String> {
    let text = name.value.as_str();
    let trouble = if text.is_empty() {
        "is empty".to_owned()
    } else if text.chars().count() > NAME_CHARS_MAX {
        format!("has more than {NAME_CHARS_MAX} characters")
    } else if !spelling.fits(text) {
        format!("is not spelled as one: {}", spelling.rule())
    } else {
        return name.clone();
    };
    let mended = spelling.mended(text);
    let help = match &mended {
        Some(mended) => format!("write `{mended}`"),
        None => "choose a short name".to_owned(),
    };
    defects.push(
        Defect::new(
            name.place.clone(),
            format!("the name `{}` of {kind} {trouble}", quoted(text)),
        )
        .help(help),
    );
    At::new(
        mended.unwrap_or_else(|| text.to_owned()),
        name.place.clone(),
    )
}

impl Spelling {
    fn fits(self, text: &str) -> bool {
        let word = |part: &str| {
            part.chars().all(|c| c.is_alphanumeric() || c == '_')
                && part.starts_with(|c: char| c.is_alphabetic() || c == '_')
        };
        match self {
            Self::Path => text.split('.').all(word),
            Self::Word => word(text),
            Self::Event => text.split('.').all(|part| Self::Tag.fits(part)),
            Self::Tag => {
                text.chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
                    && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            }
            Self::Label => {
                text.chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
                    && text.starts_with(char::is_alphanumeric)
            }
            Self::Slug => Self::Tag.fits(text) && !text.contains(|c: char| c.is_ascii_uppercase()),
        }
    }

    fn rule(self) -> &'static str {
        match self {
            Self::Event => "it is letters A to Z, digits, `_`, `-` and dots",
            Self::Path => "it is words of letters, digits and `_`, joined by dots",
            Self::Tag => "it is letters A to Z, digits, `-` and `_`",
            Self::Label => "it is letters, digits, `-` and `_`",
            Self::Slug => "it is small letters a to z, digits, `-` and `_`",
            Self::Word => "it is letters, digits and `_`, and begins with a letter",
        }
    }

    /// Returns the nearest text that is spelled well.
    fn mended(self, text: &str) -> Option<String> {
        let joint = match self {
            Self::Path | Self::Word => '_',
            Self::Event => '_',
            Self::Label | Self::Tag if text.contains(|c: char| c.is_ascii_lowercase()) => '-',
            Self::Label | Self::Tag => '_',
            Self::Slug => '-',
        };
        let mended: String = text
            .trim()
            .chars()
            .map(|c| match c {
                c if self == Self::Slug => c.to_ascii_lowercase(),
                c => c,
            })
            .map(|c| match (self, c) {
                (Self::Path | Self::Event, '.') | (_, '_') => c,
                (Self::Event | Self::Label | Self::Tag | Self::Slug, '-') => c,
                (Self::Label | Self::Path | Self::Word, c) if c.is_alphanumeric() => c,
                (Self::Event | Self::Tag | Self::Slug, c) if c.is_ascii_alphanumeric() => c,
                _ => joint,
            })
            .take(NAME_CHARS_MAX)
            .collect();
        self.fits(&mended).then_some(mended)
    }
}

/// How long a name may be: event types, names of journeys and the like end up in tags of mails.
const NAME_CHARS_MAX: usize = 64;
