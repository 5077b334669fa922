//! `waypost redrive`: shows what could not be done, and puts it back into its queue, or throws it away.

use std::collections::BTreeMap;

use anyhow::bail;
use aws::DeadLetter;
use jiff::Timestamp;
use journey::nearest;
use serde_json::{Value, json};

use super::{EXIT_CODES, Verdict};
use crate::ask::Consent;
use crate::columns::columns;
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, Stack, wait_for};
use crate::words;

/// Shows what lies in the dead-letter queues, asks, and puts it back into its queues.
///
/// To do a thing twice is harmless, and a letter leaves only after it is back in its queue. What is beyond help
/// can be dropped. The letters of `wake` can only be dropped: they were alarm clocks, and the sweep every 15
/// minutes has done their work.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost redrive --stack waypost
  waypost redrive orders --stack waypost --yes
  waypost redrive wake --drop --stack waypost

{EXIT_CODES}"))]
pub(super) struct Args {
    /// Only this queue: events, calls, moves, orders, orders-marketing, reports or wake
    #[arg(value_name = "QUEUE")]
    queue: Option<String>,
    #[command(flatten)]
    stack: Choice,
    /// Throws the letters away instead
    #[arg(long)]
    drop: bool,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints what was found and done as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Puts dead letters back.
pub(super) fn redrive(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let progress = Progress::start(terminal, "Looking into the dead-letter queues");
        let found = look(&stack, args.queue.as_deref()).await?;
        drop(progress);
        let all: u64 = found.iter().map(|one| one.count).sum();
        if form == Form::People {
            terminal.say(show(&found, stack.now(), terminal))?;
        }
        let todo: Vec<_> = found
            .iter()
            .filter(|one| one.count > 0 && (args.drop || one.queue.is_some()))
            .collect();
        if todo.is_empty() {
            if form == Form::Programs {
                terminal.say_json(&report(&found, args, &BTreeMap::new()))?;
            }
            return Ok(if all == 0 {
                Verdict::Fine
            } else {
                Verdict::Wrong
            });
        }
        let agreed = Consent::of(args.yes).to(&question(&todo, args), terminal);
        let mut moved = BTreeMap::new();
        if let Ok(true) = agreed {
            let progress = Progress::start(terminal, "Moving letters");
            for one in todo {
                let told = |moved| progress.now(format!("{}: {moved} of {}", one.name, one.count));
                let queue = one.queue.filter(|_| !args.drop);
                let done = stack.aws().redrive(one.dead, queue, one.count, told);
                moved.insert(one.name, done.await?);
            }
        }
        match form {
            Form::Programs => terminal.say_json(&report(&found, args, &moved))?,
            Form::People => {
                let what = match args.drop {
                    true => "thrown away",
                    false => "back in the queue",
                };
                for (name, moved) in &moved {
                    terminal.say(format!("{name}: {} {what}.", letters(*moved)))?;
                }
            }
        }
        agreed.map(|agreed| match agreed {
            true => Verdict::Fine,
            false => Verdict::Wrong,
        })
    })
}

fn question(todo: &[&Found<'_>], args: &Args) -> String {
    let count = letters(todo.iter().map(|one| one.count).sum());
    let names = words::list(todo.iter().map(|one| one.name), "and");
    match args.drop {
        true => format!("Throw {count} of {names} away for good?"),
        false => format!("Put {count} back into {names}?"),
    }
}

fn letters(count: u64) -> String {
    words::count(usize::try_from(count).unwrap_or(usize::MAX), "letter")
}

/// A dead-letter queue, and what lies in it.
struct Found<'a> {
    name: &'static str,
    queue: Option<&'a str>,
    dead: &'a str,
    /// How many letters lie there.
    count: u64,
    /// The first of them.
    letters: Vec<DeadLetter>,
}

async fn look<'a>(stack: &'a Stack, only: Option<&str>) -> anyhow::Result<Vec<Found<'a>>> {
    let queues = stack.queues().all();
    if let Some(unknown) = only.filter(|only| !queues.iter().any(|(name, ..)| name == only)) {
        let names = || queues.iter().map(|(name, ..)| *name);
        let meant = nearest(unknown, names());
        let meant = meant.map(|name| format!("; did you mean `{name}`?"));
        bail!(
            "no queue is called `{unknown}`: they are {}{}",
            words::list(names(), "and"),
            meant.unwrap_or_default()
        );
    }
    let mut found = Vec::new();
    for (name, queue, dead) in queues {
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let depth = stack.aws().depth_of(dead).await?;
        let letters = match depth.total() {
            0 => Vec::new(),
            _ => stack.aws().peek(dead, LOOKED_AT_MAX).await?,
        };
        found.push(Found {
            name,
            queue,
            dead,
            // SQS counts about; what was seen is there.
            count: depth.total().max(letters.len() as u64),
            letters,
        });
    }
    Ok(found)
}

/// Returns the reasons, how many letters have each, and since when.
fn reasons(letters: &[DeadLetter]) -> BTreeMap<&str, (usize, Timestamp)> {
    let mut reasons: BTreeMap<&str, (usize, Timestamp)> = BTreeMap::new();
    for letter in letters {
        let reason = letter.reason.as_deref().unwrap_or(GIVEN_UP);
        let known = reasons.entry(reason).or_insert((0, letter.at));
        known.0 += 1;
        known.1 = known.1.min(letter.at);
    }
    reasons
}

fn show(found: &[Found<'_>], now: Timestamp, terminal: Terminal) -> String {
    let mut rows = Vec::new();
    for one in found {
        for (reason, (count, oldest)) in reasons(&one.letters) {
            rows.push([
                one.name.to_owned(),
                count.to_string(),
                words::lasting(now.duration_since(oldest)),
                reason.to_owned(),
            ]);
        }
        let unseen = one.count.saturating_sub(one.letters.len() as u64);
        if unseen > 0 {
            let more = "not looked at, or being looked at by somebody".to_owned();
            rows.push([one.name.to_owned(), unseen.to_string(), String::new(), more]);
        }
    }
    if rows.is_empty() {
        return "No dead letters.".to_owned();
    }
    let mut shown = columns(["QUEUE", "LETTERS", "OLDEST", "REASON"], rows, terminal);
    if found.iter().any(|one| one.queue.is_none() && one.count > 0) {
        shown.push_str(
            "\n\n  Those of wake were alarm clocks; the sweep has done their work. They can be dropped: \
             `waypost redrive wake --drop`.",
        );
    }
    shown
}

fn report(found: &[Found<'_>], args: &Args, moved: &BTreeMap<&str, u64>) -> Value {
    let queues = found.iter().map(|one| {
        let reasons = reasons(&one.letters).into_iter();
        let reasons = reasons.map(|(reason, (count, oldest))| {
            json!({ "reason": reason, "count": count, "oldest": oldest.to_string() })
        });
        let moved = moved.get(one.name).copied().unwrap_or_default();
        let word = if args.drop { "dropped" } else { "moved" };
        let described = json!({
            "letters": one.count,
            "reasons": reasons.collect::<Vec<_>>(),
            word: moved,
        });
        (one.name.to_owned(), described)
    });
    json!({ "queues": queues.collect::<serde_json::Map<_, _>>() })
}

/// The reason of a letter that has none: SQS itself gave it up.
const GIVEN_UP: &str = "delivered again and again, and never done: see the function's log";
/// How many letters of a queue are looked at for their reasons.
const LOOKED_AT_MAX: usize = 500;
