//! `waypost run`: plays a release from its first event to its last mail, and tells what happened.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use jiff::{SignedDuration, Timestamp};
use release::Compiled;
use serde_json::json;

use super::{EXIT_CODES, Verdict, check};
use crate::environment::Environment;
use crate::folder::OutFolder;
use crate::http::Client;
use crate::laptop::{Laptop, Setup, Size, State};
use crate::output::{Form, Terminal};
use crate::play::{self, Script};
use crate::progress::Progress;
use crate::timeline::{self, Clock, Posted, Story};
use crate::{eml, signal, words};

/// Plays a release: posts its events to a Waypost of its own, and tells who got which mail.
///
/// Everything is real but the mailboxes: signed events, the functions through the AWS SDKs, a local
/// cloud. It starts from nothing each time, needs no AWS account, and no mail leaves this machine.
/// Where journeys wait, the clock is moved on, so that weeks take seconds; also between two events whose
/// `timestamp` lies an hour or more apart.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost run                              the example
  waypost run --release my-release         the events in my-release/posts/*.json

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The release's folder, with events to play in posts/*.json [default: examples/sera, else this folder]
    #[arg(long, value_name = "DIR")]
    release: Option<PathBuf>,
    /// The folder for the mails; it is emptied first
    #[arg(long, value_name = "DIR", default_value = OUT)]
    out: PathBuf,
    /// Prints what happened as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Plays a release.
pub(super) fn run(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let started = Instant::now();
    let dir = match &args.release {
        Some(dir) => dir.clone(),
        None => release_here()
            .context("there is no examples/sera here: name a release with --release")?,
    };
    let form = Form::asked(args.json);
    let progress = Progress::start(terminal, "Checking the release");
    let Some(compiled) = check::passes(&dir, form, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    let scripts = play::scripts(&dir)?;
    let out = OutFolder::empty(&args.out, OUT)?;
    if form == Form::People {
        terminal.say(opening(&dir, &compiled, terminal))?;
    }
    progress.now("Starting the functions");
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let played = runtime.block_on(async {
        let folder = tempfile::Builder::new().prefix("waypost-").tempdir();
        let folder = folder.context("cannot make a temporary folder")?;
        let laptop = Laptop::start(Setup {
            folder: folder.path().to_owned(),
            port: 0,
            size: Size::Small,
            log_filter: environment.log_filter("warn"),
            metered: false,
        });
        let laptop = laptop.await?;
        let stage = Stage {
            compiled: &compiled,
            laptop: &laptop,
            clock: Clock(compiled.settings.zone.clone()),
            form,
            terminal,
        };
        let played = tokio::select! {
            played = stage.play(&scripts, progress) => played,
            stopped = signal::stopped() => stopped.and(Err(anyhow!("it was stopped"))),
        };
        laptop.stop().await;
        played
    })?;

    let stories = played.stories();
    let first = eml::write(&stories, &out)?;
    match form {
        Form::People => {
            played.close(&stories, &out, first.as_deref(), started, terminal)?;
            terminal.say(hints(&dir, args.release.is_some()))?;
        }
        Form::Programs => terminal.say_json(&played.describe(&stories))?,
    }
    Ok(played.verdict(&stories))
}

/// Where a release is played, and who watches.
struct Stage<'a> {
    compiled: &'a Compiled,
    laptop: &'a Laptop,
    clock: Clock,
    form: Form,
    terminal: Terminal,
}

/// What a play has left.
struct Played {
    posted: Vec<Posted>,
    state: State,
    clock: Clock,
    logs: Vec<String>,
}

impl Stage<'_> {
    /// Plays every event, then lets the time pass that journeys wait for; tells each story as it goes.
    async fn play(&self, scripts: &[Script], progress: Progress) -> anyhow::Result<Played> {
        self.laptop.publish(self.compiled).await?;
        let client = Client::new(&self.laptop.events_url())?;
        drop(progress);
        let start = self.laptop.cloud().now();
        let first = scripts.iter().find_map(|script| script.at);
        let mut posted: Vec<Posted> = Vec::new();
        for (at, script) in scripts.iter().enumerate() {
            let after = script.at.zip(first);
            let after = after.map(|(at, first)| at.duration_since(first));
            let due = after.and_then(|after| start.checked_add(after).ok());
            let due = due.filter(|due| due.duration_since(self.laptop.cloud().now()) >= APART_MIN);
            if let Some(due) = due.filter(|_| at > 0) {
                self.laptop.quiet(QUIET_MAX).await?;
                self.let_time_pass(&posted, due).await?;
                self.laptop.leap(due, QUIET_MAX).await?;
                self.tell_clock(due)?;
            }
            let mut before = self.laptop.state().await?;
            timeline::attribute(&mut before, &posted);
            let (mut one, worked_off) =
                play::play(script, at + 1, self.compiled, self.laptop, &client).await?;
            let mut state = self.laptop.state().await?;
            one.moved = timeline::moved(&before, &state);
            posted.push(one);
            timeline::attribute(&mut state, &posted);
            if let Some(one) = posted.last() {
                self.tell(&timeline::story(one, &state, &self.clock))?;
            }
            for story in self.news(&posted[..at], &before, &state) {
                self.tell(&story)?;
            }
            if !worked_off {
                break;
            }
        }
        let progress = Progress::start(self.terminal, "Waiting for the last reports");
        self.laptop.quiet(QUIET_MAX).await?;
        progress.now("Letting time pass");
        let end = self.laptop.cloud().now().checked_add(AHEAD_MAX)?;
        self.let_time_pass(&posted, end).await?;
        let mut logs = self.laptop.logs();
        logs.dedup();
        let mut state = self.laptop.state().await?;
        timeline::attribute(&mut state, &posted);
        Ok(Played {
            posted,
            state,
            clock: self.clock.clone(),
            logs,
        })
    }

    /// Moves the clock to where somebody waits for, again and again until then, and tells what comes of it.
    async fn let_time_pass(&self, posted: &[Posted], end: Timestamp) -> anyhow::Result<()> {
        for _ in 0..LEAPS_MAX {
            let mut before = self.laptop.state().await?;
            timeline::attribute(&mut before, posted);
            let Some(due) = before.next_due().filter(|due| *due < end) else {
                break;
            };
            self.laptop.leap(due, QUIET_MAX).await?;
            let mut state = self.laptop.state().await?;
            timeline::attribute(&mut state, posted);
            let news = self.news(posted, &before, &state);
            if !news.is_empty() {
                self.tell_clock(due)?;
            }
            for story in news {
                self.tell(&story)?;
            }
        }
        Ok(())
    }

    /// Finds what has come since then: who was mailed and who was not, each under the event that it goes back to.
    fn news<'a>(&self, posted: &'a [Posted], before: &State, state: &'a State) -> Vec<Story<'a>> {
        let stories = posted.iter().map(|one| {
            let before = timeline::story(one, before, &self.clock);
            timeline::story(one, state, &self.clock).since(&before)
        });
        let news = stories.filter(|story| !(story.letters.is_empty() && story.others.is_empty()));
        news.collect()
    }

    fn tell_clock(&self, now: Timestamp) -> anyhow::Result<()> {
        let now = self.clock.moment(now);
        let what = format!("  … the clock is moved on to {now}");
        match self.form {
            Form::People => self
                .terminal
                .say(format!("{}\n", self.terminal.strong(what))),
            Form::Programs => Ok(()),
        }
    }

    fn tell(&self, story: &Story<'_>) -> anyhow::Result<()> {
        match self.form {
            Form::People => {
                let shown = timeline::show(story, &self.clock, self.terminal);
                self.terminal.say(shown + "\n")
            }
            Form::Programs => Ok(()),
        }
    }
}

impl Played {
    fn stories(&self) -> Vec<Story<'_>> {
        let posted = self.posted.iter();
        let stories = posted.map(|posted| timeline::story(posted, &self.state, &self.clock));
        stories.collect()
    }

    /// Lists what is wrong with the whole of it, besides what is wrong with an event.
    fn troubles(&self, stories: &[Story<'_>]) -> Vec<String> {
        let letters: usize = stories.iter().map(|story| story.letters.len()).sum();
        let dead = self.state.dead_letters().map(|(name, count)| {
            let messages = words::count(usize::try_from(count).unwrap_or(usize::MAX), "message");
            format!("{messages} from the queue `{name}` could not be worked off")
        });
        let backlog = self.state.backlog().map(|(name, count)| {
            let messages = words::count(usize::try_from(count).unwrap_or(usize::MAX), "message");
            format!("{messages} are still in the queue `{name}`")
        });
        let strays = self.state.mails.len().abs_diff(letters);
        let strays =
            (strays > 0).then(|| format!("{} belong to no event", words::count(strays, "mail")));
        dead.chain(backlog).chain(strays).collect()
    }

    fn verdict(&self, stories: &[Story<'_>]) -> Verdict {
        let told = stories.iter().all(|story| story.troubles.is_empty());
        if told && self.troubles(stories).is_empty() {
            Verdict::Fine
        } else {
            Verdict::Wrong
        }
    }

    fn describe(&self, stories: &[Story<'_>]) -> serde_json::Value {
        json!({
            "ok": self.verdict(stories) == Verdict::Fine,
            "events": stories.iter().map(timeline::describe).collect::<Vec<_>>(),
            "troubles": self.troubles(stories),
        })
    }

    /// Sums up, and says where to look next.
    fn close(
        &self,
        stories: &[Story<'_>],
        out: &OutFolder,
        first: Option<&str>,
        started: Instant,
        terminal: Terminal,
    ) -> anyhow::Result<()> {
        let troubles = self.troubles(stories);
        let events = words::count(stories.len(), "event");
        let mails = words::count(self.state.mails.len(), "mail");
        let seconds = started.elapsed().as_secs_f64();
        let all = match self.verdict(stories) {
            Verdict::Fine if self.state.mails.is_empty() => terminal.bad("Nobody was mailed."),
            Verdict::Fine => terminal.good("Every mail arrived."),
            Verdict::Wrong => terminal.bad("Something went wrong."),
        };
        terminal.say(format!("{events}, {mails}, {seconds:.1} s. {all}"))?;
        for trouble in &troubles {
            terminal.say(format!("  {}", terminal.bad(format!("✗ {trouble}"))))?;
        }
        for story in stories.iter().filter(|story| story.idle) {
            let Posted { number, ty, .. } = story.posted;
            let what = format!("{number} {ty} let nobody into a journey and moved nobody on");
            terminal.say(format!("  – {what}"))?;
        }
        if self.verdict(stories) == Verdict::Wrong && !self.logs.is_empty() {
            terminal.say("What the functions said last:")?;
            for line in &self.logs[self.logs.len().saturating_sub(LOG_LINES_MAX)..] {
                terminal.say(format!("  {line}"))?;
            }
        }
        let out = out.path().display();
        terminal.say(format!(
            "The mails are in {out}, each as .eml and as .html.\n\nNext:"
        ))?;
        if let Some(first) = first {
            terminal.say(format!("  open {out}/{first}.html in a browser"))?;
        }
        Ok(())
    }
}

/// Says what to type next; a release that was `named` is named again, for else another one would be served.
fn hints(dir: &Path, named: bool) -> String {
    let (program, dir) = (words::program(), dir.display());
    let serve = match named {
        true => format!("serve --release {dir}"),
        false => "serve".to_owned(),
    };
    let help = "--help";
    let width = serve.len().max(help.len());
    format!(
        "  change a text in {dir}/templates, and run this again\n  \
         {program} {serve:width$}     keeps Waypost running, with an inbox in the browser\n  \
         {program} {help:width$}     what else there is"
    )
}

fn opening(dir: &Path, compiled: &Compiled, terminal: Terminal) -> String {
    format!(
        "{} plays {}: {}\nOn this machine only: no mail leaves it.\n",
        terminal.strong("Waypost"),
        dir.display(),
        check::contents(compiled)
    )
}

/// Finds the release that somebody means who names none: the example here, the folder one is in, else
/// the example where this program was built.
pub(super) fn release_here() -> anyhow::Result<PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let built = built.map(|root| root.join(EXAMPLE));
    let here = [PathBuf::from(EXAMPLE), PathBuf::from(".")];
    let mut found = here.into_iter().chain(built);
    match found.find(|dir| dir.join("waypost.yaml").is_file()) {
        Some(dir) => Ok(dir),
        None => bail!("{EXAMPLE} is not there"),
    }
}

const EXAMPLE: &str = "examples/sera";
const OUT: &str = "out/mail";
const LOG_LINES_MAX: usize = 40;
const QUIET_MAX: Duration = Duration::from_secs(60);

/// How often the clock is moved at most, and how far in all.
const LEAPS_MAX: u32 = 200;
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(800 * 24);
/// Events that are closer to each other are played one right after the other.
const APART_MIN: SignedDuration = SignedDuration::from_hours(1);
