//! The clock of the command.

use jiff::Timestamp;

/// Returns the current time.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of the command that reads the time"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
