//! Checks the shape of a journey: names of steps, steps that nobody reaches, how many there are.

use std::collections::BTreeMap;

use crate::journeys::{StepDoc, Verb, each};
use crate::yaml::quoted;
use crate::{Defect, Place};

/// Checks the steps of one journey.
pub(super) fn check(steps: &[StepDoc], defects: &mut Vec<Defect>) {
    names(steps, defects);
    reach(steps, defects);
    let mut count = 0;
    each(steps, &mut |step| {
        count += 1;
        if count == STEPS_MAX + 1 {
            let what = format!("a journey has at most {STEPS_MAX} steps");
            defects
                .push(Defect::new(step.place.clone(), what).help("split it into several journeys"));
        }
    });
}

/// Says which steps have the same name: what a mail is called must tell it from every other one.
fn names(steps: &[StepDoc], defects: &mut Vec<Defect>) {
    let mut first: BTreeMap<&str, &Place> = BTreeMap::new();
    each(steps, &mut |step| {
        let Some(name) = step.id.as_ref().or_else(|| step.send_id()) else {
            return;
        };
        let Some(other) = first.insert(&name.value, &name.place) else {
            return;
        };
        let shown = quoted(&name.value);
        let defect = if step.id.is_none() {
            Defect::new(
                name.place.clone(),
                format!("`{shown}` is sent twice, and the two cannot be told apart"),
            )
            .help(format!(
                "give one of the steps an `id`: `- id: {shown}-again`"
            ))
        } else {
            Defect::new(
                name.place.clone(),
                format!("two steps are called `{shown}`"),
            )
            .help("give one of them another `id`; a send without one is called as its template")
        };
        defects.push(defect.label("again here").also(other.clone(), "first here"));
    });
}

/// Says which step comes after everybody has left; tells whether `steps` always end the run.
fn reach(steps: &[StepDoc], defects: &mut Vec<Defect>) -> bool {
    let mut left = None;
    for step in steps {
        if let Some(left) = left.take() {
            // What could not be read may belong somewhere else.
            if matches!(step.verb, Verb::Broken(_)) {
                return true;
            }
            defects.push(
                Defect::new(step.place.clone(), "nobody reaches this step")
                    .label("never reached")
                    .help("remove it, or move it before the `exit`")
                    .also(left, "everybody leaves here"),
            );
            return true;
        }
        let branches: Vec<bool> = step
            .branches()
            .into_iter()
            .map(|branch| !branch.is_empty() && reach(branch, defects))
            .collect();
        let ends = match &step.verb {
            Verb::Exit(_) => true,
            Verb::If { .. } => branches.iter().all(|ends| *ends),
            Verb::Broken(_) | Verb::Send(_) | Verb::Wait(_) | Verb::WaitUntil { .. } => false,
        };
        left = ends.then(|| step.place.clone());
    }
    left.is_some()
}

/// How many steps a journey may have, those in branches included.
const STEPS_MAX: usize = 200;
