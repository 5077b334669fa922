//! How deep to dig, and where: `WAYPOST_SEEDS=10000 cargo test -p tests`, `WAYPOST_SEEDS=5000..10000` for the second half.

use std::ops::Range;

use proptest::test_runner::{Config, RngSeed};

/// Returns which seeds to play: those that were asked for, or as many as are usual.
pub(crate) fn of(usual: u64) -> Range<u64> {
    match asked() {
        Some(asked) if asked.start > 0 || asked.end > usual => asked,
        Some(_) | None => 0..usual,
    }
}

/// Returns how many seeds were asked for; none unless somebody did.
pub(crate) fn asked_for() -> u64 {
    asked().map_or(0, |asked| asked.end - asked.start)
}

/// Returns the seeds that were asked for.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says here how long they may take"
)]
fn asked() -> Option<Range<u64>> {
    let asked = std::env::var("WAYPOST_SEEDS").ok()?;
    let (start, end) = asked.split_once("..").unwrap_or(("0", &asked));
    let (start, end) = (start.parse().ok()?, end.parse().ok()?);
    (start <= end).then_some(start..end)
}

/// Says how many cases to draw: so many, or as many as were asked for, which are not the same twice.
pub(crate) fn drawn(cases: u32) -> Config {
    let usual = Config::with_cases(cases);
    match u32::try_from(asked_for()).unwrap_or(u32::MAX) {
        0 => usual,
        asked => Config {
            cases: cases.max(asked),
            rng_seed: RngSeed::Random,
            ..usual
        },
    }
}
