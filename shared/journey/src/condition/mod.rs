//! Conditions: `contact.member and not opened('welkom-1')`.
//!
//! A small language with types and without arithmetic, in the words of the trade rather than signs,
//! because `!` and `&` mean something else in YAML:
//!
//! ```text
//! condition = all { "or" all }
//! all       = one { "and" one }
//! one       = "not" one | test
//! test      = value [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" ) value ]
//! value     = "true" | "false" | number | text | list | path | call | "(" condition ")"
//! call      = "has(" path ")" | "days_since(" path ")"
//!           | "opened(" text ")" | "clicked(" text [ "," text ] ")"
//! list      = "[" ( text { "," text } | number { "," number } ) [ "," ] "]"
//! path      = name { "." name }          letters of any script, digits and "_"
//! number    = [ "-" ] digits [ "." digits ]
//! text      = between two ' or two ", with every character as it stands
//! ```
//!
//! So `not` binds less than a comparison and more than `and`, which binds more than `or`; comparisons
//! do not chain. `==` and `!=` compare two texts, numbers or yes/noes; the others two numbers. Texts
//! are equal if they are the same characters. `in` asks whether a list has a text or a number. Dates
//! stand only in `has` and `days_since`.
//!
//! A path that may be absent must be guarded: `has(contact.age) and contact.age > 18`.
//!
//! **Invariant:** a condition that passes [`Condition::check`] has an answer for every contact.

mod aging;
mod check;
mod eval;
mod kinds;
mod lex;
mod parse;
mod tree;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;

pub(crate) use check::unknown_path;
pub(crate) use words::{is_path, is_path_char};

use crate::{Kind, Mistake, Value};
use tree::{Expr, Node};

/// A yes/no question about a contact, an event and what a contact did with earlier mails.
///
/// Two conditions are equal if they ask the same, however they are spaced.
#[derive(Clone)]
pub struct Condition {
    source: String,
    tree: Node,
}

impl Condition {
    /// Reads a condition, of at most 4096 bytes and 64 levels of parentheses and `not`.
    ///
    /// # Errors
    /// If the text is not a condition: the first place where it stops being one.
    pub fn parse(source: &str) -> Result<Self, Mistake> {
        let tree = parse::parse(source)?;
        Ok(Self {
            source: source.to_owned(),
            tree,
        })
    }

    /// Reports what would leave the condition without an answer: unknown names, things that cannot
    /// be compared, and paths that may be absent where they are read.
    ///
    /// # Errors
    /// If there are mistakes: all that do not follow from another one, in the order of the text.
    pub fn check(&self, schema: &Schema) -> Result<(), Vec<Mistake>> {
        check::check(&self.source, &self.tree, schema)
    }

    /// Returns the answer for a contact at a moment.
    ///
    /// It is total even if the facts are not what the schema promised: the smallest question around a
    /// value that is absent, or of another kind, is then answered no.
    pub fn holds(&self, facts: &impl Facts) -> bool {
        eval::holds(&self.tree, facts)
    }

    /// Returns what the author wrote.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Returns every path that it reads or asks for.
    pub fn paths(&self) -> BTreeSet<&str> {
        let mut paths = BTreeSet::new();
        self.tree.visit(&mut |node| {
            if let Expr::Path(path) = &node.expr {
                paths.insert(path.as_str());
            }
            if let Expr::Has(path) | Expr::DaysSince(path) = &node.expr {
                paths.insert(path.text.as_str());
            }
        });
        paths
    }

    /// Returns the path of a date that needs only to grow old enough for the answer to become `answer`, and on which day
    /// after it, where that can be said; nothing where only a write brings that about.
    pub fn ages(&self, answer: bool) -> Option<(&str, Option<i64>)> {
        aging::ages(&self.tree, answer)
    }

    /// Returns every send it asks about, with the link if it asks about one, and where that stands.
    pub fn links(&self) -> Vec<(&str, Option<&str>, Range<usize>)> {
        let mut links = Vec::new();
        self.tree.visit(&mut |node| {
            if let Expr::Opened(send) = &node.expr {
                links.push((send.text.as_str(), None, send.at.clone()));
            }
            if let Expr::Clicked(send, link) = &node.expr {
                let at = link.as_ref().unwrap_or(send).at.clone();
                links.push((
                    send.text.as_str(),
                    link.as_ref().map(|link| link.text.as_str()),
                    at,
                ));
            }
        });
        links
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.tree == other.tree
    }
}

/// Shows what the author wrote, which is nobody's personal data.
impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({})", self.source)
    }
}

/// What a condition may ask about.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Schema {
    /// The declared paths, whole: `contact.score`, `event.Person.FullName`.
    pub fields: BTreeMap<String, Reading>,
    /// The ids of the sends that a contact may have been through.
    pub sends: BTreeSet<String>,
}

/// What reading a path gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reading {
    /// What kind of value is there.
    pub kind: Kind,
    /// Whether there is always one; otherwise it may be read only where `has` was asked.
    pub always: bool,
}

/// What is known when a condition is looked at.
pub trait Facts {
    /// Returns what a path holds, if anything.
    fn value(&self, path: &str) -> Option<&Value>;

    /// Returns whether the contact opened the mail of that send.
    fn opened(&self, send: &str) -> bool;

    /// Returns whether the contact clicked in the mail of that send: that link, or any.
    fn clicked(&self, send: &str, link: Option<&str>) -> bool;

    /// Returns the zone of the contact, in which days begin and end.
    fn zone(&self) -> &TimeZone;

    /// Returns what day it is in that zone.
    fn today(&self) -> Date;
}
