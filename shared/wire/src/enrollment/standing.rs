//! What may be read of an enrollment by whoever only counts.

use journey::{MERGED, Phase, Taken};
use serde::Deserialize;

use super::{Moment, PhaseDoc, TakenDoc};
use crate::Unreadable;

/// Where an enrollment stands, and nothing of what it knows: all that whoever counts may read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// The journey's name.
    pub journey: String,
    /// The content hash of the version it runs.
    pub plan: String,
    /// Where it stands.
    pub phase: Phase,
}

impl Standing {
    /// What stands in the document of each enrollment that is over, and in no other.
    pub const OVER: &str = r#""phase":{"left":"#;
    /// What stands in the document of each enrollment that is parked, and in no other.
    pub const PARKED: &str = r#""phase":{"parked":"#;

    /// Reads it out of a record of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Part {
            v: u8,
            journey: String,
            plan: String,
            phase: PhaseDoc,
        }
        let part: Part = serde_json::from_str(json)?;
        crate::version(part.v, 1)?;
        Ok(Self {
            journey: part.journey,
            plan: part.plan,
            phase: part.phase.into(),
        })
    }
}

/// How far an enrollment came, and nothing of what it knows: all that statistics may read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Passage {
    /// The journey's name.
    pub journey: String,
    /// The content hash of the version it runs.
    pub plan: String,
    /// Where it stands.
    pub phase: Phase,
    /// What it did, in order.
    pub path: Vec<Taken>,
    /// Whether the journey's goal was reached in time.
    pub goal: bool,
}

impl Passage {
    /// Returns whether it goes on under another name, with the same past.
    pub fn is_handed_over(&self) -> bool {
        matches!(&self.phase, Phase::Left { reason, .. } if reason == MERGED)
    }

    /// Reads it out of a record of any version that was ever written.
    ///
    /// # Errors
    /// Fails on what a newer version wrote.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Part {
            v: u8,
            journey: String,
            plan: String,
            phase: PhaseDoc,
            #[serde(default)]
            path: Vec<TakenDoc>,
            #[serde(default)]
            goal: Option<Moment>,
        }
        let part: Part = serde_json::from_str(json)?;
        crate::version(part.v, 1)?;
        Ok(Self {
            journey: part.journey,
            plan: part.plan,
            goal: part.goal.is_some(),
            phase: part.phase.into(),
            path: part.path.into_iter().map(Taken::from).collect(),
        })
    }
}
