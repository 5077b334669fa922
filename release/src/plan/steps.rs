//! Makes the steps of a plan, each with where it leads.

use journey::{Absent, Action, Arm, Awaited, Branch, Change, Step, Wait};

use super::Journey;
use super::graph::{Graph, Node};
use crate::journeys::{AwaitedDoc, ChangeDoc, Verb};

/// Returns the steps of a plan; nothing if one of them could not be read.
pub(super) fn flat(journey: &Journey<'_>, graph: &Graph<'_>) -> Option<Vec<Step>> {
    let steps = graph.nodes.iter().map(|node| {
        Some(Step {
            id: node.id.clone(),
            action: action(journey, graph, node)?,
        })
    });
    steps.collect()
}

fn action(journey: &Journey<'_>, graph: &Graph<'_>, node: &Node<'_>) -> Option<Action> {
    let next = node.next;
    let mut branches = node.branches.iter().copied();
    let mut branch = || branches.next().flatten();
    Some(match &node.doc.verb {
        Verb::Broken(_) => return None,
        Verb::Call { hook, with } => Action::Call {
            hook: hook.value.clone(),
            with: with
                .iter()
                .map(|(name, text)| (name.clone(), text.value.clone()))
                .collect(),
            next,
        },
        Verb::Case { arms, .. } => {
            let arms = arms.iter().map(|(condition, _)| {
                Some(Arm {
                    condition: condition.as_ref()?.value.clone(),
                    next: branch(),
                })
            });
            Action::Case {
                arms: arms.collect::<Option<_>>()?,
                otherwise: branch(),
            }
        }
        Verb::Change(doc) => Action::Change {
            change: change(journey, node, doc)?,
            next,
        },
        Verb::Enroll(journey) => Action::Enroll {
            journey: journey.value.clone(),
            next,
        },
        Verb::Exit(reason) => Action::Exit {
            reason: reason.clone(),
        },
        Verb::If { condition, .. } => Action::If {
            condition: condition.as_ref()?.value.clone(),
            then: branch(),
            otherwise: branch(),
        },
        Verb::Jump(to) => Action::Jump {
            next: Some(*graph.names.get(to.value.as_str())?),
        },
        Verb::Send(send) => Action::Send {
            send: journey
                .mails
                .get(&send.template.place.span.start)?
                .send
                .clone()?,
            next,
        },
        Verb::Split(split) => {
            let sides = split.branches.iter().map(|(name, share, _)| Branch {
                name: name.clone(),
                share: *share,
                next: branch(),
            });
            Action::Split {
                name: split.name.clone(),
                branches: sides.collect(),
            }
        }
        Verb::Wait(_) | Verb::WaitFor { .. } | Verb::WaitUntil { .. } | Verb::Window(_) => {
            return waiting(journey, node);
        }
    })
}

fn change(journey: &Journey<'_>, node: &Node<'_>, doc: &ChangeDoc) -> Option<Change> {
    Some(match doc {
        ChangeDoc::List(_, change) | ChangeDoc::Plain(change) => change.clone(),
        ChangeDoc::Set(_) => {
            let fields = journey.sets.get(&node.doc.place.span.start)?;
            Change::Set(fields.clone())
        }
    })
}

fn awaited(doc: &AwaitedDoc) -> Awaited {
    match doc {
        AwaitedDoc::Clicked(send) => Awaited::Clicked(send.value.clone()),
        AwaitedDoc::Condition(condition) => Awaited::Condition(condition.value.clone()),
        AwaitedDoc::Event { event, filter } => Awaited::Event {
            event: event.value.clone(),
            filter: filter.as_ref().map(|filter| filter.value.clone()),
        },
        AwaitedDoc::Opened(send) => Awaited::Opened(send.value.clone()),
    }
}

/// Makes a step that lets time pass.
fn waiting(journey: &Journey<'_>, node: &Node<'_>) -> Option<Action> {
    let next = node.next;
    Some(match &node.doc.verb {
        Verb::Wait(wait) => Action::Wait {
            wait: Wait::clone(wait),
            next,
        },
        Verb::WaitFor { what, within, .. } => Action::WaitFor {
            what: awaited(what.as_deref()?),
            within: within.as_deref()?.clone(),
            then: *node.branches.first()?,
            otherwise: *node.branches.get(1)?,
        },
        Verb::WaitUntil { moment, absent } => Action::WaitUntil {
            moment: moment.value.clone(),
            absent: absent.unwrap_or(Absent::Continue),
            next,
        },
        Verb::Window(hours) => Action::Window {
            hours: hours.resolve(&journey.declared.project.calendars, &mut Vec::new())?,
            next,
        },
        Verb::Broken(_)
        | Verb::Call { .. }
        | Verb::Case { .. }
        | Verb::Change(_)
        | Verb::Enroll(_)
        | Verb::Exit(_)
        | Verb::If { .. }
        | Verb::Jump(_)
        | Verb::Send(_)
        | Verb::Split(_) => return None,
    })
}
