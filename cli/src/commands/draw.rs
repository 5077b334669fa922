//! `waypost draw`: pictures of journeys, for the wall and for pull requests.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;

use super::{EXIT_CODES, Verdict, check};
use crate::drawing::{mermaid, svg};
use crate::output::{Form, Terminal};
use crate::words;

/// Draws journeys: what lets people in, every step, every way and every end.
///
/// Each journey becomes an .svg file that needs nothing else; with --mermaid the text of a diagram is printed, which
/// GitHub and GitLab draw by themselves. The same journey is always the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost draw examples/sera                       every journey, into pictures/
  waypost draw examples/sera --journey 05-startbrief --out /tmp
  waypost draw --mermaid --journey welkom          for a pull request

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The release's folder: the one with waypost.yaml in it
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The folder for the pictures
    #[arg(long, value_name = "DIR", default_value = "pictures")]
    out: PathBuf,
    /// Only this journey
    #[arg(long, value_name = "NAME")]
    journey: Option<String>,
    /// Prints Mermaid instead
    #[arg(long, conflicts_with = "out")]
    mermaid: bool,
    /// Prints what was drawn as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Draws the journeys of a release.
pub(super) fn draw(args: &Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    let Some(mut compiled) = check::passes(&args.dir, form, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    if let Some(name) = &args.journey {
        super::preview::only(&mut compiled, name)?;
    }
    let mut drawn = Vec::new();
    for (name, journey) in &compiled.journeys {
        // What a mail is called in the inbox, as long as it is the same for everybody.
        let subject = |template: &str| {
            let source = journey.templates.get(&(template.to_owned(), None))?;
            Some(source.subject.clone()).filter(|subject| !subject.contains("{{"))
        };
        if args.mermaid {
            drawn.push((name.clone(), mermaid(&journey.plan, &subject)));
            continue;
        }
        let path = args.out.join(format!("{name}.svg"));
        std::fs::create_dir_all(&args.out)
            .and_then(|()| std::fs::write(&path, svg(&journey.plan, &subject)))
            .with_context(|| format!("cannot write {}", path.display()))?;
        drawn.push((name.clone(), path.display().to_string()));
    }
    match (form, args.mermaid) {
        (Form::Programs, mermaid) => {
            let key = if mermaid { "mermaid" } else { "file" };
            let drawn = drawn
                .iter()
                .map(|(name, what)| json!({ "journey": name, key: what }));
            terminal.say_json(&json!({ "journeys": drawn.collect::<Vec<_>>() }))?;
        }
        (Form::People, true) => {
            for (at, (_, text)) in drawn.iter().enumerate() {
                terminal.say(format!("{}{text}", if at > 0 { "\n" } else { "" }))?;
            }
        }
        (Form::People, false) => {
            let count = words::count(drawn.len(), "journey");
            terminal.say(format!("Drew {count} into {}.\n", args.out.display()))?;
        }
    }
    Ok(Verdict::Fine)
}
