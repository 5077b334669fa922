//! How statistics are written down of runs that are not kept for ever: numbers, and nobody's name.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Unreadable, time};

/// What those runs of a version of a journey came to that ended within some time, and their mails.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Statement {
    /// The journey's name.
    pub journey: String,
    /// The version's content hash.
    pub plan: String,
    /// From when on they ended; nothing where it is the first one.
    pub from: Option<Timestamp>,
    /// Before when they ended.
    pub until: Timestamp,
    /// What they came to.
    pub figures: Figures,
}

impl Statement {
    /// Writes it.
    pub fn to_json(&self) -> String {
        let Self {
            journey,
            plan,
            from,
            until,
            figures,
        } = self.clone();
        crate::to_json(&StatementDoc {
            v: 1,
            journey,
            plan,
            from: from.map(|from| from.to_string()),
            until,
            figures,
        })
    }

    /// Reads one of any version that was ever written.
    ///
    /// # Errors
    /// Fails on what a newer version wrote.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: StatementDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        Ok(Self {
            journey: doc.journey,
            plan: doc.plan,
            from: time::read(doc.from.as_deref())?,
            until: doc.until,
            figures: doc.figures,
        })
    }
}

/// What the runs of one version of a journey came to.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Figures {
    /// How many runs there are.
    pub entered: u64,
    /// How many of them cannot go on until something is mended.
    #[serde(skip_serializing_if = "is_none")]
    pub parked: u64,
    /// How many are over, by reason.
    pub left: BTreeMap<String, u64>,
    /// What happened at its steps.
    pub steps: BTreeMap<String, StepFigures>,
    /// How those fared who took the sides of its splits, by step and side.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub splits: BTreeMap<String, BTreeMap<String, SideFigures>>,
}

impl Figures {
    /// Returns how many are on their way.
    pub fn on_their_way(&self) -> u64 {
        self.entered.saturating_sub(self.left.values().sum())
    }

    /// Adds what other runs of the same version came to.
    pub fn add(&mut self, other: &Self) {
        self.entered += other.entered;
        self.parked += other.parked;
        add_each(&mut self.left, &other.left);
        for (name, step) in &other.steps {
            let own = self.steps.entry(name.clone()).or_default();
            own.here += step.here;
            add_each(&mut own.outcomes, &step.outcomes);
            own.mails.add(&step.mails);
        }
        for (split, sides) in &other.splits {
            let own = self.splits.entry(split.clone()).or_default();
            for (name, side) in sides {
                own.entry(name.clone()).or_default().add(side);
            }
        }
    }
}

/// What happened at one step.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct StepFigures {
    /// How many stand there.
    #[serde(skip_serializing_if = "is_none")]
    pub here: u64,
    /// How often it was taken, by what came of it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outcomes: BTreeMap<String, u64>,
    /// Its mails.
    #[serde(skip_serializing_if = "MailFigures::is_none")]
    pub mails: MailFigures,
}

/// What became of mails.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct MailFigures {
    /// How many the mail service took.
    pub sent: u64,
    /// How many of those neither bounced nor were rejected.
    pub delivered: u64,
    /// Of how many nobody knows whether they left.
    #[serde(skip_serializing_if = "is_none")]
    pub in_doubt: u64,
    /// Of how many something else is known, by the word that the ledger has for it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, u64>,
}

impl MailFigures {
    /// Returns whether there was no mail.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.in_doubt += other.in_doubt;
        add_each(&mut self.facts, &other.facts);
    }
}

/// How those fared who took one side of a split: runs, not mails.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct SideFigures {
    /// How many took it.
    pub runs: u64,
    /// How many opened at least one mail of the run.
    pub opened: u64,
    /// How many followed at least one link.
    pub clicked: u64,
    /// How many reached the journey's goal.
    pub goal: u64,
    /// How many left because they unsubscribed.
    pub unsubscribed: u64,
}

impl SideFigures {
    fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.opened += other.opened;
        self.clicked += other.clicked;
        self.goal += other.goal;
        self.unsubscribed += other.unsubscribed;
    }
}

/// How far statements go.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Closing {
    /// Whoever left before is in a statement; nothing where there is none yet.
    pub until: Option<Timestamp>,
    /// The last attempt at the next ones, where they are not all written.
    pub attempt: Option<Attempt>,
}

/// An attempt to write statements.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Attempt {
    /// Their end: another attempt writes the same ones.
    pub until: Timestamp,
    /// When it was begun.
    pub begun: Timestamp,
}

impl Closing {
    /// Writes it.
    pub fn to_json(&self) -> String {
        let attempt = self.attempt.map(|attempt| AttemptDoc {
            until: attempt.until,
            begun: attempt.begun,
        });
        crate::to_json(&ClosingDoc {
            v: 1,
            until: self.until.map(|until| until.to_string()),
            attempt,
        })
    }

    /// Reads one of any version that was ever written.
    ///
    /// # Errors
    /// Fails on what a newer version wrote.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: ClosingDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let attempt = doc.attempt.map(|attempt| Attempt {
            until: attempt.until,
            begun: attempt.begun,
        });
        let until = time::read(doc.until.as_deref())?;
        Ok(Self { until, attempt })
    }
}

#[derive(Deserialize, Serialize)]
struct StatementDoc {
    v: u8,
    journey: String,
    plan: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(with = "time")]
    until: Timestamp,
    figures: Figures,
}

#[derive(Deserialize, Serialize)]
struct ClosingDoc {
    v: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<AttemptDoc>,
}

#[derive(Deserialize, Serialize)]
struct AttemptDoc {
    #[serde(with = "time")]
    until: Timestamp,
    #[serde(with = "time")]
    begun: Timestamp,
}

fn add_each(own: &mut BTreeMap<String, u64>, other: &BTreeMap<String, u64>) {
    for (name, count) in other {
        *own.entry(name.clone()).or_default() += count;
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none(count: &u64) -> bool {
    *count == 0
}
