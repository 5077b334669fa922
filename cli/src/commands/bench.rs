//! `waypost bench`: what a mail costs, counted and timed.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use release::Compiled;

use super::{EXIT_CODES, Verdict, check};
use crate::bench::{self, Run, Scenario};
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;

/// Measures what a mail costs: real runs of all functions, counted as AWS bills them.
///
/// Events are posted one by one; where a journey waits, the clock is moved. Counts are the same on every
/// machine. Times say something only beside another time of the same machine and minute.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  cargo run --profile bench -- bench                              what each scenario costs
  cargo run --profile bench -- bench --far                        the same, with durations as on AWS
  cargo run --profile bench -- bench --scenario sera --events 10000
  cargo run --profile bench -- bench --release examples/welcome --crowd 1000,1000000

{EXIT_CODES}"))]
pub(super) struct Args {
    /// What to measure
    #[arg(long, value_delimiter = ',', default_values_t = ALL, value_enum)]
    scenario: Vec<Scenario>,
    /// How many events to post, once for each number
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1_000])]
    events: Vec<u64>,
    /// How many senders post at once
    #[arg(long, value_name = "N", default_value_t = 4)]
    senders: u64,
    /// Lets the services answer as late as those of AWS do, about: 5 ms, SES 60 ms
    #[arg(long)]
    far: bool,
    /// The program that runs as the functions, as `sam build` makes it; this one, unless it is named
    #[arg(long, value_name = "FILE")]
    functions: Option<PathBuf>,
    /// The release of the scenario `sera`
    #[arg(long, value_name = "DIR", default_value = "examples/sera")]
    release: PathBuf,
    /// Instead: lets so many people walk the journeys of --release in this process alone, under a virtual clock
    #[arg(long, value_name = "N", value_delimiter = ',')]
    crowd: Vec<u64>,
    /// Over how many days a crowd enters
    #[arg(long, value_name = "DAYS", default_value_t = 3_650)]
    days: u16,
    /// Prints JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Measures each scenario, once for each number of events.
pub(super) fn bench(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    ensure!(args.senders > 0, "somebody must post: --senders 1 or more");
    let form = Form::asked(args.json);
    if !args.crowd.is_empty() {
        return crowds(args, form, terminal);
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let mut described = Vec::new();
    for scenario in &args.scenario {
        let Some(compiled) = compiled(args, *scenario, form, terminal)? else {
            return Ok(Verdict::Wrong);
        };
        for events in &args.events {
            ensure!(*events > 0, "something must be posted: --events 1 or more");
            let run = Run {
                scenario: *scenario,
                events: *events,
                senders: args.senders,
                far: args.far,
                functions: args.functions.clone(),
                // As the template has it: metrics are lines of the level INFO.
                log_filter: environment.log_filter("info"),
            };
            let progress = Progress::start(terminal, "Sending");
            let measured = runtime.block_on(run.measure(&compiled))?;
            drop(progress);
            match form {
                Form::People => terminal.say(measured.show())?,
                Form::Programs => described.push(measured.describe()),
            }
        }
    }
    if form == Form::Programs {
        terminal.say_json(&described)?;
    }
    Ok(Verdict::Fine)
}

/// Lets crowds walk the journeys of a release.
fn crowds(args: &Args, form: Form, terminal: Terminal) -> anyhow::Result<Verdict> {
    let Some(compiled) = check::passes(&args.release, form, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    let mut described = Vec::new();
    for (name, journey) in &compiled.journeys {
        for people in &args.crowd {
            let progress = Progress::start(terminal, "Walking");
            let crowd = bench::crowd::walk(&journey.plan, *people, i64::from(args.days))?;
            drop(progress);
            match form {
                Form::People => terminal.say(format!("{name}: {}", crowd.show()))?,
                Form::Programs => described.push(crowd.describe()),
            }
        }
    }
    if form == Form::Programs {
        terminal.say_json(&described)?;
    }
    Ok(Verdict::Fine)
}

/// Compiles the release of a scenario; where it has defects, prints them and returns nothing.
fn compiled(
    args: &Args,
    scenario: Scenario,
    form: Form,
    terminal: Terminal,
) -> anyhow::Result<Option<Compiled>> {
    match scenario {
        Scenario::Sera => check::passes(&args.release, form, terminal),
        Scenario::Mail | Scenario::Wait | Scenario::Three => {
            bench::with_release(|folder| check::passes(folder, form, terminal))
        }
    }
}

/// Those that need no folder.
const ALL: [Scenario; 3] = [Scenario::Mail, Scenario::Wait, Scenario::Three];
