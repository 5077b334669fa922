//! Takes steps until one of them rests.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use crate::share::{PERCENT, draw};
use crate::{
    Absent, Action, Awaited, Change, Condition, Contact, Decision, Effect, Enroll, Enrollment,
    Ignored, Known, Next, Outcome, Phase, Scene, Step, Taken, ceil_to_minute, opening,
};

/// A decision in the making.
pub(super) struct Walk<'a> {
    pub(super) scene: &'a Scene<'a>,
    /// The contact, with what the steps of this walk have changed.
    pub(super) contact: Cow<'a, Contact>,
    pub(super) enrollment: Enrollment,
    pub(super) effects: Vec<Effect>,
}

/// What becomes of the walk at a step.
enum Taking {
    /// It goes on.
    On(Next),
    /// It rests, or is over.
    Rest(Phase),
}

impl<'a> Walk<'a> {
    pub(super) fn new(scene: &'a Scene<'a>, enrollment: Enrollment) -> Self {
        Self {
            scene,
            contact: Cow::Borrowed(scene.contact),
            enrollment,
            effects: Vec::new(),
        }
    }

    /// Goes on after a wait.
    pub(super) fn woken(mut self, step: &str, due: Timestamp) -> Decision {
        let now = self.on_time(due);
        let action = self.scene.plan.step(step).map(|step| &step.action);
        let (outcome, next) = match action {
            Some(
                Action::Wait { next, .. }
                | Action::WaitUntil { next, .. }
                | Action::Window { next, .. },
            ) => ("waited", *next),
            Some(Action::WaitFor {
                what,
                then,
                otherwise,
                ..
            }) => match self.has_come(what, now) {
                true => (THEN, *then),
                false => (ELSE, *otherwise),
            },
            Some(
                Action::Call { .. }
                | Action::Case { .. }
                | Action::Change { .. }
                | Action::Enroll { .. }
                | Action::Exit { .. }
                | Action::If { .. }
                | Action::Jump { .. }
                | Action::Send { .. }
                | Action::Split { .. },
            )
            | None => return self.lost(step),
        };
        self.take(step, outcome, now);
        self.walk(next, now, due)
    }

    /// Goes on after what a step waited for has come.
    pub(super) fn met(mut self, step: &str, since: Timestamp) -> Decision {
        let action = self.scene.plan.step(step).map(|step| &step.action);
        let Some(Action::WaitFor { then, .. }) = action else {
            return self.lost(step);
        };
        let now = self.on_time(since);
        self.take(step, THEN, now);
        self.walk(*then, now, since)
    }

    /// Takes the step again at which it was parked; what its mail may be late counts from then.
    pub(super) fn retried(self, step: &str, parked: Timestamp) -> Decision {
        let steps = &self.scene.plan.steps;
        match steps.iter().position(|one| one.id == step) {
            Some(at) => {
                let now = self.scene.now;
                self.walk(Some(at), now, parked)
            }
            None => self.lost(step),
        }
    }

    /// Returns a step's "now": the moment it was due, so that chained waits do not drift; after an
    /// outage the clock's, so that waits do not collapse into each other.
    pub(super) fn on_time(&self, due: Timestamp) -> Timestamp {
        if self.scene.now.duration_since(due) <= DRIFT_MAX {
            due
        } else {
            self.scene.now
        }
    }

    /// Takes steps until one of them rests.
    ///
    /// `now` is the time as far as the steps are concerned; `due` is when they should have been taken.
    pub(super) fn walk(mut self, mut next: Next, now: Timestamp, due: Timestamp) -> Decision {
        // A plan leads forward only, so the loop ends; the bound says so twice.
        for _ in 0..STEPS_PER_WALK_MAX {
            let plan = self.scene.plan;
            let Some(step) = next.and_then(|at| plan.steps.get(at)) else {
                return self.leave("finished", now);
            };
            if self.is_to_leave(now) {
                return self.leave("exit_when", now);
            }
            match self.step(step, now, due) {
                Taking::On(on) => next = on,
                Taking::Rest(phase) => return self.rest(phase),
            }
        }
        let step = next.and_then(|at| self.scene.plan.steps.get(at));
        let step = step.map_or_else(String::new, |step| step.id.clone());
        self.lost(&step)
    }

    /// Takes one step.
    fn step(&mut self, step: &Step, now: Timestamp, due: Timestamp) -> Taking {
        let (outcome, next) = match &step.action {
            Action::Call { .. } => {
                self.effects.push(Effect::Call {
                    step: step.id.clone(),
                });
                return Taking::Rest(Phase::Calling {
                    step: step.id.clone(),
                    since: due,
                });
            }
            Action::Case { arms, otherwise } => {
                let mut numbered = arms.iter().zip(1..);
                match numbered.find(|(arm, _)| self.holds(&arm.condition, now)) {
                    Some((arm, number)) => (format!("case {number}"), arm.next),
                    None => (ELSE.to_owned(), *otherwise),
                }
            }
            Action::Change { change, next } => {
                self.change(&step.id, change);
                (change.verb().to_owned(), *next)
            }
            Action::Enroll { journey, next } => {
                self.effects.push(Effect::Enroll(Enroll {
                    step: step.id.clone(),
                    journey: journey.clone(),
                    decided: self.scene.now,
                }));
                ("enrolled".to_owned(), *next)
            }
            Action::Exit { reason } => return left(reason, now),
            Action::If {
                condition,
                then,
                otherwise,
            } => match self.holds(condition, now) {
                true => (THEN.to_owned(), *then),
                false => (ELSE.to_owned(), *otherwise),
            },
            Action::Jump { next } => ("jumped".to_owned(), *next),
            Action::Send { send, next } if send.to.is_none() => {
                return match self.mail(step, send, [due, due]) {
                    Ok(outcome) => {
                        self.take(&step.id, outcome, now);
                        self.forget_secrets(*next);
                        Taking::On(*next)
                    }
                    Err(phase) => Taking::Rest(phase),
                };
            }
            Action::Send { next, .. } => (self.notify(step).to_owned(), *next),
            Action::Split { name, branches } => {
                let drawn = draw(name, &self.contact.source_id);
                let mut border = 0;
                let side = branches.iter().find(|branch| {
                    border += u16::from(branch.share) * PERCENT;
                    drawn < border
                });
                // The shares are a hundred, so there is always one.
                match side {
                    Some(side) => (side.name.clone(), side.next),
                    None => (ELSE.to_owned(), None),
                }
            }
            Action::Wait { .. }
            | Action::WaitFor { .. }
            | Action::WaitUntil { .. }
            | Action::Window { .. } => return self.wait(step, now),
        };
        self.take(&step.id, &outcome, now);
        Taking::On(next)
    }

    /// Comes to a step that waits.
    fn wait(&mut self, step: &Step, now: Timestamp) -> Taking {
        let zone = self.contact.zone(&self.scene.plan.settings.zone);
        let waits = |due| Phase::Waiting {
            step: step.id.clone(),
            due,
        };
        let (outcome, next) = match &step.action {
            Action::Wait { wait, .. } => return Taking::Rest(waits(wait.due(now, &zone))),
            Action::WaitFor {
                what, within, then, ..
            } => {
                if !self.has_come(what, now) {
                    return Taking::Rest(waits(ceil_to_minute(within.after(now, &zone))));
                }
                (THEN, *then)
            }
            Action::WaitUntil {
                moment,
                absent,
                next,
            } => {
                let known = self.known(now);
                let value = moment
                    .path()
                    .and_then(|path| crate::Facts::value(&known, path));
                match (moment.due(value, &zone), absent) {
                    (Some(due), _) if due > now => return Taking::Rest(waits(due)),
                    (Some(_), _) => ("waited", *next),
                    (None, Absent::Continue) => ("absent", *next),
                    (None, Absent::Exit) => {
                        self.take(&step.id, "absent", now);
                        return left("absent", now);
                    }
                }
            }
            Action::Window { hours, next } => match opening(&[hours], now, &zone) {
                Some(due) if due > now => return Taking::Rest(waits(due)),
                Some(_) => ("waited", *next),
                None => return Taking::Rest(self.never(step)),
            },
            Action::Call { next, .. }
            | Action::Change { next, .. }
            | Action::Enroll { next, .. }
            | Action::Jump { next }
            | Action::Send { next, .. } => ("waited", *next),
            Action::Case { .. }
            | Action::Exit { .. }
            | Action::If { .. }
            | Action::Split { .. } => ("waited", None),
        };
        self.take(&step.id, outcome, now);
        Taking::On(next)
    }

    /// Returns whether what a step waits for is there already.
    fn has_come(&self, what: &Awaited, now: Timestamp) -> bool {
        let signals = &self.enrollment.signals;
        match what {
            Awaited::Clicked(send) => signals.clicked(send, None),
            Awaited::Condition(condition) => self.holds(condition, now),
            Awaited::Event { .. } => false,
            Awaited::Opened(send) => signals.opened(send),
        }
    }

    /// Returns whether the journey lets its contact go.
    pub(super) fn is_to_leave(&self, now: Timestamp) -> bool {
        let exit = self.scene.plan.rules.exit_when.as_ref();
        exit.is_some_and(|condition| self.holds(condition, now))
    }

    /// Returns whether the journey is over for everybody.
    pub(super) fn is_to_end(&self) -> bool {
        self.scene
            .plan
            .end()
            .is_some_and(|end| end <= self.scene.now)
    }

    pub(super) fn holds(&self, condition: &Condition, now: Timestamp) -> bool {
        condition.holds(&self.known(now))
    }

    pub(super) fn known(&self, now: Timestamp) -> Known<'_> {
        let zone = &self.scene.plan.settings.zone;
        Known::new(&self.contact, &self.enrollment.params, zone, now)
            .with_signals(&self.enrollment.signals)
    }

    pub(super) fn change(&mut self, step: &str, change: &Change) {
        let contact = self.contact.to_mut();
        let (settings, now) = (&self.scene.plan.settings, self.scene.now);
        change.apply(contact, settings, now);
        *contact = contact.clone().seen(settings, now);
        self.effects.push(Effect::Change {
            step: step.to_owned(),
            change: change.clone(),
        });
    }

    /// Stops where a plan leads on only in hours that never come.
    pub(super) fn never(&self, step: &Step) -> Phase {
        Phase::Parked {
            step: step.id.clone(),
            reason: "its hours never come".to_owned(),
            at: self.scene.now,
        }
    }

    pub(super) fn rest(mut self, phase: Phase) -> Decision {
        match &phase {
            Phase::Left { .. } => self.forget_secrets(None),
            Phase::Calling { .. }
            | Phase::Entered
            | Phase::Holding { .. }
            | Phase::Met { .. }
            | Phase::Parked { .. }
            | Phase::Sending { .. }
            | Phase::Waiting { .. } => (),
        }
        self.effects.extend(phase.due().map(Effect::Alarm));
        self.enrollment.phase = phase;
        Decision {
            enrollment: self.enrollment,
            effects: self.effects,
            outcome: Outcome::Moved,
        }
    }

    pub(super) fn leave(self, reason: &str, at: Timestamp) -> Decision {
        let reason = reason.to_owned();
        self.rest(Phase::Left { reason, at })
    }

    pub(super) fn park(self, step: &str, reason: String) -> Decision {
        let phase = Phase::Parked {
            step: step.to_owned(),
            reason,
            at: self.scene.now,
        };
        self.rest(phase)
    }

    /// Parks an enrollment whose plan does not have the step it stands at: a defect of ours.
    pub(super) fn lost(self, step: &str) -> Decision {
        let reason = format!("the plan leads nowhere from `{step}`");
        self.park(step, reason)
    }

    pub(super) fn take(&mut self, step: &str, outcome: &str, at: Timestamp) {
        self.enrollment.path.push(Taken {
            step: step.to_owned(),
            outcome: outcome.to_owned(),
            at,
        });
    }

    pub(super) fn ignore(self, reason: Ignored) -> Decision {
        Decision {
            enrollment: self.enrollment,
            effects: Vec::new(),
            outcome: Outcome::Ignored(reason),
        }
    }
}

fn left(reason: &str, at: Timestamp) -> Taking {
    Taking::Rest(Phase::Left {
        reason: reason.to_owned(),
        at,
    })
}

/// How late a wake-up may be and still count as on time.
const DRIFT_MAX: SignedDuration = SignedDuration::from_mins(15);

const ELSE: &str = "else";
const STEPS_PER_WALK_MAX: u32 = 256;
const THEN: &str = "then";
