//! Whether every block of a text is closed, and where each name in it leads.

use std::collections::BTreeSet;

use super::expression::{Call, Path, Start, Value};
use super::tag::{Piece, Tag, TagKind};
use crate::Defect;

/// Finds blocks that are not closed, and what closes or divides none.
pub(super) fn check(piece: Piece<'_>, tags: &[Tag], defects: &mut Vec<Defect>) {
    // What could not be read may be what opens or closes a block.
    let doubtful = tags.iter().any(|tag| {
        let written = piece.text.get(tag.span.clone()).unwrap_or_default();
        tag.kind == TagKind::Broken && written.contains(['#', '/'])
    });
    if doubtful {
        return;
    }
    let mut open: Vec<(&Tag, &Call, bool)> = vec![];
    for tag in tags {
        let place = || piece.place(&tag.span);
        match &tag.kind {
            TagKind::Open(call) => {
                if open.len() == DEPTH_MAX {
                    let what = format!("blocks lie more than {DEPTH_MAX} deep in each other");
                    defects.push(Defect::new(place(), what).help("make several mails of it"));
                }
                open.push((tag, call, false));
            }
            TagKind::Else(again) => match open.last_mut() {
                None => {
                    let defect = Defect::new(place(), "`{{else}}` stands in no block");
                    defects.push(defect.help("open one before it: `{{#if name}}`"));
                }
                Some((opening, _, divided)) if *divided => {
                    let defect = Defect::new(place(), "this block has an `{{else}}` already")
                        .help("keep one of the two");
                    defects.push(defect.also(piece.place(&opening.span), "opened here"));
                }
                Some((_, _, divided)) => *divided = again.is_none(),
            },
            TagKind::Close(name) => match open.pop() {
                None => {
                    let defect = Defect::new(place(), format!("`{{{{/{name}}}}}` closes nothing"));
                    defects.push(defect.help(format!("open it first: `{{{{#{name} …}}}}`")));
                }
                Some((opening, call, _)) if call.name != *name => {
                    // The inner block is the one that was forgotten if the outer one is meant.
                    let outer = open.iter().rposition(|(_, call, _)| call.name == *name);
                    match outer {
                        Some(outer) => {
                            defects.push(unclosed(piece, opening, call));
                            for (opening, call, _) in open.drain(outer..).skip(1) {
                                defects.push(unclosed(piece, opening, call));
                            }
                        }
                        None => {
                            let what = format!("`{{{{/{name}}}}}` closes `{{{{#{}}}}}`", call.name);
                            let defect = Defect::new(place(), what);
                            let defect = defect.help(format!("write `{{{{/{}}}}}`", call.name));
                            defects.push(defect.also(piece.place(&opening.span), "opened here"));
                        }
                    }
                }
                Some(_) => {}
            },
            TagKind::Comment | TagKind::Print(_) | TagKind::Content | TagKind::Broken => {}
        }
    }
    for (opening, call, _) in open {
        defects.push(unclosed(piece, opening, call));
    }
}

fn unclosed(piece: Piece<'_>, opening: &Tag, call: &Call) -> Defect {
    let what = format!("`{{{{#{}}}}}` is not closed", call.name);
    let defect = Defect::new(piece.place(&opening.span), what).label("opened here");
    defect.help(format!("add `{{{{/{}}}}}` where the block ends", call.name))
}

/// What a path leads to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Target {
    /// A value or a group, written out from the outermost: `event.Person.FullName`.
    Named(String),
    /// One value of the list of that name.
    Item(String),
    /// `@index`
    Index,
    /// `@first`, `@last`
    Edge,
    /// Nothing that this place knows.
    Nothing,
}

/// The blocks around a place that change what names lead to, outermost first.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
struct Block {
    inside: Target,
    names: Vec<(String, Target)>,
    loops: bool,
}

impl Blocks {
    /// Enters a block, and tells whether it changes what names lead to.
    pub(super) fn enter(&mut self, call: &Call) -> bool {
        let loops = call.name == "each";
        if !loops && call.name != "with" {
            return false;
        }
        let value = match call.arguments.first() {
            Some(Value::Path(path)) => self.target(path),
            Some(Value::Literal(_) | Value::Call(_)) | None => Target::Nothing,
        };
        let inside = match (loops, value) {
            (true, Target::Named(list)) => Target::Item(list),
            (true, _) => Target::Nothing,
            (false, value) => value,
        };
        let targets = [
            inside.clone(),
            if loops {
                Target::Index
            } else {
                Target::Nothing
            },
        ];
        let names = call.block_names.iter().cloned().zip(targets).collect();
        self.blocks.push(Block {
            inside,
            names,
            loops,
        });
        true
    }

    /// Leaves the innermost block.
    pub(super) fn leave(&mut self) {
        self.blocks.pop();
    }

    /// Returns whether a place has other names at hand than the outermost ones.
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Returns what a path leads to.
    pub(super) fn target(&self, path: &Path) -> Target {
        let mut names = path.names.iter();
        let first = match path.start {
            Start::Local => return self.local(path),
            Start::Root => None,
            Start::Block(up) => {
                let named = path
                    .names
                    .first()
                    .filter(|_| up == 0)
                    .and_then(|name| self.named(name));
                match named {
                    Some(target) => {
                        names.next();
                        Some(target.clone())
                    }
                    None if up > self.blocks.len() => return Target::Nothing,
                    None => {
                        let depth = self.blocks.len() - up;
                        depth
                            .checked_sub(1)
                            .and_then(|i| self.blocks.get(i))
                            .map(|b| b.inside.clone())
                    }
                }
            }
        };
        names.fold(
            first.unwrap_or(Target::Named(String::new())),
            |target, name| match target {
                Target::Named(path) if path.is_empty() => Target::Named(name.clone()),
                Target::Named(path) => Target::Named(format!("{path}.{name}")),
                Target::Item(_) | Target::Index | Target::Edge | Target::Nothing => Target::Nothing,
            },
        )
    }

    fn named(&self, name: &str) -> Option<&Target> {
        let mut blocks = self.blocks.iter().rev();
        blocks.find_map(|block| {
            block
                .names
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, target)| target)
        })
    }

    fn local(&self, path: &Path) -> Target {
        let loops = self.blocks.last().is_some_and(|block| block.loops);
        match path.names.first().map(String::as_str) {
            Some("index") if loops && path.names.len() == 1 => Target::Index,
            Some("first" | "last") if loops && path.names.len() == 1 => Target::Edge,
            Some(_) | None => Target::Nothing,
        }
    }
}

/// Collects every path that a text names, written out.
pub(super) fn collect_paths(tags: &[Tag], paths: &mut BTreeSet<String>) {
    let mut blocks = Blocks::default();
    let mut entered = vec![];
    for tag in tags {
        if let Some(value) = tag.kind.calls() {
            value.for_each_path(&mut |path| {
                if let Target::Named(name) | Target::Item(name) = blocks.target(path) {
                    paths.insert(name);
                }
            });
        }
        match &tag.kind {
            TagKind::Open(call) => entered.push(blocks.enter(call)),
            TagKind::Else(_) => {
                if entered.last_mut().is_some_and(std::mem::take) {
                    blocks.leave();
                }
            }
            TagKind::Close(_) => {
                if entered.pop().unwrap_or_default() {
                    blocks.leave();
                }
            }
            TagKind::Comment | TagKind::Print(_) | TagKind::Content | TagKind::Broken => {}
        }
    }
}

/// How deep blocks may lie in each other.
const DEPTH_MAX: usize = 16;
