//! Which journeys go by opens and clicks, where those are not measured of everybody.

use journey::{Action, Awaited, Condition, Plan};

/// Returns the journeys that ask who opened or clicked, although only those are measured who agreed to it: everybody
/// else looks to them as if they had done neither.
pub fn half_blind<'a>(plans: impl Iterator<Item = &'a Plan>) -> Vec<&'a str> {
    let limited = plans.filter(|plan| plan.settings.tracking.is_some());
    let asking = limited.filter(|plan| plan.steps.iter().any(|step| asks(&step.action)));
    asking.map(|plan| plan.journey.as_str()).collect()
}

fn asks(action: &Action) -> bool {
    let looks = |condition: &Condition| !condition.links().is_empty();
    match action {
        Action::WaitFor { what, .. } => match what {
            Awaited::Clicked(_) | Awaited::Opened(_) => true,
            Awaited::Condition(condition) => looks(condition),
            Awaited::Event { .. } => false,
        },
        Action::Case { arms, .. } => arms.iter().any(|arm| looks(&arm.condition)),
        Action::If { condition, .. } => looks(condition),
        Action::Call { .. }
        | Action::Change { .. }
        | Action::Enroll { .. }
        | Action::Exit { .. }
        | Action::Jump { .. }
        | Action::Send { .. }
        | Action::Split { .. }
        | Action::Wait { .. }
        | Action::WaitUntil { .. }
        | Action::Window { .. } => false,
    }
}
