//! Time in tests: the machine's clock, and waiting for a thing to come true.

use std::{
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;

/// Returns the machine's time.
#[expect(
    clippy::disallowed_methods,
    reason = "a source signs with its own clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Asks again and again until there is an answer; fails the test when there is none in time.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    match within(PATIENCE, ask) {
        Some(answer) => answer,
        None => panic!("in vain for {PATIENCE:?}: {what}"),
    }
}

/// Asks again and again until there is an answer, but not longer than this.
pub(crate) fn within<T>(longest: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + longest;
    loop {
        let answer = ask();
        if answer.is_some() || Instant::now() >= end {
            return answer;
        }
        thread::sleep(TICK);
    }
}

/// Far more than anything takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);
const TICK: Duration = Duration::from_millis(20);
