//! `waypost unpublish`: lets nobody into a journey any more.

use anyhow::bail;
use journey::nearest;

use super::publish::Activation;
use super::{EXIT_CODES, Verdict};
use crate::ask::Consent;
use crate::edition::Edition;
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::stack::{Choice, wait_for};

/// Takes journeys out of the release in force: nobody comes in any more, those inside finish.
///
/// To publish a folder that holds them brings them back.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost unpublish 05-startbrief --stack waypost
  waypost unpublish --all --stack waypost --yes

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The journeys, by name
    #[arg(value_name = "JOURNEY", required_unless_present = "all")]
    journeys: Vec<String>,
    /// All of them
    #[arg(long, conflicts_with = "journeys")]
    all: bool,
    #[command(flatten)]
    stack: Choice,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints the plan and what came of it as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Withdraws journeys.
pub(super) fn unpublish(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let Some(before) = stack.aws().in_force().await? else {
            bail!("nothing is published on {}", stack.name());
        };
        let edition = Edition::fetch(stack.aws(), &before).await?;
        let known = || edition.plans.keys().map(String::as_str);
        let journeys = match args.all {
            true => known().map(str::to_owned).collect(),
            false => args.journeys.clone(),
        };
        if let Some(unknown) = journeys
            .iter()
            .find(|name| !edition.plans.contains_key(*name))
        {
            let meant = nearest(unknown, known());
            let meant = meant.map(|name| format!("; did you mean `{name}`?"));
            bail!(
                "no journey `{unknown}` is published on {}{}",
                stack.name(),
                meant.unwrap_or_default()
            );
        }
        if journeys.is_empty() {
            bail!("no journey is published on {}", stack.name());
        }
        let (publication, after) = edition.without(&journeys);
        let change = Activation {
            stack: &stack,
            publication,
            after,
            before: Some(before),
            by: environment.user(),
            form: Form::asked(args.json),
            terminal,
        };
        change.go(Consent::of(args.yes)).await
    })
}
