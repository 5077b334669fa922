//! How contacts and their links are stored.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use journey::{Consent, Contact, ContactId, Revision};
use serde::{Deserialize, Serialize};

use crate::choice::Moment;
use crate::revision::RevisionDoc;
use crate::value::{ValueDoc, read_values, write_values};
use crate::{Unreadable, time};

/// A contact, and how fresh what is known about them is.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactRecord {
    /// The contact, without defaults.
    pub contact: Contact,
    /// The newest `timestamp` of an event that changed it.
    pub as_of: Timestamp,
    /// The topics to which they said no, where that has been counted in their score.
    pub counted: BTreeSet<String>,
    /// The writes of which not everybody whom they concern has heard yet, the oldest first.
    pub unheard: Vec<Revision>,
}

/// What is stored under the name of a contact.
#[derive(Clone, Debug, PartialEq)]
pub enum Profile {
    /// A person.
    Person(Box<ContactRecord>),
    /// Nobody any more: the source has merged them into somebody, of whom nothing more than this is repeated here.
    Merged(ContactId),
}

impl Profile {
    /// Writes that a contact is merged into another.
    pub fn merged(into: &ContactId) -> String {
        crate::to_json(&MergedDoc {
            v: 1,
            merged_into: into.to_string(),
        })
    }

    /// Reads a profile of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        match serde_json::from_str::<MergedDoc>(json) {
            Ok(doc) => {
                crate::version(doc.v, 1)?;
                Ok(Self::Merged(doc.merged_into.parse()?))
            }
            Err(_) => ContactRecord::from_json(json).map(|record| Self::Person(Box::new(record))),
        }
    }
}

#[derive(Deserialize, Serialize)]
struct MergedDoc {
    v: u8,
    merged_into: String,
}

impl ContactRecord {
    /// Writes the record.
    pub fn to_json(&self) -> String {
        let contact = &self.contact;
        let consent = contact.consent.clone().into_iter();
        crate::to_json(&Doc {
            v: 1,
            source_id: contact.source_id.clone(),
            email: contact.address.as_str().to_owned(),
            full_name: contact.full_name.clone(),
            locale: contact.locale.clone(),
            time_zone: contact.time_zone.clone(),
            fields: write_values(&contact.fields),
            tags: contact.tags.clone(),
            lists: contact.lists.clone(),
            consent: consent
                .map(|(topic, proof)| (topic, proof.into()))
                .collect(),
            as_of: self.as_of,
            counted: self.counted.clone(),
            unheard: self.unheard.iter().map(RevisionDoc::from).collect(),
            absorbed: contact.absorbed.iter().map(ToString::to_string).collect(),
            scored: contact.scored.map(|at| at.to_string()),
        })
    }

    /// Reads a record of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: Doc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let consent = doc.consent.into_iter();
        let unheard = doc.unheard.into_iter().map(Revision::try_from);
        let absorbed = doc.absorbed.iter().map(|id| id.parse());
        Ok(Self {
            contact: Contact {
                id: ContactId::of(&doc.source_id),
                source_id: doc.source_id,
                address: doc.email.parse()?,
                full_name: doc.full_name,
                locale: doc.locale,
                time_zone: doc.time_zone,
                fields: read_values(doc.fields)?,
                tags: doc.tags,
                lists: doc.lists,
                consent: consent
                    .map(|(topic, proof)| (topic, proof.into()))
                    .collect(),
                absorbed: absorbed.collect::<Result<_, _>>()?,
                scored: time::read(doc.scored.as_deref())?,
            },
            as_of: doc.as_of,
            counted: doc.counted,
            unheard: unheard.collect::<Result<_, _>>()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    source_id: String,
    email: String,
    full_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, ValueDoc>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    tags: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    lists: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    consent: BTreeMap<String, ConsentDoc>,
    #[serde(with = "time")]
    as_of: Timestamp,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    counted: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unheard: Vec<RevisionDoc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    absorbed: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scored: Option<String>,
}

/// A proof of consent.
#[derive(Deserialize, Serialize)]
pub(crate) struct ConsentDoc {
    #[serde(with = "time")]
    at: Timestamp,
    how: String,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proof: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withdrawn: Option<Moment>,
    /// Where it is not `at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confirmed: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ahead: Option<Moment>,
}

impl From<Consent> for ConsentDoc {
    fn from(consent: Consent) -> Self {
        let plain = Consent::new(consent.at, consent.how.clone(), consent.text.clone());
        Self {
            at: consent.at,
            how: consent.how,
            text: consent.text,
            version: consent.version,
            proof: consent.proof,
            withdrawn: consent.withdrawn.map(Moment),
            confirmed: consent
                .confirmed
                .filter(|_| plain.confirmed != consent.confirmed)
                .map(Moment),
            ahead: consent.ahead.map(Moment),
        }
    }
}

impl From<ConsentDoc> for Consent {
    fn from(doc: ConsentDoc) -> Self {
        let plain = Self::new(doc.at, doc.how, doc.text);
        let moments = [doc.confirmed, doc.ahead, doc.withdrawn];
        let [confirmed, ahead, withdrawn] = moments.map(|at| at.map(|Moment(at)| at));
        // What is dated ahead, or was taken back at that moment, confirms nothing by itself.
        let itself = plain.confirmed;
        let itself = itself.filter(|at| ahead != Some(*at) && withdrawn != Some(*at));
        Self {
            version: doc.version,
            proof: doc.proof,
            withdrawn,
            confirmed: confirmed.or(itself),
            ahead,
            ..plain
        }
    }
}

/// The roles in which one contact is linked to a subject, or holds whatever the subject.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Bonds {
    /// Each role, and where it comes from.
    pub roles: BTreeMap<String, RoleBond>,
}

/// Where one role of one contact comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleBond {
    /// Whether it still holds; an ended one is kept, so that a late event cannot revive it.
    pub holds: bool,
    /// The id of the event that began it.
    pub since: String,
    /// The newest `timestamp` of an event that spoke of it.
    pub as_of: Timestamp,
}

impl Bonds {
    /// Adds what somebody holds under another name of theirs: of each role what was said last.
    pub fn join(&mut self, other: Self) {
        for (role, bond) in other.roles {
            match self.roles.get(&role) {
                Some(known) if known.as_of >= bond.as_of => (),
                Some(_) | None => {
                    self.roles.insert(role, bond);
                }
            }
        }
    }

    /// Writes the bonds.
    pub fn to_json(&self) -> String {
        let roles = self.roles.iter();
        let roles = roles.map(|(role, bond)| {
            let doc = RoleBondDoc {
                holds: bond.holds,
                since: bond.since.clone(),
                as_of: bond.as_of,
            };
            (role.clone(), doc)
        });
        crate::to_json(&BondsDoc {
            v: 1,
            roles: roles.collect(),
        })
    }

    /// Reads bonds of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: BondsDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let roles = doc.roles.into_iter().map(|(role, doc)| {
            let bond = RoleBond {
                holds: doc.holds,
                since: doc.since,
                as_of: doc.as_of,
            };
            (role, bond)
        });
        Ok(Self {
            roles: roles.collect(),
        })
    }
}

#[derive(Deserialize, Serialize)]
struct BondsDoc {
    v: u8,
    roles: BTreeMap<String, RoleBondDoc>,
}

#[derive(Deserialize, Serialize)]
struct RoleBondDoc {
    holds: bool,
    since: String,
    #[serde(with = "time")]
    as_of: Timestamp,
}
