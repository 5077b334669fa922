//! How it is stored when a contact came into a journey last, and when a date trigger goes off.

use jiff::Timestamp;
use journey::EnrollmentId;
use serde::{Deserialize, Serialize};

use crate::{Unreadable, time};

/// When a contact came into a journey last; kept where `reentry` asks for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LastEntry {
    /// When.
    pub at: Timestamp,
    /// The run that began then.
    pub enrollment: EnrollmentId,
}

impl LastEntry {
    /// Writes it.
    pub fn to_json(&self) -> String {
        crate::to_json(&LastEntryDoc {
            v: 1,
            at: self.at,
            enrollment: self.enrollment.to_string(),
        })
    }

    /// Reads one of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: LastEntryDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        Ok(Self {
            at: doc.at,
            enrollment: doc.enrollment.parse()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct LastEntryDoc {
    v: u8,
    #[serde(with = "time")]
    at: Timestamp,
    enrollment: String,
}

/// A date trigger that will go off for a contact.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Armed {
    /// The journey whose trigger it is.
    pub journey: String,
    /// When: a whole minute.
    pub due: Timestamp,
}

impl Armed {
    /// Writes it.
    pub fn to_json(&self) -> String {
        crate::to_json(&ArmedDoc {
            v: 1,
            journey: self.journey.clone(),
            due: self.due,
        })
    }

    /// Reads one of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let ArmedDoc { v, journey, due } = serde_json::from_str(json)?;
        crate::version(v, 1)?;
        Ok(Self { journey, due })
    }
}

#[derive(Deserialize, Serialize)]
struct ArmedDoc {
    v: u8,
    journey: String,
    #[serde(with = "time")]
    due: Timestamp,
}
