//! `waypost check`: says everything that is wrong with a release, at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use release::{
    Color, Compiled, Defect, Failure, Place, Pressure, Rejection, Slip, half_blind,
    line_and_column, pressure, slipping,
};
use serde_json::{Value, json};

use super::{EXIT_CODES, Verdict};
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::rehearsal::paths::{about, routes};
use crate::words;

/// Checks a release: every file, every name, every condition, every template.
///
/// Each defect comes with its file, line and column, the piece of the file, and what to do. The mails
/// are tried out with the examples of the events, so what passes can be published.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost check                      the release in this folder
  waypost check examples/sera
  waypost check --json | jq .defects

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The release's folder: the one with waypost.yaml in it
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Shows every way through this journey: its mails, its shortest and its longest time
    #[arg(long, value_name = "JOURNEY")]
    paths: Option<String>,
    /// Prints the report as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Checks what is in a folder.
pub(super) fn check(args: &Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    let Some(compiled) = passes(&args.dir, form, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    if let Some(name) = &args.paths {
        return paths(name, &compiled, form, terminal);
    }
    let scenarios = release::scenarios(&args.dir, &compiled)?;
    let sound = scenarios.defects.is_empty();
    match form {
        Form::People => {
            if !sound {
                terminal.say(scenarios.render(color(terminal)).trim_end())?;
                return Ok(Verdict::Wrong);
            }
            let contents = contents(&compiled);
            terminal.say(format!("{} {contents}", terminal.good("No defects.")))?;
            for remark in remarks(&compiled) {
                terminal.say(remark)?;
            }
        }
        Form::Programs => {
            let defects = described(&scenarios.defects, &scenarios.sources);
            let mut report = json!({ "ok": sound, "defects": defects });
            if let Some(pressure) = pressure(plans(&compiled)) {
                report["advertising_a_week"] = json!({
                    "mails": pressure.mails,
                    "for_each_subject": pressure.for_each_subject,
                    "unlimited": pressure.unlimited,
                    "passing": pressure.passing,
                });
            }
            let unseeing = half_blind(plans(&compiled));
            if !unseeing.is_empty() {
                report["measured_in_part"] = json!(unseeing);
            }
            let slips = slipping(plans(&compiled)).into_iter();
            let slips = slips.map(|slip| json!({ "journey": slip.journey, "write": slip.instead }));
            let slips: Vec<_> = slips.collect();
            if !slips.is_empty() {
                report["nobody_enters_by_time"] = json!(slips);
            }
            terminal.say_json(&report)?;
        }
    }
    Ok(match sound {
        true => Verdict::Fine,
        false => Verdict::Wrong,
    })
}

/// Compiles a release; where it has defects, prints them and returns nothing.
///
/// # Errors
/// Fails if the folder cannot be read.
pub(super) fn passes(
    dir: &Path,
    form: Form,
    terminal: Terminal,
) -> anyhow::Result<Option<Compiled>> {
    let progress = Progress::start(terminal, "Checking the release");
    let compiled = release::compile(dir);
    drop(progress);
    let rejection = match compiled {
        Ok(compiled) => return Ok(Some(compiled)),
        Err(Failure::Rejected(rejection)) => rejection,
        Err(error @ Failure::Unreadable(_)) => return Err(error.into()),
    };
    match form {
        Form::People => terminal.say(rejection.render(color(terminal)).trim_end())?,
        Form::Programs => terminal.say_json(&report(&rejection))?,
    }
    Ok(None)
}

/// Shows the ways through a journey.
fn paths(
    name: &str,
    compiled: &Compiled,
    form: Form,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let Some(journey) = compiled.journeys.get(name) else {
        anyhow::bail!("no journey is called {name}");
    };
    let (routes, more) = routes(&journey.plan);
    if form == Form::Programs {
        let routes = routes.iter().map(|route| {
            json!({
                "turns": route.turns,
                "mails": route.mails,
                "least_seconds": route.least.as_secs(),
                "most_seconds": route.most.map(|most| most.as_secs()),
                "end": route.end,
            })
        });
        let routes: Vec<_> = routes.collect();
        terminal.say_json(&json!({ "journey": name, "paths": routes, "more": more }))?;
        return Ok(Verdict::Fine);
    }
    for (route, number) in routes.iter().zip(1..) {
        let turns = route.turns.iter();
        let turns: Vec<String> = turns.map(|(_, answer)| answer.clone()).collect();
        let most = route.most.map_or_else(|| "?".to_owned(), about);
        let time = match about(route.least) {
            least if least == most => least,
            least => format!("{least} to {most}"),
        };
        let mails = match route.mails.is_empty() {
            true => "no mail".to_owned(),
            false => route.mails.join(", "),
        };
        let head = terminal.strong(format!("{number}. {mails}"));
        terminal.say(format!("{head}   {time}, {}", route.end))?;
        if !turns.is_empty() {
            terminal.say(terminal.faint(format!("   {}", turns.join(" / "))))?;
        }
    }
    let count = words::count(routes.len(), "path");
    let rest = if more { ", and there are more" } else { "" };
    terminal.say(format!(
        "{count}{rest}; what holds mails back comes on top."
    ))?;
    Ok(Verdict::Fine)
}

/// Returns how to mark up what is printed.
pub(super) fn color(terminal: Terminal) -> Color {
    if terminal.has_colors() {
        Color::Always
    } else {
        Color::Never
    }
}

/// Says what a release is made of.
pub(super) fn contents(compiled: &Compiled) -> String {
    let templates = compiled
        .journeys
        .values()
        .flat_map(|journey| journey.templates.keys())
        .collect::<std::collections::BTreeSet<_>>();
    format!(
        "{}, {}, {}.",
        words::count(compiled.events.len(), "event"),
        words::count(compiled.journeys.len(), "journey"),
        words::count(templates.len(), "template"),
    )
}

fn plans(compiled: &Compiled) -> impl Iterator<Item = &journey::Plan> {
    compiled.journeys.values().map(|journey| &journey.plan)
}

/// Says what is no defect, and that its author may not know.
fn remarks(compiled: &Compiled) -> Vec<String> {
    let pressure = pressure(plans(compiled));
    let mut remarks: Vec<_> = pressure.iter().map(advertising).collect();
    let unseeing = half_blind(plans(compiled));
    if !unseeing.is_empty() {
        let unseeing = unseeing.join(", ");
        remarks.push(format!(
            "Opens and clicks are measured only of those who agreed to it: to {unseeing} everybody else looks as \
             if they had not opened or clicked."
        ));
    }
    let slips = slipping(plans(compiled)).into_iter();
    remarks.extend(slips.map(|Slip { journey, instead }| {
        format!(
            "Whom time alone makes one of the audience of {journey} does not come in, not by a later write either: \
             for that day write `trigger: {{ {instead} }}`."
        )
    }));
    remarks
}

/// Says how much advertising one person can get.
fn advertising(pressure: &Pressure) -> String {
    let Some(mails) = pressure.mails else {
        let passing = pressure.passing.join(", ");
        let pass = "with `priority: high` its mails pass every cap. Take that away, or let people come in less often, \
                    such as `reentry: { after: 30 days }`.";
        let held = pressure.unlimited.iter();
        let held = held.filter(|journey| !pressure.passing.contains(journey));
        let held: Vec<_> = held.map(String::as_str).collect();
        let nothing = "Nothing limits how much advertising one person gets from";
        let cap = "give waypost.yaml a cap, such as `marketing: { at_most: [3 per 7 days] }`.";
        return match (held.is_empty(), passing.is_empty()) {
            (true, _) => format!("{nothing} {passing}: {pass}"),
            (false, true) => format!("{nothing} {}: {cap}", held.join(", ")),
            (false, false) => format!(
                "{nothing} {}: {cap} Nor from {passing}: {pass}",
                held.join(", ")
            ),
        };
    };
    let mails = words::count(
        usize::try_from(mails).unwrap_or(usize::MAX),
        "advertising mail",
    );
    let each = match pressure.for_each_subject {
        true => ", for each subject that events are about",
        false => "",
    };
    format!("At most {mails} a week from this release to one person{each}.")
}

/// Describes everything that is wrong with a release, for programs.
fn report(rejection: &Rejection) -> Value {
    let defects = described(&rejection.defects, &rejection.sources);
    json!({ "ok": false, "defects": defects })
}

/// Describes defects for programs; `sources` are the files' texts by path.
pub(super) fn described(defects: &[Defect], sources: &BTreeMap<String, String>) -> Vec<Value> {
    let defects = defects.iter();
    defects.map(|defect| describe(defect, sources)).collect()
}

fn describe(defect: &Defect, sources: &BTreeMap<String, String>) -> Value {
    let also = defect.also.iter().map(|(place, label)| {
        let mut also = position(place, sources);
        also["label"] = json!(label);
        also
    });
    let mut described = position(&defect.place, sources);
    described["what"] = json!(defect.what);
    described["label"] = json!(defect.label);
    described["help"] = json!(defect.help);
    described["also"] = also.collect();
    described
}

/// Says where a piece begins and ends; lines and columns count from 1, the end is the first place behind it.
fn position(place: &Place, sources: &BTreeMap<String, String>) -> Value {
    let text = sources.get(&place.file).map_or("", String::as_str);
    let (line, column) = line_and_column(text, place.span.start);
    let (end_line, end_column) = line_and_column(text, place.span.end.max(place.span.start));
    json!({
        "file": place.file,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use release::{Defect, Place, Pressure, Rejection};
    use serde_json::json;

    use super::{advertising, report};

    #[test]
    fn whom_a_cap_does_not_help_is_not_told_to_write_one() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let said = |unlimited: &[&str], passing: &[&str]| {
            advertising(&Pressure {
                mails: None,
                unlimited: names(unlimited),
                passing: names(passing),
                for_each_subject: false,
            })
        };
        let cap = "give waypost.yaml a cap";
        let passes = "`priority: high`";
        for (unlimited, passing, says) in [
            (&["a", "b"][..], &[][..], [true, false]),
            (&["a", "b"], &["b"], [true, true]),
            (&["a", "b"], &["a", "b"], [false, true]),
        ] {
            let said = said(unlimited, passing);
            let found = [said.contains(cap), said.contains(passes)];
            assert_eq!(found, says, "{said}");
        }
    }

    #[test]
    fn a_program_learns_where_a_defect_begins_and_ends() {
        let place = |span| Place {
            file: "journeys/a.yaml".to_owned(),
            span,
        };
        let defect = Defect::new(place(13..17), "there is no template `halo`")
            .label("nobody wrote it")
            .help("did you mean `hallo`?")
            .also(place(0..5), "in this journey");
        let rejection = Rejection {
            defects: vec![defect],
            sources: BTreeMap::from([(
                "journeys/a.yaml".to_owned(),
                "steps:\n- send: halo\n".to_owned(),
            )]),
        };
        let expected = json!({ "ok": false, "defects": [{
            "file": "journeys/a.yaml",
            "line": 2, "column": 7, "end_line": 2, "end_column": 11,
            "what": "there is no template `halo`",
            "label": "nobody wrote it",
            "help": "did you mean `hallo`?",
            "also": [{
                "file": "journeys/a.yaml",
                "line": 1, "column": 1, "end_line": 1, "end_column": 6,
                "label": "in this journey",
            }],
        }]});
        assert_eq!(report(&rejection), expected);
    }
}
