//! Signals: what happens to a contact while a run is on its way.
//!
//! A signal can end a run, and can bring what a step waits for; it takes no step itself.

use super::walk::Walk;
use crate::{Action, Awaited, Change, Decision, Enrollment, Goal, Ignored, Phase, Signal, Signals};

impl Walk<'_> {
    /// Decides what a run at rest does about a signal.
    pub(super) fn signaled(mut self, phase: &Phase, signal: &Signal) -> Decision {
        let now = self.scene.now;
        let before = self.enrollment.signals.clone();
        if self.is_repeated(signal) {
            return self.ignore(Ignored::Stale);
        }
        self.note(signal);
        self.score(signal, &before);
        if self.reaches_goal(signal) {
            return self.leave("goal", now);
        }
        if self.is_to_leave(now) {
            return self.leave("exit_when", now);
        }
        if let Phase::Waiting { step, .. } = phase
            && self.is_met(step, signal)
        {
            self.hear(signal);
            let step = step.clone();
            return self.rest(Phase::Met { step, since: now });
        }
        if self.enrollment.signals == before {
            return self.ignore(Ignored::Unrelated);
        }
        self.rest(phase.clone())
    }

    /// Decides what a run that is over, or cannot go on, does about a signal: it only remembers.
    pub(super) fn remembered(mut self, phase: &Phase, signal: &Signal) -> Decision {
        let before = self.enrollment.signals.clone();
        self.note(signal);
        if self.enrollment.signals == before {
            return self.ignore(match phase {
                Phase::Parked { .. } => Ignored::Parked,
                Phase::Calling { .. }
                | Phase::Entered
                | Phase::Holding { .. }
                | Phase::Left { .. }
                | Phase::Met { .. }
                | Phase::Sending { .. }
                | Phase::Waiting { .. } => Ignored::Left,
            });
        }
        self.score(signal, &before);
        self.rest(phase.clone())
    }

    /// Adds to the contact's score what becomes of a mail counts, the first time.
    fn score(&mut self, signal: &Signal, before: &Signals) {
        let scoring = self.scene.plan.settings.scoring;
        let (step, amount) = match signal {
            Signal::Bounced { step } => (step, scoring.bounced),
            Signal::Clicked { step, .. } => (step, scoring.clicked),
            Signal::Complained { step } => (step, scoring.complained),
            Signal::Opened { step } => (step, scoring.opened),
            Signal::Event { .. } | Signal::Written => return,
        };
        if amount != 0.0 && self.enrollment.signals != *before {
            self.change(step, &Change::Score(amount));
        }
    }

    /// Returns whether an event has let the run in, or has moved it on before.
    fn is_repeated(&self, signal: &Signal) -> bool {
        match signal {
            Signal::Event { id, .. } => {
                let Enrollment { event, signals, .. } = &self.enrollment;
                event == id || signals.heard.contains(id)
            }
            Signal::Bounced { .. }
            | Signal::Clicked { .. }
            | Signal::Complained { .. }
            | Signal::Opened { .. }
            | Signal::Written => false,
        }
    }

    /// Remembers an event that moves the run on, so that a repeat of it does not do so again.
    fn hear(&mut self, signal: &Signal) {
        if let Signal::Event { id, .. } = signal {
            self.enrollment.signals.heard.insert(id.clone());
        }
    }

    /// Notes what the contact did with a mail that this run has sent.
    fn note(&mut self, signal: &Signal) {
        let sent = |step: &str| {
            let mut path = self.enrollment.path.iter();
            let taken = path.any(|one| one.step == step && SENT.contains(&one.outcome.as_str()));
            // What is told of a mail is proof that it left, also where its run has not heard so yet.
            let phase = &self.enrollment.phase;
            let leaves = matches!(phase, Phase::Sending { .. }) && phase.step() == Some(step);
            taken || leaves || self.may_have_left(step)
        };
        match signal {
            Signal::Bounced { step } if sent(step) => {
                self.enrollment.signals.bounced.insert(step.clone());
            }
            Signal::Complained { step } if sent(step) => {
                self.enrollment.signals.complained.insert(step.clone());
            }
            Signal::Clicked { step, link } if sent(step) => {
                let click = (step.clone(), link.clone());
                self.enrollment.signals.clicks.insert(click);
            }
            Signal::Opened { step } if sent(step) => {
                self.enrollment.signals.opened.insert(step.clone());
            }
            Signal::Bounced { .. }
            | Signal::Clicked { .. }
            | Signal::Complained { .. }
            | Signal::Event { .. }
            | Signal::Opened { .. }
            | Signal::Written => (),
        }
    }

    /// Notes whether the journey's goal is reached; returns whether that ends the run.
    fn reaches_goal(&mut self, signal: &Signal) -> bool {
        let now = self.scene.now;
        let (Some(goal), Signal::Event { event, params, .. }) =
            (&self.scene.plan.rules.goal, signal)
        else {
            return false;
        };
        let Goal {
            event: wanted,
            filter,
            within,
            exit,
        } = goal;
        let zone = self.contact.zone(&self.scene.plan.settings.zone);
        let entered = self.enrollment.entered;
        let mut within = within.iter();
        let in_time = within.all(|within| now <= within.after(entered, &zone));
        let known = self.known(now).with_event(params);
        let fits = filter.as_ref().is_none_or(|filter| filter.holds(&known));
        if event != wanted || !in_time || !fits {
            return false;
        }
        self.enrollment.signals.goal.get_or_insert(now);
        *exit
    }

    /// Returns whether a step waits for this.
    fn is_met(&self, step: &str, signal: &Signal) -> bool {
        let step = self.scene.plan.step(step).map(|step| &step.action);
        let Some(Action::WaitFor { what, .. }) = step else {
            return false;
        };
        let signals = &self.enrollment.signals;
        let now = self.scene.now;
        match (what, signal) {
            (Awaited::Clicked(send), _) => signals.clicked(send, None),
            (Awaited::Opened(send), _) => signals.opened(send),
            (Awaited::Condition(condition), _) => self.holds(condition, now),
            (
                Awaited::Event {
                    event: wanted,
                    filter,
                },
                Signal::Event { event, params, .. },
            ) => {
                let known = self.known(now).with_event(params);
                wanted == event && filter.as_ref().is_none_or(|filter| filter.holds(&known))
            }
            (
                Awaited::Event { .. },
                Signal::Bounced { .. }
                | Signal::Clicked { .. }
                | Signal::Complained { .. }
                | Signal::Opened { .. }
                | Signal::Written,
            ) => false,
        }
    }
}

/// The outcomes of a mail that somebody may have.
const SENT: [&str; 2] = ["sent", "uncertain"];
