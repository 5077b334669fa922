//! `waypost function`: runs as one of the functions, for the local cloud that started it.
//!
//! One program for all of them: one compilation and one link serve the whole laptop.

use anyhow::anyhow;

use super::Verdict;
use crate::environment::Environment;
use crate::laptop;

/// Runs as one of the functions, until its runtime is gone.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which function
    name: Name,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Name {
    /// Checks a post, keeps it, answers 202
    Intake,
    /// Turns an event into contacts and enrollments
    Resolve,
    /// Moves enrollments on
    Advance,
    /// Finds those whose moment has come
    Wake,
    /// Makes mails and hands them to SES
    Send,
    /// Learns what became of mails
    Feedback,
    /// Writes the release that it is handed, then ends
    Publish,
}

/// Runs a function.
pub(super) fn function(args: &Args, environment: &Environment) -> anyhow::Result<Verdict> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime
        .block_on(async {
            match args.name {
                Name::Intake => intake::run().await,
                Name::Resolve => resolve::run().await,
                Name::Advance => advance::run().await,
                Name::Wake => wake::run().await,
                Name::Send => send::run().await,
                Name::Feedback => feedback::run().await,
                Name::Publish => {
                    let table = environment.releases_table.as_deref().unwrap_or_default();
                    Ok(laptop::publish_received(table).await?)
                }
            }
        })
        .map_err(|error| anyhow!("{error}"))?;
    Ok(Verdict::Fine)
}
