//! `waypost stop`: ends runs, one of them or all of a journey.

use anyhow::ensure;
use engine::Moves;
use journey::EnrollmentId;
use serde_json::json;
use wire::{Cause, Move};

use super::pause::known;
use super::{EXIT_CODES, Verdict};
use crate::ask::Consent;
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, wait_for};
use crate::words;

/// Ends runs: those of a journey that are on their way, or a single one by its id. They leave as `ended`.
///
/// A mail that is on its way to SES already may still arrive. Nobody is kept from coming in again: publish the journey
/// with `publish: { until: … }`, or without it, for that.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost stop terugwinnen --stack waypost
  waypost stop --run enr_frpgy7yvjtps4puaih4vkqwnti --stack waypost --yes

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The runs of this journey
    #[arg(value_name = "JOURNEY", required_unless_present = "run")]
    journey: Option<String>,
    /// Only this run
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    #[command(flatten)]
    stack: Choice,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints the runs as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Ends runs.
pub(super) fn stop(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    let run: Option<EnrollmentId> = args.run.as_ref().map(|run| run.parse()).transpose()?;
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let progress = Progress::start(terminal, "Looking for the runs");
        let journey = args.journey.as_deref();
        let found = stack.aws().running(journey, run.as_ref()).await?;
        drop(progress);
        if let Some(run) = &run {
            ensure!(!found.is_empty(), "there is no run {run} on its way");
        }
        if let Some(journey) = journey.filter(|_| found.is_empty()) {
            // Whoever mistypes it in a hurry must not believe that it is stopped.
            known(&stack, journey).await?;
        }
        let count = words::count(found.len(), "run");
        let agreed = match found.is_empty() {
            true => Ok(false),
            false => Consent::of(args.yes).to(&format!("End {count}?"), terminal),
        };
        let go = matches!(agreed, Ok(true));
        if go {
            let moves = found.iter().map(|(contact, enrollment, _)| Move::Run {
                contact: contact.clone(),
                enrollment: enrollment.clone(),
                cause: Cause::End,
            });
            stack.aws().move_on(&moves.collect::<Vec<_>>()).await?;
        }
        match form {
            Form::Programs => {
                let told = found.iter().map(|(contact, run, journey)| {
                    json!({ "enrollment": run.as_str(), "contact": contact.as_str(), "journey": journey })
                });
                terminal.say_json(&json!({ "stopped": go, "runs": told.collect::<Vec<_>>() }))?;
            }
            Form::People if found.is_empty() => terminal.say("Nobody is on their way there.")?,
            Form::People if go => terminal.say(terminal.good("They leave."))?,
            Form::People => (),
        }
        agreed.map(|_| match go || found.is_empty() {
            true => Verdict::Fine,
            false => Verdict::Wrong,
        })
    })
}
