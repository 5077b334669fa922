//! What is halted: journeys by an operator, and all marketing.

use std::collections::BTreeSet;
use std::future::Future;

use engine::{Breaker, Halted};
use jiff::SignedDuration;
use serde_json::json;
use wire::{Alarm, Cause, Halt, Move, Strain};

use super::{State, World};

impl Halted for World {
    fn halts(
        &self,
        journey: &str,
        is_marketing: bool,
    ) -> impl Future<Output = anyhow::Result<BTreeSet<Halt>>> + Send {
        self.read("halts.halts", move |state| {
            state.halts.of(journey, is_marketing)
        })
    }
}

impl Breaker for World {
    fn hold_marketing(&self, alarm: &Alarm) -> impl Future<Output = anyhow::Result<bool>> + Send {
        let Alarm { why, at } = *alarm;
        self.write("halts.hold_marketing", move |state| {
            let before = state.halts.clone();
            state.halts.hold_marketing(why, at);
            // What was known of already holds nothing.
            if before.marketing().is_empty() && !state.halts.marketing().is_empty() {
                state.held_since = Some(state.now + IN_FLIGHT);
            }
            state.halts != before
        })
    }
}

impl State {
    /// Halts a journey, or lets it go on.
    pub(super) fn set_halt(&mut self, journey: &str, halt: Option<Halt>) {
        self.log(|| format!("an operator says {halt:?} of {journey}"));
        match halt {
            Some(halt) => {
                self.halts.journeys.insert(journey.to_owned(), halt);
                let since = self.now + IN_FLIGHT;
                self.paused_since = (halt == Halt::Paused).then(|| (journey.to_owned(), since));
            }
            None => {
                self.unhalt(journey);
                self.release(|one| one == journey);
            }
        }
    }

    /// Has CloudWatch say that an alarm has rung since so long.
    pub(super) fn alarm(&mut self, why: Strain, age: SignedDuration) {
        let metric = match why {
            Strain::Bounces => "Reputation.BounceRate",
            Strain::Complaints | Strain::Operator => "Reputation.ComplaintRate",
        };
        let at = (self.now - age).strftime("%Y-%m-%dT%H:%M:%S%.3f+0000");
        let told = json!({
            "AlarmName": "a rate", "NewStateValue": "ALARM", "StateChangeTime": at.to_string(),
            "Trigger": { "MetricName": metric, "Namespace": "AWS/SES" },
        });
        self.put_reports(&[told.to_string()]);
    }

    /// Lets marketing go on.
    pub(super) fn resume_marketing(&mut self) {
        self.log(|| "an operator lets marketing go on".to_owned());
        let seen = self.halts.marketing();
        self.halts.resume_marketing(&seen);
        self.held_since = None;
        self.release(|_| true);
    }

    /// Has those looked at who are held.
    fn release(&mut self, which: impl Fn(&str) -> bool) {
        let held = self.runs.all();
        let held = held.filter(|record| record.held.is_some() && which(&record.enrollment.journey));
        let held = held.map(|record| Move::Run {
            contact: record.enrollment.contact.clone(),
            enrollment: record.enrollment.id.clone(),
            cause: Cause::Due,
        });
        let held: Vec<_> = held.collect();
        self.put_moves(&held);
    }

    /// Lets a journey go on, and looks for nobody who was held.
    pub(super) fn unhalt(&mut self, journey: &str) {
        self.halts.journeys.remove(journey);
        self.paused_since = None;
    }

    /// Notes a mail of a journey that was paused before the invocation that sends it began.
    pub(super) fn note_paused(&mut self, journey: &str, is_marketing: bool) {
        let late = self.paused_since.as_ref();
        let late = late.is_some_and(|(paused, since)| paused == journey && self.now > *since);
        let held = self.held_since.filter(|_| is_marketing);
        if late || held.is_some_and(|since| self.now > since) {
            self.wrong(format!("a mail of {journey} leaves while it is paused"));
        }
    }
}

/// How long an invocation may be at work: what it looked at may be that old.
const IN_FLIGHT: SignedDuration = SignedDuration::from_mins(2);
