//! What a release says that is checked and can be rehearsed, but that this version cannot run yet.
//!
//! **Invariant:** whoever makes one of these run takes it out of here, in the same change.

use crate::journeys::{JourneyDoc, StepDoc, Verb, each};
use crate::{Defect, Place};

/// Finds all of it in a release.
pub(crate) fn unready(journeys: &[JourneyDoc]) -> Vec<Defect> {
    let mut found = Vec::new();
    for journey in journeys {
        each(&journey.steps, &mut |step| found.extend(of_step(step)));
    }
    found
}

fn of_step(step: &StepDoc) -> Option<Defect> {
    let what = match &step.verb {
        Verb::Call { .. } => "the step `call`",
        Verb::Broken(_)
        | Verb::Case { .. }
        | Verb::Change(_)
        | Verb::Exit(_)
        | Verb::If { .. }
        | Verb::Jump(_)
        | Verb::Send(_)
        | Verb::Split(_)
        | Verb::Wait(_)
        | Verb::WaitFor { .. }
        | Verb::WaitUntil { .. }
        | Verb::Window(_) => return None,
    };
    Some(tell(&step.place, what))
}

fn tell(place: &Place, what: &str) -> Defect {
    let what = format!("{what} is checked and can be rehearsed, but not run by this version yet");
    Defect::new(place.clone(), what)
        .label("cannot run yet")
        .help("`waypost test` and `waypost simulate` play it; `waypost serve` and publishing refuse it")
}
