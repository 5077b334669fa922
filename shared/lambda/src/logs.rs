//! Logs: one JSON object a line.

use tracing_subscriber::EnvFilter;

/// Opens the log.
///
/// Lambda forces a line without an RFC 3339 `timestamp` to level INFO, so the time is kept.
pub(crate) fn open() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let opened = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    // Opening it a second time in one process is harmless.
    let _ = opened;
}
