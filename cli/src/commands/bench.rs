//! `waypost bench`: what a mail costs, counted and timed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use local::Meter;
use serde_json::json;

use super::{EXIT_CODES, Verdict, check};
use crate::clock;
use crate::environment::Environment;
use crate::http::Client;
use crate::laptop::{Laptop, Setup, Size};
use crate::output::{Form, Terminal};
use crate::post::{self, Outcome};
use crate::progress::Progress;

/// Measures what a mail costs: events are posted one by one, each becomes one mail.
///
/// Times say something only beside another time of the same machine and minute; counts are the same
/// everywhere. The release must declare REGISTRATION_REJECTED as examples/sera does.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = format!("\
Example:
  cargo run --profile bench -- bench --events 1000,10000

{EXIT_CODES}"))]
pub(super) struct Args {
    /// How many events to post, once for each number
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1_000, 10_000])]
    events: Vec<u64>,
    /// How many senders post at once
    #[arg(long, value_name = "N", default_value_t = 4)]
    senders: u64,
    /// The release's folder
    #[arg(long, value_name = "DIR", default_value = "examples/sera")]
    release: PathBuf,
}

/// Measures, once for each number of events.
pub(super) fn bench(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    ensure!(args.senders > 0, "somebody must post: --senders 1 or more");
    let Some(compiled) = check::passes(&args.release, Form::People, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    for events in &args.events {
        let progress = Progress::start(terminal, "Sending");
        let cost = runtime.block_on(async {
            let folder = tempfile::Builder::new().prefix("waypost-").tempdir()?;
            let laptop = Laptop::start(Setup {
                folder: folder.path().to_owned(),
                port: 0,
                size: Size::Usual,
                log_filter: environment.log_filter("error"),
                metered: true,
            });
            let laptop = laptop.await?;
            laptop.publish(&compiled).await?;
            let cost = measure(&laptop, *events, args.senders).await;
            laptop.stop().await;
            cost
        })?;
        drop(progress);
        terminal.say(cost.show())?;
    }
    Ok(Verdict::Fine)
}

/// Posts the events, and waits until every mail is there and every report is read.
async fn measure(laptop: &Laptop, events: u64, senders: u64) -> anyhow::Result<Cost> {
    // Everybody is known and every cache is warm before anything counts.
    send_all(laptop, "warm-up", CONTACTS, senders).await?;
    let before = laptop.cloud().meter();
    let mails_before = laptop.cloud().mail_count()?;
    let started = Instant::now();
    let posted = send_all(laptop, "measured", events, senders).await?;
    let settled = started.elapsed();
    let mails = laptop.cloud().mail_count()? - mails_before;
    ensure!(mails == events, "{events} events became {mails} mails");
    Ok(Cost {
        mails,
        posted,
        settled,
        before,
        after: laptop.cloud().meter(),
    })
}

async fn send_all(
    laptop: &Laptop,
    run: &str,
    events: u64,
    senders: u64,
) -> anyhow::Result<Duration> {
    let started = Instant::now();
    let next = AtomicU64::new(0);
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let threads =
                (0..senders).map(|_| scope.spawn(|| post_some(laptop, run, events, &next)));
            let threads: Vec<_> = threads.collect();
            threads.into_iter().try_for_each(|thread| {
                thread
                    .join()
                    .map_err(|_| anyhow::anyhow!("a sender broke"))?
            })
        })
    })?;
    let posted = started.elapsed();
    ensure!(laptop.quiet(SETTLED_MAX).await?, "the queues never emptied");
    Ok(posted)
}

fn post_some(laptop: &Laptop, run: &str, events: u64, next: &AtomicU64) -> anyhow::Result<()> {
    let client = Client::new(&laptop.events_url())?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= events {
            return Ok(());
        }
        let body = serde_json::to_vec(&event(number))?;
        let id = format!("{run}-{number}");
        let outcome = post::post(&client, laptop.secret(), &id, clock::now(), &body)?;
        ensure!(
            matches!(outcome, Outcome::Accepted(_)),
            "an event was refused: {outcome:?}"
        );
    }
}

/// An event that concerns one person who is known, about a subject that they are linked to.
fn event(number: u64) -> serde_json::Value {
    let number = number % CONTACTS;
    json!({
        "type": "REGISTRATION_REJECTED",
        "timestamp": "2026-11-20T10:00:00Z",
        "subject": format!("pupil-{number}"),
        "data": { "Person": { "FullName": "Sam de Vries", "SourceID": "OT-1001" } },
        "people": [{
            "id": format!("sot-{number}"),
            "role": "SOT",
            "email": format!("sot-{number}@school.example"),
            "full_name": "Anna Bakker",
        }],
    })
}

/// What some mails cost.
struct Cost {
    mails: u64,
    posted: Duration,
    settled: Duration,
    before: Meter,
    after: Meter,
}

impl Cost {
    fn show(&self) -> String {
        let mails = self.mails as f64;
        let each = |after: f64, before: f64| (after - before) / mails;
        let cpu = |after: Option<Duration>, before: Option<Duration>| {
            let ms = 1000.0 * (after?.as_secs_f64() - before?.as_secs_f64()) / mails;
            Some(format!("{ms:.2} ms"))
        };
        let unknown = || "not known here".to_owned();
        let (before, after) = (&self.before, &self.after);
        let requests = after.requests.iter().map(|(name, count)| {
            let earlier = before.requests.get(name).copied().unwrap_or_default();
            (name, each(*count as f64, earlier as f64))
        });
        let requests: Vec<_> = requests.filter(|(_, count)| *count > 0.0).collect();
        let total: f64 = requests.iter().map(|(_, count)| count).sum();
        let mut lines = vec![
            format!("{} events, {} mails", self.mails, self.mails),
            format!("  posted in            {:.1} s", self.posted.as_secs_f64()),
            format!("  settled in           {:.1} s", self.settled.as_secs_f64()),
            format!(
                "  mails a second       {:.0}",
                mails / self.settled.as_secs_f64()
            ),
            format!(
                "  a mail, functions    {} of CPU",
                cpu(after.functions_cpu, before.functions_cpu).unwrap_or_else(unknown)
            ),
            format!(
                "  a mail, local cloud  {} of CPU, the sender's included",
                cpu(after.own_cpu, before.own_cpu).unwrap_or_else(unknown)
            ),
            format!(
                "  a mail, DynamoDB     {:.2} write units, {:.2} read units",
                each(after.write_units, before.write_units),
                each(after.read_units, before.read_units)
            ),
            format!("  a mail, AWS requests {total:.2}"),
        ];
        for (name, count) in requests {
            lines.push(format!("    {count:>5.2}  {name}"));
        }
        for (name, count) in &after.invocations {
            let earlier = before.invocations.get(name).copied().unwrap_or_default();
            lines.push(format!(
                "    {:>5.2}  invocations of {name}",
                each(*count as f64, earlier as f64)
            ));
        }
        lines.join("\n")
    }
}

/// How many people there are.
const CONTACTS: u64 = 200;
const SETTLED_MAX: Duration = Duration::from_secs(600);
