//! What lets the contact of a plain reading in, besides an event.

use jiff::{SignedDuration, Timestamp};

use super::case::{Moment, On};
use super::clock::{anniversary, moment, year};
use super::person::Person;
use super::read::{Play, Run};

impl<'a> Play<'a> {
    /// Sets the dates whose field was written.
    pub(super) fn arm(&mut self, before: Option<&Person<'a>>) {
        for (at, trigger) in self.case.triggers.iter().enumerate() {
            let On::Date { moment, yearly } = &trigger.on else {
                continue;
            };
            let old = before.map(|before| before.origin(moment.base));
            if old == Some(self.person.origin(moment.base)) {
                continue;
            }
            let today = self.person.zone.to_datetime(self.now).date();
            let (now, zone) = (self.now, &self.person.zone);
            let soon = |due: &Timestamp| *due >= now || zone.to_datetime(*due).date() == today;
            self.armed[at] = self.next_date(moment, *yearly, soon);
        }
    }

    /// Finds the first of the moments of a date that will do.
    fn next_date(
        &self,
        date: &Moment,
        yearly: bool,
        will_do: impl Fn(&Timestamp) -> bool,
    ) -> Option<Timestamp> {
        let zone = &self.person.zone;
        let origin = self.person.origin(date.base)?;
        let due = |origin| moment(origin, date.distance, date.at, zone);
        if !yearly {
            return Some(due(origin)).filter(will_do);
        }
        let this = zone.to_datetime(self.now).year();
        (this - 2..this + 3)
            .filter(|now| *now >= year(origin, zone))
            .map(|year| due(anniversary(origin, year, zone)))
            .find(will_do)
    }

    /// Lets in whoever a date that has come is about; tells whether there was one.
    pub(super) fn dates(&mut self) -> bool {
        let mut came = false;
        for (at, trigger) in self.case.triggers.iter().enumerate() {
            let On::Date { moment, yearly } = &trigger.on else {
                continue;
            };
            if self.armed[at].is_none_or(|due| due > self.now) {
                continue;
            }
            let now = self.now;
            let over = |due: &Timestamp| *due > now + SignedDuration::from_hours(24);
            self.armed[at] = match yearly {
                true => self.next_date(moment, true, over),
                false => None,
            };
            came = true;
            if self.passes(&trigger.filter, &Run::default()) {
                self.enter(Run::default());
            }
        }
        came
    }

    /// Lets the contact in once where a write does so.
    pub(super) fn fire(&mut self, before: Option<&Person<'a>>, hops: usize) {
        let nobody = Run::default();
        let fires = |on: &On| {
            let was = |was: fn(&Person<'_>) -> bool| before.is_some_and(was);
            let had = |tag: &usize| before.is_some_and(|before| before.tags.contains(tag));
            let has = |tag: &usize| self.person.tags.contains(tag);
            match on {
                On::Event | On::Date { .. } => false,
                On::Joins => !was(|person| person.listed) && self.person.listed,
                On::Leaves => was(|person| person.listed) && !self.person.listed,
                On::Tagged(tag) => !had(tag) && has(tag),
                On::Untagged(tag) => had(tag) && !has(tag),
                On::Enters(question) => {
                    !before.is_some_and(|before| before.answer(question, &nobody, self.now))
                        && self.person.answer(question, &nobody, self.now)
                }
            }
        };
        let mut triggers = self.case.triggers.iter();
        let fired =
            triggers.any(|trigger| fires(&trigger.on) && self.passes(&trigger.filter, &nobody));
        if fired && hops > ENTRIES_MAX {
            self.tell("refused: circle");
        } else if fired {
            self.enter(Run {
                hops,
                ..Run::default()
            });
        }
    }
}

/// How often runs may let one another in, one after another.
const ENTRIES_MAX: usize = 8;
