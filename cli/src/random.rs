//! Chance, from the operating system.

use anyhow::anyhow;

/// Draws a short name that nobody has drawn before.
pub(crate) fn name() -> anyhow::Result<String> {
    Ok(bytes::<8>()?
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Draws bytes that nobody can guess.
pub(crate) fn bytes<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow!("the operating system gives no random numbers: {error}"))?;
    Ok(bytes)
}
