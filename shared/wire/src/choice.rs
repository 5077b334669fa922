//! How it is stored what somebody chose on a page for recipients.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Unreadable, time};

/// What somebody chose about one topic, the oldest first: the proof of what was asked for, and when.
///
/// **Invariant:** it is bounded; the last choice is always there.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Choices(Vec<Choice>);

/// One choice.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// When.
    pub at: Timestamp,
    /// How: `one-click` for the mail program's own button, `page` for ours.
    pub how: String,
    /// What.
    pub what: Chosen,
}

/// What can be chosen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Chosen {
    /// To get mails about the topic.
    In,
    /// To get none.
    Out,
    /// To get none for a while.
    Quiet {
        /// Until when.
        until: Timestamp,
    },
}

impl Choices {
    /// Returns the one that holds.
    pub fn last(&self) -> Option<&Choice> {
        self.0.last()
    }

    /// Adds one; the same again changes nothing.
    pub fn add(&mut self, choice: Choice) {
        if self.last().is_some_and(|last| last.what == choice.what) {
            return;
        }
        if self.0.len() >= KEPT_MAX {
            self.0.remove(0);
        }
        self.0.push(choice);
    }

    /// Writes them.
    pub fn to_json(&self) -> String {
        let choices = self.0.iter().map(|choice| Doc {
            at: choice.at,
            how: choice.how.clone(),
            what: match choice.what {
                Chosen::In => "in",
                Chosen::Out => "out",
                Chosen::Quiet { .. } => "quiet",
            }
            .to_owned(),
            until: match choice.what {
                Chosen::Quiet { until } => Some(Moment(until)),
                Chosen::In | Chosen::Out => None,
            },
        });
        crate::to_json(&ChoicesDoc {
            v: 1,
            choices: choices.collect(),
        })
    }

    /// Reads some of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: ChoicesDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let choices = doc.choices.into_iter().map(|doc| {
            let what = match (doc.what.as_str(), doc.until) {
                ("in", _) => Chosen::In,
                ("quiet", Some(Moment(until))) => Chosen::Quiet { until },
                // Whatever else was chosen, it was not to be mailed.
                _ => Chosen::Out,
            };
            Choice {
                at: doc.at,
                how: doc.how,
                what,
            }
        });
        Ok(Self(choices.collect()))
    }
}

#[derive(Deserialize, Serialize)]
struct ChoicesDoc {
    v: u8,
    choices: Vec<Doc>,
}

#[derive(Deserialize, Serialize)]
struct Doc {
    #[serde(with = "time")]
    at: Timestamp,
    how: String,
    what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Moment>,
}

#[derive(Deserialize, Serialize)]
#[serde(transparent)]
struct Moment(#[serde(with = "time")] Timestamp);

/// More than anybody needs to prove; an item has its limits.
const KEPT_MAX: usize = 50;
