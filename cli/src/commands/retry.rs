//! `waypost retry`: lets those go on who were parked, once what they were parked for is mended.

use std::collections::BTreeMap;

use aws::Parked;
use engine::Moves;
use serde_json::json;
use wire::{Cause, Move};

use super::{EXIT_CODES, Verdict};
use crate::ask::Consent;
use crate::columns::columns;
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::runs::version;
use crate::stack::{Choice, wait_for};
use crate::words;

/// Lists who is parked and why, asks, and lets them go on at the step where they stand.
///
/// A mail keeps its name, so one that had left after all is not sent again. Those who cannot go on even now
/// are parked again. Whoever is inside a journey stays on the version they came in on: mend what a step
/// needs (a domain, a value), since a new release does not reach them.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost retry --stack waypost
  waypost retry 05-startbrief --stack waypost --yes

{EXIT_CODES}"))]
pub(super) struct Args {
    /// Only those in this journey
    #[arg(value_name = "JOURNEY")]
    journey: Option<String>,
    #[command(flatten)]
    stack: Choice,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints the list as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Lets parked runs go on.
pub(super) fn retry(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let progress = Progress::start(terminal, "Looking for those who are parked");
        let parked = stack.aws().parked().await?.into_iter();
        let wanted = |one: &Parked| {
            args.journey
                .as_ref()
                .is_none_or(|name| *name == one.journey)
        };
        let parked: Vec<_> = parked.filter(wanted).collect();
        let in_force = stack.aws().in_force().await?;
        let history = stack.aws().history(in_force.as_ref()).await?;
        drop(progress);
        let mut groups: BTreeMap<(String, String, &str, &str), usize> = BTreeMap::new();
        for one in &parked {
            let number = history.version(&one.journey, &one.plan);
            let version = version(number, &one.plan);
            let group = (
                one.journey.clone(),
                version,
                one.step.as_str(),
                one.reason.as_str(),
            );
            *groups.entry(group).or_default() += 1;
        }
        if form == Form::People {
            if parked.is_empty() {
                terminal.say("Nobody is parked.")?;
                return Ok(Verdict::Fine);
            }
            let rows = groups
                .into_iter()
                .map(|((journey, version, step, reason), count)| {
                    let journey = format!("{journey}{version}");
                    [
                        count.to_string(),
                        journey,
                        step.to_owned(),
                        reason.to_owned(),
                    ]
                });
            terminal.say(columns(
                ["PARKED", "JOURNEY", "STEP", "REASON"],
                rows,
                terminal,
            ))?;
        }
        let go = if parked.is_empty() {
            Ok(false)
        } else {
            let question = format!("Let {} go on?", words::count(parked.len(), "run"));
            Consent::of(args.yes).to(&question, terminal)
        };
        if let Ok(true) = go {
            let moves: Vec<_> = parked.iter().map(mended).collect();
            stack.aws().move_on(&moves).await?;
        }
        match form {
            Form::Programs => {
                let told = parked.iter().map(describe).collect::<Vec<_>>();
                let retried = matches!(go, Ok(true));
                terminal.say_json(&json!({ "retried": retried, "parked": told }))?;
            }
            Form::People if matches!(go, Ok(true)) => {
                let count = words::count(parked.len(), "run");
                terminal.say(format!("{} {count} go on.", terminal.good("Asked:")))?;
            }
            Form::People => (),
        }
        go.map(|gone| match gone || parked.is_empty() {
            true => Verdict::Fine,
            false => Verdict::Wrong,
        })
    })
}

fn mended(parked: &Parked) -> Move {
    Move {
        contact: parked.contact.clone(),
        enrollment: parked.enrollment.clone(),
        cause: Cause::Mended,
    }
}

fn describe(parked: &Parked) -> serde_json::Value {
    json!({
        "enrollment": parked.enrollment.as_str(),
        "contact": parked.contact.as_str(),
        "journey": parked.journey,
        "plan": parked.plan,
        "step": parked.step,
        "reason": parked.reason,
        "at": parked.at.to_string(),
    })
}
