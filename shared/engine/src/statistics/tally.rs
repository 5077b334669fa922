//! Adds up runs, and then mails, one by one; only what has to be held of them is held.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use journey::{EnrollmentId, Phase};
use wire::{Figures, MailFigures, Passage, SideFigures};

use super::Statistics;
use crate::{Fact, MailFacts};

/// A version of a journey: its name and the content hash.
pub type VersionId = (String, String);

/// Where a run is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Counted {
    /// Here.
    Here,
    /// Elsewhere, so that its mails are nobody's here, and yet known.
    Elsewhere,
    /// Not at all, nor its mails.
    Nowhere,
}

/// What was added up so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    versions: BTreeMap<VersionId, Figures>,
    /// The runs, and what is still to be known of them; nothing where they count elsewhere.
    runs: BTreeMap<EnrollmentId, Option<Run>>,
    /// Mails of runs that were not met, and when they were claimed.
    orphans: Vec<Timestamp>,
}

/// What a split has to know of a run once its mails are known.
#[derive(Debug)]
struct Run {
    version: VersionId,
    /// The splits that it passed, and by which side.
    sides: Vec<(String, String)>,
    goal: bool,
    unsubscribed: bool,
    facts: BTreeSet<Fact>,
}

impl Tally {
    /// Adds a run; `splits` are the steps of its plan that part people.
    pub(super) fn run(
        &mut self,
        id: EnrollmentId,
        run: &Passage,
        counted: Counted,
        splits: Option<&BTreeSet<String>>,
    ) {
        match counted {
            Counted::Here => (),
            Counted::Elsewhere => {
                self.runs.insert(id, None);
                return;
            }
            Counted::Nowhere => return,
        }
        let version = (run.journey.clone(), run.plan.clone());
        let figures = self.versions.entry(version.clone()).or_default();
        let mut sides = Vec::new();
        // Whoever goes on under another name is counted there, with all that they did before.
        if !run.is_handed_over() {
            add(figures, run);
            let taken = run.path.iter();
            let taken = taken.filter(|taken| splits.is_some_and(|all| all.contains(&taken.step)));
            sides.extend(taken.map(|taken| (taken.step.clone(), taken.outcome.clone())));
        }
        let reason = run.phase.end().map(|(reason, _)| reason);
        let known = Run {
            version,
            sides,
            goal: run.goal || reason == Some("goal"),
            unsubscribed: reason == Some("unsubscribed"),
            facts: BTreeSet::new(),
        };
        self.runs.insert(id, Some(known));
    }

    /// Adds a mail, after all runs.
    pub(super) fn mail(&mut self, mail: MailFacts) {
        match self.runs.get_mut(&mail.enrollment) {
            Some(Some(run)) => {
                let figures = self.versions.entry(run.version.clone()).or_default();
                let step = figures.steps.entry(mail.step.clone()).or_default();
                post(&mut step.mails, &mail);
                // What a colleague does with a notification says nothing about whoever walks.
                if mail.own {
                    run.facts.extend(mail.facts);
                }
            }
            Some(None) => (),
            None => self.orphans.push(mail.claimed),
        }
    }

    /// Returns what it comes to; statements know of whatever was mailed before `closed`.
    pub(super) fn finish(self, closed: Option<Timestamp>) -> Statistics {
        let mut versions = self.versions;
        for run in self.runs.into_values().flatten() {
            // Whoever mails SES's simulator tries a journey out, and compares nothing.
            if run.sides.is_empty() || run.facts.contains(&Fact::Simulated) {
                continue;
            }
            let splits = &mut versions.entry(run.version.clone()).or_default().splits;
            for (step, side) in &run.sides {
                let sides = splits.entry(step.clone()).or_default();
                take(sides.entry(side.clone()).or_default(), &run);
            }
        }
        let orphans = self.orphans.into_iter();
        let unknown = orphans.filter(|at| closed.is_none_or(|closed| *at >= closed));
        Statistics {
            versions,
            orphans: unknown.count() as u64,
            closed,
        }
    }
}

fn add(figures: &mut Figures, run: &Passage) {
    figures.entered += 1;
    figures.parked += u64::from(matches!(run.phase, Phase::Parked { .. }));
    if let Some((reason, _)) = run.phase.end() {
        *figures.left.entry(reason.to_owned()).or_default() += 1;
    }
    if let Some(step) = run.phase.step() {
        figures.steps.entry(step.to_owned()).or_default().here += 1;
    }
    for taken in &run.path {
        let step = figures.steps.entry(taken.step.clone()).or_default();
        *step.outcomes.entry(taken.outcome.clone()).or_default() += 1;
    }
}

fn post(figures: &mut MailFigures, mail: &MailFacts) {
    let mut count = |fact: Fact| {
        let word = fact.as_str().to_owned();
        *figures.facts.entry(word).or_default() += 1;
    };
    if mail.facts.contains(&Fact::Simulated) {
        count(Fact::Simulated);
        return;
    }
    // What bounced for now and then for ever is one bounce, in whatever order that was told.
    let for_ever = mail.facts.contains(&Fact::Bounced);
    let facts = mail.facts.iter().copied();
    facts
        .filter(|fact| !(for_ever && *fact == Fact::BouncedSoftly))
        .for_each(&mut count);
    // A report is proof that a mail was taken, also where the ledger has not heard of it yet.
    if !mail.accepted && mail.facts.is_empty() {
        figures.in_doubt += 1;
        return;
    }
    figures.sent += 1;
    let failed = [Fact::Bounced, Fact::BouncedSoftly, Fact::Rejected];
    figures.delivered += u64::from(failed.iter().all(|fact| !mail.facts.contains(fact)));
}

fn take(side: &mut SideFigures, run: &Run) {
    side.runs += 1;
    side.opened += u64::from(run.facts.contains(&Fact::Opened));
    side.clicked += u64::from(run.facts.contains(&Fact::Clicked));
    side.goal += u64::from(run.goal);
    side.unsubscribed += u64::from(run.unsubscribed);
}
