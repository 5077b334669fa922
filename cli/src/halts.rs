//! What is halted: why, and whom it concerns.

use engine::Plans;
use wire::{Halt, Halts, Strain};

use crate::stack::Stack;

/// Says why all marketing is held.
pub(crate) fn reason(why: Strain) -> &'static str {
    match why {
        Strain::Bounces => "too many mails bounce",
        Strain::Complaints => "too many recipients complain",
        Strain::Operator => "an operator has paused it",
    }
}

/// Tells whether a journey is paused, of itself or as marketing, for those who are in the version of it with this
/// content hash.
pub(crate) async fn is_paused(
    stack: &Stack,
    halts: &Halts,
    (journey, plan): (&str, &str),
) -> anyhow::Result<bool> {
    // Which of them advertise needs to be known only where that is held.
    let is_marketing = match halts.marketing().is_empty() {
        true => false,
        false => stack.aws().plan(plan).await?.purpose.is_marketing(),
    };
    Ok(halts.of(journey, is_marketing).contains(&Halt::Paused))
}
