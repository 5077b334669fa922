//! Where the ways of a journey meet again.

use std::collections::BTreeSet;

use journey::{Action, Next, Plan};

use super::shape::ways;

/// Returns for each step the first step that all its ways lead to, but for those on which everybody leaves or jumps
/// elsewhere; the number of steps stands for the end.
///
/// Where all ways jump, it is where the jumps meet.
pub(super) fn meets(plan: &Plan) -> Vec<usize> {
    let end = plan.steps.len();
    // Every way leads forward, so from the last to the first all that follows is known already.
    let mut straight: Vec<Vec<usize>> = vec![Vec::new(); end + 1];
    let mut jumping = straight.clone();
    straight[end] = vec![end];
    jumping[end] = vec![end];
    let mut meets = vec![end; end];
    for at in (0..end).rev() {
        let action = &plan.steps[at].action;
        let ways = ways(action);
        let jumps = matches!(action, Action::Jump { .. });
        let near = shared(&ways, &straight).filter(|_| !jumps);
        let far = shared(&ways, &jumping);
        let met = near.as_ref().or(far.as_ref()).and_then(|met| met.first());
        meets[at] = met.copied().unwrap_or(end);
        straight[at] = [vec![at], near.unwrap_or_default()].concat();
        jumping[at] = [vec![at], far.unwrap_or_default()].concat();
    }
    meets
}

/// Returns for each step, and for the end, what can follow it, itself included.
pub(super) fn follows(plan: &Plan) -> Vec<BTreeSet<usize>> {
    let end = plan.steps.len();
    let mut follows: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); end + 1];
    for at in (0..end).rev() {
        let exits = plan.steps[at].action.exits().into_iter().flatten();
        let ahead: BTreeSet<_> = exits.flat_map(|next| follows[next].clone()).collect();
        follows[at] = ahead;
        follows[at].insert(at);
    }
    follows
}

/// Returns what all ways lead to, but for those on which nobody comes to the end.
fn shared(ways: &[(Option<String>, Next)], after: &[Vec<usize>]) -> Option<Vec<usize>> {
    let end = after.len() - 1;
    let after = ways.iter().map(|(_, next)| &after[next.unwrap_or(end)]);
    let through = after.filter(|way| way.contains(&end)).cloned();
    through.reduce(|before, way| before.into_iter().filter(|one| way.contains(one)).collect())
}
