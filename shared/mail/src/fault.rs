//! Why a mail could not be made, without a word of what would have stood in it.

use std::fmt;

/// A part of a mail.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Part {
    /// The line an inbox shows first.
    Subject,
    /// The line an inbox shows beside the subject.
    Preheader,
    /// What most people read.
    Html,
    /// The same for those who read plain text.
    Text,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subject => "subject",
            Self::Preheader => "preheader",
            Self::Html => "html",
            Self::Text => "text",
        })
    }
}

/// A template that is not valid.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the {part} of the template, line {line}, column {column}: {why}")]
pub struct TemplateError {
    /// The part it stands in.
    pub part: Part,
    /// The line of that part, counted from 1; 0 if it concerns the part as a whole.
    pub line: usize,
    /// The column, counted from 1; 0 if it concerns the part as a whole.
    pub column: usize,
    /// What is wrong.
    pub why: String,
}

/// A mail that cannot be made from these facts.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the {part} of the mail: {fault}")]
pub struct RenderError {
    /// The part that could not be made.
    pub part: Part,
    /// Why not.
    pub fault: Fault,
}

/// Why a part of a mail could not be made.
///
/// **Invariant:** names of what a release declares stand in it, values never.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// A value that may be absent is absent, or holds nothing but spaces.
    #[error("`{path}` is absent")]
    Absent {
        /// Where it should have been.
        path: String,
    },
    /// Nothing is called that: the template belongs to another event or contact.
    #[error("nothing is called `{path}`")]
    Unknown {
        /// What the template asks for.
        path: String,
    },
    /// A helper was given something that it cannot work with.
    #[error("`{helper}` {why}")]
    Helper {
        /// The helper.
        helper: &'static str,
        /// What it expects.
        why: &'static str,
    },
    /// The part holds nothing but spaces.
    #[error("it would be empty")]
    Empty,
    /// The part is longer than a mail may be.
    #[error("it would be longer than {max}")]
    TooLong {
        /// The limit, with its unit.
        max: String,
    },
    /// The template engine refused, in its own words.
    #[error("the template engine refused: {0}")]
    Engine(&'static str),
}
