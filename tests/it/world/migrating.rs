//! What `waypost migrate` does, each run at once.

use std::sync::Arc;

use journey::{Migration, Scene, migrate};
use wire::{Cause, EnrollmentRecord, Move};

use super::State;

impl State {
    /// Moves those inside a journey to the version in force, as far as they can go on there.
    pub(super) fn migrate(&mut self, journey: &str) {
        let published = Arc::clone(&self.published);
        let hash = &published.release.journeys[journey].plan;
        let new = &published.plans[hash];
        let runs = self.runs.all().filter(|record| {
            let run = &record.enrollment;
            run.journey == journey && run.plan != *hash
        });
        for record in runs.cloned().collect::<Vec<_>>() {
            let run = &record.enrollment;
            let Some(person) = self.people.contact(self.people.by_now(&run.contact)) else {
                continue;
            };
            let contact = person.contact.seen(&new.settings, self.now);
            let scene = Scene {
                plan: new,
                contact: &contact,
                mailed: &[],
                now: self.now,
            };
            let old = &published.plans[&run.plan];
            if let Migration::Moves(moved) = migrate(&scene, old, hash, run) {
                let moved = EnrollmentRecord {
                    enrollment: *moved,
                    end: new.end(),
                    ..record.clone()
                };
                self.store(&moved, record.version + 1);
                self.put_moves(&[Move::Run {
                    contact: run.contact.clone(),
                    enrollment: run.id.clone(),
                    cause: Cause::Due,
                }]);
            }
        }
    }
}
