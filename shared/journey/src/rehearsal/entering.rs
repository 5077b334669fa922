//! How the contact of a rehearsal comes into the journey.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Stage;
use super::telling::{Barred, Told};
use crate::{
    Admission, Contact, Ending, Enrollment, EnrollmentId, History, Input, Occasion, Phase, Repeat,
    Signals, Trigger, Value, admit, arm, rearm,
};

/// When a date trigger goes off next.
#[derive(Clone, Debug, Default)]
pub(super) struct Armed {
    pub(super) due: Option<Timestamp>,
    /// Whether it is set anew after it has gone off.
    yearly: bool,
}

impl Stage<'_> {
    /// Returns whether anything is still to come that does not come for ever.
    pub(super) fn is_anything_left(&self) -> bool {
        let dates = self.armed.iter();
        let once = dates
            .filter(|armed| armed.due.is_some() && !armed.yearly)
            .count();
        once > 0 || self.runs.iter().any(|run| run.phase.due().is_some())
    }

    /// Returns whether a date is still to come.
    pub(super) fn is_any_date_set(&self) -> bool {
        self.armed.iter().any(|armed| armed.due.is_some())
    }

    /// Writes the contact down.
    pub(super) fn born(&mut self) {
        self.set_dates(None);
        self.fire(None, 0);
    }

    /// Looks whether the contact comes in because of what was written.
    pub(super) fn written(&mut self, before: &Contact, hops: u8) {
        self.set_dates(Some(before));
        self.fire(Some(before), hops);
    }

    /// Lets the contact in where a write does so, by the first trigger that goes off.
    ///
    /// `hops` is how many entries led to the write.
    fn fire(&mut self, before: Option<&Contact>, hops: u8) {
        let (plan, now, after) = (self.plan, self.now, &self.contact);
        let zone = &plan.settings.zone;
        let mut triggers = plan.triggers.iter();
        let fired = triggers.find(|trigger| trigger.fires(before, after, zone, now));
        let Some(trigger) = fired else {
            return;
        };
        match hops < Enrollment::HOPS_MAX {
            true => self.enter(&trigger.says(), BTreeMap::new(), hops + 1),
            false => self.tell(None, Told::Refused(Barred::Circle)),
        }
    }

    /// Looks whether an event lets the contact in.
    pub(super) fn posted(&mut self, event: &str, params: &BTreeMap<String, Value>) {
        let mut triggers = self.plan.triggers.iter();
        if triggers.any(|trigger| trigger.event() == Some(event) && self.passes(trigger, params)) {
            self.enter(&format!("event {event}"), params.clone(), 0);
        }
    }

    /// Lets in whoever a date that has come is about.
    pub(super) fn dates(&mut self) {
        let plan = self.plan;
        for (at, trigger) in plan.triggers.iter().enumerate() {
            let Some(fired) = self.armed[at].due.filter(|due| *due <= self.now) else {
                continue;
            };
            let Occasion::Date { moment, repeat } = &trigger.on else {
                continue;
            };
            let zone = self.contact.zone(&plan.settings.zone);
            let value = self.contact.date(moment);
            self.armed[at].due = rearm(moment, *repeat, value, &zone, fired);
            if self.passes(trigger, &BTreeMap::new()) {
                self.enter(&trigger.says(), BTreeMap::new(), 0);
            }
        }
    }

    /// Sets the date triggers whose field was written.
    fn set_dates(&mut self, before: Option<&Contact>) {
        let plan = self.plan;
        let zone = self.contact.zone(&plan.settings.zone);
        for (at, trigger) in plan.triggers.iter().enumerate() {
            let Occasion::Date { moment, repeat } = &trigger.on else {
                continue;
            };
            let value = self.contact.date(moment);
            let old = before.and_then(|before| before.date(moment));
            if before.is_none() || old != value {
                self.armed[at] = Armed {
                    due: arm(moment, *repeat, value, &zone, self.now),
                    yearly: *repeat == Repeat::Yearly,
                };
            }
        }
    }

    fn passes(&self, trigger: &Trigger, params: &BTreeMap<String, Value>) -> bool {
        trigger.passes(&self.contact, params, &self.plan.settings.zone, self.now)
    }

    /// Lets the contact in, if they may.
    pub(super) fn enter(&mut self, by: &str, params: BTreeMap<String, Value>, hops: u8) {
        let history = History {
            last: self.last_entry,
            running: self.runs.iter().any(|run| !run.phase.is_over()),
            entries: u32::try_from(self.runs.len()).unwrap_or(u32::MAX),
        };
        match admit(self.plan, &self.contact, history, self.now) {
            Admission::Admitted => (),
            Admission::Refused(refusal) => {
                return self.tell(None, Told::Refused(Barred::Rule(refusal)));
            }
            Admission::Restarts => {
                for at in 0..self.runs.len() {
                    self.input(at, Input::End(Ending::Restarted));
                }
            }
        }
        self.last_entry = Some(self.now);
        let event = format!("{}", self.runs.len() + 1);
        let mut params = params;
        params.retain(|path, _| self.plan.params.contains_key(path));
        self.runs.push(Enrollment {
            id: EnrollmentId::of(&self.plan.journey, None, &self.contact.id, Some(&event)),
            contact: self.contact.id.clone(),
            journey: self.plan.journey.clone(),
            plan: String::new(),
            subject: None,
            event,
            entered: self.now,
            params,
            notified: self.notified(),
            signals: Signals::default(),
            hops,
            campaign: false,
            phase: Phase::Entered,
            path: Vec::new(),
        });
        self.tell(Some(self.runs.len() - 1), Told::Enters(by.to_owned()));
    }
}
