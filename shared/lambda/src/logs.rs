//! Logs: one JSON object a line.

use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

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
        .finish()
        .with(filter_fn(is_discreet))
        .try_init();
    // Opening it a second time in one process is harmless.
    let _ = opened;
}

/// Returns whether a line may be logged, whatever `RUST_LOG` says.
///
/// Below warnings, crates that carry requests and messages log them whole, with the people in them.
fn is_discreet(line: &Metadata<'_>) -> bool {
    let carries = |name: &&str| line.target().starts_with(*name);
    *line.level() <= Level::WARN || !CARRIERS.iter().any(carries)
}

/// The beginnings of their names; our own `aws` is called so without an underscore.
const CARRIERS: [&str; 4] = ["aws_", "h2", "hyper", "lambda_runtime"];
