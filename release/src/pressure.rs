//! How much advertising one person can get in a week, at most.

use jiff::SignedDuration;
use journey::{Occasion, Plan, Priority, Reentry, Repeat, Trigger};

/// The most advertising that one person can get in any seven days.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pressure {
    /// How many mails; nothing where there is no limit.
    pub mails: Option<u64>,
    /// The journeys that have no limit of their own and that no cap holds back.
    pub unlimited: Vec<String>,
    /// Those of them that no cap could hold back, as their priority passes it.
    pub passing: Vec<String>,
    /// Whether it counts one subject only: who is concerned in two pupils or orders may get that twice.
    pub for_each_subject: bool,
}

/// Reckons it for the journeys of a release; nothing where none of them advertises.
///
/// It is never less than what can happen: a journey counts with its longest way, as often as somebody can be in it,
/// and the caps of the project bound all that does not pass them.
pub fn pressure<'a>(plans: impl Iterator<Item = &'a Plan>) -> Option<Pressure> {
    let advertising = plans.filter(|plan| plan.purpose.is_marketing());
    let advertising: Vec<_> = advertising.collect();
    // What the project says of advertising stands in each plan of it.
    let limits = &advertising.first()?.rules.limits;
    let capped = limits.at_most.iter().map(|cap| {
        let stretches = WEEK.as_secs().unsigned_abs();
        let stretches = stretches.div_ceil(cap.span().as_secs().unsigned_abs().max(1));
        u64::from(cap.count()) * stretches
    });
    let capped = capped.min();
    let mut held = Some(0);
    let mut passing = Some(0);
    let mut unlimited = Vec::new();
    let mut passes = Vec::new();
    let mut by_subject = false;
    for plan in advertising {
        let own = of_journey(plan);
        by_subject |= own.is_some_and(|own| own > 0) && of_events(plan);
        let high = plan.rules.priority == Priority::High;
        if own.is_none() && (high || capped.is_none()) {
            unlimited.push(plan.journey.clone());
            passes.extend(high.then(|| plan.journey.clone()));
        }
        let sum = if high { &mut passing } else { &mut held };
        *sum = sum
            .zip(own)
            .map(|(sum, own): (u64, u64)| sum.saturating_add(own));
    }
    let bound = held.is_none_or(|held| capped.is_some_and(|capped| capped <= held));
    by_subject &= passing != Some(0) || !bound;
    let held = match (held, capped) {
        (Some(held), Some(capped)) => Some(held.min(capped)),
        (one, other) => one.or(other),
    };
    Some(Pressure {
        mails: held.zip(passing).map(|(held, passing)| held + passing),
        for_each_subject: by_subject && unlimited.is_empty(),
        unlimited,
        passing: passes,
    })
}

/// Returns the most mails that one journey can send one person in a week; nothing where there is no limit.
fn of_journey(plan: &Plan) -> Option<u64> {
    let mails = longest(plan)?;
    let runs = match &plan.reentry {
        _ if mails == 0 => 0,
        Reentry::Never => 1,
        Reentry::Unlimited if plan.entries_max.is_some() => plan.entries_max?.into(),
        // One ends in the week, and each that begins in it may send all of its mails.
        Reentry::After(period) => {
            let apart = period.about().as_secs().max(1);
            let runs = u64::try_from(WEEK.as_secs() / apart).ok()? + 2;
            plan.entries_max.map_or(runs, |most| runs.min(most.into()))
        }
        Reentry::Restart | Reentry::Single | Reentry::Unlimited => yearly(plan)? + 1,
    };
    Some(mails.saturating_mul(runs))
}

/// Returns how many days of a year let a person in; nothing where something else does so too.
///
/// One such run can end in the week in which the next one begins.
fn yearly(plan: &Plan) -> Option<u64> {
    let of_year = |trigger: &Trigger| matches!(&trigger.on, Occasion::Date { repeat, .. } if *repeat == Repeat::Yearly);
    let days = u64::try_from(plan.triggers.len()).ok()?;
    plan.triggers.iter().all(of_year).then_some(days)
}

/// Returns whether a person can be in a journey for several subjects at once.
fn of_events(plan: &Plan) -> bool {
    plan.triggers
        .iter()
        .any(|trigger| trigger.event().is_some())
}

/// Returns how many mails stand on the way that has most of them; nothing where somebody can get those of others' runs.
fn longest(plan: &Plan) -> Option<u64> {
    let mut most = vec![0_u64; plan.steps.len() + 1];
    // Every way leads forward, so from the last step on all that follows is known.
    for (at, step) in plan.steps.iter().enumerate().rev() {
        let next = step.action.exits().into_iter();
        let next = next
            .map(|next| most[next.unwrap_or(plan.steps.len())])
            .max();
        let own = step.action.send().filter(|send| plan.topic(send).is_some());
        if own.is_some_and(|send| send.to.is_some()) {
            return None;
        }
        most[at] = next.unwrap_or(0) + u64::from(own.is_some());
    }
    most.first().copied()
}

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
