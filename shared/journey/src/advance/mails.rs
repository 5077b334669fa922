//! Mails: when one may leave, and what becomes of the run when it is known what became of the mail.

use jiff::Timestamp;

use super::walk::Walk;
use crate::share::is_within;
use crate::{
    Action, ContactId, Decision, Effect, Enrollment, Hours, Ignored, Large, Order, Over, Phase,
    Priority, Purpose, Scene, Send, SendResult, Settled, Skipped, Step, ceil_to_minute, opening,
};

/// Whether a mail may leave.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Clearance {
    /// It may leave now.
    Go,
    /// Not before this whole minute; then it must be asked again.
    Hold(Timestamp),
    /// It never may.
    Never,
    /// It is not sent, on purpose.
    Skip(Skipped),
}

/// Decides whether a mail that was due at `since` may leave now: its hours, its patience, what the
/// contact has had, and whether they are one of those who get none.
///
/// A run asks on arrival; whoever hands the mail over asks again, since it may have waited meanwhile. That of a `campaign`
/// waits for the evening too, or for the day where the evening never comes together with the other hours or comes too late;
/// where that does as well, it leaves as that of anybody.
pub fn clearance(scene: &Scene<'_>, send: &Send, since: Timestamp, campaign: bool) -> Clearance {
    let Scene {
        plan, contact, now, ..
    } = *scene;
    let rules = &plan.rules;
    let zone = contact.zone(&plan.settings.zone);
    let expires = send.expires.as_ref();
    let deadline = expires.map(|expires| expires.after(since, &zone));
    let late = |at: Timestamp| deadline.is_some_and(|deadline| at > deadline);
    if late(now) {
        return Clearance::Skip(Skipped::Expired);
    }
    let limits = match plan.purpose {
        Purpose::Marketing { .. } => Some(&rules.limits),
        Purpose::Transactional => None,
    };
    let project = limits.and_then(|limits| limits.send_window.as_ref());
    let mut hours: Vec<&Hours> = rules.send_window.iter().chain(project).collect();
    let evening = limits.filter(|_| campaign);
    let [evening, day] =
        [Large::hours, Large::day].map(|hours| evening.map(|limits| hours(&limits.large)));
    for better in evening.iter().chain(&day) {
        hours.push(better);
        if opening(&hours, now, &zone).is_some_and(|open| !late(open)) {
            break;
        }
        hours.pop();
    }
    let Some(open) = opening(&hours, now, &zone) else {
        return Clearance::Never;
    };
    if late(open) {
        return Clearance::Skip(Skipped::Expired);
    }
    if open > now {
        return Clearance::Hold(open);
    }
    let Some(limits) = limits else {
        return Clearance::Go;
    };
    let holdout = limits.holdout.as_ref();
    if holdout.is_some_and(|out| is_within(&out.name, &contact.source_id, out.share)) {
        return Clearance::Skip(Skipped::Withheld);
    }
    let caps = match rules.priority {
        Priority::High => &[][..],
        Priority::Normal => &limits.at_most,
    };
    let room = caps.iter().map(|cap| cap.room(scene.mailed, now));
    let room = room.max().unwrap_or(now);
    match send.over.unwrap_or(limits.over) {
        _ if room == now => Clearance::Go,
        Over::Skip => Clearance::Skip(Skipped::OverCap),
        Over::Wait => {
            let again = opening(&hours, ceil_to_minute(room), &zone);
            match (again, deadline) {
                (Some(again), _) if !late(again) => Clearance::Hold(again),
                (_, Some(deadline)) if ceil_to_minute(deadline) > now => {
                    Clearance::Hold(ceil_to_minute(deadline))
                }
                (Some(_), _) => Clearance::Skip(Skipped::Expired),
                (None, _) => Clearance::Never,
            }
        }
    }
}

impl Walk<'_> {
    /// Comes to a mail that was due at `since` and could leave at `due`: it is ordered, held, or left
    /// out, which is the outcome.
    pub(super) fn mail(
        &mut self,
        step: &Step,
        send: &Send,
        [since, due]: [Timestamp; 2],
    ) -> Result<&'static str, Phase> {
        let scene = Scene {
            contact: &self.contact,
            ..*self.scene
        };
        let id = || step.id.clone();
        let campaign = self.enrollment.campaign;
        Err(match clearance(&scene, send, since, campaign) {
            Clearance::Go => {
                let recipient = self.enrollment.contact.clone();
                self.order(&step.id, recipient);
                Phase::Sending {
                    step: id(),
                    since,
                    due,
                }
            }
            Clearance::Hold(due) => Phase::Holding {
                step: id(),
                since,
                due,
            },
            Clearance::Never => self.never(step),
            Clearance::Skip(skipped) => return Ok(skipped.as_str()),
        })
    }

    /// Comes back to a mail that was held.
    pub(super) fn held(mut self, step: &str, [since, due]: [Timestamp; 2]) -> Decision {
        let found = self.scene.plan.step(step);
        let Some((step, send, next)) = found.and_then(|step| match &step.action {
            Action::Send { send, next } => Some((step, send, *next)),
            Action::Call { .. }
            | Action::Case { .. }
            | Action::Change { .. }
            | Action::Enroll { .. }
            | Action::Exit { .. }
            | Action::If { .. }
            | Action::Jump { .. }
            | Action::Split { .. }
            | Action::Wait { .. }
            | Action::WaitFor { .. }
            | Action::WaitUntil { .. }
            | Action::Window { .. } => None,
        }) else {
            return self.lost(step);
        };
        let now = self.on_time(due);
        if self.is_to_leave(now) {
            return self.leave("exit_when", now);
        }
        match self.mail(step, send, [since, due]) {
            Ok(outcome) => {
                self.take(&step.id, outcome, now);
                self.forget_secrets(next);
                self.walk(next, now, now)
            }
            Err(phase) => self.rest(phase),
        }
    }

    /// Goes on after a mail or a call that could leave at `due`.
    pub(super) fn settled(mut self, settled: &Settled, due: Timestamp) -> Decision {
        let Settled { step, result } = settled;
        let (outcome, next) = match self.scene.plan.step(step).map(|step| &step.action) {
            Some(Action::Call { next, .. }) => ("called", *next),
            Some(Action::Send { next, .. }) => ("sent", *next),
            Some(
                Action::Case { .. }
                | Action::Change { .. }
                | Action::Enroll { .. }
                | Action::Exit { .. }
                | Action::If { .. }
                | Action::Jump { .. }
                | Action::Split { .. }
                | Action::Wait { .. }
                | Action::WaitFor { .. }
                | Action::WaitUntil { .. }
                | Action::Window { .. },
            )
            | None => return self.lost(step),
        };
        let outcome = match result {
            SendResult::Accepted => outcome,
            SendResult::GivenUp => "uncertain",
            SendResult::Skipped(skipped) => skipped.as_str(),
            SendResult::Refused { reason } => return self.park(step, reason.clone()),
            SendResult::Held { until } => return self.hold(step, *until, due),
        };
        self.take(step, outcome, self.scene.now);
        self.forget_secrets(next);
        if self.is_to_end() {
            let now = self.scene.now;
            return self.leave(super::ENDED, now);
        }
        let now = self.on_time(due);
        self.walk(next, now, now)
    }

    /// Notes in a run that is over what became of the mail that was leaving when it ended.
    pub(super) fn arrived(mut self, phase: &Phase, settled: &Settled) -> Decision {
        let outcome = match settled.result {
            SendResult::Accepted => Some("sent"),
            SendResult::GivenUp => Some("uncertain"),
            SendResult::Held { .. } | SendResult::Refused { .. } | SendResult::Skipped(_) => None,
        };
        match outcome.filter(|_| self.may_have_left(&settled.step)) {
            None => self.ignore(Ignored::Left),
            Some(outcome) => {
                self.take(&settled.step, outcome, self.scene.now);
                self.rest(phase.clone())
            }
        }
    }

    /// Returns whether the run may have ended while the mail of a step was leaving: it takes no such step any more, and
    /// nobody has heard what became of it.
    pub(super) fn may_have_left(&self, step: &str) -> bool {
        let Enrollment { phase, path, .. } = &self.enrollment;
        let action = self.scene.plan.step(step).map(|step| &step.action);
        matches!(phase, Phase::Left { .. })
            && matches!(action, Some(Action::Send { send, .. }) if send.to.is_none())
            && path.iter().all(|taken| taken.step != step)
    }

    /// Rests with a mail that may not leave before `until`, and that could leave at `due`.
    fn hold(self, step: &str, until: Timestamp, due: Timestamp) -> Decision {
        let since = match &self.enrollment.phase {
            Phase::Sending { since, .. } => *since,
            Phase::Calling { .. }
            | Phase::Entered
            | Phase::Holding { .. }
            | Phase::Left { .. }
            | Phase::Met { .. }
            | Phase::Parked { .. }
            | Phase::Waiting { .. } => due,
        };
        self.rest(Phase::Holding {
            step: step.to_owned(),
            since,
            due: until,
        })
    }

    /// Sends mails that the run does not wait for.
    pub(super) fn notify(&mut self, step: &Step) -> &'static str {
        let recipients = self.enrollment.notified.get(&step.id).cloned();
        let outcome = match recipients.as_deref() {
            None | Some([]) => "nobody",
            Some(_) => NOTIFIED,
        };
        for recipient in recipients.unwrap_or_default() {
            self.order(&step.id, recipient);
        }
        outcome
    }

    fn order(&mut self, step: &str, recipient: ContactId) {
        self.effects.push(Effect::Order(Order {
            enrollment: self.enrollment.id.clone(),
            contact: self.enrollment.contact.clone(),
            journey: self.enrollment.journey.clone(),
            step: step.to_owned(),
            recipient,
            decided: self.scene.now,
        }));
    }

    /// Drops an access code and its like as soon as no later step can need it.
    ///
    /// The run does not wait for its notifications: what they say must stay, since they may still be
    /// on their way.
    pub(super) fn forget_secrets(&mut self, next: crate::Next) {
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
}

const NOTIFIED: &str = "notified";
