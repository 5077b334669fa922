//! `waypost trigger`: posts one event, signed, as the source would.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use wire::Secret;

use super::{EXIT_CODES, Verdict};
use crate::http::Client;
use crate::laptop::{PORT, SECRET_FILE};
use crate::output::{Form, Terminal};
use crate::post::{self, Outcome};
use crate::stack::Served;
use crate::{clock, random};

/// Posts one event, signed by the Standard Webhooks scheme, and says what came back.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost trigger TRACK_START --file event.json
  waypost trigger TRACK_START --file event.json --id ev-7       posts it again: nothing happens twice
  waypost trigger TRACK_START --file event.json --url https://events.example --secret whsec_…

The file holds the event as it is posted: \"subject\", \"data\", \"people\" … Its \"type\" may be left out.

{EXIT_CODES}"))]
pub(super) struct Args {
    /// What happened, to the letter: a type from events.yaml
    #[arg(value_name = "TYPE")]
    ty: String,
    /// The file with the event; `-` is standard input
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Where Waypost listens
    #[arg(long, default_value_t = format!("http://127.0.0.1:{PORT}"))]
    url: String,
    /// The secret to sign with [default: the one of `waypost serve`, in .waypost/secret]
    #[arg(long, value_name = "whsec_…")]
    secret: Option<String>,
    /// The event's id, to post the same event again [default: a new one]
    #[arg(long, value_parser = id)]
    id: Option<String>,
    /// Prints the answer as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Posts an event.
pub(super) fn trigger(args: Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    let event = post::read_event(&args.file, Some(&args.ty))?;
    let secret = secret(args.secret)?;
    let url = events_url(&args.url);
    let id = match args.id {
        Some(id) => id,
        None => format!("trigger-{}", random::name()?),
    };
    let client = Client::new(&url)?;
    // A laptop's clock may have been moved, and a post from another time is none that it takes.
    let laptop = client.is_here().then(Served::now).flatten();
    let now = laptop.unwrap_or_else(clock::now);
    let outcome = post::post(&client, &secret, &id, now, &event.body);
    let outcome = outcome.context("the event was not posted; is Waypost running there?")?;
    match Form::asked(args.json) {
        Form::People => print(&outcome, &args.ty, terminal)?,
        Form::Programs => terminal.say_json(&outcome)?,
    }
    match outcome {
        Outcome::Accepted(_) => Ok(Verdict::Fine),
        Outcome::Refused(_) => Ok(Verdict::Wrong),
        Outcome::Busy(_) => bail!("the event was not taken now: post it again with --id {id}"),
    }
}

/// Prints what became of the post.
fn print(outcome: &Outcome, ty: &str, terminal: Terminal) -> anyhow::Result<()> {
    match outcome {
        Outcome::Accepted(ids) => {
            for id in ids {
                terminal.say(format!("{} {ty} as {id}", terminal.good("Accepted")))?;
            }
            Ok(())
        }
        Outcome::Refused(refusal) => {
            let refused = terminal.bad("Refused");
            terminal.say(format!("{refused}: {}", refusal.explain()))?;
            if refusal.status == 401 {
                terminal.say(format!(
                    "Is it signed with the secret of this Waypost? On a laptop that is \
                     {SECRET_FILE} of the folder where `waypost serve` runs."
                ))?;
            }
            Ok(())
        }
        Outcome::Busy(refusal) => terminal.say(format!(
            "{}: {}",
            terminal.bad("Not taken"),
            refusal.explain()
        )),
    }
}

/// Returns the secret that was given, or the laptop's.
fn secret(given: Option<String>) -> anyhow::Result<Secret> {
    let text = match given {
        Some(text) => text,
        None => fs::read_to_string(Path::new(SECRET_FILE)).with_context(|| {
            format!(
                "cannot read the secret in {SECRET_FILE}: run this where `waypost serve` runs, or \
                 give --secret"
            )
        })?,
    };
    // Several may be valid; the first signs.
    let first = text.split_whitespace().next().unwrap_or_default();
    Ok(Secret::parse(first)?)
}

/// Completes a URL that names only the machine.
fn events_url(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    match rest.split_once('/') {
        None => format!("{url}/v1/events"),
        Some((_, "")) => format!("{url}v1/events"),
        Some(_) => url.to_owned(),
    }
}

/// Reads an event id: what an HTTP header can carry.
fn id(text: &str) -> Result<String, String> {
    if text.len() <= ID_MAX && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
    {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "an id has 1 to {ID_MAX} visible ASCII characters, without spaces"
        ))
    }
}

const ID_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::{events_url, id};

    #[test]
    fn a_url_without_a_path_gets_the_one_for_events() {
        let completed = [
            "http://127.0.0.1:8787",
            "http://127.0.0.1:8787/",
            "https://x.example/prod/v1/events",
        ]
        .map(events_url);
        assert_eq!(
            completed,
            [
                "http://127.0.0.1:8787/v1/events",
                "http://127.0.0.1:8787/v1/events",
                "https://x.example/prod/v1/events",
            ]
        );
    }

    #[test]
    fn an_id_fits_into_a_header() {
        assert!(id("ev-7/2026").is_ok());
        for bad in ["", "a b", "é", "a\nb"] {
            assert!(id(bad).is_err(), "{bad}");
        }
    }
}
