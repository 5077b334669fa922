//! `waypost retry`: lets parked runs go on, once somebody has mended why they could not.

use std::collections::BTreeMap;

use anyhow::Context;
use aws::{Operator, Parked};
use serde::Serialize;

use super::{EXIT_CODES, Verdict};
use crate::output::{Form, Terminal};

/// Lets parked runs take the step again that could not be done.
///
/// A run is parked where its mail could not be made or SES refused it for good: the sender's domain was not
/// verified, say. Mend that first. What a mail may be late (`expires`) counts from when it was parked. Nobody is
/// mailed twice, however often this is run; what still cannot be done is parked again.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost retry --stack waypost --dry-run                     shows what is parked, and why
  waypost retry --stack waypost
  waypost retry --stack waypost --journey 05-startbrief

It reads the whole table of enrollments.

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The stack's name
    #[arg(long, value_name = "NAME")]
    stack: String,
    /// Only the runs of this journey
    #[arg(long, value_name = "NAME")]
    journey: Option<String>,
    /// Shows what is parked, and does nothing
    #[arg(long)]
    dry_run: bool,
    /// Prints the result as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Lets parked runs go on.
pub(super) fn retry(args: &Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        let operator = Operator::open(&args.stack).await?;
        let mut parked = operator.parked().await?;
        if let Some(journey) = &args.journey {
            parked.retain(|one| one.journey == *journey);
        }
        let groups = groups(&parked);
        let form = Form::asked(args.json);
        if form == Form::People {
            for line in told(&groups, parked.len(), args.dry_run) {
                terminal.say(line)?;
            }
        }
        if !args.dry_run {
            operator.retry(&parked).await?;
        }
        match form {
            Form::Programs => terminal.say_json(&groups)?,
            Form::People if args.dry_run || parked.is_empty() => (),
            Form::People => terminal.say("They were asked to go on.")?,
        }
        Ok(Verdict::Fine)
    })
}

/// Runs that are parked for the same reason.
#[derive(Debug, Eq, PartialEq, Serialize)]
struct Group {
    journey: String,
    step: String,
    reason: String,
    count: usize,
}

fn groups(parked: &[Parked]) -> Vec<Group> {
    let mut counts = BTreeMap::new();
    for Parked {
        journey,
        step,
        reason,
        ..
    } in parked
    {
        *counts.entry((journey, step, reason)).or_default() += 1;
    }
    let groups = counts
        .into_iter()
        .map(|((journey, step, reason), count)| Group {
            journey: journey.clone(),
            step: step.clone(),
            reason: reason.clone(),
            count,
        });
    groups.collect()
}

fn told(groups: &[Group], count: usize, dry: bool) -> Vec<String> {
    if groups.is_empty() {
        return vec!["Nothing is parked.".to_owned()];
    }
    let head = match dry {
        true => format!("{count} parked:"),
        false => format!("This lets {count} parked go on:"),
    };
    let lines = groups.iter().map(|group| {
        let Group {
            journey,
            step,
            reason,
            count,
        } = group;
        format!("  {count} in {journey} at `{step}`: {reason}")
    });
    [head].into_iter().chain(lines).collect()
}
