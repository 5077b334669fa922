//! What is halted: journeys by an operator, and all marketing.

use std::collections::BTreeSet;
use std::future::Future;

use engine::{Breaker, Failure, Halted};
use jiff::SignedDuration;
use journey::Plan;
use wire::{Cause, Halt, Hold, Move, Strain};

use super::{State, World};

impl Halted for World {
    fn halts(&self, plan: &Plan) -> impl Future<Output = anyhow::Result<BTreeSet<Halt>>> + Send {
        let (journey, is_marketing) = (plan.journey.clone(), plan.purpose.is_marketing());
        self.read("halts.halt", move |state| {
            state.halts.of(&journey, is_marketing)
        })
    }
}

impl Breaker for World {
    fn hold_marketing(&self, why: Strain) -> impl Future<Output = anyhow::Result<bool>> + Send {
        self.write("halts.hold_marketing", move |state| {
            let is_new = state.halts.marketing.is_none();
            let at = state.now;
            state.halts.marketing.get_or_insert(Hold { at, why });
            is_new
        })
    }
}

/// Has the stack hear of an alarm.
pub(super) async fn alarm(world: World, why: Strain) -> Result<(), Failure> {
    engine::hold_marketing(&world, why).await.map(|_| ())
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

    /// Lets marketing go on.
    pub(super) fn resume_marketing(&mut self) {
        self.log(|| "an operator lets marketing go on".to_owned());
        self.halts.marketing = None;
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
        let held = self.halts.marketing.filter(|_| is_marketing);
        if late || held.is_some_and(|hold| self.now > hold.at + IN_FLIGHT) {
            self.wrong(format!("a mail of {journey} leaves while it is paused"));
        }
    }
}

/// How long an invocation may be at work: what it looked at may be that old.
const IN_FLIGHT: SignedDuration = SignedDuration::from_mins(2);
