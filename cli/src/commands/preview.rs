//! `waypost preview`: makes every mail of a release, to look at before anybody gets one.

use std::path::PathBuf;

use anyhow::bail;
use release::Compiled;
use serde_json::{Value, json};

use super::{EXIT_CODES, Verdict, check};
use crate::clock;
use crate::folder::OutFolder;
use crate::gallery::{self, Picture};
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::words;

/// Makes every mail of a release from its events' examples, for a made-up recipient.
///
/// Each mail becomes an .html and a .txt file, and index.html shows them all, as wide as a phone and
/// as wide as a desktop. What is sensitive is shown as dots. Nothing is sent.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost preview examples/sera
  waypost preview --journey 05-startbrief --out /tmp/mails

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The release's folder: the one with waypost.yaml in it
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The folder to fill; it is emptied first
    #[arg(long, value_name = "DIR", default_value = OUT)]
    out: PathBuf,
    /// Only the mails of this journey
    #[arg(long, value_name = "NAME")]
    journey: Option<String>,
    /// Prints what was made as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Makes the mails of a release.
pub(super) fn preview(args: &Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    let Some(mut compiled) = check::passes(&args.dir, form, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    if let Some(name) = &args.journey {
        only(&mut compiled, name)?;
    }
    let progress = Progress::start(terminal, "Making the mails");
    let pictures = gallery::pictures(&compiled, clock::now());
    let out = OutFolder::empty(&args.out, OUT)?;
    for picture in &pictures {
        if let Ok(mail) = &picture.mail {
            out.write(&format!("{}.html", picture.file), &mail.html)?;
            out.write(&format!("{}.txt", picture.file), &mail.text)?;
        }
    }
    out.write("index.html", gallery::page(&compiled.settings, &pictures))?;
    drop(progress);

    match form {
        Form::People => print(&pictures, &out, terminal)?,
        Form::Programs => {
            let described: Vec<_> = pictures.iter().map(describe).collect();
            terminal.say_json(&json!({ "out": out.path(), "mails": described }))?;
        }
    }
    let failed = pictures.iter().any(|picture| picture.mail.is_err());
    Ok(if failed {
        Verdict::Wrong
    } else {
        Verdict::Fine
    })
}

/// Leaves only one journey.
pub(super) fn only(compiled: &mut Compiled, name: &str) -> anyhow::Result<()> {
    if !compiled.journeys.contains_key(name) {
        let known = compiled.journeys.keys().map(String::as_str);
        match journey::nearest(name, known) {
            Some(meant) => bail!("there is no journey `{name}`; did you mean `{meant}`?"),
            None => bail!(
                "there is no journey `{name}`; there are {}",
                words::list(compiled.journeys.keys(), "and")
            ),
        }
    }
    compiled.journeys.retain(|journey, _| journey == name);
    Ok(())
}

fn print(pictures: &[Picture], out: &OutFolder, terminal: Terminal) -> anyhow::Result<()> {
    let made = pictures
        .iter()
        .filter(|picture| picture.mail.is_ok())
        .count();
    for picture in pictures {
        if let Err(why) = &picture.mail {
            let what = terminal.bad(format!("No mail: {}", picture.file));
            terminal.say(format!("{what}: {why}"))?;
        }
    }
    terminal.say(format!(
        "{} in {}",
        words::count(made, "mail"),
        out.path().display()
    ))?;
    terminal.say(format!(
        "Open {} in a browser.",
        out.path().join("index.html").display()
    ))
}

fn describe(picture: &Picture) -> Value {
    let mut described = json!({
        "journey": picture.journey,
        "template": picture.template,
        "locale": picture.locale,
        "event": picture.event,
        "to": picture.to,
    });
    match &picture.mail {
        Ok(mail) => {
            described["subject"] = json!(mail.subject);
            described["preheader"] = json!(mail.preheader);
            described["html"] = json!(format!("{}.html", picture.file));
            described["text"] = json!(format!("{}.txt", picture.file));
        }
        Err(why) => described["error"] = json!(why),
    }
    described
}

const OUT: &str = "out/preview";
