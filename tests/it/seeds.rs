//! How deep to dig: `WAYPOST_SEEDS=10000 cargo test -p tests`.

/// Returns how many seeds were asked for; none unless somebody did.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says here how long they may take"
)]
pub(crate) fn asked_for() -> u64 {
    let asked = std::env::var("WAYPOST_SEEDS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(0)
}
