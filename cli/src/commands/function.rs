//! `waypost function`: runs as one of the functions, for the local cloud that started it.
//!
//! One program for all of them: one compilation and one link serve the whole laptop.

use anyhow::anyhow;
use bootstrap::Function;

use super::Verdict;
use crate::environment::Environment;
use crate::laptop;

/// Runs as one of the functions, until its runtime is gone.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which function; `publish` writes the release that it is handed, then ends
    name: String,
}

/// Runs a function.
pub(super) fn function(args: &Args, environment: &Environment) -> anyhow::Result<Verdict> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if args.name == laptop::PUBLISHER {
            let table = environment.releases_table.as_deref().unwrap_or_default();
            return laptop::publish_received(table).await;
        }
        let function = Function::find(&args.name)?;
        function.run().await.map_err(|error| anyhow!("{error}"))
    })?;
    Ok(Verdict::Fine)
}
