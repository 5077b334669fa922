//! Where the local cloud and its functions log on a laptop: into a file, never into what people read.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

/// Writes what the functions say from here on to the end of `file`.
///
/// # Errors
/// Fails if the file cannot be written.
pub(crate) fn write_logs(file: &Path) -> anyhow::Result<()> {
    let opened = OpenOptions::new().create(true).append(true).open(file);
    let opened = opened.with_context(|| format!("cannot write {}", file.display()))?;
    let written = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_env_filter(EnvFilter::new(FILTER))
        .with_writer(Mutex::new(opened))
        .try_init();
    written.map_err(|error| anyhow::anyhow!("{error}"))
}

/// The lines of the functions are passed on as events of the module that runs them; what those lines
/// may be is the functions' own `RUST_LOG`. To dynoxide a lost race is a warning; here races are usual.
const FILTER: &str = "warn,dynoxide=error,local=info,local::lambda=debug";
