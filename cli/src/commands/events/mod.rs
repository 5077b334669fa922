//! `waypost events`: lists the refused posts that were kept, and replays them.

mod replay;

use anyhow::bail;
use aws::Kept;
use serde_json::{Value, json};

use super::{EXIT_CODES, Verdict};
use crate::columns::columns;
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::stack::{Choice, Stack, wait_for};
use crate::words;

/// Lists the posts that were refused, with the reason; they are kept for 14 days.
///
/// What they say is personal data, and shown only of the one that is named. Once the release is mended, they
/// can be replayed.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_long_help = format!("\
Examples:
  waypost events --stack waypost
  waypost events --stack waypost --show ev-7
  waypost events replay ev-7 ev-8 --stack waypost
  waypost events replay --all --stack waypost --yes

{EXIT_CODES}"))]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    stack: Choice,
    /// Shows what this post says
    #[arg(long, value_name = "ID")]
    show: Option<String>,
    /// Prints the list as JSON, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Replay(replay::Args),
}

/// Lists or replays refused posts.
pub(super) fn events(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    if let Some(Command::Replay(args)) = &args.command {
        return replay::replay(args, environment, terminal);
    }
    let form = Form::asked(args.json);
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        match &args.show {
            Some(id) => show(&stack, id, form, terminal).await?,
            None => list(&stack, form, terminal).await?,
        }
        Ok(Verdict::Fine)
    })
}

async fn list(stack: &Stack, form: Form, terminal: Terminal) -> anyhow::Result<()> {
    let kept = stack.aws().kept().await?;
    if form == Form::Programs {
        let told: Vec<_> = kept.iter().map(describe).collect();
        return terminal.say_json(&json!({ "events": told }));
    }
    if kept.is_empty() {
        return terminal.say("No post was refused in the last 14 days.");
    }
    let now = stack.now();
    let rows = kept.iter().map(|one| {
        let ago = words::lasting(now.duration_since(one.at));
        let state = match one.replayed {
            Some(_) => "replayed",
            None => "kept",
        };
        [one.event.clone(), ago, state.to_owned(), one.reason.clone()]
    });
    terminal.say(columns(["ID", "AGO", "STATE", "REASON"], rows, terminal))
}

async fn show(stack: &Stack, id: &str, form: Form, terminal: Terminal) -> anyhow::Result<()> {
    let kept = find(stack, id).await?;
    let body = kept.body.as_deref().map(serde_json::from_str::<Value>);
    let body = body.transpose()?;
    if form == Form::Programs {
        let mut told = describe(&kept);
        told["body"] = json!(body);
        return terminal.say_json(&told);
    }
    terminal.say(format!("{} was refused: {}", kept.event, kept.reason))?;
    match body {
        Some(body) => terminal.say(serde_json::to_string_pretty(&body)?),
        None => terminal.say("It was replayed, so what it says was forgotten."),
    }
}

/// Finds a kept post.
async fn find(stack: &Stack, id: &str) -> anyhow::Result<Kept> {
    match stack.aws().kept_post(id).await? {
        Some(kept) => Ok(kept),
        None => bail!("no refused post `{id}` is kept on {}", stack.name()),
    }
}

fn describe(kept: &Kept) -> Value {
    json!({
        "id": kept.event,
        "at": kept.at.to_string(),
        "reason": kept.reason,
        "replayed": kept.replayed.map(|at| at.to_string()),
    })
}
