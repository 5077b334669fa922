//! The steps of a journey as a graph: every step with its number and where it can lead.

use std::collections::{BTreeMap, BTreeSet};

use journey::Next;

use crate::journeys::{StepDoc, Verb};
use crate::yaml::At;

/// The steps in the order of the file, those inside a step after it.
pub(super) struct Graph<'d> {
    pub(super) nodes: Vec<Node<'d>>,
    /// The steps that have a name, by it.
    pub(super) names: BTreeMap<&'d str, usize>,
}

/// A step of a graph.
pub(super) struct Node<'d> {
    /// The step.
    pub(super) doc: &'d StepDoc,
    /// What it is called: its own name, else where it stands; no author can take such a name, as it
    /// has dots.
    pub(super) id: String,
    /// The step after it.
    pub(super) next: Next,
    /// Where each of the lists of steps inside it begins; the step after it where one is empty.
    pub(super) branches: Vec<Next>,
}

impl<'d> Graph<'d> {
    /// Lays out the steps of a journey.
    pub(super) fn of(steps: &'d [StepDoc]) -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            names: BTreeMap::new(),
        };
        graph.lay(steps, "step", None);
        graph
    }

    /// Lays out `docs`, of which the last leads to `after`.
    fn lay(&mut self, docs: &'d [StepDoc], path: &str, after: Next) {
        for (at, doc) in docs.iter().enumerate() {
            let index = self.nodes.len();
            let next = match at + 1 < docs.len() {
                true => Some(index + size(doc)),
                false => after,
            };
            let path = format!("{path}.{}", at + 1);
            let name = doc.id.as_ref().or_else(|| doc.send_id());
            if let Some(At { value, .. }) = name {
                self.names.entry(value).or_insert(index);
            }
            let id = name.map_or_else(|| path.clone(), |id| id.value.clone());
            let inside = doc.branches();
            let mut first = index + 1;
            let branches = inside.iter().map(|branch| {
                let start = if branch.is_empty() { next } else { Some(first) };
                first += branch.iter().map(size).sum::<usize>();
                start
            });
            let branches = branches.collect();
            self.nodes.push(Node {
                doc,
                id,
                next,
                branches,
            });
            for (branch, word) in inside.into_iter().zip(words(&doc.verb)) {
                self.lay(branch, &format!("{path}.{word}"), next);
            }
        }
    }

    /// Returns the steps to which one can lead.
    pub(super) fn exits(&self, at: usize) -> Vec<usize> {
        let Some(node) = self.nodes.get(at) else {
            return Vec::new();
        };
        let exits = match &node.doc.verb {
            Verb::Exit(_) => Vec::new(),
            Verb::Jump(to) => vec![self.names.get(to.value.as_str()).copied()],
            Verb::Broken(_) => node.branches.iter().copied().chain([node.next]).collect(),
            Verb::Case { .. } | Verb::If { .. } | Verb::Split(_) | Verb::WaitFor { .. } => {
                node.branches.clone()
            }
            Verb::Call { .. }
            | Verb::Change(_)
            | Verb::Enroll(_)
            | Verb::Send(_)
            | Verb::Wait(_)
            | Verb::WaitUntil { .. }
            | Verb::Window(_) => vec![node.next],
        };
        exits.into_iter().flatten().collect()
    }

    /// Returns the steps that can be reached from one, itself only if it lies in a cycle.
    pub(super) fn after(&self, at: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut ahead = self.exits(at);
        while let Some(at) = ahead.pop() {
            if found.insert(at) {
                ahead.extend(self.exits(at));
            }
        }
        found
    }

    /// Returns the steps in an order in which each stands before those it leads to (Kahn); those in
    /// cycles, and what comes after them, are left out.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut waiting: Vec<usize> = vec![0; self.nodes.len()];
        for at in 0..self.nodes.len() {
            for exit in self.exits(at) {
                waiting[exit] += 1;
            }
        }
        let mut ready: Vec<usize> = (0..self.nodes.len())
            .filter(|at| waiting[*at] == 0)
            .collect();
        let mut order = Vec::new();
        while let Some(at) = ready.pop() {
            order.push(at);
            for exit in self.exits(at) {
                waiting[exit] -= 1;
                if waiting[exit] == 0 {
                    ready.push(exit);
                }
            }
        }
        order
    }

    /// Returns the sends that somebody can have been through who comes to each step.
    pub(super) fn sends_before(&self) -> Vec<BTreeSet<&'d str>> {
        let mut before: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); self.nodes.len()];
        for at in self.order() {
            let mut known = before[at].clone();
            known.extend(self.nodes[at].doc.send_id().map(|id| id.value.as_str()));
            for exit in self.exits(at) {
                before[exit].extend(&known);
            }
        }
        before
    }
}

/// Returns how many steps a step and those inside it are.
fn size(doc: &StepDoc) -> usize {
    let inside: usize = doc.branches().into_iter().flatten().map(size).sum();
    1 + inside
}

/// Returns what the lists of steps inside a step are called.
fn words(verb: &Verb) -> Vec<String> {
    let word = str::to_owned;
    match verb {
        Verb::Case { arms, .. } => {
            let arms = (1..=arms.len()).map(|at| format!("case{at}"));
            arms.chain([word("else")]).collect()
        }
        Verb::Split(split) => {
            let sides = 1..=split.branches.len();
            sides.map(|at| format!("branch{at}")).collect()
        }
        Verb::Broken(branches) => (1..=branches.len()).map(|at| format!("part{at}")).collect(),
        Verb::If { .. } | Verb::WaitFor { .. } => vec![word("then"), word("else")],
        Verb::Call { .. }
        | Verb::Change(_)
        | Verb::Enroll(_)
        | Verb::Exit(_)
        | Verb::Jump(_)
        | Verb::Send(_)
        | Verb::Wait(_)
        | Verb::WaitUntil { .. }
        | Verb::Window(_) => Vec::new(),
    }
}
