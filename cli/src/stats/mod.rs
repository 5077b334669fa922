//! Statistics: what all runs and all their mails come to, in whatever order things happened.
//!
//! Nothing is counted while mails leave. The numbers are made out of the tables when somebody asks, so they cannot
//! drift from what happened, and a report that comes twice changes nothing.

mod arms;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws::MailFacts;
use engine::Fact;
use journey::{EnrollmentId, Phase};
use wire::Passage;

pub(crate) use arms::{Arm, Comparison, compare};

/// A version of a journey: its name and the content hash.
pub(crate) type VersionId = (String, String);

/// What is known of one version of one journey.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Version {
    /// How many runs there are.
    pub(crate) entered: u64,
    /// How many of them cannot go on until something is mended.
    pub(crate) parked: u64,
    /// How many are over, by reason.
    pub(crate) left: BTreeMap<String, u64>,
    /// What happened at its steps.
    pub(crate) steps: BTreeMap<String, Step>,
    /// How those fared who took the sides of its splits, by step and side.
    pub(crate) splits: BTreeMap<String, BTreeMap<String, Arm>>,
}

impl Version {
    /// Returns how many are on their way.
    pub(crate) fn on_their_way(&self) -> u64 {
        self.entered - self.left.values().sum::<u64>()
    }
}

/// What happened at one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Step {
    /// How many stand there now.
    pub(crate) here: u64,
    /// How often it was taken, by what came of it.
    pub(crate) outcomes: BTreeMap<String, u64>,
    /// Its mails.
    pub(crate) mails: Mails,
}

/// What became of mails.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mails {
    /// How many SES took.
    pub(crate) sent: u64,
    /// How many of those neither bounced nor were rejected.
    pub(crate) delivered: u64,
    /// Of how many nobody knows whether they left.
    pub(crate) in_doubt: u64,
    /// Of how many a fact is known.
    pub(crate) facts: BTreeMap<Fact, u64>,
}

impl Mails {
    /// Returns of how many a fact is known.
    pub(crate) fn with(&self, fact: Fact) -> u64 {
        self.facts.get(&fact).copied().unwrap_or_default()
    }

    fn add(&mut self, mail: &MailFacts) {
        if mail.facts.contains(&Fact::Simulated) {
            *self.facts.entry(Fact::Simulated).or_default() += 1;
            return;
        }
        // A report is proof that a mail was taken, also where the ledger has not heard of it yet.
        if !mail.accepted && mail.facts.is_empty() {
            self.in_doubt += 1;
            return;
        }
        self.sent += 1;
        let failed = [Fact::Bounced, Fact::BouncedSoftly, Fact::Rejected];
        self.delivered += u64::from(failed.iter().all(|fact| !mail.facts.contains(fact)));
        // What bounced for now and then for ever is one bounce, in whatever order that was told.
        let for_ever = mail.facts.contains(&Fact::Bounced);
        let facts = mail.facts.iter();
        for fact in facts.filter(|fact| !(for_ever && **fact == Fact::BouncedSoftly)) {
            *self.facts.entry(*fact).or_default() += 1;
        }
    }
}

/// What all runs and mails come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Statistics {
    /// By journey and version.
    pub(crate) versions: BTreeMap<VersionId, Version>,
    /// How many mails there are in the ledger whose runs are no longer kept.
    pub(crate) orphans: u64,
}

/// Adds everything up; `splits` are the steps that part people, by the version's content hash.
pub(crate) fn fold(
    runs: Vec<(EnrollmentId, Passage)>,
    mails: &[MailFacts],
    splits: &BTreeMap<String, BTreeSet<String>>,
) -> Statistics {
    let mut found = Statistics::default();
    let mut known: HashMap<&EnrollmentId, BTreeSet<Fact>> = HashMap::new();
    // What a colleague does with a notification says nothing about whoever walks.
    for mail in mails.iter().filter(|mail| mail.own) {
        known
            .entry(&mail.enrollment)
            .or_default()
            .extend(&mail.facts);
    }
    let mut owners: HashMap<EnrollmentId, VersionId> = HashMap::new();
    for (id, run) in runs {
        let owner = (run.journey.clone(), run.plan.clone());
        let version = found.versions.entry(owner.clone()).or_default();
        let facts = known.get(&id).cloned().unwrap_or_default();
        // Whoever mails SES's simulator tries a journey out, and compares nothing.
        let splits = splits.get(&run.plan);
        let splits = splits.filter(|_| !facts.contains(&Fact::Simulated));
        // Whoever goes on under another name is counted there, with all that they did before.
        if !run.is_handed_over() {
            add(version, &run, &facts, splits);
        }
        owners.insert(id, owner);
    }
    for mail in mails {
        let version = owners.get(&mail.enrollment);
        match version.and_then(|owner| found.versions.get_mut(owner)) {
            Some(version) => {
                let step = version.steps.entry(mail.step.clone()).or_default();
                step.mails.add(mail);
            }
            None => found.orphans += 1,
        }
    }
    found
}

fn add(
    version: &mut Version,
    run: &Passage,
    facts: &BTreeSet<Fact>,
    splits: Option<&BTreeSet<String>>,
) {
    version.entered += 1;
    let mut reason = None;
    match &run.phase {
        Phase::Left { reason: left, .. } => {
            *version.left.entry(left.clone()).or_default() += 1;
            reason = Some(left.as_str());
        }
        Phase::Parked { .. } => version.parked += 1,
        Phase::Calling { .. }
        | Phase::Entered
        | Phase::Holding { .. }
        | Phase::Met { .. }
        | Phase::Sending { .. }
        | Phase::Waiting { .. } => (),
    }
    if let Some(step) = run.phase.step() {
        version.steps.entry(step.to_owned()).or_default().here += 1;
    }
    for taken in &run.path {
        let step = version.steps.entry(taken.step.clone()).or_default();
        *step.outcomes.entry(taken.outcome.clone()).or_default() += 1;
        if splits.is_some_and(|splits| splits.contains(&taken.step)) {
            let arms = version.splits.entry(taken.step.clone()).or_default();
            arms.entry(taken.outcome.clone())
                .or_default()
                .add(run.goal, reason, facts);
        }
    }
}
