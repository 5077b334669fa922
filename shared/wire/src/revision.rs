//! How it is stored, with a contact, what a write of it changed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use journey::{Before, Revision, Value};
use serde::{Deserialize, Serialize};

use crate::value::ValueDoc;
use crate::{Unreadable, time};

/// A [`Revision`].
#[derive(Deserialize, Serialize)]
pub(crate) struct RevisionDoc {
    id: String,
    #[serde(with = "time")]
    at: Timestamp,
    #[serde(default, skip_serializing_if = "is_zero")]
    hops: u8,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    nothing: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    /// A list of at most one, since JSON's `null` cannot be told from what is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, Vec<ValueDoc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scored: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lists: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    absorbed: Option<String>,
}

impl From<&Revision> for RevisionDoc {
    fn from(revision: &Revision) -> Self {
        let before = revision.before.clone();
        let list = |known: Option<String>| known.into_iter().collect();
        let fields = before.fields.into_iter();
        Self {
            id: revision.id.to_string(),
            at: revision.at,
            hops: revision.hops,
            nothing: before.nothing,
            email: before.address.map(|address| address.as_str().to_owned()),
            full_name: before.full_name,
            locale: before.locale.map(list),
            time_zone: before.time_zone.map(list),
            fields: fields
                .map(|(name, value)| (name, value.map(ValueDoc::from).into_iter().collect()))
                .collect(),
            scored: before.scored.map(|at| list(at.map(|at| at.to_string()))),
            lists: before.lists,
            tags: before.tags,
            absorbed: revision.absorbed.as_ref().map(ToString::to_string),
        }
    }
}

impl TryFrom<RevisionDoc> for Revision {
    type Error = Unreadable;

    fn try_from(doc: RevisionDoc) -> Result<Self, Unreadable> {
        let one = |known: Vec<String>| known.into_iter().next();
        let moment = |known: Vec<String>| crate::time::read(one(known).as_deref());
        let fields = doc.fields.into_iter().map(|(name, values)| {
            let value = values.into_iter().next().map(Value::try_from);
            Ok((name, value.transpose()?))
        });
        Ok(Self {
            id: doc.id.parse()?,
            at: doc.at,
            hops: doc.hops,
            absorbed: doc.absorbed.map(|id| id.parse()).transpose()?,
            before: Before {
                nothing: doc.nothing,
                address: doc.email.map(|email| email.parse()).transpose()?,
                full_name: doc.full_name,
                locale: doc.locale.map(one),
                time_zone: doc.time_zone.map(one),
                fields: fields.collect::<Result<_, Unreadable>>()?,
                scored: doc.scored.map(moment).transpose()?,
                lists: doc.lists,
                tags: doc.tags,
            },
        })
    }
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}
