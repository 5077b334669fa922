//! How enrollments are stored.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use journey::{ContactId, Enroll, Enrollment, EnrollmentId, Order, Phase, Signals, Taken};
use serde::{Deserialize, Serialize};

mod standing;

use crate::value::{ValueDoc, read_values, write_values};
use crate::{Unreadable, time};
pub use standing::{Passage, Standing};

/// An enrollment as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct EnrollmentRecord {
    /// The enrollment.
    pub enrollment: Enrollment,
    /// Mails decided with this state and perhaps not yet ordered.
    pub pending: Vec<Order>,
    /// Journeys that this state starts for the contact, and perhaps has not yet asked for.
    pub enrolls: Vec<Enroll>,
    /// Whether the contact was changed together with this state, and not everybody may have heard of it.
    pub changed: bool,
    /// When everybody inside has to leave the journey, if they have to.
    pub end: Option<Timestamp>,
    /// When it is looked at again, where its moment came while its journey was paused.
    pub held: Option<Timestamp>,
    /// How often the record was replaced; each replacement names the version it replaces.
    pub version: u64,
}

impl EnrollmentRecord {
    /// What stands in the document of each enrollment that is held, and in no other.
    pub const HELD: &str = r#","held":""#;

    /// Returns when it must be looked at again by itself: when it goes on, or has to leave.
    pub fn due(&self) -> Option<Timestamp> {
        let phase = &self.enrollment.phase;
        let end = self
            .end
            .filter(|_| !phase.is_over() && !phase.is_under_way());
        self.held
            .or_else(|| phase.due())
            .into_iter()
            .chain(end)
            .min()
    }

    /// Writes everything but what the store keeps beside it: the ids and the version.
    pub fn to_json(&self) -> String {
        let enrollment = &self.enrollment;
        let pending = self.pending.iter().map(|order| PendingDoc {
            step: order.step.clone(),
            recipient: order.recipient.to_string(),
            decided: order.decided,
        });
        crate::to_json(&Doc {
            v: 1,
            journey: enrollment.journey.clone(),
            plan: enrollment.plan.clone(),
            subject: enrollment.subject.clone(),
            event: enrollment.event.clone(),
            entered: enrollment.entered,
            params: write_values(&enrollment.params),
            notified: enrollment
                .notified
                .iter()
                .map(|(step, ids)| (step.clone(), ids.iter().map(ToString::to_string).collect()))
                .collect(),
            opened: enrollment.signals.opened.clone(),
            bounced: enrollment.signals.bounced.clone(),
            complained: enrollment.signals.complained.clone(),
            clicks: enrollment.signals.clicks.clone(),
            heard: enrollment.signals.heard.clone(),
            goal: enrollment.signals.goal.map(Moment),
            hops: enrollment.hops,
            campaign: enrollment.campaign,
            enrolls: self.enrolls.iter().map(EnrollDoc::from).collect(),
            changed: self.changed,
            held: self.held.map(Moment),
            end: self.end.map(Moment),
            phase: PhaseDoc::from(&enrollment.phase),
            path: enrollment.path.iter().map(TakenDoc::from).collect(),
            pending: pending.collect(),
        })
    }

    /// Reads a record of any version that was ever written.
    pub fn from_json(
        contact: ContactId,
        id: EnrollmentId,
        version: u64,
        json: &str,
    ) -> Result<Self, Unreadable> {
        let doc: Doc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let pending = doc.pending.into_iter().map(|pending| {
            Ok(Order {
                enrollment: id.clone(),
                contact: contact.clone(),
                journey: doc.journey.clone(),
                step: pending.step,
                recipient: pending.recipient.parse()?,
                decided: pending.decided,
            })
        });
        let pending = pending.collect::<Result<_, Unreadable>>()?;
        let notified = doc.notified.into_iter().map(|(step, ids)| {
            let ids = ids.iter().map(|id| id.parse());
            Ok((step, ids.collect::<Result<_, _>>()?))
        });
        Ok(Self {
            enrollment: Enrollment {
                id,
                contact,
                journey: doc.journey,
                plan: doc.plan,
                subject: doc.subject,
                event: doc.event,
                entered: doc.entered,
                params: read_values(doc.params)?,
                notified: notified.collect::<Result<_, Unreadable>>()?,
                signals: Signals {
                    opened: doc.opened,
                    bounced: doc.bounced,
                    complained: doc.complained,
                    clicks: doc.clicks,
                    heard: doc.heard,
                    goal: doc.goal.map(|Moment(at)| at),
                },
                hops: doc.hops,
                campaign: doc.campaign,
                phase: doc.phase.into(),
                path: doc.path.into_iter().map(Taken::from).collect(),
            },
            pending,
            enrolls: doc.enrolls.into_iter().map(Enroll::from).collect(),
            changed: doc.changed,
            held: doc.held.map(|Moment(at)| at),
            end: doc.end.map(|Moment(at)| at),
            version,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    journey: String,
    plan: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    event: String,
    #[serde(with = "time")]
    entered: Timestamp,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, ValueDoc>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    notified: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    opened: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    bounced: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    complained: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    clicks: BTreeSet<(String, String)>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    heard: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    goal: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_zero")]
    hops: u8,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    campaign: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    enrolls: Vec<EnrollDoc>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    changed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<Moment>,
    phase: PhaseDoc,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    path: Vec<TakenDoc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pending: Vec<PendingDoc>,
}

#[derive(Deserialize, Serialize)]
struct PendingDoc {
    step: String,
    recipient: String,
    #[serde(with = "time")]
    decided: Timestamp,
}

#[derive(Deserialize, Serialize)]
struct EnrollDoc {
    step: String,
    journey: String,
    #[serde(with = "time")]
    decided: Timestamp,
}

impl From<&Enroll> for EnrollDoc {
    fn from(enroll: &Enroll) -> Self {
        Self {
            step: enroll.step.clone(),
            journey: enroll.journey.clone(),
            decided: enroll.decided,
        }
    }
}

impl From<EnrollDoc> for Enroll {
    fn from(doc: EnrollDoc) -> Self {
        let EnrollDoc {
            step,
            journey,
            decided,
        } = doc;
        Self {
            step,
            journey,
            decided,
        }
    }
}

#[derive(Deserialize, Serialize)]
struct TakenDoc {
    step: String,
    outcome: String,
    #[serde(with = "time")]
    at: Timestamp,
}

impl From<&Taken> for TakenDoc {
    fn from(taken: &Taken) -> Self {
        Self {
            step: taken.step.clone(),
            outcome: taken.outcome.clone(),
            at: taken.at,
        }
    }
}

impl From<TakenDoc> for Taken {
    fn from(TakenDoc { step, outcome, at }: TakenDoc) -> Self {
        Self { step, outcome, at }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(transparent)]
struct Moment(#[serde(with = "time")] Timestamp);

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum PhaseDoc {
    Calling {
        step: String,
        #[serde(with = "time")]
        since: Timestamp,
    },
    Entered,
    Holding {
        step: String,
        #[serde(with = "time")]
        since: Timestamp,
        #[serde(with = "time")]
        due: Timestamp,
    },
    Left {
        reason: String,
        #[serde(with = "time")]
        at: Timestamp,
    },
    Met {
        step: String,
        #[serde(with = "time")]
        since: Timestamp,
    },
    Parked {
        step: String,
        reason: String,
        #[serde(with = "time")]
        at: Timestamp,
    },
    Sending {
        step: String,
        #[serde(with = "time")]
        since: Timestamp,
        /// Absent where it is `since`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Moment>,
    },
    Waiting {
        step: String,
        #[serde(with = "time")]
        due: Timestamp,
    },
}

impl From<&Phase> for PhaseDoc {
    fn from(phase: &Phase) -> Self {
        match phase.clone() {
            Phase::Calling { step, since } => Self::Calling { step, since },
            Phase::Entered => Self::Entered,
            Phase::Holding { step, since, due } => Self::Holding { step, since, due },
            Phase::Left { reason, at } => Self::Left { reason, at },
            Phase::Parked { step, reason, at } => Self::Parked { step, reason, at },
            Phase::Met { step, since } => Self::Met { step, since },
            Phase::Sending { step, since, due } => Self::Sending {
                step,
                since,
                due: (due != since).then_some(Moment(due)),
            },
            Phase::Waiting { step, due } => Self::Waiting { step, due },
        }
    }
}

impl From<PhaseDoc> for Phase {
    fn from(doc: PhaseDoc) -> Self {
        match doc {
            PhaseDoc::Calling { step, since } => Self::Calling { step, since },
            PhaseDoc::Entered => Self::Entered,
            PhaseDoc::Holding { step, since, due } => Self::Holding { step, since, due },
            PhaseDoc::Left { reason, at } => Self::Left { reason, at },
            PhaseDoc::Parked { step, reason, at } => Self::Parked { step, reason, at },
            PhaseDoc::Met { step, since } => Self::Met { step, since },
            PhaseDoc::Sending { step, since, due } => Self::Sending {
                step,
                since,
                due: due.map_or(since, |Moment(due)| due),
            },
            PhaseDoc::Waiting { step, due } => Self::Waiting { step, due },
        }
    }
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}
