//! `waypost pause` and `waypost resume`: halt journeys, and let them go on.

use anyhow::bail;
use engine::{Moves, Stored};
use journey::nearest;
use serde_json::json;
use wire::{Cause, Halt, Move};

use super::{EXIT_CODES, Verdict};
use crate::ask::Consent;
use crate::edition::Edition;
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, Stack, wait_for};
use crate::words;

/// Pauses a journey: nothing of it leaves, whoever is inside waits where they are.
///
/// People still come in and wait at the first mail. A mail that is on its way to SES already may still arrive. With
/// `--drain` it is the other way around: nobody comes in, and who is inside goes on. `waypost resume` ends both.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost pause welkom --stack waypost
  waypost pause welkom --drain --stack waypost --yes

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The journey
    #[arg(value_name = "JOURNEY")]
    journey: String,
    /// Lets nobody in instead, and those inside go on
    #[arg(long)]
    drain: bool,
    #[command(flatten)]
    options: Options,
}

/// Lets a paused journey go on: who was held goes on at once, under the usual windows and `expires`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost resume welkom --stack waypost

{EXIT_CODES}"))]
pub(super) struct ResumeArgs {
    /// The journey
    #[arg(value_name = "JOURNEY")]
    journey: String,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, clap::Args)]
struct Options {
    #[command(flatten)]
    stack: Choice,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints what was done as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Halts a journey.
pub(super) fn pause(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let halt = match args.drain {
        true => Halt::Draining,
        false => Halt::Paused,
    };
    wait_for(async {
        let stack = args.options.stack.open(environment).await?;
        let name = &args.journey;
        known(&stack, name).await?;
        let question = match halt {
            Halt::Draining => format!("Let nobody into {name}?"),
            Halt::Paused => format!("Hold every mail and every wait of {name}?"),
        };
        let agreed = Consent::of(args.options.yes).to(&question, terminal);
        let go = matches!(agreed, Ok(true));
        if go {
            set(&stack, name, Some(halt)).await?;
        }
        match Form::asked(args.options.json) {
            Form::Programs => {
                let state = go.then(|| halt.as_str());
                terminal.say_json(&json!({ "journey": name, "changed": go, "state": state }))?;
            }
            Form::People if go => {
                let word = halt.as_str();
                terminal.say(terminal.good(format!("{name} is {word} within ten seconds.")))?;
            }
            Form::People => (),
        }
        agreed.map(|_| verdict(go))
    })
}

/// Lets a journey go on.
pub(super) fn resume(
    args: &ResumeArgs,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    wait_for(async {
        let stack = args.options.stack.open(environment).await?;
        let name = &args.journey;
        let halts = stack.aws().halts_now().await?.map(|known| known.value);
        if halts.and_then(|halts| halts.of(name)).is_none() {
            known(&stack, name).await?;
        }
        let question = format!("Let {name} go on?");
        let agreed = Consent::of(args.options.yes).to(&question, terminal);
        let go = matches!(agreed, Ok(true));
        let mut held = 0;
        if go {
            set(&stack, name, None).await?;
            let progress = Progress::start(terminal, "Waiting until every function knows");
            tokio::time::sleep(KNOWN_AFTER).await;
            progress.now("Looking for those who were held");
            held = release(&stack, name).await?;
            drop(progress);
        }
        match Form::asked(args.options.json) {
            Form::Programs => terminal.say_json(&json!({
                "journey": name, "changed": go, "state": null, "released": held,
            }))?,
            Form::People if go => {
                let held = words::count(held, "run");
                terminal
                    .say(terminal.good(format!("{name} goes on, and {held} that were held.")))?;
            }
            Form::People => (),
        }
        agreed.map(|_| verdict(go))
    })
}

fn verdict(go: bool) -> Verdict {
    match go {
        true => Verdict::Fine,
        false => Verdict::Wrong,
    }
}

/// Fails unless a journey is published, or somebody is inside it.
async fn known(stack: &Stack, name: &str) -> anyhow::Result<()> {
    let aws = stack.aws();
    let Some(in_force) = aws.in_force().await? else {
        bail!("nothing is published on {}", stack.name());
    };
    let edition = Edition::fetch(aws, &in_force).await?;
    if edition.plans.contains_key(name) || !aws.running(Some(name), None).await?.is_empty() {
        return Ok(());
    }
    let meant = nearest(name, edition.plans.keys().map(String::as_str));
    let meant = meant.map(|name| format!("; did you mean `{name}`?"));
    bail!(
        "no journey `{name}` is published on {}, and nobody is inside one{}",
        stack.name(),
        meant.unwrap_or_default()
    )
}

/// Says how a journey is halted; whoever says so of another at the same moment is not overwritten.
async fn set(stack: &Stack, name: &str, halt: Option<Halt>) -> anyhow::Result<()> {
    for _ in 0..RACES_MAX {
        let known = stack.aws().halts_now().await?;
        let replaces = known.as_ref().map(|known| known.version);
        let mut halts = known.map(|known| known.value).unwrap_or_default();
        match halt {
            Some(halt) => halts.0.insert(name.to_owned(), halt),
            None => halts.0.remove(name),
        };
        if stack.aws().put_halts(&halts, replaces).await? == Stored::Done {
            return Ok(());
        }
    }
    bail!("others halt journeys all the time: run this again")
}

/// Has those looked at who were held, and returns how many; whom this misses is looked at within six hours.
async fn release(stack: &Stack, name: &str) -> anyhow::Result<usize> {
    let held = stack.aws().held(name).await?;
    let moves = held.iter().map(|(contact, enrollment)| Move::Run {
        contact: contact.clone(),
        enrollment: enrollment.clone(),
        cause: Cause::Due,
    });
    stack.aws().move_on(&moves.collect::<Vec<_>>()).await?;
    Ok(held.len())
}

const RACES_MAX: u8 = 5;
/// Longer than any function goes by what it has read.
const KNOWN_AFTER: std::time::Duration = std::time::Duration::from_secs(8);
