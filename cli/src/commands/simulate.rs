//! `waypost simulate`: shows what a journey would do for one contact.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use journey::{Change, Contact, Line, Occasion, Plan, Script, Told, Trigger, opening};
use release::Compiled;
use serde_json::json;

use super::{EXIT_CODES, Verdict, check};
use crate::clock;
use crate::output::{Form, Terminal};
use crate::reasons;
use crate::rehearsal::assume::{Assumption, play};
use crate::rehearsal::moment;

/// Shows what a journey would do for one contact, as if the time had passed already.
///
/// The contact is let in at the given time: by an event of the journey with the values of its example, else by
/// what else lets people in. A journey with dates alone waits for them. Nothing is sent.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost simulate welkom
  waypost simulate welkom --contact jan.yaml --from '2026-11-23 14:00'
  waypost simulate welkom --assume 'opened welkom-1 after 1 day' --assume 'ORDER_PLACED after 5 days'

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The journey
    journey: String,
    /// The release's folder: the one with waypost.yaml in it
    #[arg(long, value_name = "DIR", default_value = ".")]
    release: PathBuf,
    /// A file with the contact's fields, as in a scenario; a made-up contact without it
    #[arg(long, value_name = "FILE")]
    contact: Option<PathBuf>,
    /// When the contact comes, by their clock; now without it
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// When to stop, by their clock; after two years without it
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// What happens besides: `opened SEND after 1 day`, `clicked SEND`, `EVENT after 3 days`
    #[arg(long, value_name = "WHAT")]
    assume: Vec<String>,
    /// Prints what happens as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Plays a journey.
pub(super) fn simulate(args: &Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    let Some(compiled) = check::passes(&args.release, form, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    let Some(journey) = compiled.journeys.get(&args.journey) else {
        let known = crate::words::list(compiled.journeys.keys(), "and");
        bail!("no journey is called {}: there are {known}", args.journey);
    };
    let plan = &journey.plan;
    let Some(contact) = contact(args, &compiled, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    let zone = contact.zone(&compiled.settings.zone);
    let time = |text: &Option<String>| match text {
        Some(text) => release::time(text, &zone)
            .map(Some)
            .ok_or_else(|| anyhow!("`{text}` is no time: write '2026-11-23 14:00'")),
        None => Ok(None),
    };
    let start = time(&args.from)?.unwrap_or_else(|| journey::ceil_to_minute(clock::now()));
    let until = time(&args.until)?;
    let until = until.or_else(|| start.checked_add(TWO_YEARS).ok());
    let script = script(plan, contact, (start, until), &compiled)?;
    let assumptions = args.assume.iter();
    let assumptions = assumptions.map(|text| Assumption::parse(text, plan));
    let assumptions: Vec<_> = assumptions.collect::<Result<_, _>>()?;
    let lines = play(plan, &script, start, &assumptions, &compiled.examples)?;
    let mut year = zone.to_datetime(start).year();
    match form {
        Form::People => {
            // That a wait is over is seen by what comes next.
            let passed = |told: &Told| matches!(told, Told::Looks { outcome, .. } if ["waited", "jumped"].contains(&&**outcome));
            for line in lines.iter().filter(|line| !passed(&line.told)) {
                terminal.say(told(line, plan, &zone, &mut year, terminal))?;
            }
            if lines.is_empty() {
                terminal.say("Nothing happens.")?;
                terminal.say(why_not(plan, &script))?;
            }
        }
        Form::Programs => {
            let lines = lines.iter().map(|line| {
                let (verb, what, why) = words(line, plan, &zone);
                json!({ "at": moment(line.at, &zone), "verb": verb, "what": what, "why": why })
            });
            terminal.say_json(&lines.collect::<Vec<_>>())?;
        }
    }
    Ok(Verdict::Fine)
}

/// Reads who comes; prints what is wrong with the file and returns nothing.
fn contact(
    args: &Args,
    compiled: &Compiled,
    terminal: Terminal,
) -> anyhow::Result<Option<Contact>> {
    let (name, text) = match &args.contact {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            let text = text.with_context(|| format!("cannot read {}", path.display()))?;
            (path.display().to_string(), text)
        }
        None => ("contact.yaml".to_owned(), String::new()),
    };
    match release::contact(&name, &text, compiled) {
        Ok(contact) => Ok(Some(contact)),
        Err(defects) => {
            let sources = [(name, text)].into();
            terminal.say(release::render(&defects, &sources, check::color(terminal)))?;
            Ok(None)
        }
    }
}

fn script(
    plan: &Plan,
    contact: Contact,
    (start, until): (Timestamp, Option<Timestamp>),
    compiled: &Compiled,
) -> anyhow::Result<Script> {
    let mut script = Script {
        contact,
        enters: None,
        from: None,
        until,
        happens: Vec::new(),
    };
    let event = plan.triggers.iter().find_map(|trigger| trigger.event());
    if let Some(event) = event {
        let params = compiled.examples.get(event).cloned().unwrap_or_default();
        let event = event.to_owned();
        script
            .happens
            .push((start, journey::Deed::Event { event, params }));
    } else if plan.triggers.iter().all(|trigger| is_dated(&trigger.on)) {
        script.from = Some(start);
    } else {
        script.enters = Some(start);
    }
    Ok(script)
}

/// Says why nobody came in.
fn why_not(plan: &Plan, script: &Script) -> String {
    let mut triggers = plan.triggers.iter();
    let event = triggers.find(|trigger| trigger.event().is_some());
    if let Some(filter) = event.and_then(|trigger| trigger.filter.as_ref()) {
        let event = event.and_then(Trigger::event).unwrap_or_default();
        return format!(
            "{event} comes, with the values of its example in events.yaml, and does not fit `where: {}`.\n\
             Write an example that does, or a scenario into tests/; what is asked about the contact is said with --contact.",
            filter.as_str()
        );
    }
    match script.from {
        Some(_) => format!(
            "None of their dates comes in that time: {}. Say which they have with --contact.",
            crate::words::list(plan.triggers.iter().map(Trigger::says), "or")
        ),
        None => "What lets people in does not fit this contact: say who comes with --contact."
            .to_owned(),
    }
}

/// Writes one line: when, what, and why.
fn told(line: &Line, plan: &Plan, zone: &TimeZone, year: &mut i16, terminal: Terminal) -> String {
    let civil = zone.to_datetime(line.at);
    let form = match civil.year() == *year {
        true => "%a %e %b %H:%M",
        false => "%a %e %b %Y %H:%M",
    };
    *year = civil.year();
    let (verb, what, why) = words(line, plan, zone);
    let at = civil.strftime(form).to_string();
    let why = match why.as_str() {
        "" => String::new(),
        why => format!("   {}", terminal.faint(why)),
    };
    format!("{at:<16}  {:<10}  {what}{why}", verb)
}

/// Says what happened: a verb, what it is about, and why.
fn words(line: &Line, plan: &Plan, zone: &TimeZone) -> (&'static str, String, String) {
    let name = |step: &str| match plan.step(step).map(|step| &step.action) {
        Some(journey::Action::If { condition, .. }) => condition.as_str().to_owned(),
        Some(_) | None => step.to_owned(),
    };
    match &line.told {
        Told::Enrolls { journey, .. } => ("enrolls", journey.clone(), String::new()),
        Told::Called { step } => ("calls", step.clone(), String::new()),
        Told::Changed { change, .. } => match change {
            Change::Join(list) => ("joins", list.clone(), String::new()),
            Change::Leave(list) => ("leaves", format!("the list {list}"), String::new()),
            Change::Score(amount) => ("scores", format!("{amount:+}"), String::new()),
            Change::Set(fields) => {
                let names = crate::words::list(fields.keys(), "and");
                ("sets", names, String::new())
            }
            Change::Tag(tag) => ("tags", tag.clone(), String::new()),
            Change::Untag(tag) => ("untags", tag.clone(), String::new()),
        },
        Told::Enters(by) => ("enters", entered(by, plan), String::new()),
        Told::Holds { step, until } => {
            let until = moment(*until, zone);
            let why = format!("{}, looked at again {until}", held(plan, line.at, zone));
            ("holds", step.clone(), why)
        }
        Told::Leaves(reason) => ("leaves", reason.clone(), String::new()),
        Told::Looks { step, outcome } => (
            "looks",
            format!("{} -> {outcome}", name(step)),
            String::new(),
        ),
        Told::Omits { step, why } => {
            let why = reasons::unmailed(why).unwrap_or("nobody to send it to");
            ("skips", step.clone(), why.to_owned())
        }
        Told::Parks { step, reason } => ("is stuck", step.clone(), reason.clone()),
        Told::Refused(refusal) => {
            let why = reasons::refused(refusal.as_str());
            ("stays out", String::new(), why.to_owned())
        }
        Told::Sends { step } => ("sends", step.clone(), String::new()),
        Told::Waits { step, until } => (
            "waits",
            step.clone(),
            format!("until {}", moment(*until, zone)),
        ),
    }
}

/// Says what let the contact in. Where a script just does so, it stands for what lets people in when it comes: a yes,
/// a tag, a list; by hand only where the journey says so.
fn entered(by: &str, plan: &Plan) -> String {
    let manual = plan.triggers.iter().any(|one| one.on == Occasion::Manual);
    if by != BY_HAND || manual {
        return by.to_owned();
    }
    let waits = plan.triggers.iter().filter(|one| !is_dated(&one.on));
    crate::words::list(waits.map(Trigger::says), "or")
}

fn is_dated(on: &Occasion) -> bool {
    matches!(on, Occasion::Date { .. })
}

/// Says what holds a mail back.
fn held(plan: &Plan, at: Timestamp, zone: &TimeZone) -> String {
    let rules = &plan.rules;
    let hours = rules.send_window.iter().chain(&rules.limits.send_window);
    let closed = hours.filter(|hours| opening(&[hours], at, zone) != Some(at));
    let closed: Vec<String> = closed.map(|hours| hours.written()).collect();
    match closed.is_empty() {
        true => reasons::OVER_CAP.to_owned(),
        false => format!("outside {}", closed.join(" and ")),
    }
}

/// What a rehearsal calls it where a script just lets somebody in.
const BY_HAND: &str = "by hand";

const TWO_YEARS: jiff::SignedDuration = jiff::SignedDuration::from_hours(2 * 366 * 24);
