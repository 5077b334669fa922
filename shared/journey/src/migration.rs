//! Whether a run may go on in another version of its journey, and from when.

use std::mem::discriminant;

use jiff::Timestamp;

use crate::{
    Absent, Action, Enrollment, Facts, Known, Phase, Plan, Scene, Step, ceil_to_minute, opening,
};

/// What becomes of a run when its journey moves to another version.
#[derive(Clone, Debug, PartialEq)]
pub enum Migration {
    /// It goes on in that version, at the step where it stands.
    Moves(Box<Enrollment>),
    /// It stays where it is.
    Stays(Stay),
}

/// Why a run cannot go on in another version.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Stay {
    /// A mail of it is on its way, or it goes on this minute.
    Busy,
    /// The version has no such step, or another one in its place.
    Gone,
    /// The version needs a parameter, or people, that were not kept when it came in.
    Lacks,
    /// It is over.
    Over,
    /// The version would have it take a step a second time.
    Repeats,
}

impl Stay {
    /// Says why, to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "is going on this moment",
            Self::Gone => "the step is gone",
            Self::Lacks => "the version needs what was not kept",
            Self::Over => "is over",
            Self::Repeats => "would take a step again",
        }
    }
}

/// Decides whether `run` may leave version `old` for the one of the scene, which is called `hash`.
///
/// A wait that says the same keeps its moment; another one is reckoned anew from when the run came to it.
pub fn migrate(scene: &Scene<'_>, old: &Plan, hash: &str, run: &Enrollment) -> Migration {
    let step = match &run.phase {
        Phase::Left { .. } => return Migration::Stays(Stay::Over),
        Phase::Calling { .. } | Phase::Entered | Phase::Met { .. } | Phase::Sending { .. } => {
            return Migration::Stays(Stay::Busy);
        }
        Phase::Holding { step, .. } | Phase::Parked { step, .. } | Phase::Waiting { step, .. } => {
            step
        }
    };
    let Some((at, before)) = same(old, scene.plan, step) else {
        return Migration::Stays(Stay::Gone);
    };
    let after = &scene.plan.steps[at];
    let ahead = reach(scene.plan, at);
    if ahead.iter().any(|one| took(run, &one.id)) {
        return Migration::Stays(Stay::Repeats);
    }
    if lacks(scene.plan, old, run, &ahead) {
        return Migration::Stays(Stay::Lacks);
    }
    let phase = match &run.phase {
        Phase::Waiting { step, .. } if !says_the_same(before, after) => {
            let Some(due) = reckon(scene, run, after) else {
                return Migration::Stays(Stay::Gone);
            };
            Phase::Waiting {
                step: step.clone(),
                due,
            }
        }
        other @ (Phase::Calling { .. }
        | Phase::Entered
        | Phase::Holding { .. }
        | Phase::Left { .. }
        | Phase::Met { .. }
        | Phase::Parked { .. }
        | Phase::Sending { .. }
        | Phase::Waiting { .. }) => other.clone(),
    };
    Migration::Moves(Box::new(Enrollment {
        plan: hash.to_owned(),
        phase,
        ..run.clone()
    }))
}

/// Returns where a step stands in the new version, and what it was in the old one.
///
/// A step without a name of its own is called by its place: it is the same only where all before it are.
fn same<'a>(old: &'a Plan, new: &Plan, id: &str) -> Option<(usize, &'a Step)> {
    let place = |plan: &Plan| plan.steps.iter().position(|step| step.id == id);
    let (was, at) = (place(old)?, place(new)?);
    let (before, after) = (&old.steps[was], &new.steps[at]);
    let notifies = |step: &Step| step.action.send().map(|send| send.to.is_some());
    let alike = discriminant(&before.action) == discriminant(&after.action)
        && notifies(before) == notifies(after);
    let ids = |plan: &Plan, at: usize| -> Vec<String> {
        let steps = plan.steps[..at].iter();
        steps.map(|step| step.id.clone()).collect()
    };
    let named = !id.contains('.');
    (alike && (named || ids(old, was) == ids(new, at))).then_some((at, before))
}

/// Returns whether two steps of one kind wait for as long; where they lead is another matter.
fn says_the_same(before: &Step, after: &Step) -> bool {
    match (&before.action, &after.action) {
        (Action::Wait { wait: one, .. }, Action::Wait { wait: other, .. }) => one == other,
        (Action::WaitFor { within: one, .. }, Action::WaitFor { within: other, .. }) => {
            one == other
        }
        (
            Action::WaitUntil { moment, absent, .. },
            Action::WaitUntil {
                moment: other,
                absent: otherwise,
                ..
            },
        ) => (moment, absent) == (other, otherwise),
        (Action::Window { hours: one, .. }, Action::Window { hours: other, .. }) => one == other,
        // Nothing else waits.
        _ => false,
    }
}

/// Returns the steps that a run may still come to from one of them, that one included.
fn reach(plan: &Plan, at: usize) -> Vec<&Step> {
    let mut seen = vec![false; plan.steps.len()];
    let mut open = vec![at];
    while let Some(at) = open.pop() {
        if let Some(new @ false) = seen.get_mut(at) {
            *new = true;
            open.extend(plan.steps[at].action.exits().into_iter().flatten());
        }
    }
    let steps = plan.steps.iter().zip(seen);
    steps
        .filter_map(|(step, seen)| seen.then_some(step))
        .collect()
}

fn took(run: &Enrollment, step: &str) -> bool {
    run.path.iter().any(|taken| taken.step == step)
}

/// Returns whether the steps ahead need something that was settled when the run came in and is not there.
fn lacks(plan: &Plan, old: &Plan, run: &Enrollment, ahead: &[&Step]) -> bool {
    let mut unkept = plan
        .params
        .keys()
        .filter(|path| !run.params.contains_key(*path));
    let reads = |path: &String| {
        let mut ahead = ahead.iter();
        ahead.any(|step| step.action.params().contains(&path.as_str()))
    };
    // What both versions read was absent from the event, or is secret and was forgotten after its mail.
    let new = unkept.any(|path| {
        let known = old.params.get(path);
        known.is_none_or(|field| field.sensitive && reads(path))
    });
    let notifies = |step: &Step| step.action.send().is_some_and(|send| send.to.is_some());
    let mut mails = ahead.iter().filter(|step| notifies(step));
    // An order for somebody else may be on its way still, and is looked up in the plan of its run.
    let mut sent = old
        .steps
        .iter()
        .filter(|step| notifies(step) && took(run, &step.id));
    new || mails.any(|step| !run.notified.contains_key(&step.id))
        || sent.any(|step| !plan.step(&step.id).is_some_and(notifies))
}

/// Returns when a run goes on that waits at a step which says something else than before.
fn reckon(scene: &Scene<'_>, run: &Enrollment, step: &Step) -> Option<Timestamp> {
    let project = &scene.plan.settings.zone;
    let zone = scene.contact.zone(project);
    let arrived = run.path.last().map_or(run.entered, |taken| taken.at);
    match &step.action {
        Action::Wait { wait, .. } => Some(wait.due(arrived, &zone)),
        Action::WaitFor { within, .. } => Some(ceil_to_minute(within.after(arrived, &zone))),
        Action::WaitUntil { moment, absent, .. } => {
            let known = Known::new(scene.contact, &run.params, project, scene.now);
            let value = moment.path().and_then(|path| Facts::value(&known, path));
            match (moment.due(value, &zone), absent) {
                (Some(due), _) => Some(due),
                // It goes on, or leaves, as it would have done on arrival.
                (None, Absent::Continue) => Some(ceil_to_minute(arrived)),
                (None, Absent::Exit) => None,
            }
        }
        Action::Window { hours, .. } => opening(&[hours], scene.now, &zone),
        Action::Call { .. }
        | Action::Case { .. }
        | Action::Change { .. }
        | Action::Enroll { .. }
        | Action::Exit { .. }
        | Action::If { .. }
        | Action::Jump { .. }
        | Action::Send { .. }
        | Action::Split { .. } => None,
    }
}
