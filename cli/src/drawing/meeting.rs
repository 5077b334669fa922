//! Where the ways of a journey meet again.

use journey::Plan;

use super::shape::ways;

/// Returns for each step the first step that all its ways lead to, but for those on which everybody leaves.
pub(super) fn meets(plan: &Plan) -> Vec<usize> {
    let end = plan.steps.len();
    // Every way leads forward, so from the last to the first all that follows is known already.
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); end + 1];
    after[end] = vec![end];
    let mut meets = vec![end; end];
    for at in (0..end).rev() {
        let ways = ways(&plan.steps[at].action);
        let mut shared: Option<Vec<usize>> = None;
        for (_, next) in &ways {
            let next = next.unwrap_or(end);
            let way = after[next].clone();
            // A way on which everybody leaves meets no other.
            if !way.contains(&end) {
                continue;
            }
            shared = Some(match shared {
                None => way,
                Some(before) => before.into_iter().filter(|one| way.contains(one)).collect(),
            });
        }
        let mut chain = vec![at];
        match shared {
            None => chain = vec![at],
            Some(shared) => {
                meets[at] = shared.first().copied().unwrap_or(end);
                chain.extend(shared);
            }
        }
        after[at] = chain;
    }
    meets
}
