//! `waypost events replay`: takes refused posts in after all, once the release is mended.

use anyhow::anyhow;
use aws::Kept;
use engine::{Backlog, Events};
use serde_json::json;
use wire::{EventsMessage, Problem};

use super::find;
use crate::ask::Consent;
use crate::columns::columns;
use crate::commands::{EXIT_CODES, Verdict};
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, Stack, wait_for};
use crate::words;

/// Holds kept posts against the release in force, asks, and takes those in that pass now.
///
/// They are checked as a post is, and keep the ids and times they were posted with: a replay twice, or after the
/// source has posted the same again, changes nothing. A sensitive parameter was not kept, so a post that
/// carried one must come from the source anew.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost events replay ev-7 --stack waypost
  waypost events replay --all --stack waypost --yes

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The posts, by id
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,
    /// All that were not replayed yet
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    #[command(flatten)]
    stack: Choice,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints what came of each post as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Replays refused posts.
pub(super) fn replay(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let progress = Progress::start(terminal, "Checking the kept posts");
        let held = hold(&stack, args).await?;
        drop(progress);
        if form == Form::People {
            terminal.say(show(&held, terminal))?;
        }
        let passing: Vec<_> = held
            .iter()
            .filter_map(|(kept, verdict)| match verdict {
                Held::Passes(message) => Some((kept, message)),
                Held::Fails(_) | Held::Replayed => None,
            })
            .collect();
        let failing = held
            .iter()
            .any(|(_, verdict)| matches!(verdict, Held::Fails(_)));
        let agreed = if passing.is_empty() {
            Ok(false)
        } else {
            let question = format!("Take {} in?", words::count(passing.len(), "post"));
            Consent::of(args.yes).to(&question, terminal)
        };
        let go = matches!(agreed, Ok(true));
        if go {
            for (kept, message) in &passing {
                stack.aws().accept(message).await.map_err(backlog)?;
                // Marked afterwards: whoever is killed in between replays it twice, which is harmless.
                stack.aws().mark_replayed(kept, stack.now()).await?;
            }
        }
        match form {
            Form::Programs => terminal.say_json(&report(&held, go))?,
            Form::People if go => {
                let count = words::count(passing.len(), "post");
                terminal.say(format!("{} {count}.", terminal.good("Took in")))?;
            }
            Form::People => (),
        }
        agreed.map(|_| match failing || !go && !passing.is_empty() {
            true => Verdict::Wrong,
            false => Verdict::Fine,
        })
    })
}

/// What comes of holding a kept post against the release in force.
enum Held {
    Passes(EventsMessage),
    Fails(Problem),
    Replayed,
}

async fn hold(stack: &Stack, args: &Args) -> anyhow::Result<Vec<(Kept, Held)>> {
    let ids = match args.all {
        false => args.ids.clone(),
        true => {
            let kept = stack.aws().kept().await?.into_iter();
            let kept = kept.filter(|one| one.replayed.is_none());
            kept.map(|one| one.event).collect()
        }
    };
    let mut held = Vec::new();
    for id in ids {
        let kept = find(stack, &id).await?;
        let verdict = match &kept.body {
            None => Held::Replayed,
            Some(body) => one(stack, &kept, body.as_bytes()).await?,
        };
        held.push((kept, verdict));
    }
    Ok(held)
}

async fn one(stack: &Stack, kept: &Kept, body: &[u8]) -> anyhow::Result<Held> {
    let held = engine::hold(stack.aws(), body, &kept.event, kept.at).await;
    let (declared, verdict) = match held {
        Ok(held) => held,
        Err(refusal) if refusal.retry_after_s.is_some() => {
            let detail = refusal.problem.title;
            return Err(anyhow!("{} cannot be checked now: {detail}", kept.event));
        }
        Err(refusal) => return Ok(Held::Fails(refusal.problem)),
    };
    let lost = engine::lost_secrets(body, &declared);
    Ok(match verdict {
        Err(problem) if lost.is_empty() => Held::Fails(problem),
        Ok(message) if lost.is_empty() => Held::Passes(message),
        Ok(_) | Err(_) => Held::Fails(Problem::with_faults(422, "It cannot be replayed", lost)),
    })
}

fn show(held: &[(Kept, Held)], terminal: Terminal) -> String {
    if held.is_empty() {
        return "No refused post is left to replay.".to_owned();
    }
    let rows = held.iter().flat_map(|(kept, verdict)| {
        let id = kept.event.clone();
        match verdict {
            Held::Passes(_) => vec![[id, "passes".to_owned(), String::new()]],
            Held::Replayed => vec![[id, "was replayed".to_owned(), String::new()]],
            Held::Fails(problem) => fails(id, problem),
        }
    });
    columns(["ID", "NOW", ""], rows, terminal)
}

fn fails(id: String, problem: &Problem) -> Vec<[String; 3]> {
    let fails = || "still fails".to_owned();
    if problem.errors.is_empty() {
        return vec![[id, fails(), problem.detail.clone()]];
    }
    let faults = problem.errors.iter().enumerate();
    let rows = faults.map(|(at, fault)| {
        let why = format!("{}: {}", fault.pointer, fault.detail);
        match at {
            0 => [id.clone(), fails(), why],
            _ => [String::new(), String::new(), why],
        }
    });
    rows.collect()
}

fn report(held: &[(Kept, Held)], went: bool) -> serde_json::Value {
    let told = held.iter().map(|(kept, verdict)| {
        let (word, problem) = match verdict {
            Held::Passes(_) if went => ("taken", None),
            Held::Passes(_) => ("passes", None),
            Held::Replayed => ("was replayed", None),
            Held::Fails(problem) => ("fails", Some(problem)),
        };
        json!({ "id": kept.event, "verdict": word, "problem": problem })
    });
    json!({ "events": told.collect::<Vec<_>>() })
}

fn backlog(backlog: Backlog) -> anyhow::Error {
    match backlog {
        Backlog::Throttled => anyhow!("the queue takes no more just now: type the same again"),
        Backlog::Unavailable(why) => anyhow!("a post could not be stored: {why}"),
    }
}
