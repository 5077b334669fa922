//! Holds all marketing when too much of it bounces or is complained about, before the account may send nothing at all.
//!
//! Service mails go on: somebody waits for them. An operator looks into it and lets marketing go on; what trips it is
//! that an alarm begins to ring, so it does not trip again while the same alarm goes on.

use wire::{Alarm, Strain};

use crate::{Breaker, Failure};

/// Pauses every marketing journey, unless this alarm was heard before: in any order, any number of times.
pub async fn hold_marketing(io: &impl Breaker, alarm: &Alarm) -> Result<(), Failure> {
    if io.hold_marketing(alarm).await? {
        let why = match alarm.why {
            Strain::Bounces => "too many mails bounce",
            Strain::Complaints => "too many recipients complain",
            Strain::Operator => "an operator says so",
        };
        tracing::error!("All marketing is held: {why}");
    }
    Ok(())
}
