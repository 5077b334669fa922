//! `waypost run`: plays a release from its first event to its last mail, and tells what happened.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use release::Compiled;
use serde_json::json;

use super::{EXIT_CODES, Verdict, check};
use crate::environment::Environment;
use crate::folder::OutFolder;
use crate::http::Client;
use crate::laptop::{Laptop, Setup, Size, State};
use crate::output::Terminal;
use crate::play::{self, Script};
use crate::progress::Progress;
use crate::timeline::{self, Clock, Posted, Story};
use crate::{eml, words};

/// Plays a release: posts its events to a Waypost of its own, and tells who got which mail.
///
/// Everything is real but the mailboxes: signed events, the functions through the AWS SDKs, a local
/// cloud. It starts from nothing each time, needs no AWS account, and no mail leaves this machine.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost run                              the example
  waypost run --release my-release         the events in my-release/posts/*.json

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The release's folder, with events to play in posts/*.json [default: examples/sera]
    #[arg(long, value_name = "DIR")]
    release: Option<PathBuf>,
    /// The folder for the mails; it is emptied first
    #[arg(long, value_name = "DIR", default_value = "out/mail")]
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
        None => {
            example().context("there is no examples/sera here: name a release with --release")?
        }
    };
    let progress = Progress::start(terminal, "Checking the release");
    let Some(compiled) = check::passes(&dir, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    let scripts = play::scripts(&dir)?;
    let out = OutFolder::empty(&args.out)?;
    progress.now("Starting the functions");
    if !args.json {
        terminal.say(opening(&dir, &compiled, terminal))?;
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let played = runtime.block_on(async {
        let folder = tempfile::Builder::new().prefix("waypost-").tempdir();
        let folder = folder.context("cannot make a temporary folder")?;
        let laptop = Laptop::start(Setup {
            folder: folder.path().to_owned(),
            port: 0,
            size: Size::Small,
            log_filter: environment
                .log_filter
                .clone()
                .unwrap_or_else(|| "warn".to_owned()),
            metered: false,
        });
        let laptop = laptop.await?;
        laptop.publish(&compiled).await?;
        drop(progress);
        let played = play_all(&scripts, &compiled, &laptop, args.json, terminal).await;
        let mut logs = laptop.logs();
        logs.dedup();
        laptop.stop().await;
        played.map(|played| Played { logs, ..played })
    })?;

    let stories = played.stories();
    let first = eml::write(&stories, &out)?;
    let verdict = played.verdict(&stories);
    if args.json {
        terminal.say_json(&played.describe(&stories, verdict))?;
    } else {
        played.close(&stories, &out, first.as_deref(), (started, &dir), terminal)?;
    }
    Ok(verdict)
}

/// What a run has left.
struct Played {
    posted: Vec<Posted>,
    state: State,
    logs: Vec<String>,
}

/// Plays every event, and tells each story as it ends.
async fn play_all(
    scripts: &[Script],
    compiled: &Compiled,
    laptop: &Laptop,
    silent: bool,
    terminal: Terminal,
) -> anyhow::Result<Played> {
    let client = Client::new(&laptop.events_url())?;
    let clock = Clock(compiled.settings.zone.clone());
    let mut posted = Vec::new();
    for (at, script) in scripts.iter().enumerate() {
        let (one, worked_off) = play::play(script, at + 1, compiled, laptop, &client).await?;
        if !silent {
            let state = laptop.state().await?;
            let story = timeline::story(&one, &state);
            terminal.say(timeline::show(&story, &clock, terminal) + "\n")?;
        }
        posted.push(one);
        if !worked_off {
            break;
        }
    }
    let _progress = Progress::start(terminal, "Waiting for the last reports");
    laptop.quiet(QUIET_MAX).await?;
    Ok(Played {
        posted,
        state: laptop.state().await?,
        logs: Vec::new(),
    })
}

impl Played {
    fn stories(&self) -> Vec<Story<'_>> {
        let posted = self.posted.iter();
        posted
            .map(|posted| timeline::story(posted, &self.state))
            .collect()
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

    fn describe(&self, stories: &[Story<'_>], verdict: Verdict) -> serde_json::Value {
        json!({
            "ok": verdict == Verdict::Fine,
            "events": stories.iter().map(timeline::describe).collect::<Vec<_>>(),
            "troubles": self.troubles(stories),
        })
    }

    /// Sums up, and says what to do next.
    fn close(
        &self,
        stories: &[Story<'_>],
        out: &OutFolder,
        first: Option<&str>,
        (started, dir): (Instant, &Path),
        terminal: Terminal,
    ) -> anyhow::Result<()> {
        let troubles = self.troubles(stories);
        let events = words::count(stories.len(), "event");
        let mails = words::count(self.state.mails.len(), "mail");
        let seconds = started.elapsed().as_secs_f64();
        let all = match self.verdict(stories) {
            Verdict::Fine => terminal.good("Every mail arrived."),
            Verdict::Wrong => terminal.bad("Something went wrong."),
        };
        terminal.say(format!("{events}, {mails}, {seconds:.1} s. {all}"))?;
        for trouble in &troubles {
            terminal.say(format!("  {}", terminal.bad(format!("✗ {trouble}"))))?;
        }
        if self.verdict(stories) == Verdict::Wrong && !self.logs.is_empty() {
            terminal.say("What the functions said last:")?;
            for line in &self.logs[self.logs.len().saturating_sub(LOG_LINES_MAX)..] {
                terminal.say(format!("  {line}"))?;
            }
        }
        let program = words::program();
        let out = out.path().display();
        terminal.say(format!(
            "The mails are in {out}, each as .eml and as .html.\n\nNext:"
        ))?;
        if let Some(first) = first {
            terminal.say(format!("  open {out}/{first}.html in a browser"))?;
        }
        let dir = dir.display();
        terminal.say(format!(
            "  change a text in {dir}/templates, and run this again\n  \
             {program} serve      keeps Waypost running, with an inbox in the browser\n  \
             {program} --help     what else there is"
        ))
    }
}

fn opening(dir: &Path, compiled: &Compiled, terminal: Terminal) -> String {
    format!(
        "{} plays {}: {}\nOn this machine only: no mail leaves it.\n",
        terminal.strong("Waypost"),
        dir.display(),
        check::contents(compiled)
    )
}

/// Finds the example: under the folder one is in, else where this program was built.
pub(super) fn example() -> anyhow::Result<PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(|root| root.join(EXAMPLE));
    let found = [Some(PathBuf::from(EXAMPLE)), built];
    match found
        .into_iter()
        .flatten()
        .find(|dir| dir.join("waypost.yaml").is_file())
    {
        Some(dir) => Ok(dir),
        None => bail!("{EXAMPLE} is not there"),
    }
}

const EXAMPLE: &str = "examples/sera";
const LOG_LINES_MAX: usize = 40;
const QUIET_MAX: Duration = Duration::from_secs(60);
