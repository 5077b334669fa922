//! Every way through a journey: which mails somebody gets on it, and how long it takes.

use jiff::SignedDuration;
use journey::{Action, Next, Plan, Step};

/// One way through a journey.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Route {
    /// Which way each question led: the step and the answer.
    pub(crate) turns: Vec<(String, String)>,
    /// The mails on it.
    pub(crate) mails: Vec<String>,
    /// How long it takes at least.
    pub(crate) least: SignedDuration,
    /// How long it takes at most, if that can be said: a date can be as far away as it likes.
    pub(crate) most: Option<SignedDuration>,
    /// How it ends.
    pub(crate) end: String,
}

/// Returns the ways through a journey, the first [`ROUTES_MAX`] of them, and whether there are more.
pub(crate) fn routes(plan: &Plan) -> (Vec<Route>, bool) {
    let mut found = Vec::new();
    let start = Route {
        most: Some(SignedDuration::ZERO),
        ..Route::default()
    };
    let first = (!plan.steps.is_empty()).then_some(0);
    let mut ahead = vec![(first, start)];
    while let Some((at, mut route)) = ahead.pop() {
        if found.len() == ROUTES_MAX {
            return (found, true);
        }
        let Some(step) = at.and_then(|at| plan.steps.get(at)) else {
            route.end = "finished".to_owned();
            found.push(route);
            continue;
        };
        if let Action::Exit { reason } = &step.action {
            route.end.clone_from(reason);
            found.push(route);
            continue;
        }
        ahead.extend(turns(step, route).into_iter().rev());
    }
    (found, false)
}

/// Returns where a step leads, and the way up to there.
fn turns(step: &Step, mut route: Route) -> Vec<(Next, Route)> {
    let turn = |answer: &str, next: Next, route: &Route| {
        let mut taken = route.clone();
        taken.turns.push((step.id.clone(), answer.to_owned()));
        (next, taken)
    };
    match &step.action {
        Action::Exit { .. } => Vec::new(),
        Action::Case { arms, otherwise } => {
            let arms = arms.iter();
            let arms = arms.map(|arm| turn(arm.condition.as_str(), arm.next, &route));
            arms.chain([turn("else", *otherwise, &route)]).collect()
        }
        Action::If {
            then, otherwise, ..
        } => vec![
            turn("then", *then, &route),
            turn("else", *otherwise, &route),
        ],
        Action::Split { branches, .. } => {
            let branches = branches.iter();
            let sides = branches.map(|branch| turn(&branch.name, branch.next, &route));
            sides.collect()
        }
        Action::WaitFor {
            within,
            then,
            otherwise,
            ..
        } => {
            let [least, most] = within.between();
            let soon = longer(&route, [SignedDuration::ZERO, most]);
            let late = longer(&route, [least, most]);
            vec![turn("then", *then, &soon), turn("else", *otherwise, &late)]
        }
        Action::Send { next, .. } => {
            route.mails.push(step.id.clone());
            vec![(*next, route)]
        }
        Action::Wait { wait, next } => vec![(*next, longer(&route, wait.about()))],
        Action::WaitUntil { next, .. } => {
            route.most = None;
            vec![(*next, route)]
        }
        Action::Window { next, .. } => {
            vec![(*next, longer(&route, [SignedDuration::ZERO, WEEK]))]
        }
        Action::Call { next, .. }
        | Action::Change { next, .. }
        | Action::Enroll { next, .. }
        | Action::Jump { next } => {
            vec![(*next, route)]
        }
    }
}

fn longer(route: &Route, [least, most]: [SignedDuration; 2]) -> Route {
    let mut longer = route.clone();
    longer.least = route.least.saturating_add(least);
    longer.most = route.most.map(|known| known.saturating_add(most));
    longer
}

/// Says about how long something takes: `3 days 4 h`.
pub(crate) fn about(length: SignedDuration) -> String {
    let hours = length.as_hours();
    match (hours / 24, hours % 24, length.as_mins() % 60) {
        (0, 0, 0) => "at once".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, _) => format!("{hours} h"),
        (days, 0, _) => crate::words::count(usize::try_from(days).unwrap_or_default(), "day"),
        (days, hours, _) => {
            let days = crate::words::count(usize::try_from(days).unwrap_or_default(), "day");
            format!("{days} {hours} h")
        }
    }
}

/// How many ways are shown at most.
const ROUTES_MAX: usize = 200;

/// A window opens again within a week, unless days are closed.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
