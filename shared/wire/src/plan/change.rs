//! How changes of contacts, and what steps wait for, are stored.

use std::collections::BTreeMap;

use journey::{Awaited, Change, Value};
use serde::{Deserialize, Serialize};

use super::audience::condition;
use crate::Unreadable;
use crate::value::ValueDoc;

/// A [`Change`].
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ChangeDoc {
    Join(String),
    Leave(String),
    Score(f64),
    Set(BTreeMap<String, Option<ValueDoc>>),
    Tag(String),
    Untag(String),
}

impl From<Change> for ChangeDoc {
    fn from(change: Change) -> Self {
        match change {
            Change::Join(list) => Self::Join(list),
            Change::Leave(list) => Self::Leave(list),
            Change::Score(amount) => Self::Score(amount),
            Change::Set(fields) => {
                let fields = fields.into_iter();
                let fields = fields.map(|(name, value)| (name, value.map(ValueDoc::from)));
                Self::Set(fields.collect())
            }
            Change::Tag(tag) => Self::Tag(tag),
            Change::Untag(tag) => Self::Untag(tag),
        }
    }
}

impl TryFrom<ChangeDoc> for Change {
    type Error = Unreadable;

    fn try_from(doc: ChangeDoc) -> Result<Self, Unreadable> {
        Ok(match doc {
            ChangeDoc::Join(list) => Self::Join(list),
            ChangeDoc::Leave(list) => Self::Leave(list),
            ChangeDoc::Score(amount) => Self::Score(amount),
            ChangeDoc::Set(fields) => {
                let fields = fields
                    .into_iter()
                    .map(|(name, value)| Ok((name, value.map(Value::try_from).transpose()?)));
                Self::Set(fields.collect::<Result<_, Unreadable>>()?)
            }
            ChangeDoc::Tag(tag) => Self::Tag(tag),
            ChangeDoc::Untag(tag) => Self::Untag(tag),
        })
    }
}

/// An [`Awaited`].
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AwaitedDoc {
    Clicked(String),
    Condition(String),
    Event {
        name: String,
        #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
        filter: Option<String>,
    },
    Opened(String),
}

impl From<&Awaited> for AwaitedDoc {
    fn from(what: &Awaited) -> Self {
        match what {
            Awaited::Clicked(send) => Self::Clicked(send.clone()),
            Awaited::Condition(condition) => Self::Condition(condition.as_str().to_owned()),
            Awaited::Event { event, filter } => Self::Event {
                name: event.clone(),
                filter: filter.as_ref().map(|filter| filter.as_str().to_owned()),
            },
            Awaited::Opened(send) => Self::Opened(send.clone()),
        }
    }
}

impl TryFrom<AwaitedDoc> for Awaited {
    type Error = Unreadable;

    fn try_from(doc: AwaitedDoc) -> Result<Self, Unreadable> {
        Ok(match doc {
            AwaitedDoc::Clicked(send) => Self::Clicked(send),
            AwaitedDoc::Condition(source) => Self::Condition(condition(&source)?),
            AwaitedDoc::Event { name, filter } => Self::Event {
                event: name,
                filter: filter.as_deref().map(condition).transpose()?,
            },
            AwaitedDoc::Opened(send) => Self::Opened(send),
        })
    }
}
