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
    /// Why all marketing is or was held; service goes on.
    marketing: BTreeMap<Strain, Hold>,
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

/// What puts the good name of the account at risk, or who says so.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strain {
    /// Too many mails bounce.
    Bounces,
    /// Too many recipients complain.
    Complaints,
    /// An operator has paused it.
    Operator,
}

/// One reason to hold all marketing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Hold {
    /// Since when it is held for this.
    #[serde(with = "time")]
    since: Timestamp,
    /// The newest word of it: an older one, or the same again, changes nothing.
    #[serde(with = "time")]
    heard: Timestamp,
    /// Whether an operator has let marketing go on since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    over: bool,
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
        let mut held = self.marketing.values().filter(|_| is_marketing);
        let held = held.any(|hold| !hold.over).then_some(Halt::Paused);
        let own = self.journeys.get(journey).copied();
        own.into_iter().chain(held).collect()
    }

    /// Returns why all marketing is held, and since when; nothing where it goes on.
    pub fn marketing(&self) -> BTreeMap<Strain, Timestamp> {
        let holds = self.marketing.iter().filter(|(_, hold)| !hold.over);
        holds.map(|(why, hold)| (*why, hold.since)).collect()
    }

    /// Holds all marketing. An alarm that is no newer than what was heard comes late, or again, and changes nothing.
    pub fn hold_marketing(&mut self, why: Strain, at: Timestamp) {
        match self.marketing.get_mut(&why) {
            Some(hold) if at <= hold.heard && why != Strain::Operator => (),
            Some(hold) if !hold.over => hold.heard = at,
            Some(_) | None => {
                let hold = Hold {
                    since: at,
                    heard: at,
                    over: false,
                };
                self.marketing.insert(why, hold);
            }
        }
    }

    /// Lets marketing go on, as far as it is held for what an operator has `seen`.
    pub fn resume_marketing(&mut self, seen: &BTreeMap<Strain, Timestamp>) {
        for (why, hold) in &mut self.marketing {
            hold.over |= seen.get(why) == Some(&hold.since);
        }
    }

    /// Writes them.
    pub fn to_json(&self) -> String {
        crate::to_json(&Doc {
            v: 1,
            journeys: self.journeys.clone(),
            marketing: self.marketing.clone(),
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
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    marketing: BTreeMap<Strain, Hold>,
}
