//! How it is stored which journeys an operator has halted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Unreadable;

/// Which journeys are halted, and how; all others go on.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Halts(pub BTreeMap<String, Halt>);

/// How a journey is halted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Halt {
    /// Nobody comes in; who is inside goes on.
    Draining,
    /// Who comes in waits at the first mail or wait; who is inside, where they are.
    Paused,
}

impl Halt {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::Paused => "paused",
        }
    }
}

impl Halts {
    /// Returns how a journey is halted, if it is.
    pub fn of(&self, journey: &str) -> Option<Halt> {
        self.0.get(journey).copied()
    }

    /// Writes them.
    pub fn to_json(&self) -> String {
        crate::to_json(&Doc {
            v: 1,
            journeys: self.0.clone(),
        })
    }

    /// Reads those of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: Doc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        Ok(Self(doc.journeys))
    }
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    journeys: BTreeMap<String, Halt>,
}
