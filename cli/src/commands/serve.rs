//! `waypost serve`: keeps Waypost running on this machine, and tells of each mail.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use journey::Hook;
use release::Compiled;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::{EXIT_CODES, Verdict, check, run};
use crate::environment::Environment;
use crate::laptop::{Exception, FOLDER, Laptop, PORT, SECRET_FILE, Setup, Size, write_logs};
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::Served;
use crate::timeline::Clock;
use crate::watch::Watch;
use crate::{arrivals, reasons, signal, words};

/// Keeps Waypost running on this machine, with an inbox in the browser.
///
/// Events are posted to it as to the real one. All state is kept in .waypost/ of the current folder, so
/// that it goes on where it stopped. An edited release is checked and published again by itself.
/// No AWS account is needed, and no mail leaves this machine. Ctrl-C stops it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost serve
  waypost serve --release my-release --port 9000

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The release's folder [default: examples/sera if it is there, else the current folder]
    #[arg(long, value_name = "DIR")]
    release: Option<PathBuf>,
    /// The port to listen on, on 127.0.0.1 only; 0 takes any free one
    #[arg(long, value_name = "N", default_value_t = PORT)]
    port: u16,
}

/// Runs Waypost until somebody stops it.
pub(super) fn serve(
    args: Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let dir = match args.release {
        Some(dir) => dir,
        None => run::release_here().unwrap_or_else(|_| PathBuf::from(".")),
    };
    let progress = Progress::start(terminal, "Checking the release");
    let Some(compiled) = check::passes(&dir, Form::People, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    let folder = PathBuf::from(FOLDER);
    std::fs::create_dir_all(&folder).context("cannot make the folder .waypost here")?;
    write_logs(&folder.join(LOG))?;
    progress.now("Starting the functions");
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        let laptop = Laptop::start(Setup {
            folder,
            port: args.port,
            size: Size::Usual,
            log_filter: environment.log_filter("warn"),
            metered: false,
        });
        let laptop = laptop.await.map_err(|error| taken(args.port, error))?;
        laptop.publish(&compiled).await?;
        drop(progress);
        laptop.served().tell()?;
        terminal.say(opening(&dir, &compiled, &laptop, terminal))?;
        let served = Service::new(&dir, compiled, &laptop, terminal)?.run().await;
        Served::forget();
        laptop.stop().await;
        served
    })?;
    terminal.say("Stopped. What waits goes on at the next start.")?;
    Ok(Verdict::Fine)
}

/// Says what to do where the port is somebody else's.
fn taken(port: u16, error: anyhow::Error) -> anyhow::Error {
    let in_use = |cause: &(dyn std::error::Error + 'static)| {
        let cause = cause.downcast_ref::<std::io::Error>();
        cause.is_some_and(|error| error.kind() == std::io::ErrorKind::AddrInUse)
    };
    if error.chain().any(in_use) {
        error.context(format!(
            "the port {port} is taken: stop what uses it, or give another with --port"
        ))
    } else {
        error
    }
}

/// A Waypost that runs, and what was told of it so far.
struct Service<'a> {
    laptop: &'a Laptop,
    terminal: Terminal,
    clock: Clock,
    dir: &'a Path,
    watch: Watch,
    /// The number of the last mail that was told of.
    mails: i64,
    exceptions: BTreeSet<Exception>,
    dead_letters: u64,
    /// When what could not be done is read again.
    look_again: Instant,
}

impl<'a> Service<'a> {
    fn new(
        dir: &'a Path,
        compiled: Compiled,
        laptop: &'a Laptop,
        terminal: Terminal,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            laptop,
            terminal,
            clock: Clock(compiled.settings.zone),
            dir,
            watch: Watch::new(dir),
            mails: laptop.mails()?.last().map_or(0, |mail| mail.number),
            exceptions: laptop.exceptions()?,
            dead_letters: laptop.dead_letters()?,
            look_again: Instant::now(),
        })
    }

    /// Tells what happens, until somebody stops it.
    async fn run(mut self) -> anyhow::Result<()> {
        let mut changes = self.laptop.cloud().changes();
        let mut tell = interval(TELL_EVERY);
        let mut look = interval(LOOK_EVERY);
        let mut changed = true;
        let stopped = signal::stopped();
        tokio::pin!(stopped);
        loop {
            tokio::select! {
                result = &mut stopped => return result,
                _ = changes.changed() => changed = true,
                _ = tell.tick(), if changed => {
                    changed = !tokio::task::block_in_place(|| self.tell())?;
                }
                _ = look.tick() => {
                    if self.watch.has_changed() {
                        self.publish().await?;
                    }
                }
            }
        }
    }

    /// Prints what happened since the last time; returns whether that is all.
    fn tell(&mut self) -> anyhow::Result<bool> {
        let mails = self.laptop.cloud().mails_after(self.mails)?;
        for line in arrivals::show(&mails, &self.clock, self.terminal) {
            self.terminal.say(line)?;
        }
        self.mails = mails.last().map_or(self.mails, |mail| mail.number);
        let now = Instant::now();
        if now < self.look_again {
            return Ok(false);
        }
        self.tell_exceptions()?;
        // A table that has grown long is read less often, so that reading it stays a trifle.
        self.look_again = now + now.elapsed() * 20;
        Ok(true)
    }

    /// Prints a line for each thing that could not be done.
    fn tell_exceptions(&mut self) -> anyhow::Result<()> {
        let now = self.clock.time(self.laptop.cloud().now());
        for exception in self.laptop.exceptions()? {
            if !self.exceptions.contains(&exception) {
                let Exception {
                    event,
                    journey,
                    kind,
                    reason,
                    ..
                } = &exception;
                let journey = journey.as_ref().map(|name| format!(" in {name}"));
                let journey = journey.unwrap_or_default();
                let what = match kind.as_str() {
                    "refused" => format!("Refused {event}: {reason}"),
                    "entry_refused" | "reentry_refused" => {
                        let why = reasons::refused(reason);
                        format!("Not let in by {event}{journey}: {why}")
                    }
                    _ => format!("No mail for {event}{journey}: {reason}"),
                };
                self.terminal
                    .say(format!("{}  {what}", self.terminal.faint(&now)))?;
                self.exceptions.insert(exception);
            }
        }
        let dead_letters = self.laptop.dead_letters()?;
        if dead_letters > self.dead_letters {
            let what = format!("{dead_letters} could not be worked off; see {FOLDER}/{LOG}");
            self.terminal.say(format!(
                "{}  {}",
                self.terminal.faint(&now),
                self.terminal.bad(what)
            ))?;
        }
        self.dead_letters = dead_letters;
        Ok(())
    }

    /// Publishes the release again; one with defects is printed, and the one before stays.
    async fn publish(&mut self) -> anyhow::Result<()> {
        let now = self.clock.time(self.laptop.cloud().now());
        let passed =
            tokio::task::block_in_place(|| check::passes(self.dir, Form::People, self.terminal));
        let compiled = match passed {
            Ok(Some(compiled)) => compiled,
            Ok(None) => {
                return self
                    .terminal
                    .say(format!("{now}  The release of before stays in force."));
            }
            // The folder may be away for a moment: a branch is switched.
            Err(error) => return self.terminal.say(format!("{now}  {error}")),
        };
        if let Err(error) = self.laptop.publish(&compiled).await {
            return self.terminal.say(format!("{now}  {error:#}"));
        }
        let contents = check::contents(&compiled);
        self.clock = Clock(compiled.settings.zone);
        self.terminal.say(format!(
            "{}  Published again: {contents}",
            self.terminal.faint(now)
        ))
    }
}

/// Ticks every so often, and not faster to make up for lost time.
fn interval(every: Duration) -> Interval {
    let mut interval = tokio::time::interval(every);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Says where everything is.
fn opening(dir: &Path, compiled: &Compiled, laptop: &Laptop, terminal: Terminal) -> String {
    let (url, aws) = (laptop.cloud().url(), laptop.cloud().aws_endpoint());
    let program = words::program();
    let trigger = match example_post(dir) {
        Some((ty, file)) => format!("{ty} --file {}", file.display()),
        None => format!(
            "{} --file event.json",
            compiled.events.keys().next().map_or("TYPE", String::as_str)
        ),
    };
    let elsewhere = match url == format!("http://127.0.0.1:{PORT}") {
        true => String::new(),
        false => format!(" --url {url}"),
    };
    let hooks = compiled.hooks.iter().map(|(name, hook)| {
        let Hook { url, secret, .. } = hook;
        format!("hook     {name} at {url} ({program} secret --hook {secret} shows what signs)\n  ")
    });
    format!(
        "{} serves {}: {}\nOn this machine only: no mail leaves it.\n\n  \
         inbox    {url}/inbox\n  \
         events   {url}/v1/events\n  \
         secret   {SECRET_FILE}\n  \
         {}\
         state    {FOLDER}/ (remove it to start afresh)\n  \
         log      {FOLDER}/{LOG}\n  \
         aws      {aws} (for any AWS SDK; under /_local/ the clock and faults)\n\n\
         From another terminal, in this folder:\n  \
         {program} trigger {trigger}{elsewhere}\n  \
         {program} status\n\n\
         Edit the release, and it is published again. Ctrl-C stops.\n",
        terminal.strong("Waypost"),
        dir.display(),
        check::contents(compiled),
        hooks.collect::<String>(),
    )
}

/// Finds an event to try: the first of the release's posts.
fn example_post(dir: &Path) -> Option<(String, PathBuf)> {
    let entries = std::fs::read_dir(dir.join("posts")).ok()?;
    let files = entries.flatten().map(|entry| entry.path());
    let first = files
        .filter(|path| path.extension().is_some_and(|one| one == "json"))
        .min()?;
    let event = crate::post::read_event(&first, None).ok()?;
    Some((event.ty, first))
}

const LOG: &str = "functions.log";
/// What arrives within this time is told together: a burst stays readable.
const TELL_EVERY: Duration = Duration::from_millis(400);
const LOOK_EVERY: Duration = Duration::from_secs(1);
