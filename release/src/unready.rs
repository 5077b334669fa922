//! What a release says that is checked and can be rehearsed, but that this version cannot run yet.
//!
//! **Invariant:** whoever makes one of these run takes it out of here, in the same change.

use journey::{Priority, Reentry};

use crate::journeys::{JourneyDoc, OccasionDoc, StepDoc, TriggerDoc, Verb, each};
use crate::settings::Project;
use crate::template::Purpose;
use crate::{Defect, Place};

/// Finds all of it in a release.
pub(crate) fn unready(project: &Project, journeys: &[JourneyDoc]) -> Vec<Defect> {
    let mut found = Vec::new();
    for journey in journeys {
        head(journey, &mut found);
        each(&journey.steps, &mut |step| found.extend(of_step(step)));
        if journey.purpose == Some(Purpose::Marketing) {
            let limited = project.limited.iter().filter(|key| key.value != "holdout");
            found.extend(limited.map(|key| tell(&key.place, &format!("`{}`", key.value))));
        }
    }
    found
}

fn head(journey: &JourneyDoc, found: &mut Vec<Defect>) {
    found.extend(journey.triggers.iter().filter_map(of_trigger));
    if let Some(reentry) = &journey.reentry {
        let word = match &reentry.value {
            Reentry::Never | Reentry::Unlimited => None,
            Reentry::After(_) => Some("`reentry: { after: … }`"),
            Reentry::Restart => Some("`reentry: restart`"),
            Reentry::Single => Some("`reentry: single`"),
        };
        found.extend(word.map(|word| tell(&reentry.place, word)));
    }
    if let Some(place) = &journey.stops {
        found.push(tell(place, "`at_end`"));
    }
    if let Some(hours) = &journey.send_window {
        found.push(tell(&hours.place, "`send_window`"));
    }
    if let Some(exit) = &journey.exit_when {
        found.push(tell(&exit.phrase.place, "`exit_when`"));
    }
    if let Some(goal) = &journey.goal {
        found.push(tell(&goal.place, "`goal`"));
    }
    if let Some(priority) = &journey.priority
        && priority.value == Priority::High
    {
        found.push(tell(&priority.place, "`priority`"));
    }
}

fn of_trigger(trigger: &TriggerDoc) -> Option<Defect> {
    let kind = match &trigger.on {
        OccasionDoc::Event(_) => return None,
        OccasionDoc::Date { .. } => "date",
        OccasionDoc::Enters(_) => "enters",
        OccasionDoc::Joins(_) => "joins",
        OccasionDoc::Leaves(_) => "leaves",
        OccasionDoc::Manual => "manual",
        OccasionDoc::Tagged(_) => "tagged",
        OccasionDoc::Untagged(_) => "untagged",
    };
    Some(tell(&trigger.place, &format!("a `{kind}` trigger")))
}

fn of_step(step: &StepDoc) -> Option<Defect> {
    let what = match &step.verb {
        Verb::Broken(_)
        | Verb::Case { .. }
        | Verb::Exit(_)
        | Verb::If { .. }
        | Verb::Jump(_)
        | Verb::Split(_)
        | Verb::Wait(_)
        | Verb::WaitUntil { .. }
        | Verb::Window(_) => return None,
        Verb::Send(send) if send.over.is_none() => return None,
        Verb::Send(_) => "`over`",
        Verb::Call { .. } => "the step `call`",
        Verb::Change(_) => "a step that changes the contact",
        Verb::WaitFor { .. } => "the step `wait_for`",
    };
    Some(tell(&step.place, what))
}

fn tell(place: &Place, what: &str) -> Defect {
    let what = format!("{what} is checked and can be rehearsed, but not run by this version yet");
    Defect::new(place.clone(), what)
        .label("cannot run yet")
        .help("`waypost test` and `waypost simulate` play it; `waypost serve` and publishing refuse it")
}
