//! The one transition: what an enrollment does next.

mod mails;
mod signals;
mod walk;

pub use mails::{Clearance, clearance};

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Decision, Ending, Enrollment, Ignored, Input, Outcome, Phase, Scene};
use walk::Walk;

/// Decides what `enrollment` does about `input`.
///
/// Total: there is no wrong input.
/// Queues deliver late and twice, so an input that no longer applies is ordinary and is ignored.
pub fn advance(scene: &Scene<'_>, enrollment: Enrollment, input: Input) -> Decision {
    let walk = Walk::new(scene, enrollment);
    match (walk.enrollment.phase.clone(), input) {
        (phase @ (Phase::Left { .. } | Phase::Parked { .. }), Input::Signal(signal)) => {
            walk.remembered(&phase, &signal)
        }
        (phase @ Phase::Left { .. }, Input::Settled(settled)) => walk.arrived(&phase, &settled),
        (Phase::Left { .. }, _) => walk.ignore(Ignored::Left),
        (_, Input::End(Ending::Ended)) => walk.leave(ENDED, scene.now),
        (_, Input::End(Ending::Restarted)) => walk.leave("restarted", scene.now),
        (_, Input::End(Ending::Unsubscribed)) => walk.leave("unsubscribed", scene.now),
        (phase, _) if walk.is_to_end() && !phase.is_under_way() => walk.leave(ENDED, scene.now),
        (Phase::Parked { step, at, .. }, Input::Retry) => walk.retried(&step, at),
        (Phase::Parked { .. }, _) => walk.ignore(Ignored::Parked),
        (phase, Input::Signal(signal)) => walk.signaled(&phase, &signal),
        (Phase::Entered, Input::Start | Input::Wake) => walk.walk(Some(0), scene.now, scene.now),
        (Phase::Met { step, since }, Input::Wake) => walk.met(&step, since),
        (Phase::Holding { due, .. } | Phase::Waiting { due, .. }, Input::Wake)
            if due > scene.now =>
        {
            walk.ignore(Ignored::Early)
        }
        (Phase::Holding { step, since, due }, Input::Wake) => walk.held(&step, [since, due]),
        (Phase::Waiting { step, due }, Input::Wake) => walk.woken(&step, due),
        (
            Phase::Calling { step, since: due } | Phase::Sending { step, due, .. },
            Input::Settled(settled),
        ) if step == settled.step => walk.settled(&settled, due),
        (Phase::Calling { .. } | Phase::Sending { .. }, Input::Start | Input::Wake)
        | (Phase::Holding { .. } | Phase::Met { .. } | Phase::Waiting { .. }, Input::Start)
        | (_, Input::Retry | Input::Settled(_)) => walk.ignore(Ignored::Stale),
    }
}

/// Decides what becomes of the run of somebody who turned out to be somebody else: it is over, for `reason`.
///
/// As with every end, what its notifications say stays: they may still be on their way.
pub fn end_as_other(scene: &Scene<'_>, enrollment: Enrollment, reason: &str) -> Enrollment {
    Walk::new(scene, enrollment)
        .leave(reason, scene.now)
        .enrollment
}

/// Decides what becomes of the run of somebody who was erased: it ends, and holds nothing any more.
pub fn erase(enrollment: Enrollment, now: Timestamp) -> Decision {
    let outcome = match enrollment.phase.is_over() {
        true => Outcome::Ignored(Ignored::Left),
        false => Outcome::Moved,
    };
    let phase = Phase::Left {
        reason: "erased".to_owned(),
        at: now,
    };
    Decision {
        enrollment: Enrollment {
            params: BTreeMap::new(),
            phase,
            ..enrollment
        },
        effects: Vec::new(),
        outcome,
    }
}

/// Why somebody leaves when the journey is over for everybody.
const ENDED: &str = "ended";
