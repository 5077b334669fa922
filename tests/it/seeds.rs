//! How deep to dig: `WAYPOST_SEEDS=10000 cargo test -p tests`.

use proptest::test_runner::{Config, RngSeed};

/// Returns how many seeds were asked for; none unless somebody did.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says here how long they may take"
)]
pub(crate) fn asked_for() -> u64 {
    let asked = std::env::var("WAYPOST_SEEDS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(0)
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
