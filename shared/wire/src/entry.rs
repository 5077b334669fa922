//! How it is stored when a contact came into a journey last, and when a date trigger goes off.

use std::collections::BTreeSet;

use jiff::Timestamp;
use journey::{EnrollmentId, Value};
use serde::{Deserialize, Serialize};

use crate::value::ValueDoc;
use crate::{Unreadable, time};

/// When a contact came into a journey last; kept where `reentry` asks for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LastEntry {
    /// When.
    pub at: Timestamp,
    /// The run that began then.
    pub enrollment: EnrollmentId,
    /// How often they came in under this name.
    pub entries: u32,
}

impl LastEntry {
    /// Writes it.
    pub fn to_json(&self) -> String {
        crate::to_json(&LastEntryDoc {
            v: 1,
            at: self.at,
            enrollment: self.enrollment.to_string(),
            entries: self.entries,
        })
    }

    /// Reads one of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: LastEntryDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        Ok(Self {
            at: doc.at,
            enrollment: doc.enrollment.parse()?,
            entries: doc.entries,
        })
    }
}

/// Before it was counted, there was one of which it was known.
fn once() -> u32 {
    1
}

fn is_once(entries: &u32) -> bool {
    *entries == once()
}

#[derive(Deserialize, Serialize)]
struct LastEntryDoc {
    v: u8,
    #[serde(with = "time")]
    at: Timestamp,
    enrollment: String,
    #[serde(default = "once", skip_serializing_if = "is_once")]
    entries: u32,
}

/// A date trigger for a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Armed {
    /// The journey whose trigger it is.
    pub journey: String,
    /// When it goes off: a whole minute; nothing where it has done so for the last time, or never does.
    pub due: Option<Timestamp>,
    /// What its field said when it was set; what is older than this was known says nothing.
    pub of: Option<Value>,
}

impl Armed {
    /// Writes it.
    pub fn to_json(&self) -> String {
        crate::to_json(&ArmedDoc {
            v: 1,
            journey: self.journey.clone(),
            due: self.due.map(Moment),
            of: self.of.clone().map(ValueDoc::from),
        })
    }

    /// Reads one of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let ArmedDoc {
            v,
            journey,
            due,
            of,
        } = serde_json::from_str(json)?;
        crate::version(v, 1)?;
        Ok(Self {
            journey,
            due: due.map(|Moment(due)| due),
            of: of.map(TryInto::try_into).transpose()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct ArmedDoc {
    v: u8,
    journey: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<ValueDoc>,
}

#[derive(Deserialize, Serialize)]
#[serde(transparent)]
struct Moment(#[serde(with = "time")] Timestamp);

/// How far the dates of people who are known already were set, for journeys that were published since.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Survey {
    /// The date triggers for which it was done, or is being done.
    pub triggers: BTreeSet<String>,
    /// Where to go on; nothing where it is done.
    pub after: Option<String>,
}

impl Survey {
    /// Writes it.
    pub fn to_json(&self) -> String {
        let survey = self.clone();
        crate::to_json(&SurveyDoc { v: 1, survey })
    }

    /// Reads one of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: SurveyDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        Ok(doc.survey)
    }
}

#[derive(Deserialize, Serialize)]
struct SurveyDoc {
    v: u8,
    #[serde(flatten)]
    survey: Survey,
}
