//! `waypost pause` and `waypost resume`: halt a journey or all marketing, and let it go on.

use std::collections::BTreeMap;

use anyhow::bail;
use engine::{Clock, Moves};
use jiff::Timestamp;
use journey::{Plan, nearest};
use serde_json::json;
use wire::{Cause, Halt, Halts, Move, Strain};

use super::{EXIT_CODES, Verdict};
use crate::ask::Consent;
use crate::edition::Edition;
use crate::environment::Environment;
use crate::halts::{is_paused, reason};
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, Stack, wait_for};
use crate::words;

/// Pauses a journey, or all marketing: nothing of it leaves, whoever is inside waits where they are.
///
/// People still come in and wait at the first mail. A mail that is on its way to SES already may still arrive. With
/// `--drain` it is the other way around: nobody comes in, and who is inside goes on. `waypost resume` ends both.
/// The stack itself pauses all marketing when BounceRateAlarm or ComplaintRateAlarm begins to ring.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost pause welkom --stack waypost
  waypost pause welkom --drain --stack waypost --yes
  waypost pause --marketing --stack waypost

{EXIT_CODES}"))]
pub(super) struct Args {
    #[command(flatten)]
    what: What,
    /// Lets nobody in instead, and those inside go on
    #[arg(long, conflicts_with = "marketing")]
    drain: bool,
    #[command(flatten)]
    options: Options,
}

/// Lets a paused journey go on, or all marketing: who was held goes on at once, under the usual windows and `expires`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost resume welkom --stack waypost
  waypost resume --marketing --stack waypost

{EXIT_CODES}"))]
pub(super) struct ResumeArgs {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    options: Options,
}

/// What is halted.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct What {
    /// The journey
    #[arg(value_name = "JOURNEY")]
    journey: Option<String>,
    /// Every journey that advertises; service mails go on
    #[arg(long)]
    marketing: bool,
}

impl What {
    /// Returns the word for it.
    fn name(&self) -> &str {
        self.journey.as_deref().unwrap_or("marketing")
    }
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
        let name = args.what.name();
        if let Some(journey) = &args.what.journey {
            known(&stack, journey).await?;
        }
        let question = match (halt, args.what.marketing) {
            (Halt::Draining, _) => format!("Let nobody into {name}?"),
            (Halt::Paused, false) => format!("Hold every mail and every wait of {name}?"),
            (Halt::Paused, true) => {
                "Hold every mail and every wait of all marketing journeys?".to_owned()
            }
        };
        let agreed = Consent::of(args.options.yes).to(&question, terminal);
        let go = matches!(agreed, Ok(true));
        let changed = match go {
            true => hold(&stack, &args.what, halt).await?,
            false => false,
        };
        match Form::asked(args.options.json) {
            Form::Programs => {
                let state = go.then(|| halt.as_str());
                let journey = &args.what.journey;
                terminal
                    .say_json(&json!({ "journey": journey, "changed": changed, "state": state }))?;
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
        let name = args.what.name();
        let halts = stack.aws().halts_now().await?.map(|known| known.value);
        let halts = halts.unwrap_or_default();
        if let Some(journey) = &args.what.journey
            && !halts.journeys.contains_key(journey)
        {
            known(&stack, journey).await?;
        }
        let seen = halts.marketing();
        if args.what.marketing && seen.is_empty() {
            return nothing_held(args, terminal);
        }
        let question = match args.what.marketing {
            true => {
                let why: Vec<_> = seen.keys().map(|why| reason(*why)).collect();
                format!("It is held: {}. Let marketing go on?", why.join(", and "))
            }
            false => format!("Let {name} go on?"),
        };
        let agreed = Consent::of(args.options.yes).to(&question, terminal);
        let go = matches!(agreed, Ok(true));
        let (mut changed, mut held) = (false, 0);
        if go {
            changed = let_go(&stack, &args.what, &seen).await?;
            let progress = Progress::start(terminal, "Waiting until every function knows");
            tokio::time::sleep(KNOWN_AFTER).await;
            progress.now("Looking for those who were held");
            held = release(&stack, args.what.journey.as_deref()).await?;
            drop(progress);
        }
        match Form::asked(args.options.json) {
            Form::Programs => terminal.say_json(&json!({
                "journey": args.what.journey, "changed": changed, "state": null, "released": held,
            }))?,
            Form::People if go => {
                let held = words::count(held, "run");
                terminal
                    .say(terminal.good(format!("{name} goes on, and {held} that were held.")))?;
                if !seen.is_empty() && !args.what.marketing {
                    let program = words::program();
                    terminal.say(format!(
                        "All marketing is held too: if it advertises, it waits for `{program} resume --marketing`."
                    ))?;
                }
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

/// Fails unless a journey is published, or somebody is inside it; returns its plan in force, where there is one.
pub(super) async fn known(stack: &Stack, name: &str) -> anyhow::Result<Option<Plan>> {
    let aws = stack.aws();
    let Some(in_force) = aws.in_force().await? else {
        bail!("nothing is published on {}", stack.name());
    };
    let mut edition = Edition::fetch(aws, &in_force).await?;
    let plan = edition.plans.remove(name);
    if plan.is_some() || !aws.running(Some(name), None).await?.is_empty() {
        return Ok(plan);
    }
    let meant = nearest(name, edition.plans.keys().map(String::as_str));
    let meant = meant.map(|name| format!("; did you mean `{name}`?"));
    bail!(
        "no journey `{name}` is published on {}, and nobody is inside one{}",
        stack.name(),
        meant.unwrap_or_default()
    )
}

/// Halts something, and tells whether it was not so before.
async fn hold(stack: &Stack, what: &What, halt: Halt) -> anyhow::Result<bool> {
    let at = stack.aws().now();
    let change = |halts: &mut Halts| match &what.journey {
        Some(journey) => drop(halts.journeys.insert(journey.clone(), halt)),
        None => halts.hold_marketing(Strain::Operator, at),
    };
    stack.aws().change_halts(change).await
}

/// Lets something go on, and tells whether it was halted; marketing only as far as it is held for what was `seen`.
async fn let_go(
    stack: &Stack,
    what: &What,
    seen: &BTreeMap<Strain, Timestamp>,
) -> anyhow::Result<bool> {
    let change = |halts: &mut Halts| match &what.journey {
        Some(journey) => drop(halts.journeys.remove(journey)),
        None => halts.resume_marketing(seen),
    };
    let changed = stack.aws().change_halts(change).await?;
    let halts = stack.aws().halts_now().await?.map(|known| known.value);
    let still = halts.unwrap_or_default().marketing();
    if let Some(why) = still.keys().next().filter(|_| what.marketing) {
        bail!("all marketing is held again meanwhile: {}", reason(*why));
    }
    Ok(changed)
}

/// Has those looked at who were held in a journey, or in any, and are not any more. Returns how many; whom this misses
/// is looked at within six hours.
async fn release(stack: &Stack, journey: Option<&str>) -> anyhow::Result<usize> {
    let halts = stack.aws().halts_now().await?.map(|known| known.value);
    let halts = halts.unwrap_or_default();
    let mut moves = Vec::new();
    for (contact, enrollment, standing) in stack.aws().held().await? {
        let of = (standing.journey.as_str(), standing.plan.as_str());
        if journey.is_none_or(|name| name == of.0) && !is_paused(stack, &halts, of).await? {
            moves.push(Move::Run {
                contact,
                enrollment,
                cause: Cause::Due,
            });
        }
    }
    stack.aws().move_on(&moves).await?;
    Ok(moves.len())
}

/// Says that marketing goes on already.
fn nothing_held(args: &ResumeArgs, terminal: Terminal) -> anyhow::Result<Verdict> {
    match Form::asked(args.options.json) {
        Form::Programs => terminal.say_json(&json!({
            "journey": null, "changed": false, "state": null, "released": 0,
        }))?,
        Form::People => terminal.say("Marketing is not held.")?,
    }
    Ok(Verdict::Fine)
}

/// Longer than any function goes by what it has read.
const KNOWN_AFTER: std::time::Duration = std::time::Duration::from_secs(8);
