//! Adds up runs, and then mails, one by one; only what has to be held of them is held.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use journey::EnrollmentId;
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
    /// Elsewhere: its mails are nobody's here, and yet not without a run.
    Elsewhere,
    /// It is as if it was not there.
    Nowhere,
}

/// What was added up so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    versions: Vec<(VersionId, Figures)>,
    /// The place of each version.
    places: BTreeMap<VersionId, usize>,
    /// The runs, and what is still to be known of them; nothing where they count elsewhere.
    runs: BTreeMap<EnrollmentId, Option<Run>>,
    /// From when on mails whose runs were not met are counted.
    closed: Option<Timestamp>,
    orphans: u64,
}

/// What is held of a run: there may be a million of them.
#[derive(Debug)]
struct Run {
    /// The place of its version.
    version: usize,
    /// What a split has to know of it, where it passed one.
    parted: Option<Box<Parted>>,
}

/// What a split has to know of a run once its mails are known.
#[derive(Debug)]
struct Parted {
    /// The splits that it passed, and by which side.
    sides: Vec<(String, String)>,
    goal: bool,
    unsubscribed: bool,
    facts: BTreeSet<Fact>,
}

impl Tally {
    /// Begins one; statements know of whatever was mailed before `closed`.
    pub(super) fn since(closed: Option<Timestamp>) -> Self {
        Self {
            closed,
            ..Self::default()
        }
    }

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
        let version = self.place((run.journey.clone(), run.plan.clone()));
        // Whoever goes on under another name is counted there, with all that they did before.
        let parted = if run.is_handed_over() {
            None
        } else {
            add_run(&mut self.versions[version].1, run);
            splits.and_then(|splits| parted(run, splits)).map(Box::new)
        };
        self.runs.insert(id, Some(Run { version, parted }));
    }

    /// Adds a mail, after all runs.
    pub(super) fn mail(&mut self, mail: MailFacts) {
        let run = match self.runs.get_mut(&mail.enrollment) {
            Some(Some(run)) => run,
            Some(None) => return,
            None => {
                let known = self.closed.is_some_and(|closed| mail.claimed < closed);
                self.orphans += u64::from(!known);
                return;
            }
        };
        let figures = &mut self.versions[run.version].1;
        let step = figures.steps.entry(mail.step.clone()).or_default();
        add_mail(&mut step.mails, &mail);
        // What a colleague does with a notification says nothing about whoever walks.
        if let Some(parted) = run.parted.as_mut().filter(|_| mail.own) {
            parted.facts.extend(mail.facts);
        }
    }

    /// Returns what it comes to.
    pub(super) fn finish(mut self) -> Statistics {
        for run in self.runs.into_values().flatten() {
            let Some(parted) = run.parted else { continue };
            // Whoever mails SES's simulator tries a journey out, and compares nothing.
            if parted.facts.contains(&Fact::Simulated) {
                continue;
            }
            let splits = &mut self.versions[run.version].1.splits;
            for (step, side) in &parted.sides {
                let sides = splits.entry(step.clone()).or_default();
                add_to_side(sides.entry(side.clone()).or_default(), &parted);
            }
        }
        Statistics {
            versions: self.versions.into_iter().collect(),
            orphans: self.orphans,
            closed: self.closed,
        }
    }

    fn place(&mut self, version: VersionId) -> usize {
        if let Some(place) = self.places.get(&version) {
            return *place;
        }
        let place = self.versions.len();
        self.places.insert(version.clone(), place);
        self.versions.push((version, Figures::default()));
        place
    }
}

/// Returns what splits have to know of a run; nothing where it passed none.
fn parted(run: &Passage, splits: &BTreeSet<String>) -> Option<Parted> {
    let taken = run.path.iter();
    let taken = taken.filter(|taken| splits.contains(&taken.step));
    let sides: Vec<_> = taken
        .map(|taken| (taken.step.clone(), taken.outcome.clone()))
        .collect();
    let reason = run.phase.end().map(|(reason, _)| reason);
    (!sides.is_empty()).then(|| Parted {
        sides,
        goal: run.goal || reason == Some("goal"),
        unsubscribed: reason == Some("unsubscribed"),
        facts: BTreeSet::new(),
    })
}

fn add_run(figures: &mut Figures, run: &Passage) {
    figures.entered += 1;
    figures.parked += u64::from(matches!(run.phase, journey::Phase::Parked { .. }));
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

fn add_mail(figures: &mut MailFigures, mail: &MailFacts) {
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

fn add_to_side(side: &mut SideFigures, run: &Parted) {
    side.runs += 1;
    side.opened += u64::from(run.facts.contains(&Fact::Opened));
    side.clicked += u64::from(run.facts.contains(&Fact::Clicked));
    side.goal += u64::from(run.goal);
    let unsubscribed = run.unsubscribed || run.facts.contains(&Fact::Unsubscribed);
    side.unsubscribed += u64::from(unsubscribed);
}
