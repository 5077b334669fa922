//! What must be true of every history: while it happens, and when the world is at rest.

use std::collections::{BTreeMap, BTreeSet};

use engine::RowState;
use journey::{Action, ContactId, EnrollmentId, Phase, Plan, Purpose, Reentry, SendId, Taken};
use serde_json::Value as Json;
use wire::EnrollmentRecord;

use super::{State, World};
use crate::given;

/// What a source was told is stored.
pub(crate) struct Accepted {
    ty: String,
    subject: Option<String>,
    people: BTreeSet<ContactId>,
    /// Whether it says that two of them are one.
    merges: bool,
}

impl World {
    /// Returns everything that is wrong with a world at rest.
    pub(crate) fn faults(&self) -> Vec<String> {
        let state = self.state();
        let mut faults = state.wrong.clone();
        faults.extend(state.unaccounted());
        faults.extend(state.dead.iter().filter_map(|letter| {
            // A notification that is refused has no run that could be parked.
            let known = state.reached.contains_key(&("mailer.send", "refused"))
                || letter.queue == super::Queue::Calls && state.is_refused_by_hook();
            (!known).then(|| {
                format!(
                    "a dead letter in {}: {}",
                    letter.queue.name(),
                    letter.reason
                )
            })
        }));
        let mut shown = state.runs.shown(jiff::Timestamp::MAX);
        // A date may come again; a run at its end may not.
        if let Some(row) = shown.find(|row| matches!(row.what, engine::Due::Run(_))) {
            faults.push(format!("{} is still in the due index", row.what.as_str()));
        }
        for record in state.runs.all() {
            let Some(plan) = state.published.plans.get(&record.enrollment.plan) else {
                faults.push(format!("{} has no plan", record.enrollment.id));
                continue;
            };
            faults.extend(state.stuck(record));
            faults.extend(state.miscounted(record, plan));
            faults.extend(state.untold(record));
            faults.extend(state.unstarted(record, plan));
        }
        faults.extend(state.misworded());
        faults.extend(state.crowded());
        faults
    }

    /// Returns what a planted mistake drops: messages about what is past.
    pub(super) fn drops(
        &self,
        contact: &ContactId,
        run: &EnrollmentId,
        fits: impl Fn(&Phase) -> bool,
    ) -> bool {
        let state = self.state();
        let record = state.runs.one(contact, run);
        state.bug == Some(super::Bug::StaleDropped)
            && record.is_some_and(|record| !fits(&record.enrollment.phase))
    }
}

impl State {
    /// Notes that a source was told that its post is stored.
    pub(super) fn note_accepted(&mut self, ids: Vec<String>, body: &[u8]) {
        let json: Json = serde_json::from_slice(body).expect("it was accepted");
        let events = json.as_array().cloned();
        let events = events.unwrap_or_else(|| vec![json]);
        for (id, event) in ids.into_iter().zip(events) {
            let people = event["people"].as_array().into_iter().flatten();
            let merges = people.clone().any(|person| !person["merged"].is_null());
            let people = people.filter_map(|person| person["id"].as_str());
            let accepted = Accepted {
                ty: event["type"].as_str().unwrap_or_default().to_owned(),
                subject: event["subject"].as_str().map(str::to_owned),
                people: people.map(ContactId::of).collect(),
                merges,
            };
            self.accepted.insert(id, accepted);
        }
    }

    /// Looks at an enrollment that is written for the first time.
    pub(super) fn entered(&mut self, record: &EnrollmentRecord) {
        let run = &record.enrollment;
        if self.runs.one(&run.contact, &run.id).is_some() {
            self.wrong(format!("{} enters twice", run.id));
        }
    }

    /// Looks at an enrollment that moves on (I5, I6, I14).
    pub(super) fn replaced(&mut self, before: &EnrollmentRecord, after: &EnrollmentRecord) {
        let (old, new) = (&before.enrollment, &after.enrollment);
        let id = &new.id;
        if before.version != after.version {
            self.wrong(format!("{id} is written over what another wrote"));
        }
        if old.plan != new.plan || old.event != new.event {
            self.wrong(format!("{id} runs another plan or event now"));
        }
        if !new.path.starts_with(&old.path) {
            self.wrong(format!("{id} has another past now"));
        }
        let steps: BTreeSet<_> = new.path.iter().map(|taken| &taken.step).collect();
        if steps.len() < new.path.len() {
            self.wrong(format!("{id} takes a step twice"));
        }
        match &old.phase {
            // What its contact does with its mails is remembered for ever.
            Phase::Left { .. } | Phase::Parked { .. } if old.phase == new.phase => (),
            Phase::Left { .. } => self.wrong(format!("{id} moves on after its end")),
            Phase::Parked { .. } if !new.phase.is_over() && !self.runs.mended.contains(id) => {
                self.wrong(format!("{id} moves on though nobody has mended it"));
            }
            // What happens to its contact may let it go, or bring what it waits for; that takes no step.
            Phase::Holding { .. } | Phase::Waiting { .. } if old.path == new.path => (),
            Phase::Holding { due, .. } | Phase::Waiting { due, .. }
                if !self.erased(&new.contact) =>
            {
                let late = self.now.duration_since(*due);
                self.latest = self.latest.max(late);
                if late.is_negative() {
                    self.wrong(format!("{id} moves on {late} before it is due"));
                }
            }
            Phase::Calling { .. }
            | Phase::Entered
            | Phase::Holding { .. }
            | Phase::Met { .. }
            | Phase::Parked { .. }
            | Phase::Sending { .. }
            | Phase::Waiting { .. } => (),
        }
    }

    fn erased(&self, contact: &ContactId) -> bool {
        !self.people.contacts.contains_key(contact)
    }

    /// Finds journeys that a run started for its contact, and that neither took them in nor said why not.
    fn unstarted(&self, record: &EnrollmentRecord, plan: &Plan) -> Vec<String> {
        let run = &record.enrollment;
        // What was started before it was handed over bears the name of then.
        let before = self
            .before_the_merge(run)
            .map_or(0, |before| before.path.len());
        let started = run.path.iter().skip(before).filter_map(|taken| {
            let Some(Action::Enroll { journey, .. }) =
                plan.step(&taken.step).map(|step| &step.action)
            else {
                return None;
            };
            let cause = format!("{} {}", run.id, taken.step);
            let mut exceptions = self.exceptions.values();
            let refused = exceptions.any(|one| one.event == cause);
            let entered = self.runs.all().any(|other| {
                let other = &other.enrollment;
                other.event == cause && other.journey == *journey && other.subject == run.subject
            });
            let fault = || format!("{cause} started `{journey}`, and nothing came of it");
            (!refused && !entered && !self.erased(&run.contact)).then(fault)
        });
        started.collect()
    }

    /// Finds accepted events that ended in nothing (I1).
    fn unaccounted(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut accounted: BTreeMap<&str, BTreeSet<&ContactId>> = BTreeMap::new();
        let runs: Vec<_> = self.runs.all().collect();
        for run in &runs {
            let known = accounted.entry(&run.enrollment.event).or_default();
            known.insert(&run.enrollment.contact);
        }
        for exception in self.exceptions.values() {
            let known = accounted.entry(&exception.event).or_default();
            known.extend(&exception.contact);
        }
        for (id, accepted) in &self.accepted {
            let known = accounted.get(id.as_str());
            // What a filter says no to is the author's own choice, and is not recorded.
            let filtered = self.published.plans.values().any(|plan| {
                let mut triggers = plan.triggers.iter();
                triggers.any(|one| one.event() == Some(&accepted.ty) && one.filter.is_some())
            });
            // An event that only those hear of who are on their way leaves its trace with them.
            let mut plans = self.published.plans.values();
            let heard = plans.any(|plan| plan.hears(&accepted.ty));
            let forgotten = |id: &ContactId| self.people.forgotten.contains_key(id);
            let about_none = accepted.people.iter().all(forgotten);
            let about_none = about_none || accepted.merges;
            if known.is_none() && !filtered && !heard && !about_none {
                faults.push(format!("the event {id} was accepted and ended in nothing"));
            }
            for plan in self.published.plans.values() {
                let always = matches!(plan.reentry, Reentry::Never | Reentry::Unlimited)
                    && plan.entries_max.is_none();
                let simple = plan.to.is_none()
                    && always
                    && plan.triggers.iter().any(|trigger| {
                        trigger.event() == Some(&accepted.ty) && trigger.filter.is_none()
                    });
                let mut exceptions = self.exceptions.values();
                let drained = exceptions.any(|one| one.event == *id && one.reason == "draining");
                let simple = simple && !drained;
                for contact in accepted.people.iter().filter(|id| simple && !forgotten(id)) {
                    let once = (plan.reentry == Reentry::Unlimited).then_some(id.as_str());
                    let subject = accepted.subject.as_deref();
                    // Whoever has other names has come in under one of them, and is told of under any.
                    let names = self.people.names(contact);
                    let run = |name| EnrollmentId::of(&plan.journey, subject, name, once);
                    let mut all = names.iter();
                    let there = all.any(|name| self.runs.one(name, &run(name)).is_some());
                    let told =
                        known.is_some_and(|known| names.iter().any(|one| known.contains(one)));
                    if !there || !told {
                        faults.push(format!("{id} did not let {contact} into {}", plan.journey));
                    }
                }
            }
        }
        faults
    }

    /// Finds runs that nobody will ever move on (I7, I8, I16).
    fn stuck(&self, record: &EnrollmentRecord) -> Option<String> {
        let run = &record.enrollment;
        match &run.phase {
            Phase::Left { .. } => None,
            Phase::Parked { .. } if self.reached.contains_key(&("mailer.send", "refused")) => None,
            Phase::Parked { .. } if self.is_refused_by_hook() => None,
            phase @ (Phase::Calling { .. }
            | Phase::Entered
            | Phase::Holding { .. }
            | Phase::Met { .. }
            | Phase::Parked { .. }
            | Phase::Sending { .. }
            | Phase::Waiting { .. }) => Some(format!("{} is stuck: {phase:?}", run.id)),
        }
    }

    /// Holds what a run says about its mails against the mails that left (I2, I3, I9).
    fn miscounted(&self, record: &EnrollmentRecord, plan: &Plan) -> Vec<String> {
        let run = &record.enrollment;
        let mut faults = Vec::new();
        let before = self.before_the_merge(run);
        for (at, Taken { step, outcome, .. }) in run.path.iter().enumerate() {
            // What was done before it was handed over bears the names of then.
            let run = before
                .filter(|before| at < before.path.len())
                .unwrap_or(run);
            let recipients = match outcome.as_str() {
                "notified" => run.notified.get(step).cloned().unwrap_or_default(),
                _ => vec![run.contact.clone()],
            };
            for recipient in self.people.each_once(recipients) {
                let send = SendId::of(&run.id, step, &recipient);
                let left = self.left(&send);
                let fits = match outcome.as_str() {
                    "sent" | "notified" => self.fits(&send, plan),
                    // A mail of service is given up only when it is too late to send it again.
                    "uncertain" => self.service.doubted.contains(&send),
                    _ => left == 0,
                };
                if !fits {
                    faults.push(format!(
                        "{step} of {} is {outcome}: {left} mails left",
                        run.id
                    ));
                }
            }
        }
        if let Phase::Parked { step, .. } = &run.phase {
            let send = SendId::of(&run.id, step, &run.contact);
            // What another worker sent meanwhile is in the ledger, where `retry` will find it.
            let row = self.service.ledger.get(&send);
            let known = row.is_some_and(|entry| entry.row.state == RowState::Accepted);
            if self.left(&send) > 0 && !known && !self.service.doubted.contains(&send) {
                faults.push(format!("{step} of {} is parked, and left", run.id));
            }
        }
        faults
    }

    /// Returns whether a mail that should have left did: once, unless there was doubt.
    fn fits(&self, send: &SendId, plan: &Plan) -> bool {
        let left = self.left(send);
        let Some(entry) = self.service.ledger.get(send) else {
            return false;
        };
        let doubted = self.service.doubted.contains(send);
        match (&plan.purpose, entry.row.state) {
            (Purpose::Marketing { .. }, RowState::Accepted) => left == 1,
            (Purpose::Marketing { .. }, RowState::GivenUp) => doubted && left < 2,
            (Purpose::Transactional, RowState::Accepted) => left == 1 || doubted && left > 1,
            // A refused notification ends in a dead letter.
            (_, RowState::Released) => left == 0 && !self.dead.is_empty(),
            (_, RowState::Dispatching) | (Purpose::Transactional, RowState::GivenUp) => false,
        }
    }

    pub(crate) fn left(&self, send: &SendId) -> usize {
        let delivered = self.service.delivered.iter();
        delivered.filter(|one| one.send == *send).count()
    }

    /// Returns what a mail of somebody else's writing calls its recipient.
    fn greeted(&self, recipient: &ContactId) -> String {
        let known = self.people.contact(recipient);
        known.map_or_else(String::new, |known| known.contact.full_name)
    }

    /// Finds mails that say what was meant for somebody else (I15).
    fn misworded(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let runs: BTreeMap<_, _> = self
            .runs
            .all()
            .map(|record| (&record.enrollment.id, &record.enrollment))
            .collect();
        for mail in &self.service.delivered {
            // What it could be held against is gone as well.
            if self.people.forgotten.contains_key(&mail.recipient) {
                continue;
            }
            let Some(run) = runs.get(&mail.enrollment) else {
                faults.push(format!("{} belongs to no run", mail.send));
                continue;
            };
            let expected =
                given::words(&mail.step, &mail.recipient, &run.contact, &run.event, self);
            let fits = |expected: String| match self.published.ours {
                true => expected == mail.text,
                false => mail.text.contains(&self.greeted(&mail.recipient)),
            };
            if !expected.is_none_or(fits) {
                faults.push(format!("{} has somebody else's words", mail.send));
            }
            let known = self.people.addresses.get(&mail.to);
            if !known.is_some_and(|known| self.people.is_among(&mail.recipient, known)) {
                faults.push(format!("{} goes to somebody else's address", mail.send));
            }
        }
        faults
    }
}
