//! `waypost test`: plays the scenarios of a release and says which of them came out otherwise.

use std::path::PathBuf;

use anyhow::bail;
use release::{Compiled, Defect, Difference, Entry, Scenario, Scenarios, difference};
use serde_json::{Value, json};

use super::{EXIT_CODES, Verdict, check};
use crate::output::{Form, Terminal};
use crate::rehearsal::moment;
use crate::words;

/// Plays the scenarios in tests/*.yaml, each with its own contact and under a clock that jumps.
///
/// A scenario says who a contact is and what happens to them, and expects the whole story: every mail,
/// every change, and how it ends, to the minute. Nothing is sent.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost test                       the release in this folder
  waypost test examples/welcome
  waypost test --journey welkom

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The release's folder: the one with waypost.yaml in it
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Only the scenarios of this journey
    #[arg(long, value_name = "NAME")]
    journey: Option<String>,
    /// Prints what came of them as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Plays the scenarios.
pub(super) fn test(args: &Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    let Some(compiled) = check::passes(&args.dir, form, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    let mut read = release::scenarios(&args.dir, &compiled)?;
    if let Some(name) = &args.journey {
        if !compiled.journeys.contains_key(name) {
            bail!("no journey is called {name}");
        }
        read.scenarios.retain(|scenario| scenario.journey == *name);
    }
    if read.scenarios.is_empty() && read.defects.is_empty() {
        bail!("there is no scenario to play: write one into tests/");
    }
    let mut played = Vec::new();
    for scenario in &read.scenarios {
        match play(scenario, &compiled) {
            Ok(one) => played.extend(one),
            Err(defect) => read.defects.push(*defect),
        }
    }
    match form {
        Form::People => print(&read, &played, terminal)?,
        Form::Programs => {
            let scenarios: Vec<_> = played.iter().map(|one| describe(one, &read)).collect();
            let defects = check::described(&read.defects, &read.sources);
            let ok = read.defects.is_empty() && played.iter().all(Played::fits);
            terminal.say_json(&json!({ "ok": ok, "scenarios": scenarios, "defects": defects }))?;
        }
    }
    Ok(
        match read.defects.is_empty() && played.iter().all(Played::fits) {
            true => Verdict::Fine,
            false => Verdict::Wrong,
        },
    )
}

/// A scenario, and what came of it.
struct Played<'a> {
    scenario: &'a Scenario,
    expected: Vec<Entry>,
    found: Vec<Entry>,
    difference: Option<Difference>,
}

impl Played<'_> {
    fn fits(&self) -> bool {
        self.difference.is_none()
    }

    /// Returns where in the file the first thing stands that came out otherwise.
    fn place(&self) -> &release::Place {
        let at = match self.difference {
            Some(Difference::Other(at) | Difference::Less(at)) => at,
            Some(Difference::More(_)) | None => usize::MAX,
        };
        let expected = self.scenario.expect.get(at);
        expected.map_or(&self.scenario.place, |(_, place)| place)
    }
}

fn play<'a>(
    scenario: &'a Scenario,
    compiled: &Compiled,
) -> Result<Option<Played<'a>>, Box<Defect>> {
    let Some(journey) = compiled.journeys.get(&scenario.journey) else {
        return Ok(None);
    };
    let found = release::play(scenario, &journey.plan)?;
    let expected = scenario.expect.iter();
    let expected: Vec<_> = expected.map(|(entry, _)| entry.clone()).collect();
    Ok(Some(Played {
        scenario,
        difference: difference(&expected, &found),
        expected,
        found,
    }))
}

fn print(read: &Scenarios, played: &[Played<'_>], terminal: Terminal) -> anyhow::Result<()> {
    if !read.defects.is_empty() {
        let color = check::color(terminal);
        let shown = &read.defects[..read.defects.len().min(release::SHOWN_MAX)];
        terminal.say(release::render(shown, &read.sources, color))?;
        terminal.say("")?;
    }
    let wrong: Vec<_> = played.iter().filter(|one| !one.fits()).collect();
    for one in &wrong {
        terminal.say(told(one, read, terminal))?;
    }
    let scenarios = words::count(played.len(), "scenario");
    let unread = match read.defects.len() {
        0 => String::new(),
        count => format!(
            " {} in scenarios that cannot be played.",
            words::count(count, "defect")
        ),
    };
    let line = match wrong.len() {
        0 if unread.is_empty() => format!("{} {scenarios}.", terminal.good("All as expected:")),
        0 => format!("{scenarios} as expected.{unread}"),
        count => {
            let otherwise = format!("{count} of {scenarios} came out otherwise.");
            format!("{}{unread}", terminal.bad(otherwise))
        }
    };
    terminal.say(line)
}

/// Says where a story turned out otherwise: what came before, what was expected, what came instead.
fn told(one: &Played<'_>, read: &Scenarios, terminal: Terminal) -> String {
    let place = one.place();
    let (line, column) = position(place, read);
    let Scenario { journey, name, .. } = one.scenario;
    let mut told = format!(
        "{}:{line}:{column} {}\n",
        place.file,
        terminal.strong(format!("{journey}: {name}"))
    );
    let at = match one.difference {
        Some(Difference::Other(at) | Difference::Less(at) | Difference::More(at)) => at,
        None => 0,
    };
    let before = at.saturating_sub(SHOWN_BEFORE);
    if before > 0 {
        told += "      …\n";
    }
    for entry in &one.found[before..at] {
        told += &format!("      {}\n", shown(entry, one));
    }
    let mut add =
        |sign: &str, entries: &[Entry], instead: &str, paint: &dyn Fn(String) -> String| {
            let rest = entries.get(at..).unwrap_or_default();
            if rest.is_empty() {
                told += &paint(format!("    {sign} {instead}"));
                told.push('\n');
            }
            for entry in rest.iter().take(SHOWN_AFTER) {
                told += &paint(format!("    {sign} {}", shown(entry, one)));
                told.push('\n');
            }
            if rest.len() > SHOWN_AFTER {
                told += &format!("    {sign} … and {} more\n", rest.len() - SHOWN_AFTER);
            }
        };
    add("-", &one.expected, "nothing more is expected", &|line| {
        terminal.bad(line)
    });
    add("+", &one.found, "nothing more happens", &|line| {
        terminal.good(line)
    });
    told
}

/// Writes an entry as it could stand in the file.
fn shown(entry: &Entry, one: &Played<'_>) -> String {
    let at = moment(entry.at, &one.scenario.zone);
    format!("{{ at: {at}, {}: {} }}", entry.what, entry.word)
}

fn describe(one: &Played<'_>, read: &Scenarios) -> Value {
    let place = one.place();
    let (line, column) = position(place, read);
    let entries = |entries: &[Entry]| -> Vec<Value> {
        let entries = entries.iter().map(|entry| {
            let at = moment(entry.at, &one.scenario.zone);
            json!({ "at": at, (entry.what): entry.word.to_string() })
        });
        entries.collect()
    };
    json!({
        "file": place.file,
        "line": line,
        "column": column,
        "journey": one.scenario.journey,
        "name": one.scenario.name,
        "ok": one.fits(),
        "expected": entries(&one.expected),
        "found": entries(&one.found),
    })
}

fn position(place: &release::Place, read: &Scenarios) -> (usize, usize) {
    let text = read.sources.get(&place.file).map_or("", String::as_str);
    release::line_and_column(text, place.span.start)
}

/// How many entries that fit are shown before the first that does not.
const SHOWN_BEFORE: usize = 3;

/// How many entries are shown from the first that does not fit.
const SHOWN_AFTER: usize = 4;
