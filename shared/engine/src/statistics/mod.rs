//! Statistics: what all runs and all their mails come to, in whatever order things happened.
//!
//! Nothing is counted while mails leave. The numbers are added up from the tables, so they cannot drift from what
//! happened, and a report that comes twice changes nothing.
//!
//! A run is not kept for ever, and what it came to is: before it is forgotten, the numbers of its week are added up in
//! the same way, and written down as a statement.

mod closing;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use jiff::Timestamp;
use journey::{Action, Plan};
use wire::{Closing, Figures, Passage, Statement};

use crate::{Passages, Plans};

pub(crate) use closing::write_statements;
pub use closing::{RUNS_KEPT, STATEMENTS_LAG_MAX};
pub use tally::VersionId;
use tally::{Counted, Tally};

/// What runs and mails come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// By journey and version.
    pub versions: BTreeMap<VersionId, Figures>,
    /// How many mails there are in the ledger of whose runs nothing is known.
    pub orphans: u64,
    /// Whoever left before is counted by statements.
    pub closed: Option<Timestamp>,
}

/// Adds up what statements say, and whatever came after them; of `only` one journey, or of all.
///
/// # Errors
/// Fails where a table cannot be read.
pub async fn statistics(
    io: &(impl Passages + Plans),
    (closing, statements): (&Closing, &[Statement]),
    only: Option<&str>,
) -> anyhow::Result<Statistics> {
    let wanted = |journey: &str| only.is_none_or(|only| only == journey);
    let tally = Tally::since(closing.until);
    let tally = read(io, tally, |run| match is_over(run, None, closing.until) {
        false if wanted(&run.journey) => Counted::Here,
        _ => Counted::Elsewhere,
    });
    let mut found = tally.await?.finish();
    for statement in statements {
        // One that is being made is not complete.
        let complete = closing.until.is_some_and(|until| statement.until <= until);
        if !complete || !wanted(&statement.journey) {
            continue;
        }
        let version = (statement.journey.clone(), statement.plan.clone());
        let figures = found.versions.entry(version).or_default();
        figures.add(&statement.figures);
    }
    Ok(found)
}

/// Reads both tables, and adds up what is to be counted.
async fn read(
    io: &(impl Passages + Plans),
    mut tally: Tally,
    counted: impl Fn(&Passage) -> Counted,
) -> anyhow::Result<Tally> {
    let mut splits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut after = Some(String::new());
    while let Some(from) = after {
        let page = io.passages_after(&from).await?;
        for (id, run) in page.some {
            let counted = counted(&run);
            if counted == Counted::Here && !splits.contains_key(&run.plan) {
                let plan = io.plan(&run.plan).await;
                let plan = plan.with_context(|| format!("the plan {}", run.plan))?;
                splits.insert(run.plan.clone(), split_steps(&plan));
            }
            tally.run(id, &run, counted, splits.get(&run.plan));
        }
        after = page.next;
    }
    let mut after = Some(String::new());
    while let Some(from) = after {
        let page = io.mails_after(&from).await?;
        for mail in page.some {
            tally.mail(mail);
        }
        after = page.next;
    }
    Ok(tally)
}

/// Returns whether a run ended from one moment on, and before another.
fn is_over(run: &Passage, from: Option<Timestamp>, until: Option<Timestamp>) -> bool {
    run.phase.end().is_some_and(|(_, at)| {
        from.is_none_or(|from| at >= from) && until.is_some_and(|until| at < until)
    })
}

/// Returns the steps that part people.
fn split_steps(plan: &Plan) -> BTreeSet<String> {
    let steps = plan.steps.iter();
    let splits = steps.filter(|step| matches!(step.action, Action::Split { .. }));
    splits.map(|step| step.id.clone()).collect()
}
