//! `waypost contacts erase`: forgets one person, and keeps that they are not to be mailed.

use std::collections::BTreeMap;

use anyhow::bail;
use aws::{Shelf, Trace};
use engine::{AddressKey, ChoiceBook, Chosen, Holder, Stored};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wire::{Choices, Chosen as What};

use super::export::with_address;
use super::kept::{Kept, Who};
use super::{EXIT_CODES, Verdict};
use crate::ask::Consent;
use crate::columns::columns;
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, Stack, wait_for};
use crate::words;

/// Erases one person, as they may ask by article 17: what is known about them, their runs and what the events said in
/// them, the mails there were, what waits. What was asked of an address (no mails) stays, as an HMAC of it, so that
/// nobody is mailed again who does not want it.
///
/// Let the source forget them first: what it posts about them makes them known again. A mail that is on its way to SES
/// already may still arrive. To type it again is harmless, and goes on where it was interrupted.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost contacts erase anna@example.org --stack waypost
  waypost contacts erase parent-1 --stack waypost --yes --json

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The person: an address that they have or have had, or the source's own id
    #[arg(value_name = "ADDRESS_OR_ID")]
    who: String,
    #[command(flatten)]
    stack: Choice,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints the report as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Erases one person.
pub(super) fn erase(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let progress = Progress::start(terminal, "Looking for everything about them");
        let mut who = Who::find(&stack, &args.who).await?;
        let kept = who.gather(&stack).await?;
        drop(progress);
        let found = counted(&kept.traces);
        if form == Form::People {
            terminal.say(list(&found, terminal))?;
        }
        let agreed = match kept.traces.is_empty() {
            true => Ok(false),
            false => {
                let count = words::count(kept.traces.len(), "item");
                Consent::of(args.yes).to(&format!("Erase them: {count}, for ever?"), terminal)
            }
        };
        let go = matches!(agreed, Ok(true));
        let mut report = Report {
            erased: BTreeMap::new(),
            kept: kept.addresses.clone(),
            remains: Vec::new(),
        };
        if go {
            report = erased(&stack, &mut who, kept, terminal).await?;
        }
        match form {
            Form::Programs => terminal.say_json(&report.to_json(&who, go, &found))?,
            Form::People if found.is_empty() || go => report.show(terminal)?,
            Form::People => (),
        }
        agreed.map(|_| match go || found.is_empty() {
            true => Verdict::Fine,
            false => Verdict::Wrong,
        })
    })
}

/// Erases what is kept until nothing is: whoever was at work for them meanwhile may have written something.
async fn erased(
    stack: &Stack,
    who: &mut Who,
    kept: Kept,
    terminal: Terminal,
) -> anyhow::Result<Report> {
    let _progress = Progress::start(terminal, "Erasing");
    let mut kept = kept;
    let mut erased = BTreeMap::new();
    for _ in 0..PASSES_MAX {
        if kept.traces.is_empty() {
            return Ok(Report {
                erased,
                kept: kept.addresses,
                remains: remains(stack).await?,
            });
        }
        // Before the profile goes, which knows the address.
        keep_opt_outs(stack, who, &kept.traces).await?;
        let order = [true, false].into_iter();
        let order = order.flat_map(|old| Shelf::ALL.map(|(shelf, _)| (old, shelf)));
        for (old, shelf) in order {
            let of_it = kept
                .traces
                .iter()
                .filter(|one| one.shelf == shelf && who.is_under_an_old_name(one) == old);
            let all = of_it.map(|one| stack.aws().erase(one));
            let all = stream::iter(all).buffer_unordered(AT_ONCE_MAX);
            let done: Vec<()> = all.try_collect().await?;
            if !done.is_empty() {
                *erased.entry(shelf).or_default() += done.len();
            }
        }
        kept = who.gather(stack).await?;
    }
    bail!(
        "they become known again faster than they are erased: stop the source from posting about them, then type this \
         again"
    )
}

/// Keeps with the address that they have now what they chose under another one, as far as it forbids mails.
async fn keep_opt_outs(stack: &Stack, who: &Who, traces: &[Trace]) -> anyhow::Result<()> {
    let chosen = traces.iter().filter(|one| one.shelf == Shelf::Choices);
    for trace in chosen {
        let (Some(topic), Some(doc)) = (
            trace.name.strip_prefix("topic#"),
            trace.attributes.get("doc"),
        ) else {
            continue;
        };
        let chosen = Choices::from_json(doc)?;
        for address in who.keys() {
            keep_opt_out(stack, &Holder::Address(address), topic, &chosen).await?;
        }
    }
    Ok(())
}

async fn keep_opt_out(
    stack: &Stack,
    address: &Holder,
    topic: &str,
    chosen: &Choices,
) -> anyhow::Result<()> {
    let now = stack.now();
    let last = chosen.holding(now).filter(|last| last.what != What::In);
    let Some(last) = last else {
        return Ok(());
    };
    for _ in 0..RACES_MAX {
        let known = stack.aws().choices(address, topic).await?;
        let version = known.as_ref().map(|known| known.version);
        let mut choices = known.map(|known| known.value).unwrap_or_default();
        if choices.holding(now).is_some_and(|one| one.at >= last.at) {
            return Ok(());
        }
        choices.add(last.clone());
        let put = stack.aws().put_choices(address, topic, &choices, version);
        if put.await? == Stored::Done {
            return Ok(());
        }
    }
    bail!("they are choosing all the time: type this again")
}

/// What was done, and what is left.
struct Report {
    erased: BTreeMap<Shelf, usize>,
    kept: Vec<(AddressKey, Vec<Trace>)>,
    remains: Vec<Remains>,
}

/// Something that may still name them.
struct Remains {
    what: &'static str,
    until: Option<Timestamp>,
    why: String,
}

impl Report {
    fn to_json(&self, who: &Who, go: bool, found: &BTreeMap<Shelf, usize>) -> Value {
        let items = if go { &self.erased } else { found };
        let remains = self.remains.iter().map(|one| {
            let until = one.until.map(|at| at.to_string());
            json!({ "what": one.what, "until": until, "why": one.why })
        });
        json!({
            "erased": go,
            "contact": who.contact.as_ref().map(|id| id.as_str()),
            "items": named(items).into_iter().collect::<BTreeMap<_, _>>(),
            "kept": self.records().map(with_address).collect::<Vec<_>>(),
            "remains": remains.collect::<Vec<_>>(),
        })
    }

    /// Returns the addresses with which something is kept.
    fn records(&self) -> impl Iterator<Item = &(AddressKey, Vec<Trace>)> {
        self.kept.iter().filter(|(_, kept)| !kept.is_empty())
    }

    fn show(&self, terminal: Terminal) -> anyhow::Result<()> {
        if !self.erased.is_empty() {
            let count = words::count(self.erased.values().sum(), "item");
            terminal.say(terminal.good(format!("Erased: {count}.")))?;
        }
        let records = self.records().map(|(_, kept)| kept.len()).sum();
        terminal.say(match records {
            0 if self.kept.is_empty() => {
                "By this name no address of theirs is known (any more): ask by an address whether something is kept with it."
                    .to_owned()
            }
            0 => "Nothing was asked of their addresses, so nothing is kept with them.".to_owned(),
            records => format!(
                "Kept, with an HMAC of the address, so that nobody is mailed again: {}.",
                words::count(records, "choice")
            ),
        })?;
        if self.remains.is_empty() {
            return Ok(());
        }
        let rows = self.remains.iter().map(|one| {
            let until = one
                .until
                .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
            let until = until.unwrap_or_else(|| "-".to_owned());
            [one.what.to_owned(), until, one.why.clone()]
        });
        terminal.say(columns(["WHAT REMAINS", "UNTIL", "WHY"], rows, terminal))
    }
}

/// Says where they may still be named, and until when.
async fn remains(stack: &Stack) -> anyhow::Result<Vec<Remains>> {
    let queues = stack.queues();
    let waiting = stack.aws().depth_of(&queues.events.url).await?.total();
    let dead = stack.aws().depth_of(&queues.events.dead_url).await?.total();
    let after = |length: SignedDuration| Some(stack.now() + length);
    Ok(vec![
        Remains {
            what: "functions at work",
            until: after(WORK_MAX),
            why: "what one had begun it may still write; type the same command again then".to_owned(),
        },
        Remains {
            what: "queues",
            until: after(QUEUED_MAX),
            why: format!(
                "{waiting} accepted posts wait and may make them known again; SES's reports name addresses until they are \
                 read; all else names them by id and does nothing any more"
            ),
        },
        Remains {
            what: "dead letters",
            until: after(DEAD_MAX),
            why: format!("{dead} posts may name them; see `waypost redrive events`"),
        },
        Remains {
            what: "other people's runs",
            until: None,
            why: "what the data of an event about several people says is kept with each run of it, until 90 days after its end".to_owned(),
        },
        Remains {
            what: "statistics",
            until: None,
            why: "numbers of journeys, without ids; their runs of more than two months ago are counted in them".to_owned(),
        },
        Remains {
            what: "backups",
            until: after(BACKUP),
            why: "point-in-time recovery of the tables; erase again after restoring one".to_owned(),
        },
        Remains {
            what: "SES",
            until: None,
            why: "its suppression list, if their address bounced or they complained".to_owned(),
        },
        Remains {
            what: "logs, metrics",
            until: None,
            why: "hold no personal data, only ids".to_owned(),
        },
    ])
}

fn counted(traces: &[Trace]) -> BTreeMap<Shelf, usize> {
    let mut counts = BTreeMap::new();
    for trace in traces {
        *counts.entry(trace.shelf).or_default() += 1;
    }
    counts
}

fn named(counts: &BTreeMap<Shelf, usize>) -> Vec<(&'static str, usize)> {
    let all = Shelf::ALL.iter();
    all.filter_map(|(shelf, name)| Some((*name, *counts.get(shelf)?)))
        .collect()
}

fn list(counts: &BTreeMap<Shelf, usize>, terminal: Terminal) -> String {
    if counts.is_empty() {
        return "Nothing is kept about them.".to_owned();
    }
    let rows = named(counts).into_iter();
    let rows = rows.map(|(name, count)| [name.to_owned(), count.to_string()]);
    columns(["WHAT", "ITEMS"], rows, terminal)
}

const AT_ONCE_MAX: usize = 8;
const PASSES_MAX: usize = 5;
const RACES_MAX: u8 = 5;
/// Longer than any function may run.
const WORK_MAX: SignedDuration = SignedDuration::from_mins(5);
/// As the template sets them.
const QUEUED_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);
const DEAD_MAX: SignedDuration = SignedDuration::from_hours(14 * 24);
/// As far as DynamoDB's point-in-time recovery goes back.
const BACKUP: SignedDuration = SignedDuration::from_hours(35 * 24);
