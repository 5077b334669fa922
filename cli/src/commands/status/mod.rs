//! `waypost status`: what is in force on a stack, who is on their way, and what waits for somebody.

mod draft;
mod lines;
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use aws::{Depth, InForce, Kept};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use journey::Publish;
use wire::{Halt, Halts, History, Published, Strain};

use super::{EXIT_CODES, Verdict};
use crate::edition::{Edition, Missing, missing};
use crate::environment::Environment;
use crate::halts::is_paused;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::runs::{Group, Runs};
use crate::stack::{Choice, Stack, wait_for};
use draft::{Folder, State};

/// Shows the release in force, its journeys, who is on their way, the queues, and what needs somebody.
///
/// With a folder it also says how each of its journeys stands: `draft` (the folder has defects), `checked` (it
/// has none, and this version is not published) or `published`. Ends with 1 where something waits for somebody:
/// a dead letter, somebody who is parked or overdue for 15 minutes, a draft.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost status --stack waypost
  waypost status my-release --stack waypost
  waypost status --stack waypost --json | jq .queues

{EXIT_CODES}"))]
pub(super) struct Args {
    /// A release's folder, to compare with what is in force
    dir: Option<PathBuf>,
    #[command(flatten)]
    stack: Choice,
    /// Prints all of it as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Shows how a stack is.
pub(super) fn status(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let progress = Progress::start(terminal, "Counting who is on their way");
        let status = Status::read(&stack, args.dir.as_deref()).await?;
        drop(progress);
        match Form::asked(args.json) {
            Form::People => terminal.say(status.show(terminal))?,
            Form::Programs => terminal.say_json(&status.report())?,
        }
        Ok(match status.is_well() {
            true => Verdict::Fine,
            false => Verdict::Wrong,
        })
    })
}

/// How a stack is.
struct Status {
    stack: String,
    now: Timestamp,
    zone: TimeZone,
    in_force: Option<InForce>,
    /// Who put it in force, if that is remembered.
    published: Option<Published>,
    journeys: BTreeMap<String, Journey>,
    /// Why all marketing is held, and since when.
    held: BTreeMap<Strain, Timestamp>,
    /// The rules by which the next mail of advertising has to wait, and until when.
    lines: Vec<(String, Timestamp)>,
    queues: Vec<Queue>,
    oldest_due: Option<Timestamp>,
    /// The posts that were refused and not replayed, the oldest first.
    refused: Vec<Kept>,
    missing: Vec<Missing>,
    /// Whether a folder was compared.
    compared: bool,
}

/// How a journey is.
#[derive(Default)]
struct Journey {
    title: String,
    /// The number and the content hash of the version in force; none where nobody comes in any more.
    version: Option<(Option<u32>, String)>,
    publish: Publish,
    /// Whether people may come in now.
    open: bool,
    groups: Vec<Group>,
    /// How it is halted, by itself or as marketing.
    halts: BTreeSet<Halt>,
    /// How it stands in the folder.
    folder: Option<State>,
}

/// A queue and its dead letters.
struct Queue {
    name: &'static str,
    /// None where only dead letters have a queue.
    depth: Option<Depth>,
    dead: u64,
}

impl Status {
    async fn read(stack: &Stack, dir: Option<&Path>) -> anyhow::Result<Self> {
        let aws = stack.aws();
        let now = stack.now();
        let in_force = aws.in_force().await?;
        let history = aws.history(in_force.as_ref()).await?;
        let edition = match &in_force {
            Some(in_force) => Some(Edition::fetch(aws, in_force).await?),
            None => None,
        };
        let folder = dir.map(Folder::read).transpose()?;
        let runs = Runs::count(aws, &history).await?;
        let kept = aws.kept().await?.into_iter();
        let halts = aws.halts_now().await?.map(|known| known.value);
        let halts = halts.unwrap_or_default();
        let mut journeys = journeys(edition.as_ref(), &history, &runs, folder.as_ref(), now);
        halt(stack, &mut journeys, &halts).await?;
        let zone = edition
            .as_ref()
            .map(|edition| edition.release.settings.zone.clone());
        let is_current = |one: &&Published| {
            let in_force = in_force.as_ref();
            in_force.is_some_and(|in_force| in_force.since == one.at)
        };
        Ok(Self {
            stack: stack.name().to_owned(),
            now,
            zone: zone.unwrap_or(TimeZone::UTC),
            published: history.publications.iter().rev().find(is_current).cloned(),
            journeys,
            held: halts.marketing(),
            lines: match &edition {
                Some(edition) => lines::full(aws, &edition.plans, now).await?,
                None => Vec::new(),
            },
            queues: queues(stack).await?,
            oldest_due: aws.oldest_due(now).await?,
            refused: kept.filter(|one| one.replayed.is_none()).collect(),
            missing: edition
                .map(|edition| missing(&edition.release))
                .unwrap_or_default(),
            compared: folder.is_some(),
            in_force,
        })
    }

    /// Returns whether nothing waits for somebody.
    fn is_well(&self) -> bool {
        let parked = |journey: &Journey| journey.groups.iter().any(|group| group.parked > 0);
        let draft = |journey: &Journey| matches!(journey.folder, Some(State::Draft { .. }));
        let mut journeys = self.journeys.values();
        let late = self.overdue().is_some_and(|late| late > LATE);
        let tripped = self.held.keys().any(|why| *why != Strain::Operator);
        !tripped
            && !journeys.any(|journey| parked(journey) || draft(journey))
            && self.queues.iter().all(|queue| queue.dead == 0)
            && !late
    }

    /// Returns how long the first has been overdue.
    fn overdue(&self) -> Option<SignedDuration> {
        self.oldest_due.map(|due| self.now.duration_since(due))
    }
}

fn journeys(
    edition: Option<&Edition>,
    history: &History,
    runs: &Runs,
    folder: Option<&Folder>,
    now: Timestamp,
) -> BTreeMap<String, Journey> {
    let plans = edition
        .map(|edition| edition.plans.clone())
        .unwrap_or_default();
    let drafts = folder.map(|folder| folder.names()).unwrap_or_default();
    let names: BTreeSet<&str> = plans
        .keys()
        .map(String::as_str)
        .chain(runs.journeys())
        .chain(drafts)
        .collect();
    let journeys = names.into_iter().map(|name| {
        let plan = plans.get(name);
        let hash = edition.and_then(|edition| edition.plan_hash(name));
        let journey = Journey {
            title: plan.map(|plan| plan.title.clone()).unwrap_or_default(),
            version: hash.map(|hash| (history.version(name, hash), hash.to_owned())),
            publish: plan.map(|plan| plan.publish).unwrap_or_default(),
            open: plan.is_some_and(|plan| plan.publish.is_open(now, &plan.settings.zone)),
            groups: runs.within(name).to_vec(),
            halts: BTreeSet::new(),
            folder: folder.and_then(|folder| folder.state(name, hash)),
        };
        (name.to_owned(), journey)
    });
    journeys.collect()
}

/// Notes which journeys are halted: by themselves, or with all marketing, for those who come in or are inside.
async fn halt(
    stack: &Stack,
    journeys: &mut BTreeMap<String, Journey>,
    halts: &Halts,
) -> anyhow::Result<()> {
    for (name, halt) in &halts.journeys {
        journeys
            .entry(name.clone())
            .or_default()
            .halts
            .insert(*halt);
    }
    for (name, journey) in journeys {
        let inside = journey.groups.iter().map(|group| &group.plan);
        let in_force = journey.version.as_ref().map(|(_, plan)| plan);
        let plans: BTreeSet<_> = inside.chain(in_force).cloned().collect();
        for plan in plans {
            if is_paused(stack, halts, (name, &plan)).await? {
                journey.halts.insert(Halt::Paused);
            }
        }
    }
    Ok(())
}

async fn queues(stack: &Stack) -> anyhow::Result<Vec<Queue>> {
    let mut queues = Vec::new();
    for (name, url, dead) in stack.queues().all() {
        let depth = match url {
            Some(url) => Some(stack.aws().depth_of(url).await?),
            None => None,
        };
        queues.push(Queue {
            name,
            depth,
            dead: stack.aws().depth_of(dead).await?.total(),
        });
    }
    Ok(queues)
}

/// From when on it is no mere delay that somebody is overdue: the sweep has come by.
const LATE: SignedDuration = SignedDuration::from_mins(15);
