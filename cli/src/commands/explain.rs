//! `waypost explain`: what one person was sent, what not and why, and by which steps they came.

mod pending;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use aws::{Shelf, Trace};
use engine::Plans;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use journey::{ContactId, Enrollment, EnrollmentId, Phase, Plan};
use serde_json::{Value, json};
use wire::{EnrollmentRecord, History};

use super::contacts::{Kept, Who, with_address};
use super::{EXIT_CODES, Verdict};
use crate::edition::Edition;
use crate::environment::Environment;
use crate::halts::is_paused;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::reasons;
use crate::runs::version;
use crate::stack::{Choice, Stack, moment, wait_for};
use pending::pending;

/// Says what one person was sent, what not and why, by which steps they came, and what they wait for.
///
/// It tells what is kept: runs go 90 days after their end. Times are in the project's zone; what happened at the same
/// moment is told run by run.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost explain anna@example.org --stack waypost
  waypost explain parent-1 --stack waypost --json | jq '.runs[] | select(.now)'

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The person: an address that they have or have had, or the source's own id
    #[arg(value_name = "ADDRESS_OR_ID")]
    who: String,
    #[command(flatten)]
    stack: Choice,
    /// Prints all of it as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Explains what became of one person.
pub(super) fn explain(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let progress = Progress::start(terminal, "Looking for their journeys");
        let mut who = Who::find(&stack, &args.who).await?;
        let kept = who.gather(&stack).await?;
        let story = Story::read(&stack, &who, kept).await?;
        drop(progress);
        match Form::asked(args.json) {
            Form::People => terminal.say(story.show().trim_end())?,
            Form::Programs => terminal.say_json(&story.report())?,
        }
        Ok(match story.is_empty() {
            true => Verdict::Wrong,
            false => Verdict::Fine,
        })
    })
}

/// What became of one person.
struct Story {
    contact: Option<ContactId>,
    zone: TimeZone,
    history: History,
    /// Which of their runs are held.
    paused: BTreeSet<EnrollmentId>,
    /// Their runs, the oldest first.
    runs: Vec<Enrollment>,
    /// The plans of these, by content hash.
    plans: BTreeMap<String, Arc<Plan>>,
    /// The topics that they have still to confirm, and since when.
    pending: BTreeMap<String, Timestamp>,
    kept: Kept,
}

impl Story {
    async fn read(stack: &Stack, who: &Who, kept: Kept) -> anyhow::Result<Self> {
        let contact = who.contact.as_ref();
        let in_force = stack.aws().in_force().await?;
        let history = stack.aws().history(in_force.as_ref()).await?;
        let settings = match &in_force {
            Some(in_force) => {
                let edition = Edition::fetch(stack.aws(), in_force).await?;
                Some(edition.release.settings)
            }
            None => None,
        };
        let pending = match (&settings, contact) {
            (Some(settings), Some(contact)) => {
                pending(stack, settings, (contact, who), &kept).await?
            }
            (None, _) | (_, None) => BTreeMap::new(),
        };
        let zone = settings.map_or(TimeZone::UTC, |settings| settings.zone);
        let mut runs = Vec::new();
        for trace in kept.traces.iter().filter(|one| one.shelf == Shelf::Runs) {
            let words = (trace.attributes.get("contact"), trace.attributes.get("doc"));
            if let (Some(contact), Some(doc)) = words {
                let (contact, run) = (contact.parse()?, trace.name.parse()?);
                runs.push(EnrollmentRecord::from_json(contact, run, 0, doc)?.enrollment);
            }
        }
        runs.sort_by(|one, other| (one.entered, &one.id).cmp(&(other.entered, &other.id)));
        let mut plans = BTreeMap::new();
        for run in &runs {
            plans.insert(run.plan.clone(), stack.aws().plan(&run.plan).await?);
        }
        let paused = paused(stack, &runs).await?;
        Ok(Self {
            contact: contact.cloned(),
            zone,
            history,
            paused,
            runs,
            plans,
            pending,
            kept,
        })
    }

    fn is_empty(&self) -> bool {
        self.kept.traces.is_empty()
    }

    fn shelf(&self, shelf: Shelf) -> impl Iterator<Item = &Trace> {
        self.kept
            .traces
            .iter()
            .filter(move |one| one.shelf == shelf)
    }

    fn label(&self, run: &Enrollment) -> String {
        let number = self.history.version(&run.journey, &run.plan);
        let version = version(number, &run.plan);
        match number {
            Some(_) => format!("{}{version}", run.journey),
            None => format!("{} ({version})", run.journey),
        }
    }

    fn show(&self) -> String {
        let mut text = String::new();
        if self.is_empty() {
            return "Nothing is kept about them.".to_owned();
        }
        let mut lines: Vec<(Timestamp, String)> = Vec::new();
        for run in &self.runs {
            lines.extend(self.told(run));
        }
        for mail in self
            .shelf(Shelf::Mails)
            .filter(|mail| is_notification(mail))
        {
            let at = mail
                .attributes
                .get("claimed")
                .and_then(|at| at.parse().ok());
            let at = at.and_then(|at| Timestamp::from_millisecond(at).ok());
            let step = attribute(mail, "step");
            let left = match attribute(mail, "state") {
                "accepted" => "told about somebody else",
                "released" => "not told about somebody else",
                _ => "perhaps told about somebody else",
            };
            lines.push((
                at.unwrap_or_default(),
                format!("{left}, by the step `{step}`"),
            ));
        }
        for refusal in self.shelf(Shelf::Refusals) {
            let at = attribute(refusal, "at").parse().unwrap_or_default();
            let (journey, reason) = (attribute(refusal, "journey"), attribute(refusal, "reason"));
            let why = reasons::refused(reason);
            lines.push((at, format!("{journey}: not let in: {why}")));
        }
        lines.sort_by_key(|(at, _)| *at);
        for (at, line) in &lines {
            let _ = writeln!(text, "{}  {line}", moment(*at, &self.zone));
        }
        let mut now = self
            .runs
            .iter()
            .filter_map(|run| Some((run, self.stands(run)?)));
        if let Some((run, stands)) = now.next() {
            let _ = writeln!(text, "\nNow\n  {}: {stands}", self.label(run));
        }
        for (run, stands) in now {
            let _ = writeln!(text, "  {}: {stands}", self.label(run));
        }
        for told in self.kept.addresses.iter().map(with_address) {
            if let Some(why) = told["not_mailed_because"].as_str() {
                let _ = writeln!(text, "\nAn address of theirs is not mailed: {why}");
            }
            for choice in told["choices"].as_array().into_iter().flatten() {
                let _ = writeln!(text, "\n{}", self.chose(choice));
            }
        }
        for (topic, since) in &self.pending {
            let since = moment(*since, &self.zone);
            let _ = writeln!(
                text,
                "\nThey were signed up for {topic} {since}, and have not confirmed it yet."
            );
        }
        text
    }

    /// Tells a run, line by line.
    fn told(&self, run: &Enrollment) -> Vec<(Timestamp, String)> {
        let label = self.label(run);
        let about = run.subject.as_ref();
        let about = about
            .map(|subject| format!(", about {subject}"))
            .unwrap_or_default();
        let plan = self.plans.get(&run.plan).map(Arc::as_ref);
        let of = |id: &EnrollmentId| {
            let run = self.runs.iter().find(|run| run.id == *id)?;
            Some(self.label(run))
        };
        let cause = words::cause(run, plan, of, &self.zone);
        let mut lines = vec![(run.entered, format!("{label}: came in {cause}{about}"))];
        for taken in &run.path {
            let became = self.became(run, &taken.step);
            let what = format!("{}{became}", words::outcome(taken, plan));
            lines.push((taken.at, format!("{label}: `{}`: {what}", taken.step)));
        }
        if let Phase::Left { reason, at } = &run.phase {
            lines.push((*at, format!("{label}: left: {}", words::left(reason))));
        }
        let opened = run.signals.opened.iter();
        let opened = opened.map(|step| format!("opened `{step}`"));
        let clicks = run.signals.clicks.iter();
        let clicked = clicks.map(|(step, link)| format!("clicked `{link}` in `{step}`"));
        let seen: Vec<_> = opened.chain(clicked).collect();
        if let (Some((at, _)), false) = (lines.last().cloned(), seen.is_empty()) {
            lines.push((at, format!("{label}: has {}", seen.join(", "))));
        }
        // A step is noted when it is done, and what follows begins when it was due.
        let mut last = run.entered;
        for (at, _) in &mut lines {
            last = last.max(*at);
            *at = last;
        }
        lines
    }

    /// Says what became of the mail of a step, where more is known than that it left.
    fn became(&self, run: &Enrollment, step: &str) -> String {
        let mut mails = self
            .shelf(Shelf::Mails)
            .filter(|mail| !is_notification(mail));
        let mail = mails.find(|mail| {
            attribute(mail, "enrollment") == run.id.as_str() && attribute(mail, "step") == step
        });
        let facts = mail.map_or("", |mail| attribute(mail, "facts")).split(' ');
        let known = facts.filter(|fact| !fact.is_empty() && !SEEN.contains(fact));
        let known: Vec<_> = known.map(|fact| fact.replace('_', " ")).collect();
        match known.is_empty() {
            true => String::new(),
            false => format!(", then {}", known.join(", ")),
        }
    }

    /// Says where a run stands; nothing for one that is over.
    fn stands(&self, run: &Enrollment) -> Option<String> {
        let at = |time: Timestamp| moment(time, &self.zone);
        let paused = match self.paused.contains(&run.id) {
            true => ", and the journey is paused",
            false => "",
        };
        let stands = match &run.phase {
            Phase::Left { .. } => return None,
            Phase::Entered => "has taken no step yet".to_owned(),
            Phase::Calling { step, .. } => format!("calls a hook at `{step}`"),
            Phase::Holding { step, due, .. } => {
                format!("the mail of `{step}` may not leave before {}", at(*due))
            }
            Phase::Met { step, .. } => format!("goes on from `{step}` within a minute"),
            Phase::Parked { step, reason, .. } => format!("parked at `{step}`: {reason}"),
            Phase::Sending { step, .. } => format!("the mail of `{step}` is on its way"),
            Phase::Waiting { step, due } => format!("waits at `{step}` until {}", at(*due)),
        };
        Some(stands + paused)
    }

    /// Says what was chosen last about a topic.
    fn chose(&self, told: &Value) -> String {
        let topic = told["topic"].as_str().unwrap_or_default();
        let last = told["choices"]
            .as_array()
            .and_then(|choices| choices.last());
        let Some(last) = last else {
            return format!("About {topic} they chose nothing.");
        };
        let what = match last["what"].as_str() {
            Some("in") => "to get mails".to_owned(),
            Some("out") => "to get none".to_owned(),
            Some(_) | None => {
                let until = last["until"].as_str().and_then(|until| until.parse().ok());
                let until = until.map(|until| moment(until, &self.zone));
                format!("quiet until {}", until.unwrap_or_default())
            }
        };
        let at = last["at"].as_str().and_then(|at| at.parse().ok());
        let at = at.map(|at| moment(at, &self.zone)).unwrap_or_default();
        let how = last["how"].as_str().unwrap_or_default();
        format!("About {topic} they chose {what}: {at}, by {how}.")
    }

    fn report(&self) -> Value {
        let runs = self.runs.iter().map(|run| {
            let path = run.path.iter().map(|taken| {
                json!({ "at": taken.at.to_string(), "step": taken.step, "outcome": taken.outcome })
            });
            let mut left = Value::Null;
            if let Phase::Left { reason, at } = &run.phase {
                left = json!({ "at": at.to_string(), "reason": reason });
            }
            json!({
                "run": run.id.as_str(), "journey": run.journey, "plan": run.plan,
                "version": self.history.version(&run.journey, &run.plan),
                "subject": run.subject, "event": run.event, "entered": run.entered.to_string(),
                "path": path.collect::<Vec<_>>(), "left": left, "now": self.stands(run),
                "opened": run.signals.opened, "clicked": run.signals.clicks,
            })
        });
        let told = self
            .shelf(Shelf::Mails)
            .filter(|mail| is_notification(mail));
        let told = told.map(|mail| {
            json!({ "step": attribute(mail, "step"), "run": attribute(mail, "enrollment"), "state": attribute(mail, "state") })
        });
        let refused = self.shelf(Shelf::Refusals).map(|one| {
            json!({ "at": attribute(one, "at"), "journey": attribute(one, "journey"), "reason": attribute(one, "reason") })
        });
        let mut report = json!({
            "contact": self.contact.as_ref().map(ContactId::as_str),
            "runs": runs.collect::<Vec<_>>(),
            "told_about_others": told.collect::<Vec<_>>(),
            "not_let_in": refused.collect::<Vec<_>>(),
            "addresses": self.kept.addresses.iter().map(with_address).collect::<Vec<_>>(),
        });
        if !self.pending.is_empty() {
            let pending = self.pending.iter();
            let pending = pending.map(|(topic, since)| (topic.clone(), json!(since.to_string())));
            report["unconfirmed"] = Value::Object(pending.collect());
        }
        report
    }
}

/// Returns whether a mail belongs to somebody else's run.
fn is_notification(mail: &Trace) -> bool {
    mail.attributes.get("traveler") != mail.attributes.get("contact")
}

fn attribute<'a>(trace: &'a Trace, name: &str) -> &'a str {
    trace.attributes.get(name).map_or("", String::as_str)
}

/// What the line about a run tells already, or what machines do.
const SEEN: [&str; 4] = [
    "clicked",
    "clicked_by_machine",
    "opened",
    "opened_by_machine",
];

/// Finds the runs that are held: their journey is paused, or all marketing is.
async fn paused(stack: &Stack, runs: &[Enrollment]) -> anyhow::Result<BTreeSet<EnrollmentId>> {
    let halts = stack.aws().halts_now().await?.map(|known| known.value);
    let halts = halts.unwrap_or_default();
    let mut paused = BTreeSet::new();
    for run in runs.iter().filter(|run| !run.phase.is_over()) {
        if is_paused(stack, &halts, (&run.journey, &run.plan)).await? {
            paused.insert(run.id.clone());
        }
    }
    Ok(paused)
}
