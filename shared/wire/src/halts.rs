//! How it is stored what is halted: journeys by an operator, and all marketing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Unreadable, time};

/// What is halted, and how; all else goes on.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Halts {
    /// The journeys that an operator has halted.
    pub journeys: BTreeMap<String, Halt>,
    /// Why and since when every marketing journey is paused; service goes on.
    pub marketing: Option<Hold>,
}

/// Since when and why all marketing is held.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Hold {
    /// Since when.
    #[serde(with = "time")]
    pub at: Timestamp,
    /// Why.
    pub why: Strain,
}

/// What puts the good name of the account at risk, or who says so.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strain {
    /// Too many mails bounce.
    Bounces,
    /// Too many recipients complain.
    Complaints,
    /// An operator has paused it.
    Operator,
}

/// How a journey is halted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
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

impl Strain {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bounces => "bounces",
            Self::Complaints => "complaints",
            Self::Operator => "operator",
        }
    }
}

impl Halts {
    /// Returns every way in which a journey is halted: one that drains may be held with all marketing too.
    pub fn of(&self, journey: &str, is_marketing: bool) -> BTreeSet<Halt> {
        let held = self.marketing.filter(|_| is_marketing);
        let own = self.journeys.get(journey).copied();
        own.into_iter().chain(held.map(|_| Halt::Paused)).collect()
    }

    /// Writes them.
    pub fn to_json(&self) -> String {
        crate::to_json(&Doc {
            v: 1,
            journeys: self.journeys.clone(),
            marketing: self.marketing,
        })
    }

    /// Reads those of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: Doc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        Ok(Self {
            journeys: doc.journeys,
            marketing: doc.marketing,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    journeys: BTreeMap<String, Halt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    marketing: Option<Hold>,
}
