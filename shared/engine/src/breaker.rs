//! Holds all marketing when too much of it bounces or is complained about, before the account may send nothing at all.
//!
//! Service mails go on: somebody waits for them. An operator looks into it and lets marketing go on; what trips it is
//! that a rate rises over its bound, so it does not trip again while the rate falls.

use wire::Strain;

use crate::{Breaker, Failure};

/// Pauses every marketing journey, and tells whether that is new; once it is so, nothing changes.
pub async fn hold_marketing(io: &impl Breaker, why: Strain) -> Result<bool, Failure> {
    let is_new = io.hold_marketing(why).await?;
    if is_new {
        let why = why.as_str();
        tracing::error!(why, "All marketing is held: too many {why}");
    }
    Ok(is_new)
}
