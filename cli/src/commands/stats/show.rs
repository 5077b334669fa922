//! The statistics as text, as JSON and as CSV.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use engine::Fact;
use journey::Skipped;
use serde_json::{Map, Value, json};
use wire::{Figures, MailFigures, SideFigures, StepFigures};

use super::Report;
use crate::columns::columns;
use crate::comparison::{Comparison, compare};
use crate::output::Terminal;
use crate::runs::version as label;
use crate::words;

impl Report {
    /// Shows them to people.
    pub(super) fn show(&self, terminal: Terminal) -> String {
        let mut text = String::new();
        for ((journey, hash), number, version) in self.versions() {
            let name = format!("{journey}{}", label(number, hash));
            text.push_str(&self.shown(&name, hash, version, terminal));
        }
        if self.found.versions.is_empty() {
            text.push_str("Nobody has come into a journey yet.\n");
        }
        if let Some(until) = self.written_down {
            let day = until.strftime("%Y-%m-%d");
            let _ = writeln!(
                text,
                "Runs that ended before {day} are counted as written down two months later; what was heard of their mails since is not."
            );
        }
        if self.found.orphans > 0 {
            let mails = usize::try_from(self.found.orphans).unwrap_or(usize::MAX);
            let are = if mails == 1 { "is" } else { "are" };
            let mails = words::count(mails, "mail");
            let _ = writeln!(
                text,
                "In the ledger there {are} {mails} more, of runs that are not known any more."
            );
        }
        text.trim_end().to_owned()
    }

    /// Shows one version.
    fn shown(&self, name: &str, hash: &str, version: &Figures, terminal: Terminal) -> String {
        let mut text = String::new();
        let left = version
            .left
            .iter()
            .map(|(reason, count)| format!("{reason} {count}"));
        let left: Vec<_> = left.collect();
        let left = if left.is_empty() {
            "nobody".to_owned()
        } else {
            left.join(", ")
        };
        let _ = writeln!(
            text,
            "{}  {} came in, {} on their way, {} parked; left: {left}",
            terminal.strong(name),
            version.entered,
            version.on_their_way(),
            version.parked,
        );
        let rows = self.steps(hash, version).into_iter().map(|step| {
            let found = &version.steps[&step];
            row(step, found)
        });
        let headings = [
            "step",
            "here",
            "sent",
            "delivered",
            "opened",
            "clicked",
            "bounced",
            "spam",
            "unsubscribed",
            "came of it",
        ];
        let _ = writeln!(text, "{}", columns(headings, rows, terminal));
        for (step, arms) in &version.splits {
            let sides = self.compared(hash, step, arms);
            let rows = sides.into_iter().map(|(side, arm, clicked, goal)| {
                [
                    side,
                    arm.runs.to_string(),
                    arm.opened.to_string(),
                    said(arm.clicked, arm, clicked),
                    said(arm.goal, arm, goal),
                    arm.unsubscribed.to_string(),
                ]
            });
            let headings = [
                step.as_str(),
                "runs",
                "opened",
                "clicked",
                "goal",
                "unsubscribed",
            ];
            let _ = writeln!(text, "{}", columns(headings, rows, terminal));
        }
        text.push('\n');
        text
    }

    /// Compares the sides of a split with its first: by who clicked, and by who reached the goal.
    fn compared<'a>(
        &self,
        hash: &str,
        step: &str,
        arms: &'a BTreeMap<String, SideFigures>,
    ) -> Vec<(
        String,
        &'a SideFigures,
        Option<Comparison>,
        Option<Comparison>,
    )> {
        let mut sides = self.sides(hash, step);
        if sides.is_empty() {
            sides.extend(arms.keys().cloned());
        }
        let sides = sides.into_iter();
        let sides: Vec<_> = sides
            .filter_map(|side| Some((arms.get(&side)?, side)))
            .collect();
        let first = sides.first().map(|(arm, _)| *arm);
        let others = sides.len().saturating_sub(1);
        let compared = sides.into_iter().enumerate().map(|(at, (arm, side))| {
            let with = first.filter(|_| at > 0);
            let test = |count: fn(&SideFigures) -> u64| {
                with.map(|with| compare((count(arm), arm.runs), (count(with), with.runs), others))
            };
            (side, arm, test(|arm| arm.clicked), test(|arm| arm.goal))
        });
        compared.collect()
    }

    /// Describes them for programs.
    pub(super) fn json(&self) -> Value {
        let versions = self
            .versions()
            .into_iter()
            .map(|((journey, hash), number, version)| {
                let steps = self.steps(hash, version).into_iter().map(|name| {
                    let step = &version.steps[&name];
                    json!({
                        "step": name, "waiting": step.here, "outcomes": step.outcomes,
                        "mails": numbers(&step.mails), "not_mailed": not_mailed(step),
                    })
                });
                let splits = version.splits.iter().map(|(step, arms)| {
                    let sides = self.compared(hash, step, arms).into_iter();
                    let sides = sides.map(|(side, arm, clicked, goal)| json!({
                    "arm": side, "entered": arm.runs, "opened": arm.opened, "clicked": arm.clicked,
                    "goal": arm.goal, "unsubscribed": arm.unsubscribed,
                    "clicked_vs_first": told(clicked), "goal_vs_first": told(goal),
                }));
                    json!({ "step": step, "arms": sides.collect::<Vec<_>>() })
                });
                json!({
                    "journey": journey, "version": number, "plan": hash,
                    "entered": version.entered, "on_their_way": version.on_their_way(),
                    "parked": version.parked, "left": version.left,
                    "steps": steps.collect::<Vec<_>>(), "splits": splits.collect::<Vec<_>>(),
                })
            });
        let mut told = json!({
            "journeys": versions.collect::<Vec<_>>(), "mails_of_other_runs": self.found.orphans,
        });
        if let Some(until) = self.written_down {
            told["written_down_until"] = json!(until.to_string());
        }
        told
    }

    /// Writes them as CSV (RFC 4180): a line for each number.
    pub(super) fn csv(&self) -> String {
        let mut text = "journey,version,plan,step,arm,measure,count\r\n".to_owned();
        for ((journey, hash), number, version) in self.versions() {
            let number = number.map(|number| number.to_string()).unwrap_or_default();
            let mut line = |step: &str, arm: &str, measure: &str, count: u64| {
                let texts = [journey, number.as_str(), hash, step, arm, measure];
                for text_of_it in texts {
                    text.push_str(&field(text_of_it));
                    text.push(',');
                }
                let _ = write!(text, "{count}\r\n");
            };
            line("", "", "entered", version.entered);
            line("", "", "on_their_way", version.on_their_way());
            line("", "", "parked", version.parked);
            for (reason, count) in &version.left {
                line("", "", &format!("left:{reason}"), *count);
            }
            for name in self.steps(hash, version) {
                let step = &version.steps[&name];
                line(&name, "", "waiting", step.here);
                for (outcome, count) in &step.outcomes {
                    line(&name, "", &format!("outcome:{outcome}"), *count);
                }
                for (measure, count) in numbers(&step.mails) {
                    line(&name, "", &measure, count.as_u64().unwrap_or_default());
                }
            }
            for (step, arms) in &version.splits {
                for (side, arm) in arms {
                    for (measure, count) in [
                        ("entered", arm.runs),
                        ("opened", arm.opened),
                        ("clicked", arm.clicked),
                        ("goal", arm.goal),
                        ("unsubscribed", arm.unsubscribed),
                    ] {
                        line(step, side, measure, count);
                    }
                }
            }
        }
        text
    }
}

/// Returns of how many mails a fact is known.
fn with(mails: &MailFigures, fact: Fact) -> u64 {
    let count = mails.facts.get(fact.as_str());
    count.copied().unwrap_or_default()
}

fn row(name: String, step: &StepFigures) -> [String; 10] {
    let mails = &step.mails;
    let some = |count: u64| {
        if mails.sent == 0 {
            String::new()
        } else {
            count.to_string()
        }
    };
    let bounced = with(mails, Fact::Bounced) + with(mails, Fact::BouncedSoftly);
    let outcomes = step
        .outcomes
        .iter()
        .map(|(outcome, count)| format!("{outcome} {count}"));
    let mut outcomes: Vec<_> = outcomes.collect();
    if mails.in_doubt > 0 {
        outcomes.push(format!("in doubt {}", mails.in_doubt));
    }
    let simulated = with(mails, Fact::Simulated);
    if simulated > 0 {
        outcomes.push(format!("simulated {simulated}"));
    }
    [
        name,
        step.here.to_string(),
        some(mails.sent),
        some(mails.delivered),
        some(with(mails, Fact::Opened)),
        some(with(mails, Fact::Clicked)),
        some(bounced),
        some(with(mails, Fact::Complained)),
        some(with(mails, Fact::Unsubscribed)),
        outcomes.join(", "),
    ]
}

/// Writes a field of CSV: in quotes where it would else be misread.
fn field(value: &str) -> Cow<'_, str> {
    match value.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", value.replace('"', "\"\"")).into(),
        false => value.into(),
    }
}

/// Returns the numbers about mails by name; none where no mail was sent.
fn numbers(mails: &MailFigures) -> Map<String, Value> {
    let mut numbers = Map::new();
    if !mails.is_none() {
        numbers.insert("sent".to_owned(), json!(mails.sent));
        numbers.insert("delivered".to_owned(), json!(mails.delivered));
        numbers.insert("in_doubt".to_owned(), json!(mails.in_doubt));
        for (fact, name) in Fact::ALL {
            numbers.insert(name.to_owned(), json!(with(mails, fact)));
        }
    }
    numbers
}

/// Returns why mails of a step were not sent, with how often.
fn not_mailed(step: &StepFigures) -> Map<String, Value> {
    let found = Skipped::ALL.iter().filter_map(|reason| {
        let count = step.outcomes.get(reason.as_str())?;
        Some((reason.as_str().to_owned(), json!(count)))
    });
    found.collect()
}

/// Says a share of a side, and what its difference from the first means.
fn said(count: u64, arm: &SideFigures, comparison: Option<Comparison>) -> String {
    let share = (count * 1000).checked_div(arm.runs).unwrap_or_default();
    let share = format!("{count} ({}.{}%)", share / 10, share % 10);
    match comparison {
        None => share,
        Some(Comparison::TooFew) => format!("{share}, too few to tell"),
        Some(Comparison::Chance(p)) if p < SURE => format!("{share}, differs (p {p:.4})"),
        Some(Comparison::Chance(p)) => format!("{share}, may be chance (p {p:.2})"),
    }
}

fn told(comparison: Option<Comparison>) -> Value {
    match comparison {
        None => Value::Null,
        Some(Comparison::TooFew) => json!({ "p": null, "says": "too few to tell" }),
        Some(Comparison::Chance(p)) => {
            let says = if p < SURE { "differs" } else { "may be chance" };
            json!({ "p": p, "says": says })
        }
    }
}

/// Below this a difference is called one.
const SURE: f64 = 0.05;
