//! The one transition: what an enrollment does next.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    Absent, Action, ContactId, Decision, Effect, Enrollment, Facts, Ignored, Input, Known, Next,
    Order, Outcome, Phase, Scene, SendResult, Settled, Skipped, Step, Taken, Value,
};

/// Decides what `enrollment` does about `input`.
///
/// Total: there is no wrong input.
/// Queues deliver late and twice, so an input that no longer applies is ordinary and is ignored.
pub fn advance(scene: &Scene<'_>, enrollment: Enrollment, input: Input) -> Decision {
    let walk = Walk::new(scene, enrollment);
    match (walk.enrollment.phase.clone(), input) {
        (Phase::Left { .. }, _) => walk.ignore(Ignored::Left),
        (Phase::Parked { step, at, .. }, Input::Retry) => walk.again(&step, at),
        (Phase::Parked { .. }, Input::Start | Input::Wake | Input::Settled(_)) => {
            walk.ignore(Ignored::Parked)
        }
        (Phase::Entered, Input::Start) => walk.walk(Some(0), scene.now, scene.now),
        (Phase::Waiting { step, due }, Input::Wake) if due <= scene.now => walk.woken(&step, due),
        (Phase::Waiting { .. }, Input::Wake) => walk.ignore(Ignored::Early),
        (Phase::Sending { step, since }, Input::Settled(settled)) if step == settled.step => {
            walk.settled(&settled, since)
        }
        (Phase::Entered, Input::Retry | Input::Wake | Input::Settled(_))
        | (Phase::Sending { .. }, Input::Retry | Input::Start | Input::Wake | Input::Settled(_))
        | (Phase::Waiting { .. }, Input::Retry | Input::Start | Input::Settled(_)) => {
            walk.ignore(Ignored::Stale)
        }
    }
}

/// Decides what becomes of the run of somebody who was erased: it ends, and holds nothing any more.
pub fn erase(enrollment: Enrollment, now: Timestamp) -> Decision {
    let outcome = match enrollment.phase {
        Phase::Left { .. } => Outcome::Ignored(Ignored::Left),
        Phase::Entered | Phase::Parked { .. } | Phase::Sending { .. } | Phase::Waiting { .. } => {
            Outcome::Moved
        }
    };
    let phase = Phase::Left {
        reason: "erased".to_owned(),
        at: now,
    };
    Decision {
        enrollment: Enrollment {
            params: BTreeMap::new(),
            phase,
            ..enrollment
        },
        effects: Vec::new(),
        outcome,
    }
}

/// A decision in the making.
struct Walk<'a> {
    scene: &'a Scene<'a>,
    enrollment: Enrollment,
    effects: Vec<Effect>,
}

impl<'a> Walk<'a> {
    fn new(scene: &'a Scene<'a>, enrollment: Enrollment) -> Self {
        Self {
            scene,
            enrollment,
            effects: Vec::new(),
        }
    }

    /// Goes on after a wait.
    fn woken(mut self, step: &str, due: Timestamp) -> Decision {
        let now = self.on_time(due);
        let next = match self.scene.plan.step(step).map(|step| &step.action) {
            Some(Action::Wait { next, .. } | Action::WaitUntil { next, .. }) => *next,
            Some(Action::Exit { .. } | Action::If { .. } | Action::Send { .. }) | None => {
                return self.lost(step);
            }
        };
        self.take(step, "waited", now);
        self.walk(next, now, due)
    }

    /// Takes the step again at which it was parked at `since`: what was wrong is mended.
    ///
    /// A mail keeps its name, so it is claimed as before, and its lateness is counted from then.
    fn again(self, step: &str, since: Timestamp) -> Decision {
        let steps = &self.scene.plan.steps;
        match steps.iter().position(|one| one.id == step) {
            Some(at) => {
                let now = self.scene.now;
                self.walk(Some(at), now, since)
            }
            None => self.lost(step),
        }
    }

    /// Goes on after a mail that was due at `since`.
    fn settled(mut self, settled: &Settled, since: Timestamp) -> Decision {
        let Settled { step, result } = settled;
        let outcome = match result {
            SendResult::Accepted => "sent",
            SendResult::GivenUp => "uncertain",
            SendResult::Skipped(Skipped::Expired) => "expired",
            SendResult::Skipped(Skipped::OptedOut) => "opted_out",
            SendResult::Skipped(Skipped::Suppressed) => "suppressed",
            SendResult::Refused { reason } => {
                let reason = reason.clone();
                return self.park(step, reason);
            }
        };
        let Some(Step {
            action: Action::Send { next, .. },
            ..
        }) = self.scene.plan.step(step)
        else {
            return self.lost(step);
        };
        self.take(step, outcome, self.scene.now);
        self.forget_secrets(*next);
        let now = self.on_time(since);
        self.walk(*next, now, now)
    }

    /// Returns a step's "now": the moment it was due, so that chained waits do not drift; after an
    /// outage the clock's, so that waits do not collapse into each other.
    fn on_time(&self, due: Timestamp) -> Timestamp {
        if self.scene.now.duration_since(due) <= DRIFT_MAX {
            due
        } else {
            self.scene.now
        }
    }

    /// Takes steps until one of them rests.
    ///
    /// `now` is the time as far as the steps are concerned; `due` is when they should have been taken.
    fn walk(mut self, mut next: Next, now: Timestamp, due: Timestamp) -> Decision {
        // A plan leads forward only, so the loop ends; the bound says so twice.
        for _ in 0..STEPS_PER_WALK_MAX {
            let plan = self.scene.plan;
            let Some(step) = next.and_then(|at| plan.steps.get(at)) else {
                return self.leave("finished", now);
            };
            next = match &step.action {
                Action::Exit { reason } => return self.leave(reason, now),
                Action::If {
                    condition,
                    then,
                    otherwise,
                } => {
                    let zone = &plan.settings.zone;
                    let known = Known::new(self.scene.contact, &self.enrollment.params, zone, now)
                        .with_signals(&self.enrollment.signals);
                    let (outcome, next) = if condition.holds(&known) {
                        ("then", *then)
                    } else {
                        ("else", *otherwise)
                    };
                    self.take(&step.id, outcome, now);
                    next
                }
                Action::Send { send, .. } if send.to.is_none() => return self.send(step, due),
                Action::Send { next, .. } => {
                    self.notify(step, now);
                    *next
                }
                Action::Wait { wait, next } => {
                    let due = wait.due(now, &self.scene.contact.zone(&plan.settings.zone));
                    if due > now {
                        return self.rest(step, due);
                    }
                    self.take(&step.id, "waited", now);
                    *next
                }
                Action::WaitUntil {
                    moment,
                    absent,
                    next,
                } => {
                    let zone = self.scene.contact.zone(&plan.settings.zone);
                    let value = self.value_at(moment.path(), now);
                    match (moment.due(value.as_ref(), &zone), absent) {
                        (Some(due), _) if due > now => return self.rest(step, due),
                        (None, Absent::Exit) => {
                            self.take(&step.id, "absent", now);
                            return self.leave("absent", now);
                        }
                        (Some(_), _) => self.take(&step.id, "waited", now),
                        (None, Absent::Continue) => self.take(&step.id, "absent", now),
                    }
                    *next
                }
            };
        }
        let step = next.and_then(|at| self.scene.plan.steps.get(at));
        let step = step.map_or_else(String::new, |step| step.id.clone());
        self.lost(&step)
    }

    fn value_at(&self, path: Option<&str>, now: Timestamp) -> Option<Value> {
        let zone = &self.scene.plan.settings.zone;
        let known = Known::new(self.scene.contact, &self.enrollment.params, zone, now);
        path.and_then(|path| known.value(path).cloned())
    }

    /// Rests until it is known what became of the contact's mail.
    fn send(mut self, step: &Step, due: Timestamp) -> Decision {
        let recipient = self.enrollment.contact.clone();
        self.order(&step.id, recipient);
        self.enrollment.phase = Phase::Sending {
            step: step.id.clone(),
            since: due,
        };
        self.moved()
    }

    /// Sends mails that the run does not wait for.
    fn notify(&mut self, step: &Step, now: Timestamp) {
        let recipients = self.enrollment.notified.get(&step.id).cloned();
        let outcome = match recipients.as_deref() {
            None | Some([]) => "nobody",
            Some(_) => NOTIFIED,
        };
        for recipient in recipients.unwrap_or_default() {
            self.order(&step.id, recipient);
        }
        self.take(&step.id, outcome, now);
    }

    fn order(&mut self, step: &str, recipient: ContactId) {
        self.effects.push(Effect::Order(Order {
            enrollment: self.enrollment.id.clone(),
            contact: self.enrollment.contact.clone(),
            step: step.to_owned(),
            recipient,
            decided: self.scene.now,
        }));
    }

    fn rest(mut self, step: &Step, due: Timestamp) -> Decision {
        self.effects.push(Effect::Alarm(due));
        self.enrollment.phase = Phase::Waiting {
            step: step.id.clone(),
            due,
        };
        self.moved()
    }

    fn leave(mut self, reason: &str, at: Timestamp) -> Decision {
        self.forget_secrets(None);
        self.enrollment.phase = Phase::Left {
            reason: reason.to_owned(),
            at,
        };
        self.moved()
    }

    fn park(mut self, step: &str, reason: String) -> Decision {
        self.enrollment.phase = Phase::Parked {
            step: step.to_owned(),
            reason,
            at: self.scene.now,
        };
        self.moved()
    }

    /// Parks an enrollment whose plan does not have the step it stands at: a defect of ours.
    fn lost(self, step: &str) -> Decision {
        let reason = format!("the plan leads nowhere from `{step}`");
        self.park(step, reason)
    }

    /// Drops an access code and its like as soon as no later step can need it.
    ///
    /// The run does not wait for its notifications: what they say must stay, since they may still be
    /// on their way.
    fn forget_secrets(&mut self, next: Next) {
        let plan = self.scene.plan;
        let mut needed = plan.params_needed_from(next);
        let path = self.enrollment.path.iter();
        let notified = path.filter(|taken| taken.outcome == NOTIFIED);
        let notified = notified.filter_map(|taken| plan.step(&taken.step));
        needed.extend(notified.flat_map(|step| step.action.params()));
        let declared = &plan.params;
        self.enrollment.params.retain(|path, _| {
            needed.contains(path.as_str())
                || !declared.get(path).is_some_and(|field| field.sensitive)
        });
    }

    fn take(&mut self, step: &str, outcome: &str, at: Timestamp) {
        self.enrollment.path.push(Taken {
            step: step.to_owned(),
            outcome: outcome.to_owned(),
            at,
        });
    }

    fn moved(self) -> Decision {
        Decision {
            enrollment: self.enrollment,
            effects: self.effects,
            outcome: Outcome::Moved,
        }
    }

    fn ignore(self, reason: Ignored) -> Decision {
        Decision {
            enrollment: self.enrollment,
            effects: Vec::new(),
            outcome: Outcome::Ignored(reason),
        }
    }
}

/// How late a wake-up may be and still count as on time.
const DRIFT_MAX: SignedDuration = SignedDuration::from_mins(15);

const NOTIFIED: &str = "notified";
const STEPS_PER_WALK_MAX: u32 = 256;
