//! `waypost migrate`: moves those inside a journey to the version in force.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use engine::{Clock, Contacts, Enrollments, Moves, Plans, Stored};
use journey::{ContactId, EnrollmentId, Migration, Plan, Scene, nearest};
use serde_json::json;
use wire::{Cause, EnrollmentRecord, Move};

use super::{EXIT_CODES, Verdict};
use crate::ask::Consent;
use crate::columns::columns;
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, Stack, wait_for};
use crate::words;

/// Moves those inside a journey to the version in force: whoever waits at a step that it has too.
///
/// A wait that says the same keeps its moment; another one is counted anew from when they came to it, and whoever
/// has waited that long already goes on at once. Who cannot move finishes on the version they came in on.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost migrate welkom --dry-run --stack waypost
  waypost migrate welkom --stack waypost --yes

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The journey, by name
    #[arg(value_name = "JOURNEY")]
    journey: String,
    /// Shows what would become of whom, and changes nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    #[command(flatten)]
    stack: Choice,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints the runs as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// What becomes of one run.
struct One {
    contact: ContactId,
    run: EnrollmentId,
    step: String,
    fate: &'static str,
    moves: bool,
}

/// Moves runs.
pub(super) fn migrate(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let progress = Progress::start(terminal, "Looking for the runs");
        let hash = target(&stack, &args.journey).await?;
        let running = stack.aws().running(Some(&args.journey), None).await?;
        let mut found = Vec::new();
        for (contact, run, _) in &running {
            if let Some((one, _)) = look(&stack, &hash, (contact, run)).await? {
                found.push(one);
            }
        }
        drop(progress);
        if form == Form::People {
            terminal.say(show(&found, terminal))?;
        }
        let going = found.iter().filter(|one| one.moves).count();
        let question = format!("Move {}?", words::count(going, "run"));
        let agreed = match going == 0 || args.dry_run {
            true => Ok(false),
            false => Consent::of(args.yes).to(&question, terminal),
        };
        let go = matches!(agreed, Ok(true));
        let mut moved = 0;
        if go {
            let progress = Progress::start(terminal, "Moving them");
            for one in found.iter().filter(|one| one.moves) {
                moved += usize::from(carry(&stack, &hash, one).await?);
            }
            drop(progress);
        }
        match form {
            Form::Programs => terminal.say_json(&json!({
                "moved": moved, "plan": hash, "runs": found.iter().map(describe).collect::<Vec<_>>(),
            }))?,
            Form::People if go => terminal.say(format!(
                "{} {moved} of {} moved.",
                terminal.good("Done."),
                words::count(going, "run")
            ))?,
            Form::People => (),
        }
        // Who went on meanwhile is where it was: the same again shows what became of them.
        agreed.map(|_| match moved == going || args.dry_run {
            true => Verdict::Fine,
            false => Verdict::Wrong,
        })
    })
}

/// Returns the content hash of the version in force.
async fn target(stack: &Stack, journey: &str) -> anyhow::Result<String> {
    let Some((_, release)) = engine::Releases::current(stack.aws()).await? else {
        bail!("nothing is published on {}", stack.name());
    };
    let entrance = release.journeys.get(journey).with_context(|| {
        let known = release.journeys.keys().map(String::as_str);
        let meant = nearest(journey, known).map(|name| format!("; did you mean `{name}`?"));
        let meant = meant.unwrap_or_default();
        format!(
            "no journey `{journey}` is published on {}{meant}",
            stack.name()
        )
    })?;
    Ok(entrance.plan.clone())
}

/// Finds out what would become of a run; nothing where it is over, or runs that version already.
async fn look(
    stack: &Stack,
    hash: &str,
    (contact, run): (&ContactId, &EnrollmentId),
) -> anyhow::Result<Option<(One, Option<EnrollmentRecord>)>> {
    let aws = stack.aws();
    let Some(record) = aws.enrollment(contact, run).await? else {
        return Ok(None);
    };
    if record.enrollment.plan == hash || record.enrollment.phase.is_over() {
        return Ok(None);
    }
    let known = aws.contacts(std::slice::from_ref(contact)).await?;
    let Some(person) = known.into_values().next() else {
        return Ok(None);
    };
    let (plan, old) = (
        aws.plan(hash).await?,
        aws.plan(&record.enrollment.plan).await?,
    );
    let now = aws.now();
    let whole = person.value.contact.seen(&plan.settings, now);
    let scene = Scene {
        plan: &plan,
        contact: &whole,
        mailed: &[],
        now,
    };
    let (fate, next) = match journey::migrate(&scene, &old, hash, &record.enrollment) {
        Migration::Stays(why) => (why.as_str(), None),
        Migration::Moves(enrollment) => {
            let next = moved(&record, *enrollment, &plan);
            let due = |record: &EnrollmentRecord| record.due().filter(|due| *due <= scene.now);
            match due(&next).is_some() && due(&record).is_none() {
                true => ("moves, and goes on at once", Some(next)),
                false => ("moves", Some(next)),
            }
        }
    };
    let one = One {
        contact: contact.clone(),
        run: run.clone(),
        step: record.enrollment.phase.step().unwrap_or("-").to_owned(),
        fate,
        moves: next.is_some(),
    };
    Ok(Some((one, next)))
}

/// Returns the record in the other version, in place of the one that was read.
fn moved(record: &EnrollmentRecord, run: journey::Enrollment, plan: &Plan) -> EnrollmentRecord {
    EnrollmentRecord {
        enrollment: run,
        end: plan.end(),
        ..record.clone()
    }
}

/// Moves one run, unless it went on since it was read; returns whether it moved.
async fn carry(stack: &Stack, hash: &str, one: &One) -> anyhow::Result<bool> {
    let aws = stack.aws();
    let found = look(stack, hash, (&one.contact, &one.run)).await?;
    let Some((_, Some(record))) = found else {
        return Ok(false);
    };
    if aws.replace(&record, None).await? != Stored::Done {
        return Ok(false);
    }
    // Whoever is not due yet has their alarm clock set by this; without it the sweep would find them.
    let again = Move::Run {
        contact: one.contact.clone(),
        enrollment: one.run.clone(),
        cause: Cause::Due,
    };
    aws.move_on(&[again]).await?;
    Ok(true)
}

fn show(found: &[One], terminal: Terminal) -> String {
    if found.is_empty() {
        return "Nobody is inside it on another version.".to_owned();
    }
    let mut groups: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in found {
        *groups.entry((&one.step, one.fate)).or_default() += 1;
    }
    let rows = groups
        .into_iter()
        .map(|((step, fate), count)| [count.to_string(), step.to_owned(), fate.to_owned()]);
    columns(["RUNS", "STEP", "WHAT BECOMES OF THEM"], rows, terminal)
}

fn describe(one: &One) -> serde_json::Value {
    json!({
        "enrollment": one.run.as_str(), "contact": one.contact.as_str(),
        "step": one.step, "fate": one.fate, "moves": one.moves,
    })
}
