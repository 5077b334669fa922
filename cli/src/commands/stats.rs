//! `waypost stats`: what became of the runs of journeys and of their mails.

mod show;
mod waiting;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use engine::{Plans, Statements, Statistics, VersionId, statistics};
use jiff::Timestamp;
use journey::{Action, Plan};
use wire::{Figures, History};

use super::pause::known;
use super::{EXIT_CODES, Verdict};
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, Stack, wait_for};
use waiting::Waiting;

/// Says how many came into each journey, how far they came, and what became of its mails.
///
/// By version and step: who stands there, what came of it, and of its mails how many were sent, delivered, opened,
/// clicked, bounced, called spam, or not sent and why. Opens and clicks are people's; machines' are apart. The sides of a split
/// are compared. What each number means is in docs/statistics.md.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost stats --stack waypost
  waypost stats welkom --stack waypost --json
  waypost stats --stack waypost --csv stats.csv
  waypost stats welkom --waiting pauze --stack waypost     who stands at that step, and how they came there

{EXIT_CODES}"))]
pub(super) struct Args {
    /// Only this journey
    journey: Option<String>,
    /// Exactly who stands at this step, and by which steps they came there
    #[arg(
        long,
        value_name = "STEP",
        requires = "journey",
        conflicts_with = "csv"
    )]
    waiting: Option<String>,
    #[command(flatten)]
    stack: Choice,
    /// Prints all of it as JSON, for programs
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Writes it into a file as CSV: a line for each number
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// Shows the statistics of a stack.
pub(super) fn stats(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        if let (Some(journey), Some(step)) = (&args.journey, &args.waiting) {
            let progress = Progress::start(terminal, "Looking for who stands there");
            let waiting = Waiting::find(&stack, journey, step).await?;
            drop(progress);
            waiting.say(Form::asked(args.json), terminal)?;
            return Ok(Verdict::Fine);
        }
        let progress = Progress::start(terminal, "Adding up runs and mails");
        let report = Report::read(&stack, args.journey.as_deref()).await?;
        drop(progress);
        if let Some(file) = &args.csv {
            fs::write(file, report.csv())
                .with_context(|| format!("cannot write {}", file.display()))?;
            return Ok(Verdict::Fine);
        }
        match Form::asked(args.json) {
            Form::People => terminal.say(report.show(terminal))?,
            Form::Programs => terminal.say_json(&report.json())?,
        }
        Ok(Verdict::Fine)
    })
}

/// The statistics of a stack, and what they are shown with.
struct Report {
    found: Statistics,
    /// Who left before counts by statements; nothing where there are none.
    written_down: Option<Timestamp>,
    history: History,
    /// The plans of the versions, by content hash; the steps stand in their order there.
    plans: BTreeMap<String, Plan>,
}

impl Report {
    async fn read(stack: &Stack, only: Option<&str>) -> anyhow::Result<Self> {
        let aws = stack.aws();
        let in_force = aws.in_force().await?;
        let history = aws.history(in_force.as_ref()).await?;
        // In this order: what is written down meanwhile still stands in the tables as well.
        let closing = aws.closing().await?.map(|closing| closing.value);
        let closing = closing.unwrap_or_default();
        let statements = aws.statements().await?;
        let found = statistics(aws, (&closing, &statements), only).await?;
        if let Some(only) = only.filter(|_| found.versions.is_empty()) {
            known(stack, only).await?;
            bail!("nobody has come into {only} yet");
        }
        let mut plans = BTreeMap::new();
        for (_, hash) in found.versions.keys() {
            // It says in which order steps and sides stand; without it they are told by name.
            if let Ok(plan) = aws.plan(hash).await {
                plans.insert(hash.clone(), Plan::clone(&plan));
            }
        }
        Ok(Self {
            written_down: found.closed.filter(|_| {
                let mut journeys = statements.iter().map(|one| one.journey.as_str());
                journeys.any(|journey| only.is_none_or(|only| only == journey))
            }),
            found,
            history,
            plans,
        })
    }

    /// Returns the versions, the newest of each journey first.
    fn versions(&self) -> Vec<(&VersionId, Option<u32>, &Figures)> {
        let versions = self.found.versions.iter();
        let versions =
            versions.map(|(id, version)| (id, self.history.version(&id.0, &id.1), version));
        let mut versions: Vec<_> = versions.collect();
        versions.sort_by(|(one, first, _), (other, second, _)| {
            (&one.0, second, &one.1).cmp(&(&other.0, first, &other.1))
        });
        versions
    }

    /// Returns the steps at which something happened, in the order of the plan; then those that whoever was moved here
    /// from another version has taken there.
    fn steps(&self, hash: &str, version: &Figures) -> Vec<String> {
        let plan = self
            .plans
            .get(hash)
            .into_iter()
            .flat_map(|plan| &plan.steps);
        let planned = plan.map(|step| step.id.clone());
        let mut steps: Vec<_> = planned
            .filter(|step| version.steps.contains_key(step))
            .collect();
        let others = version.steps.keys().filter(|step| !steps.contains(step));
        let others: Vec<_> = others.cloned().collect();
        steps.extend(others);
        steps
    }

    /// Returns the sides of a split, in the order of the plan.
    fn sides(&self, hash: &str, step: &str) -> Vec<String> {
        let plan = self
            .plans
            .get(hash)
            .into_iter()
            .flat_map(|plan| &plan.steps);
        let found = plan
            .filter(|one| one.id == step)
            .find_map(|one| match &one.action {
                Action::Split { branches, .. } => Some(branches),
                Action::Call { .. }
                | Action::Case { .. }
                | Action::Change { .. }
                | Action::Enroll { .. }
                | Action::Exit { .. }
                | Action::If { .. }
                | Action::Jump { .. }
                | Action::Send { .. }
                | Action::Wait { .. }
                | Action::WaitFor { .. }
                | Action::WaitUntil { .. }
                | Action::Window { .. } => None,
            });
        let sides = found.into_iter().flatten();
        sides.map(|side| side.name.clone()).collect()
    }
}
