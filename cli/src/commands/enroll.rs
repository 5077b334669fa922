//! `waypost enroll`: lets people into a journey by hand: one, those of a file, or an audience.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use aws::Aws;
use engine::{Contacts, Moves, Plans, Releases, Surveys};
use jiff::Timestamp;
use journey::{ContactId, Entrance, Occasion, Plan, Release, Trigger, Window, meet};
use serde_json::json;
use wire::Move;

use super::{EXIT_CODES, Verdict};
use crate::ask::Consent;
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, wait_for};
use crate::words;

/// Lets people into a journey by hand; its `reentry`, `publish` and conditions hold as ever.
///
/// The journey says that it may be: with the trigger `manual: true`, or, for --audience, with `enters:` of the very
/// audience. A changed audience lets in nobody by itself; this does, and says first how many they are.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost enroll welkom --contact v-101 --stack waypost
  waypost enroll welkom --contacts friends.csv --stack waypost
  waypost enroll vips --audience --stack waypost

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The journey
    #[arg(value_name = "JOURNEY")]
    journey: String,
    #[command(flatten)]
    who: Who,
    /// The same id lets the same person in once: type it again to go on after an error
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    stack: Choice,
    /// Lets the advertising of a campaign, of more people than `marketing.large` says, leave at once
    #[arg(long)]
    now: bool,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints what was done as JSON, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Who {
    /// One person, by the source's own id
    #[arg(long, value_name = "ID")]
    contact: Option<String>,
    /// The people of a file: an id a line, or CSV with a column `id`
    #[arg(long, value_name = "FILE")]
    contacts: Option<PathBuf>,
    /// Everybody who is in the audience of the journey's `enters:` now, and fits the `where` beside it
    #[arg(long)]
    audience: bool,
}

/// Lets people in.
pub(super) fn enroll(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let aws = stack.aws();
        let Some((_, release)) = aws.current().await? else {
            bail!("nothing is published there: type `waypost publish` first");
        };
        let entrance = entrance(&release, &args.journey)?;
        let progress = Progress::start(terminal, "Looking for the people");
        // Once for all of them: whoever is looked at last is held against the same day as the first.
        let now = stack.now();
        let (people, unknown) = found(aws, &release, entrance, args, now).await?;
        drop(progress);
        // That the plan is there is seen before anybody is asked for.
        let plan = aws.plan(&entrance.plan).await?;
        let large = plan.rules.limits.large.is_passed_by(people.len()) && !args.now;
        let campaign = evening(&plan).filter(|_| large);
        if form == Form::People {
            for id in unknown.iter().take(SHOWN_MAX) {
                terminal.say(terminal.bad(format!("nobody is known as `{id}`")))?;
            }
        }
        let count = words::count(people.len(), "contact");
        let fitting = match args.who.audience && entrances(entrance).any(|one| one.filter.is_some())
        {
            true => " (in the audience, and as its `where` says)",
            false => "",
        };
        let evening = campaign.as_ref();
        let evening = evening.map_or_else(String::new, |hours| {
            format!(" Their advertising leaves {hours}.")
        });
        let question = format!("Let {count}{fitting} into {}?{evening}", args.journey);
        let agreed = match people.is_empty() {
            true => Ok(false),
            false => Consent::of(args.yes).to(&question, terminal),
        };
        let go = matches!(agreed, Ok(true));
        if go {
            let id = args.id.clone().unwrap_or_else(|| now.to_string());
            let moves = entries(&args.journey, &people, (&id, large));
            aws.move_on(&moves).await?;
        }
        match form {
            Form::Programs => {
                let mut done = json!({
                    "enrolled": go, "contacts": people.len(), "unknown": unknown,
                });
                if let Some(hours) = &campaign {
                    done["campaign"] = json!(hours);
                }
                terminal.say_json(&done)?;
            }
            Form::People if people.is_empty() => {
                terminal.say(format!("There is nobody{fitting} to let in."))?;
            }
            Form::People if go => {
                terminal.say(terminal.good(format!("{count}{fitting}: they come in.{evening}")))?;
            }
            Form::People => (),
        }
        agreed.map(|_| match go && unknown.is_empty() {
            true => Verdict::Fine,
            false => Verdict::Wrong,
        })
    })
}

/// Has each of the people come in, once for the same id.
fn entries(journey: &str, people: &[ContactId], (id, campaign): (&str, bool)) -> Vec<Move> {
    let moves = people.iter().map(|contact| Move::Enter {
        from: None,
        subject: None,
        contact: contact.clone(),
        journey: journey.to_owned(),
        cause: format!("by hand {id}"),
        hops: 0,
        campaign,
    });
    moves.collect()
}

/// Says when the advertising of a campaign leaves, if that is in the evening.
fn evening(plan: &Plan) -> Option<String> {
    let limits = &plan.rules.limits;
    let hours = limits.large.hours();
    let others = plan.rules.send_window.iter().chain(&limits.send_window);
    let all: Vec<_> = others.chain([&hours]).collect();
    if !plan.purpose.is_marketing() || !meet(&all) {
        return None;
    }
    let windows = hours.windows.iter().map(Window::as_str);
    let windows = windows.collect::<Vec<_>>().join(" and ");
    let mut sends = plan.steps.iter().filter_map(|step| step.action.send());
    Some(match sends.any(|send| send.expires.is_some()) {
        true => format!("{windows}, or before where it would expire"),
        false => windows,
    })
}

fn entrance<'a>(release: &'a Arc<Release>, journey: &str) -> anyhow::Result<&'a Entrance> {
    let known = release.journeys.get(journey);
    known.with_context(|| {
        let names = release.journeys.keys().map(String::as_str);
        match journey::nearest(journey, names) {
            Some(meant) => format!("no journey is called `{journey}`; did you mean `{meant}`?"),
            None => format!("no journey is called `{journey}`"),
        }
    })
}

/// Finds those who are to come in, and those who are named and unknown.
async fn found(
    aws: &Aws,
    release: &Release,
    entrance: &Entrance,
    args: &Args,
    now: Timestamp,
) -> anyhow::Result<(Vec<ContactId>, Vec<String>)> {
    if args.who.audience {
        let people = audience(aws, release, entrance, now).await?;
        return Ok((people, Vec::new()));
    }
    let manual = entrance
        .triggers
        .iter()
        .any(|one| one.on == Occasion::Manual);
    ensure!(
        manual,
        "{} lets nobody in by hand: give it the trigger `manual: true` and publish it",
        args.journey
    );
    let named = match (&args.who.contact, &args.who.contacts) {
        (Some(id), _) => vec![id.clone()],
        (None, Some(file)) => ids(file)?,
        (None, None) => Vec::new(),
    };
    let mut people = Vec::new();
    let mut unknown = Vec::new();
    for chunk in named.chunks(CHUNK) {
        let wanted: BTreeSet<_> = chunk.iter().map(|id| ContactId::of(id)).collect();
        let known = aws
            .contacts(&wanted.into_iter().collect::<Vec<_>>())
            .await?;
        for id in chunk {
            match known.contains_key(&ContactId::of(id)) {
                true => people.push(ContactId::of(id)),
                false => unknown.push(id.clone()),
            }
        }
    }
    Ok((people, unknown))
}

/// Finds everybody whom the triggers `enters:` of a journey would let in if they were written down anew.
async fn audience(
    aws: &Aws,
    release: &Release,
    entrance: &Entrance,
    now: Timestamp,
) -> anyhow::Result<Vec<ContactId>> {
    let triggers: Vec<&Trigger> = entrances(entrance).collect();
    ensure!(
        !triggers.is_empty(),
        "the journey has no trigger `enters:` with an audience"
    );
    let zone = &release.settings.zone;
    let mut people = Vec::new();
    let mut after = String::new();
    loop {
        let (ids, next) = aws.known_after(&after).await?;
        for (id, known) in aws.contacts(&ids).await? {
            let contact = known.value.contact.seen(&release.settings, now);
            let mut triggers = triggers.iter();
            if triggers.any(|trigger| trigger.fires(None, &contact, zone, now)) {
                people.push(id);
            }
        }
        match next {
            Some(next) => after = next,
            None => return Ok(people),
        }
    }
}

/// Returns the triggers of a journey that let in who comes into an audience.
fn entrances(entrance: &Entrance) -> impl Iterator<Item = &Trigger> {
    let triggers = entrance.triggers.iter();
    triggers.filter(|one| matches!(one.on, Occasion::Enters(_)))
}

/// Reads the ids of a file.
fn ids(file: &Path) -> anyhow::Result<Vec<String>> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut lines = text.trim_start_matches('\u{feff}').lines().peekable();
    let cells = |line: &str| -> Vec<String> {
        let separator = if line.contains(';') { ';' } else { ',' };
        line.split(separator)
            .map(|cell| cell.trim().trim_matches('"').to_owned())
            .collect()
    };
    let head = lines.peek().map(|line| cells(line)).unwrap_or_default();
    let column = match head.iter().position(|cell| cell.eq_ignore_ascii_case("id")) {
        Some(column) => {
            lines.next();
            column
        }
        None if head.len() > 1 => bail!(
            "{} has no column `id`: name it in the first line",
            file.display()
        ),
        None => 0,
    };
    let ids = lines.filter(|line| !line.trim().is_empty());
    let ids: BTreeSet<_> = ids
        .map(|line| cells(line).into_iter().nth(column).unwrap_or_default())
        .filter(|id| !id.is_empty())
        .collect();
    ensure!(!ids.is_empty(), "{} names nobody", file.display());
    ensure!(
        ids.len() <= IDS_MAX,
        "{} names {} people; at most {IDS_MAX} are let in at once",
        file.display(),
        ids.len()
    );
    Ok(ids.into_iter().collect())
}

const CHUNK: usize = 100;
const IDS_MAX: usize = 1_000_000;
const SHOWN_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn ids_are_read_from_lists_and_from_csv() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people");
        for (text, expected) in [
            ("a\nb\n\na\n", Some(vec!["a", "b"])),
            (
                "\u{feff}name;ID\r\n\"Anna\";\"a-1\"\r\nBram;b-2\r\n",
                Some(vec!["a-1", "b-2"]),
            ),
            ("name,mail\nAnna,a@x.example\n", None),
            ("\n", None),
        ] {
            std::fs::write(&file, text).unwrap();
            let found = ids(&file).ok();
            let expected = expected.map(|ids| ids.into_iter().map(str::to_owned).collect());
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
