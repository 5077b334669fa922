//! Checks the shape of a journey: names of steps, steps that nobody reaches, how many there are.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;
use crate::journeys::{StepDoc, Verb, each};
use crate::words::{list_of, nearest};
use crate::yaml::{At, quoted};
use crate::{Defect, Place};

/// Checks the steps of one journey.
pub(super) fn check(steps: &[StepDoc], graph: &Graph<'_>, defects: &mut Vec<Defect>) {
    names(steps, defects);
    jumps(graph, defects);
    cycles(graph, defects);
    let mut reached = graph.after(0);
    reached.insert(0);
    let reached = reached.into_iter().filter_map(|at| graph.nodes.get(at));
    let reached = reached.map(|node| node.doc.place.span.start).collect();
    reach(steps, &reached, defects);
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
    let mut first: BTreeMap<&str, (&Place, bool)> = BTreeMap::new();
    each(steps, &mut |step| {
        let Some(name) = step.id.as_ref().or_else(|| step.send_id()) else {
            return;
        };
        let unnamed = step.id.is_none();
        let Some((other, other_unnamed)) = first.insert(&name.value, (&name.place, unnamed)) else {
            return;
        };
        let shown = quoted(&name.value);
        let defect = if unnamed && other_unnamed {
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

/// Says which jumps lead nowhere.
fn jumps(graph: &Graph<'_>, defects: &mut Vec<Defect>) {
    for node in &graph.nodes {
        let Verb::Jump(At { value, place }) = &node.doc.verb else {
            continue;
        };
        if graph.names.contains_key(value.as_str()) {
            continue;
        }
        let names = || graph.names.keys().copied();
        let help = match nearest(value, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if graph.names.is_empty() => {
                format!("give the step an `id`: `- id: {}`", quoted(value))
            }
            None => format!("the steps with a name are {}", list_of(names())),
        };
        let what = format!("no step is called `{}`", quoted(value));
        defects.push(
            Defect::new(place.clone(), what)
                .label("jumps to nowhere")
                .help(help),
        );
    }
}

/// Says which jumps lead back, so that somebody could go round for ever.
fn cycles(graph: &Graph<'_>, defects: &mut Vec<Defect>) {
    if graph.order().len() == graph.nodes.len() {
        return;
    }
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for at in 0..graph.nodes.len() {
        let round = graph.after(at);
        let Verb::Jump(to) = &graph.nodes[at].doc.verb else {
            continue;
        };
        if !round.contains(&at) || told.contains(&at) {
            continue;
        }
        let mut defect = Defect::new(
            to.place.clone(),
            format!(
                "this jump leads in a circle, by way of `{}`",
                quoted(&to.value)
            ),
        )
        .label("leads back")
        .help(
            "a journey leads forward only, so that it ends: jump to a step that does not lead here",
        );
        for other in round {
            let Verb::Jump(name) = &graph.nodes[other].doc.verb else {
                continue;
            };
            if graph.after(other).contains(&at) {
                told.insert(other);
                if other != at {
                    defect = defect.also(name.place.clone(), "and this one");
                }
            }
        }
        defects.push(defect);
    }
}

/// Says which step comes after everybody has left and is jumped to by nobody; `reached` are the
/// places of those that can be reached. Tells whether `steps` always end the run or lead elsewhere.
fn reach(steps: &[StepDoc], reached: &BTreeSet<usize>, defects: &mut Vec<Defect>) -> bool {
    let mut left = None;
    for step in steps {
        if let Some(left) = left.take()
            && !reached.contains(&step.place.span.start)
        {
            // What could not be read may belong somewhere else.
            if matches!(step.verb, Verb::Broken(_)) {
                return true;
            }
            defects.push(
                Defect::new(step.place.clone(), "nobody reaches this step")
                    .label("never reached")
                    .help("remove it, or move it before what everybody leaves by")
                    .also(left, "everybody leaves here"),
            );
            return true;
        }
        let branches: Vec<bool> = step
            .branches()
            .into_iter()
            .map(|branch| !branch.is_empty() && reach(branch, reached, defects))
            .collect();
        let ends = match &step.verb {
            Verb::Exit(_) | Verb::Jump(_) => true,
            Verb::Case { .. } | Verb::If { .. } | Verb::Split(_) | Verb::WaitFor { .. } => {
                branches.iter().all(|ends| *ends)
            }
            Verb::Broken(_)
            | Verb::Call { .. }
            | Verb::Change(_)
            | Verb::Enroll(_)
            | Verb::Send(_)
            | Verb::Wait(_)
            | Verb::WaitUntil { .. }
            | Verb::Window(_) => false,
        };
        left = ends.then(|| step.place.clone());
    }
    left.is_some()
}

/// How many steps a journey may have, those in branches included.
const STEPS_MAX: usize = 200;
