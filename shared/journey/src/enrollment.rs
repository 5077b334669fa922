//! Where one contact stands in one journey.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{ContactId, EnrollmentId, SendId, Signals, Value};

/// One contact's passage through one version of one journey.
#[derive(Clone, Debug, PartialEq)]
pub struct Enrollment {
    /// Its name, derived from what caused it.
    pub id: EnrollmentId,
    /// Who is traveling.
    pub contact: ContactId,
    /// The journey's name.
    pub journey: String,
    /// The content hash of the version it runs.
    pub plan: String,
    /// What it is about, in the source's own id: a pupil, a track.
    pub subject: Option<String>,
    /// The id of the event that caused it.
    pub event: String,
    /// When it was created.
    pub entered: Timestamp,
    /// The event's parameters, as far as the plan still needs them.
    pub params: BTreeMap<String, Value>,
    /// Who gets the mails of those steps that have a `to:` of their own.
    pub notified: BTreeMap<String, Vec<ContactId>>,
    /// What the contact did with its mails.
    pub signals: Signals,
    /// How many journeys led to it, each by what its steps changed.
    pub hops: u8,
    /// Whether it came in with so many others at once that their advertising leaves in the evening.
    pub campaign: bool,
    /// Where it stands.
    pub phase: Phase,
    /// What it did, in order.
    pub path: Vec<Taken>,
}

impl Enrollment {
    /// Journeys that let a contact into one another more often than this, in less than a day, go round in a circle.
    pub const HOPS_MAX: u8 = 8;

    /// Returns how many entries have led to what the run does now: whoever comes round once a day does so on purpose.
    pub fn hops_at(&self, now: Timestamp) -> u8 {
        match now.duration_since(self.entered) < CIRCLE {
            true => self.hops,
            false => 0,
        }
    }

    /// Returns the run as it goes on for `survivor`, who turned out to be the same person, under the name `id`.
    ///
    /// Whatever was ordered of it before keeps its names: only what is at rest may be handed over.
    #[must_use]
    pub fn taken_over(&self, survivor: &ContactId, id: EnrollmentId) -> Self {
        let mut notified = self.notified.clone();
        for people in notified.values_mut() {
            let is_there = people.contains(survivor);
            people.retain(|one| *one != self.contact || !is_there);
            for one in people.iter_mut().filter(|one| **one == self.contact) {
                one.clone_from(survivor);
            }
        }
        Self {
            id,
            contact: survivor.clone(),
            notified,
            ..self.clone()
        }
    }
}

/// Why a run is over that goes on as that of who its contact turned out to be.
pub const MERGED: &str = "merged";
/// Why a run is over whose contact turned out to be somebody who is in the journey already.
pub const ALREADY_IN: &str = "already_in";

/// An enrollment at rest.
///
/// There is no "running": [`advance`](crate::advance) walks to the next rest before it returns, so a
/// crash can only ever leave one of these.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Phase {
    /// A hook is being called; what became of that moves the run on.
    Calling {
        /// The step that calls.
        step: String,
        /// When it was due.
        since: Timestamp,
    },
    /// No step taken yet.
    Entered,
    /// A mail may not leave yet: outside its hours, or its contact has had enough for now.
    Holding {
        /// The step that sends.
        step: String,
        /// When the mail was due: what `expires` counts from.
        since: Timestamp,
        /// When to look again: a whole minute.
        due: Timestamp,
    },
    /// It is over.
    Left {
        /// Why: `finished`, or the reason of an exit.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// What it waited for has come, and it goes on at the next wake-up.
    ///
    /// A signal only says so and takes no step: whatever else happens to the contact in the same
    /// minute comes before the steps.
    Met {
        /// The step that waited.
        step: String,
        /// When it came.
        since: Timestamp,
    },
    /// Something must be mended before it can go on; an alarm says so.
    Parked {
        /// The step that could not be done.
        step: String,
        /// Why not.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// A mail is on its way to the mail service; what became of it moves the run on.
    Sending {
        /// The step that sends.
        step: String,
        /// When the mail was due: what `expires` counts from.
        since: Timestamp,
        /// When it could leave: the same, unless it was held.
        due: Timestamp,
    },
    /// It waits for a moment.
    Waiting {
        /// The step that waits.
        step: String,
        /// When it goes on: a whole minute.
        due: Timestamp,
    },
}

impl Phase {
    /// Returns when the run goes on by itself, if it waits for a moment.
    pub fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Holding { due, .. } | Self::Waiting { due, .. } => Some(*due),
            Self::Met { since, .. } => Some(*since),
            Self::Calling { .. }
            | Self::Entered
            | Self::Left { .. }
            | Self::Parked { .. }
            | Self::Sending { .. } => None,
        }
    }

    /// Returns the step at which it stands, if it stands at one.
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::Calling { step, .. }
            | Self::Holding { step, .. }
            | Self::Met { step, .. }
            | Self::Parked { step, .. }
            | Self::Sending { step, .. }
            | Self::Waiting { step, .. } => Some(step),
            Self::Entered | Self::Left { .. } => None,
        }
    }

    /// Returns whether something of it is on its way, and what becomes of that moves the run on.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Calling { .. } | Self::Sending { .. })
    }

    /// Returns whether the run is over.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Left { .. })
    }

    /// Returns why and when it ended.
    pub fn end(&self) -> Option<(&str, Timestamp)> {
        match self {
            Self::Left { reason, at } => Some((reason, *at)),
            Self::Calling { .. }
            | Self::Entered
            | Self::Holding { .. }
            | Self::Met { .. }
            | Self::Parked { .. }
            | Self::Sending { .. }
            | Self::Waiting { .. } => None,
        }
    }
}

/// One step that was taken, and what came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Taken {
    /// The step's id.
    pub step: String,
    /// What came of it, in a word: `sent`, `then`, `suppressed` …
    pub outcome: String,
    /// When.
    pub at: Timestamp,
}

/// A mail that is to be sent.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Order {
    /// The run that sends it.
    pub enrollment: EnrollmentId,
    /// Who is traveling.
    pub contact: ContactId,
    /// The journey, so that a large one can be told from others in a queue; empty where that is not known.
    pub journey: String,
    /// The step that sends it.
    pub step: String,
    /// Who gets it: the contact, unless the step has a `to:` of its own.
    pub recipient: ContactId,
    /// When it was decided.
    pub decided: Timestamp,
}

impl Order {
    /// Names the mail: the same however often it is ordered.
    pub fn send_id(&self) -> SendId {
        SendId::of(&self.enrollment, &self.step, &self.recipient)
    }
}

/// A run that is as old as this no longer counts what led to it.
const CIRCLE: SignedDuration = SignedDuration::from_hours(20);
