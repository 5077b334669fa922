//! `waypost contacts export`: everything that is kept about one person, as one document.

use aws::{Shelf, Trace};
use engine::AddressKey;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::kept::{Kept, Who};
use super::{EXIT_CODES, Verdict};
use crate::environment::Environment;
use crate::output::Terminal;
use crate::progress::Progress;
use crate::stack::{Choice, Stack, wait_for};

/// Prints everything that is kept about one person as one JSON document: what they may ask for by articles 15 and 20.
///
/// What it holds, key by key, is in docs/privacy.md. It is personal data: keep it where only they and you read it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost contacts export anna@example.org --stack waypost > anna.json
  waypost contacts export parent-1 --stack waypost

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The person: an address that they have or have had, or the source's own id
    #[arg(value_name = "ADDRESS_OR_ID")]
    who: String,
    #[command(flatten)]
    stack: Choice,
}

/// Prints everything that is kept about one person.
pub(super) fn export(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let progress = Progress::start(terminal, "Looking for everything about them");
        let mut who = Who::find(&stack, &args.who).await?;
        let kept = who.gather(&stack).await?;
        drop(progress);
        terminal.say_json(&document(&stack, &who, &kept))?;
        if kept.traces.is_empty() {
            let what = match kept.addresses.iter().any(|(_, kept)| !kept.is_empty()) {
                true => "nothing is kept about them but what they chose with an address",
                false => "nothing is kept about them",
            };
            terminal.note(what);
            return Ok(Verdict::Wrong);
        }
        Ok(Verdict::Fine)
    })
}

fn document(stack: &Stack, who: &Who, kept: &Kept) -> Value {
    let mut told = Map::new();
    told.insert("waypost_export".to_owned(), json!(1));
    told.insert("at".to_owned(), json!(stack.now().to_string()));
    told.insert("stack".to_owned(), json!(stack.name()));
    told.insert(
        "contact".to_owned(),
        json!(who.contact.as_ref().map(|id| id.as_str())),
    );
    for (shelf, name) in Shelf::ALL {
        let of_it = kept.traces.iter().filter(|one| one.shelf == shelf);
        let mut of_it: Vec<Value> = of_it.map(|one| shown(one, kept)).collect();
        let value = match shelf {
            // There is at most one of each.
            Shelf::Profile | Shelf::Advertising => of_it.pop().unwrap_or_default(),
            Shelf::Addresses => {
                let addresses = kept.addresses.iter();
                addresses.map(with_address).collect()
            }
            Shelf::Choices
            | Shelf::Dates
            | Shelf::Entries
            | Shelf::Mails
            | Shelf::Posts
            | Shelf::Refusals
            | Shelf::Roles
            | Shelf::Runs => json!(of_it),
        };
        told.insert(name.to_owned(), value);
    }
    Value::Object(told)
}

/// Tells what is kept with an address.
pub(crate) fn with_address((address, kept): &(AddressKey, Vec<Trace>)) -> Value {
    let forbidden = kept.iter().find(|one| is_suppression(one));
    let choices = kept.iter().filter(|one| !is_suppression(one));
    let choices = choices.map(|one| Value::Object(told(one)));
    json!({
        "address": address.0,
        "not_mailed_because": forbidden.and_then(|one| one.attributes.get("reason")),
        "bounced_for_now_on": forbidden.map(soft_bounces).unwrap_or_default(),
        "choices": choices.collect::<Vec<_>>(),
    })
}

/// Returns the days on which mails to an address bounced for now.
fn soft_bounces(suppression: &Trace) -> Vec<&str> {
    let days = suppression.attributes.iter();
    let mut days: Vec<_> = days
        .filter(|(name, _)| name.starts_with("soft"))
        .map(|(_, day)| day.as_str())
        .collect();
    days.sort_unstable();
    days
}

fn is_suppression(trace: &Trace) -> bool {
    trace.name == "suppression"
}

fn shown(trace: &Trace, kept: &Kept) -> Value {
    let mut told = told(trace);
    if trace.shelf == Shelf::Mails {
        let run = trace.attributes.get("enrollment");
        let mut runs = kept.traces.iter();
        let run = runs.find(|one| one.shelf == Shelf::Runs && Some(&one.name) == run);
        let journey = run.and_then(|run| doc(run).remove("journey"));
        told.extend(journey.map(|journey| ("journey".to_owned(), journey)));
    }
    Value::Object(told)
}

/// Tells one thing: its name, what else is stored with it, and its document's own keys.
fn told(trace: &Trace) -> Map<String, Value> {
    let mut told = doc(trace);
    for (name, value) in &trace.attributes {
        let renamed = match name.as_str() {
            "claimed" => ("at", time(value, Timestamp::from_millisecond)),
            "ttl" => ("forgotten_after", time(value, Timestamp::from_second)),
            "enrollment" if trace.shelf == Shelf::Mails => ("run", json!(value)),
            "attempt" => ("attempt", json!(value.parse::<u32>().ok())),
            "body" => ("body", parsed(value)),
            "clicks" => ("clicks", clicks(value)),
            "facts" => ("facts", json!(value.split(' ').collect::<Vec<_>>())),
            "address" | "at" | "due" | "journey" | "kind" | "message_id" | "reason"
            | "replayed" | "state" | "step" | "traveler" => (name.as_str(), json!(value)),
            // Keys, which say the same again, and what guards a write.
            _ => continue,
        };
        told.insert(renamed.0.to_owned(), renamed.1);
    }
    let name = trace.name.as_str();
    let (key, value) = match trace.shelf {
        Shelf::Addresses => ("address", name),
        Shelf::Choices => ("topic", name.strip_prefix("topic#").unwrap_or(name)),
        Shelf::Dates => ("date", name),
        Shelf::Entries => ("entry", name),
        Shelf::Mails => ("send", name),
        Shelf::Posts | Shelf::Refusals => ("event", name),
        Shelf::Roles => match name.split_once('#') {
            Some(("subject", subject)) => ("subject", subject),
            Some((_, role)) => ("role", role),
            None => ("role", name),
        },
        Shelf::Runs => ("run", name),
        Shelf::Profile | Shelf::Advertising => return told,
    };
    told.insert(key.to_owned(), json!(value));
    told
}

/// Tells when links of a mail were followed; which they were is kept as a hash.
fn clicks(marks: &str) -> Value {
    let words: Vec<_> = marks.split(' ').collect();
    let marks = words.chunks(2).map(|mark| mark.join(" "));
    let marks = marks.flat_map(|mark| mark.parse::<wire::ClickMark>());
    json!(marks.map(|mark| mark.at.to_string()).collect::<Vec<_>>())
}

fn doc(trace: &Trace) -> Map<String, Value> {
    let doc = trace.attributes.get("doc").map(|doc| parsed(doc));
    match doc {
        Some(Value::Object(doc)) => doc,
        Some(other) => [("doc".to_owned(), other)].into_iter().collect(),
        None => Map::new(),
    }
}

/// Reads JSON; what is none is told as it is.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

fn time(value: &str, read: impl Fn(i64) -> Result<Timestamp, jiff::Error>) -> Value {
    let at = value.parse().ok().and_then(|number| read(number).ok());
    json!(at.map(|at| at.to_string()))
}
