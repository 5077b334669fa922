//! How far tests go: numbers that whoever runs them may set.

use std::io::Write;

/// Reads a number from the environment, such as `WAYPOST_KILLS`.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no main that could read it"
)]
pub(crate) fn number(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    match text.parse() {
        Ok(number) => Some(number),
        Err(error) => panic!("{name}={text}: {error}"),
    }
}

/// Says something that is seen although the test passes.
pub(crate) fn say(line: &str) {
    // Not by a macro: those lines are captured.
    let _ = writeln!(std::io::stderr(), "{line}");
}
