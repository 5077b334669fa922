//! What an operator does to runs: `waypost migrate` and `waypost retry`, each run at once.

use std::sync::Arc;

use journey::{ContactId, EnrollmentId, Migration, Phase, Scene, migrate};
use wire::{Cause, EnrollmentRecord, Move};

use super::State;

impl State {
    /// Has everybody try again who is parked on somebody's way.
    pub(super) fn retry(&mut self, person: &ContactId) {
        let runs = self.runs.all().map(|record| &record.enrollment);
        let parked = runs
            .filter(|run| run.contact == *person && matches!(run.phase, Phase::Parked { .. }))
            .map(|run| run.id.clone());
        let parked: Vec<_> = parked.collect();
        let retry = |id: &EnrollmentId| Move::Run {
            contact: person.clone(),
            enrollment: id.clone(),
            cause: Cause::Retry,
        };
        self.put_moves(&parked.iter().map(retry).collect::<Vec<_>>());
        self.runs.mended.extend(parked);
    }

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
