//! How the contact of a rehearsal comes into the journey.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Stage;
use super::telling::Told;
use crate::{
    Admission, Audience, Contact, Crowd, Ending, Enrollment, EnrollmentId, Happening, History,
    Input, Known, Occasion, Person, Phase, Repeat, Signals, Trigger, Value, admit, arm, rearm,
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
        once > 0
            || self.runs.iter().any(|run| run.phase.due().is_some())
            || self.runs.iter().any(|run| run.phase == Phase::Entered)
    }

    /// Writes the contact down.
    pub(super) fn born(&mut self) {
        self.set_dates(None);
        let entered = |trigger: &&Trigger| {
            let happened = match &trigger.on {
                Occasion::Enters(audience) => self.is_in(audience, &self.contact),
                Occasion::Joins(list) => self.contact.lists.contains(list),
                Occasion::Tagged(tag) => self.contact.tags.contains(tag),
                Occasion::Date { .. }
                | Occasion::Event(_)
                | Occasion::Leaves(_)
                | Occasion::Manual
                | Occasion::Untagged(_) => false,
            };
            happened && self.passes(trigger, &BTreeMap::new())
        };
        let by = self
            .plan
            .triggers
            .iter()
            .find(entered)
            .map(|trigger| by(&trigger.on));
        if let Some(by) = by {
            self.enter(&by, BTreeMap::new());
        }
    }

    /// Looks whether the contact comes in because of what was written.
    pub(super) fn written(&mut self, before: &Contact) {
        self.set_dates(Some(before));
        let now = &self.contact;
        let fires = |trigger: &&Trigger| {
            let happened = match &trigger.on {
                Occasion::Enters(audience) => {
                    !self.is_in(audience, before) && self.is_in(audience, now)
                }
                Occasion::Joins(list) => !before.lists.contains(list) && now.lists.contains(list),
                Occasion::Leaves(list) => before.lists.contains(list) && !now.lists.contains(list),
                Occasion::Tagged(tag) => !before.tags.contains(tag) && now.tags.contains(tag),
                Occasion::Untagged(tag) => before.tags.contains(tag) && !now.tags.contains(tag),
                Occasion::Date { .. } | Occasion::Event(_) | Occasion::Manual => false,
            };
            happened && self.passes(trigger, &BTreeMap::new())
        };
        let by = self
            .plan
            .triggers
            .iter()
            .find(fires)
            .map(|trigger| by(&trigger.on));
        if let Some(by) = by {
            self.enter(&by, BTreeMap::new());
        }
    }

    /// Looks whether an event lets the contact in.
    pub(super) fn posted(&mut self, event: &str, params: &BTreeMap<String, Value>) {
        let mut triggers = self.plan.triggers.iter();
        if triggers.any(|trigger| trigger.event() == Some(event) && self.passes(trigger, params)) {
            self.enter(&format!("event {event}"), params.clone());
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
            let value = self.value(moment.path());
            self.armed[at].due = rearm(moment, *repeat, value.as_ref(), &zone, fired);
            if self.passes(trigger, &BTreeMap::new()) {
                self.enter(&by(&trigger.on), BTreeMap::new());
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
            let value = self.value(moment.path());
            let old = before.and_then(|before| value_of(before, moment.path()));
            if before.is_none() || old != value {
                self.armed[at] = Armed {
                    due: arm(moment, *repeat, value.as_ref(), &zone, self.now),
                    yearly: *repeat == Repeat::Yearly,
                };
            }
        }
    }

    fn value(&self, path: Option<&str>) -> Option<Value> {
        value_of(&self.contact, path)
    }

    fn passes(&self, trigger: &Trigger, params: &BTreeMap<String, Value>) -> bool {
        let zone = &self.plan.settings.zone;
        let known = Known::new(&self.contact, params, zone, self.now);
        let filter = trigger.filter.as_ref();
        filter.is_none_or(|filter| filter.holds(&known))
    }

    fn is_in(&self, audience: &Audience, contact: &Contact) -> bool {
        let person = Person {
            contact: contact.clone(),
            named: true,
            posted: Default::default(),
            linked: Default::default(),
            standing: Default::default(),
        };
        let crowd = Crowd {
            people: [(contact.id.clone(), person)].into(),
        };
        let happening = Happening {
            params: &BTreeMap::new(),
            zone: &self.plan.settings.zone,
            now: self.now,
        };
        !audience.of(&crowd, &happening).is_empty()
    }

    /// Lets the contact in, if they may.
    pub(super) fn enter(&mut self, by: &str, params: BTreeMap<String, Value>) {
        let history = History {
            last: self.last_entry,
            running: self.runs.iter().any(|run| !run.phase.is_over()),
        };
        match admit(self.plan, &self.contact, history, self.now) {
            Admission::Admitted => (),
            Admission::Refused(refusal) => {
                return self.tell(None, Told::Refused(refusal));
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
            phase: Phase::Entered,
            path: Vec::new(),
        });
        self.tell(Some(self.runs.len() - 1), Told::Enters(by.to_owned()));
    }
}

/// Says what lets somebody in.
fn by(occasion: &Occasion) -> String {
    match occasion {
        Occasion::Date { moment, .. } => moment.as_str().to_owned(),
        Occasion::Enters(_) => "is one of the audience now".to_owned(),
        Occasion::Event(event) => format!("event {event}"),
        Occasion::Joins(list) => format!("joins {list}"),
        Occasion::Leaves(list) => format!("leaves {list}"),
        Occasion::Manual => "by hand".to_owned(),
        Occasion::Tagged(tag) => format!("gets the tag {tag}"),
        Occasion::Untagged(tag) => format!("loses the tag {tag}"),
    }
}

fn value_of(contact: &Contact, path: Option<&str>) -> Option<Value> {
    let field = path?.strip_prefix("contact.")?;
    contact.fields.get(field).cloned()
}
