//! What a step changes about a contact.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::{Contact, Settings, Value};

/// A change of a contact, in the words of the step that makes it.
#[derive(Clone, PartialEq)]
pub enum Change {
    /// Puts them on a list.
    Join(String),
    /// Takes them off a list.
    Leave(String),
    /// Adds so much to their score.
    Score(f64),
    /// Sets fields; nothing clears one.
    Set(BTreeMap<String, Option<Value>>),
    /// Marks them.
    Tag(String),
    /// Takes a mark away.
    Untag(String),
}

impl Change {
    /// Returns the word of the step.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Join(_) => "join",
            Self::Leave(_) => "leave",
            Self::Score(_) => "score",
            Self::Set(_) => "set",
            Self::Tag(_) => "tag",
            Self::Untag(_) => "untag",
        }
    }

    /// Makes the change.
    pub fn apply(&self, contact: &mut Contact, settings: &Settings, now: Timestamp) {
        match self {
            Self::Join(list) => {
                contact.lists.insert(list.clone());
            }
            Self::Leave(list) => {
                contact.lists.remove(list);
            }
            Self::Score(amount) => score(contact, *amount, settings, now),
            Self::Set(fields) => {
                for (name, value) in fields {
                    set(contact, name, value.as_ref());
                }
                if fields.contains_key(SCORE) {
                    contact.scored = Some(now);
                }
            }
            Self::Tag(tag) => {
                contact.tags.insert(tag.clone());
            }
            Self::Untag(tag) => {
                contact.tags.remove(tag);
            }
        }
    }
}

/// Adds to what is left of a score; one that nobody has given starts at its declared default.
fn score(contact: &mut Contact, amount: f64, settings: &Settings, now: Timestamp) {
    contact.fade(settings, now);
    let declared = settings.fields.get(SCORE);
    let default = declared.and_then(|field| field.default.clone());
    let before = contact.fields.get(SCORE).cloned().or(default);
    let before = match before {
        Some(Value::Number(score)) => score,
        Some(
            Value::Bool(_) | Value::Date(_) | Value::DateTime(_) | Value::List(_) | Value::Text(_),
        )
        | None => 0.0,
    };
    let after = (before + amount).clamp(f64::MIN, f64::MAX);
    let after = Value::Number(after);
    contact.fields.insert(SCORE.to_owned(), after);
    contact.scored = Some(now);
}

fn set(contact: &mut Contact, name: &str, value: Option<&Value>) {
    let text = match value {
        Some(Value::Text(text)) => Some(text.clone()),
        Some(
            Value::Bool(_)
            | Value::Date(_)
            | Value::DateTime(_)
            | Value::List(_)
            | Value::Number(_),
        )
        | None => None,
    };
    match (name, value) {
        ("locale", _) => contact.locale = text,
        ("time_zone", _) => contact.time_zone = text,
        ("full_name", _) => contact.full_name = text.unwrap_or_default(),
        (_, Some(value)) => {
            contact.fields.insert(name.to_owned(), value.clone());
        }
        (_, None) => {
            contact.fields.remove(name);
        }
    }
}

/// Values are personal data, here too.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Join(name) | Self::Leave(name) | Self::Tag(name) | Self::Untag(name) => {
                write!(f, "{} {name}", self.verb())
            }
            Self::Score(amount) => write!(f, "score {amount:+}"),
            Self::Set(fields) => f.debug_map().entries(fields).finish(),
        }
    }
}

/// The field that a score is kept in.
pub const SCORE: &str = "score";
