//! What an operator has halted.

use std::future::Future;

use engine::Halted;
use jiff::SignedDuration;
use wire::{Cause, Halt, Move};

use super::{State, World};

impl Halted for World {
    fn halt(&self, journey: &str) -> impl Future<Output = anyhow::Result<Option<Halt>>> + Send {
        self.read("halts.halt", move |state| state.halts.of(journey))
    }
}

impl State {
    /// Halts a journey, or lets it go on.
    pub(super) fn set_halt(&mut self, journey: &str, halt: Option<Halt>) {
        self.log(|| format!("an operator says {halt:?} of {journey}"));
        match halt {
            Some(halt) => {
                self.halts.0.insert(journey.to_owned(), halt);
                let since = self.now + IN_FLIGHT;
                self.paused_since = (halt == Halt::Paused).then(|| (journey.to_owned(), since));
            }
            None => {
                self.unhalt(journey);
                let runs = self.runs.all();
                let held = runs
                    .filter(|record| record.held.is_some() && record.enrollment.journey == journey);
                let held = held.map(|record| Move::Run {
                    contact: record.enrollment.contact.clone(),
                    enrollment: record.enrollment.id.clone(),
                    cause: Cause::Due,
                });
                let held: Vec<_> = held.collect();
                self.put_moves(&held);
            }
        }
    }

    /// Lets a journey go on, and looks for nobody who was held.
    pub(super) fn unhalt(&mut self, journey: &str) {
        self.halts.0.remove(journey);
        self.paused_since = None;
    }

    /// Notes a mail of a journey that was paused before the invocation that sends it began.
    pub(super) fn note_paused(&mut self, journey: &str) {
        let late = self.paused_since.as_ref();
        if late.is_some_and(|(paused, since)| paused == journey && self.now > *since) {
            self.wrong(format!("a mail of {journey} leaves while it is paused"));
        }
    }
}

/// How long an invocation may be at work: what it looked at may be that old.
const IN_FLIGHT: SignedDuration = SignedDuration::from_mins(2);
