//! How events travel from intake to resolve.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use serde::{Deserialize, Serialize};

use super::{Bond, Event, Posted};
use crate::contact::ConsentDoc;
use crate::value::{ValueDoc, read_values, write_values};
use crate::{Unreadable, time};

/// One accepted post, on its way to be resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct EventsMessage {
    /// The content hash of the release that it was checked against.
    pub release: String,
    /// The events of the post.
    pub events: Vec<Event>,
}

impl EventsMessage {
    /// Writes the message.
    pub fn to_json(&self) -> String {
        let events = self.events.iter().map(EventDoc::from).collect();
        crate::to_json(&Doc {
            v: 1,
            release: self.release.clone(),
            events,
        })
    }

    /// Reads a message of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: Doc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let events = doc.events.into_iter().map(Event::try_from);
        Ok(Self {
            release: doc.release,
            events: events.collect::<Result<_, _>>()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    release: String,
    events: Vec<EventDoc>,
}

#[derive(Deserialize, Serialize)]
struct EventDoc {
    id: String,
    #[serde(rename = "type")]
    ty: String,
    #[serde(with = "time")]
    timestamp: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, ValueDoc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    people: Vec<PostedDoc>,
}

impl From<&Event> for EventDoc {
    fn from(event: &Event) -> Self {
        Self {
            id: event.id.clone(),
            ty: event.ty.clone(),
            timestamp: event.timestamp,
            subject: event.subject.clone(),
            params: write_values(&event.params),
            people: event.people.iter().map(PostedDoc::from).collect(),
        }
    }
}

impl TryFrom<EventDoc> for Event {
    type Error = Unreadable;

    fn try_from(doc: EventDoc) -> Result<Self, Unreadable> {
        let people = doc.people.into_iter().map(Posted::try_from);
        Ok(Self {
            id: doc.id,
            ty: doc.ty,
            timestamp: doc.timestamp,
            subject: doc.subject,
            params: read_values(doc.params)?,
            people: people.collect::<Result<_, _>>()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct PostedDoc {
    id: String,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    roles: BTreeSet<String>,
    email: String,
    full_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, ValueDoc>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    cleared: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lists: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    consent: BTreeMap<String, ConsentDoc>,
    bond: BondDoc,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    merged: BTreeSet<String>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum BondDoc {
    Linked,
    Standing,
    Unlinked,
}

impl From<&Posted> for PostedDoc {
    fn from(posted: &Posted) -> Self {
        let consent = posted.consent.clone().into_iter();
        Self {
            id: posted.source_id.clone(),
            roles: posted.roles.clone(),
            email: posted.address.as_str().to_owned(),
            full_name: posted.full_name.clone(),
            locale: posted.locale.clone(),
            time_zone: posted.time_zone.clone(),
            fields: write_values(&posted.fields),
            cleared: posted.cleared.clone(),
            lists: posted.lists.clone(),
            tags: posted.tags.clone(),
            consent: consent
                .map(|(topic, proof)| (topic, proof.into()))
                .collect(),
            bond: match posted.bond {
                Bond::Linked => BondDoc::Linked,
                Bond::Standing => BondDoc::Standing,
                Bond::Unlinked => BondDoc::Unlinked,
            },
            merged: posted.merged.clone(),
        }
    }
}

impl TryFrom<PostedDoc> for Posted {
    type Error = Unreadable;

    fn try_from(doc: PostedDoc) -> Result<Self, Unreadable> {
        let consent = doc.consent.into_iter();
        Ok(Self {
            source_id: doc.id,
            roles: doc.roles,
            address: doc.email.parse()?,
            full_name: doc.full_name,
            locale: doc.locale,
            time_zone: doc.time_zone,
            fields: read_values(doc.fields)?,
            cleared: doc.cleared,
            lists: doc.lists,
            tags: doc.tags,
            consent: consent
                .map(|(topic, proof)| (topic, proof.into()))
                .collect(),
            bond: match doc.bond {
                BondDoc::Linked => Bond::Linked,
                BondDoc::Standing => Bond::Standing,
                BondDoc::Unlinked => Bond::Unlinked,
            },
            merged: doc.merged,
        })
    }
}
