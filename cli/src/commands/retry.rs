//! `waypost retry`: lets those go on who were parked, once what they were parked for is mended.

use std::collections::BTreeMap;

use aws::Parked;
use engine::Moves;
use serde_json::json;
use wire::{Cause, History, Move};

use super::pause::known;
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
            let journey = args.journey.as_ref();
            journey.is_none_or(|name| *name == one.journey)
        };
        let parked: Vec<_> = parked.filter(wanted).collect();
        if let Some(journey) = args.journey.as_deref().filter(|_| parked.is_empty()) {
            known(&stack, journey).await?;
        }
        let in_force = stack.aws().in_force().await?;
        let history = stack.aws().history(in_force.as_ref()).await?;
        drop(progress);
        if form == Form::People {
            terminal.say(show(&parked, &history, terminal))?;
        }
        let count = words::count(parked.len(), "run");
        let agreed = if parked.is_empty() {
            Ok(false)
        } else {
            Consent::of(args.yes).to(&format!("Let {count} go on?"), terminal)
        };
        let go = matches!(agreed, Ok(true));
        if go {
            let moves: Vec<_> = parked.iter().map(mended).collect();
            stack.aws().move_on(&moves).await?;
        }
        match form {
            Form::Programs => {
                let told: Vec<_> = parked.iter().map(describe).collect();
                terminal.say_json(&json!({ "retried": go, "parked": told }))?;
            }
            Form::People if go => {
                let going = terminal.good("They go on.");
                terminal.say(format!("{going} Who cannot even now is parked again."))?;
            }
            Form::People => (),
        }
        agreed.map(|_| match go || parked.is_empty() {
            true => Verdict::Fine,
            false => Verdict::Wrong,
        })
    })
}

/// Shows how many are parked where, and why.
fn show(parked: &[Parked], history: &History, terminal: Terminal) -> String {
    if parked.is_empty() {
        return "Nobody is parked.".to_owned();
    }
    let mut groups: BTreeMap<[&str; 4], usize> = BTreeMap::new();
    for one in parked {
        let group = [&one.journey, &one.plan, &one.step, &one.reason];
        *groups.entry(group.map(String::as_str)).or_default() += 1;
    }
    let rows = groups
        .into_iter()
        .map(|([journey, plan, step, reason], count)| {
            let version = version(history.version(journey, plan), plan);
            [
                count.to_string(),
                format!("{journey}{version}"),
                step.to_owned(),
                reason.to_owned(),
            ]
        });
    columns(["PARKED", "JOURNEY", "STEP", "REASON"], rows, terminal)
}

fn mended(parked: &Parked) -> Move {
    Move::Run {
        contact: parked.contact.clone(),
        enrollment: parked.enrollment.clone(),
        cause: Cause::Retry,
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
