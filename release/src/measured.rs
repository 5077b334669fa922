//! Which journeys go by opens and clicks, where those are not measured of everybody.

use journey::{Condition, Plan};

/// Returns the journeys that ask who opened or clicked, although only those are measured who agreed to it: everybody
/// else looks to them as if they had done neither.
pub fn half_blind<'a>(plans: impl Iterator<Item = &'a Plan>) -> Vec<&'a str> {
    let looks = |condition: &Condition| !condition.links().is_empty();
    let asks = |plan: &&Plan| plan.awaits_readers() || plan.conditions().any(looks);
    let limited = plans.filter(|plan| plan.settings.tracking.is_some());
    let asking = limited.filter(asks);
    asking.map(|plan| plan.journey.as_str()).collect()
}
