//! Lays the steps of a journey out flat, each with where it leads.

use journey::{Absent, Action, Next, Step, Wait};

use super::Journey;
use crate::journeys::{StepDoc, Verb};

/// Returns the steps of a plan; nothing if one of them could not be read.
pub(super) fn flat(journey: &Journey<'_>) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    list(journey, &journey.doc.steps, "step", None, &mut steps)?;
    Some(steps)
}

/// Lays out `docs`, of which the last leads to `after`.
///
/// A step with no name of its own is called by where it stands; no author can take such a name, as
/// it has dots.
fn list(
    journey: &Journey<'_>,
    docs: &[StepDoc],
    path: &str,
    after: Next,
    steps: &mut Vec<Step>,
) -> Option<()> {
    for (at, doc) in docs.iter().enumerate() {
        let index = steps.len();
        let follower = index + size(doc);
        let next = if at + 1 < docs.len() {
            Some(follower)
        } else {
            after
        };
        let path = format!("{path}.{}", at + 1);
        let name = doc.id.as_ref().or_else(|| doc.send_id());
        let id = name.map_or_else(|| path.clone(), |id| id.value.clone());
        let action = action(journey, doc, index, next)?;
        steps.push(Step { id, action });
        if let Verb::If {
            then, otherwise, ..
        } = &doc.verb
        {
            list(journey, then, &format!("{path}.then"), next, steps)?;
            list(journey, otherwise, &format!("{path}.else"), next, steps)?;
        }
    }
    Some(())
}

fn action(journey: &Journey<'_>, doc: &StepDoc, index: usize, next: Next) -> Option<Action> {
    Some(match &doc.verb {
        Verb::Broken(_) => return None,
        Verb::Exit(reason) => Action::Exit {
            reason: reason.clone(),
        },
        Verb::If {
            condition,
            then,
            otherwise,
        } => {
            let first = index + 1;
            let second = first + then.iter().map(size).sum::<usize>();
            Action::If {
                condition: condition.as_ref()?.value.clone(),
                then: if then.is_empty() { next } else { Some(first) },
                otherwise: if otherwise.is_empty() {
                    next
                } else {
                    Some(second)
                },
            }
        }
        Verb::Send(send) => {
            let mail = journey.mails.get(&send.template.place.span.start)?;
            Action::Send {
                send: mail.send.clone()?,
                next,
            }
        }
        Verb::Wait(wait) => Action::Wait {
            wait: Wait::clone(wait),
            next,
        },
        Verb::WaitUntil { moment, absent } => Action::WaitUntil {
            moment: moment.value.clone(),
            absent: absent.unwrap_or(Absent::Continue),
            next,
        },
    })
}

/// Returns how many steps a step and those inside it are.
fn size(doc: &StepDoc) -> usize {
    let inside: usize = doc.branches().into_iter().flatten().map(size).sum();
    1 + inside
}
