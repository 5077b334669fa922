//! How a project's settings are stored.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use journey::{Purpose, Scoring, Sender, Settings};
use serde::{Deserialize, Serialize};

use crate::Unreadable;
use crate::value::{FieldDoc, ValueDoc, read_fields, read_values, write_fields, write_values};

/// A [`Settings`].
#[derive(Deserialize, Serialize)]
pub(super) struct SettingsDoc {
    organization: String,
    locale: String,
    zone: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    vars: BTreeMap<String, ValueDoc>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, FieldDoc>,
    #[serde(default, skip_serializing_if = "is_nothing")]
    scoring: ScoringDoc,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    confirmed: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    soft: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tracking: Option<String>,
}

/// A [`Scoring`].
#[derive(Clone, Copy, Default, Deserialize, PartialEq, Serialize)]
struct ScoringDoc {
    #[serde(default)]
    opened: f64,
    #[serde(default)]
    clicked: f64,
    #[serde(default, skip_serializing_if = "is_zero")]
    unsubscribed: f64,
    #[serde(default, skip_serializing_if = "is_zero")]
    bounced: f64,
    #[serde(default, skip_serializing_if = "is_zero")]
    complained: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    half_life: Option<u16>,
}

fn is_zero(amount: &f64) -> bool {
    *amount == 0.0
}

fn is_nothing(scoring: &ScoringDoc) -> bool {
    *scoring == ScoringDoc::default()
}

impl From<&Settings> for SettingsDoc {
    fn from(settings: &Settings) -> Self {
        Self {
            organization: settings.organization.clone(),
            locale: settings.locale.clone(),
            zone: settings.zone.iana_name().unwrap_or("UTC").to_owned(),
            vars: write_values(&settings.vars),
            fields: write_fields(&settings.fields),
            confirmed: settings.confirmed.clone(),
            soft: settings.soft.clone(),
            tracking: settings.tracking.clone(),
            scoring: ScoringDoc {
                opened: settings.scoring.opened,
                clicked: settings.scoring.clicked,
                unsubscribed: settings.scoring.unsubscribed,
                bounced: settings.scoring.bounced,
                complained: settings.scoring.complained,
                half_life: settings.scoring.half_life,
            },
        }
    }
}

impl TryFrom<SettingsDoc> for Settings {
    type Error = Unreadable;

    fn try_from(doc: SettingsDoc) -> Result<Self, Unreadable> {
        let zone = match doc.zone.as_str() {
            "UTC" => Some(TimeZone::UTC),
            name => journey::zone(name),
        };
        Ok(Self {
            organization: doc.organization,
            locale: doc.locale,
            zone: zone.ok_or_else(|| Unreadable::new("the project's time zone"))?,
            vars: read_values(doc.vars)?,
            fields: read_fields(doc.fields)?,
            confirmed: doc.confirmed,
            soft: doc.soft,
            tracking: doc.tracking,
            scoring: Scoring {
                opened: doc.scoring.opened,
                clicked: doc.scoring.clicked,
                unsubscribed: doc.scoring.unsubscribed,
                bounced: doc.scoring.bounced,
                complained: doc.scoring.complained,
                half_life: doc.scoring.half_life,
            },
        })
    }
}

/// A [`Purpose`].
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PurposeDoc {
    Marketing { topic: String },
    Transactional,
}

impl From<&Purpose> for PurposeDoc {
    fn from(purpose: &Purpose) -> Self {
        match purpose.clone() {
            Purpose::Marketing { topic } => Self::Marketing { topic },
            Purpose::Transactional => Self::Transactional,
        }
    }
}

impl From<PurposeDoc> for Purpose {
    fn from(doc: PurposeDoc) -> Self {
        match doc {
            PurposeDoc::Marketing { topic } => Self::Marketing { topic },
            PurposeDoc::Transactional => Self::Transactional,
        }
    }
}

/// A [`Sender`].
#[derive(Deserialize, Serialize)]
pub(super) struct SenderDoc {
    name: String,
    address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<String>,
}

impl From<&Sender> for SenderDoc {
    fn from(sender: &Sender) -> Self {
        let text = |address: &journey::EmailAddress| address.as_str().to_owned();
        Self {
            name: sender.name.clone(),
            address: text(&sender.address),
            reply_to: sender.reply_to.as_ref().map(text),
        }
    }
}

impl TryFrom<SenderDoc> for Sender {
    type Error = Unreadable;

    fn try_from(doc: SenderDoc) -> Result<Self, Unreadable> {
        Ok(Self {
            name: doc.name,
            address: doc.address.parse()?,
            reply_to: doc.reply_to.map(|address| address.parse()).transpose()?,
        })
    }
}
