//! Finds what would leave a condition without an answer.

use std::collections::BTreeSet;
use std::ops::Range;

use super::kinds::{self, Type};
use super::tree::{Expr, Name, Node, Operator};
use super::{Kind, Mistake, Reading, Schema};
use crate::nearest;

/// Reports every mistake that does not follow from another one, in the order of the text.
pub(super) fn check(source: &str, tree: &Node, schema: &Schema) -> Result<(), Vec<Mistake>> {
    let mut checker = Checker {
        source,
        schema,
        mistakes: Vec::new(),
    };
    checker.truth(tree, &Known::new());
    let mut mistakes = checker.mistakes;
    mistakes.sort_by_key(|mistake| (mistake.at.start, mistake.at.end));
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes)
    }
}

/// Says that nothing is declared under a path, and what may have been meant.
pub(crate) fn unknown_path(path: &str, at: Range<usize>, schema: &Schema) -> Mistake {
    let known = || schema.fields.keys().map(String::as_str);
    let tail = format!(".{path}");
    let same_root = |name: &&str| name.split('.').next() == path.split('.').next();
    // `event.amount`, where only `signal.amount` is: the root is what is wrong.
    let rest = path.split_once('.').map(|(_, rest)| rest);
    let elsewhere = |name: &str| rest.is_some() && name.split_once('.').map(|(_, own)| own) == rest;
    let meant = known()
        .find(|name| name.ends_with(&tail))
        .or_else(|| known().find(|name| elsewhere(name)))
        .or_else(|| nearest(path, known()));
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known().any(|name| same_root(&name)) => listed(known().filter(same_root)),
        None => listed(known()),
    };
    Mistake::new(at, format!("nothing is called `{path}`"), help)
}

/// The paths that certainly hold something at a place in the condition.
type Known<'a> = BTreeSet<&'a str>;

/// The paths that certainly hold something after a question: if its answer is yes, and if it is no.
struct After<'a> {
    yes: Known<'a>,
    no: Known<'a>,
}

impl<'a> After<'a> {
    /// A question from whose answer nothing follows.
    fn neither(known: &Known<'a>) -> Self {
        Self {
            yes: known.clone(),
            no: known.clone(),
        }
    }
}

/// The walk over a condition.
struct Checker<'a> {
    source: &'a str,
    schema: &'a Schema,
    mistakes: Vec<Mistake>,
}

impl<'a> Checker<'a> {
    /// Checks a part that must be a question.
    fn truth(&mut self, node: &'a Node, known: &Known<'a>) -> After<'a> {
        match &node.expr {
            Expr::Has(path) => {
                self.reading(&path.text, &path.at);
                let mut yes = known.clone();
                yes.insert(&path.text);
                After {
                    yes,
                    no: known.clone(),
                }
            }
            Expr::Not(inner) => {
                let After { yes, no } = self.truth(inner, known);
                After { yes: no, no: yes }
            }
            Expr::And(parts) => {
                let (yes, no) = self.chain(parts, known, |after| (after.yes, after.no));
                After { yes, no }
            }
            Expr::Or(parts) => {
                let (no, yes) = self.chain(parts, known, |after| (after.no, after.yes));
                After { yes, no }
            }
            Expr::Opened(send) | Expr::Clicked(send, _) => {
                self.send(send);
                After::neither(known)
            }
            Expr::Compare(operator, left, right) => {
                self.comparison(node, *operator, left, right, known);
                After::neither(known)
            }
            Expr::In(item, list) => {
                self.membership(node, item, list, known);
                After::neither(known)
            }
            Expr::Bool(_)
            | Expr::Number(_)
            | Expr::Text(_)
            | Expr::Numbers(_)
            | Expr::Texts(_)
            | Expr::Path(_)
            | Expr::DaysSince(_) => {
                if let Some(kind) = self.kind(node, known)
                    && kind != Type::Bool
                {
                    self.mistakes
                        .push(kinds::no_question(self.source, node, kind));
                }
                After::neither(known)
            }
        }
    }

    /// Checks parts of which each is asked only if the one before it did not decide.
    ///
    /// `split` tells the answer that goes on to the next part from the one that decides. Returns what
    /// is known if none decided, and if one did, whichever that was.
    fn chain(
        &mut self,
        parts: &'a [Node],
        known: &Known<'a>,
        split: fn(After<'a>) -> (Known<'a>, Known<'a>),
    ) -> (Known<'a>, Known<'a>) {
        let mut on = known.clone();
        let mut decided: Option<Known<'a>> = None;
        for part in parts {
            let (next, here) = split(self.truth(part, &on));
            on = next;
            decided = Some(match decided {
                Some(before) => &before & &here,
                None => here,
            });
        }
        (on, decided.unwrap_or_default())
    }

    /// Returns what kind of value a part has, unless that is a mistake in itself.
    fn kind(&mut self, node: &'a Node, known: &Known<'a>) -> Option<Type> {
        match &node.expr {
            Expr::Number(_) => Some(Type::Number),
            Expr::Text(_) => Some(Type::Text),
            Expr::Numbers(_) => Some(Type::Numbers),
            Expr::Texts(_) => Some(Type::Texts),
            Expr::Bool(_) => Some(Type::Bool),
            Expr::Path(path) => self.present(path, &node.at, known).map(Type::from),
            Expr::DaysSince(path) => {
                let kind = self.present(&path.text, &path.at, known)?;
                if matches!(kind, Kind::Date | Kind::DateTime) {
                    return Some(Type::Number);
                }
                self.mistakes.push(kinds::no_date(path, Type::from(kind)));
                None
            }
            Expr::Has(_)
            | Expr::Opened(_)
            | Expr::Clicked(..)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare(..)
            | Expr::In(..) => {
                self.truth(node, known);
                Some(Type::Bool)
            }
        }
    }

    /// Checks that two values can be compared.
    fn comparison(
        &mut self,
        node: &Node,
        operator: Operator,
        left: &'a Node,
        right: &'a Node,
        known: &Known<'a>,
    ) {
        let (Some(a), Some(b)) = (self.kind(left, known), self.kind(right, known)) else {
            return;
        };
        let sides = [(left, a), (right, b)];
        self.mistakes
            .extend(kinds::compare(self.source, node, operator, sides));
    }

    /// Checks that a list may have an item.
    fn membership(&mut self, node: &Node, item: &'a Node, list: &'a Node, known: &Known<'a>) {
        let (Some(a), Some(b)) = (self.kind(item, known), self.kind(list, known)) else {
            return;
        };
        self.mistakes
            .extend(kinds::contain(self.source, node, (item, a), (list, b)));
    }

    /// Returns the kind of what a path holds, after making sure that it holds something.
    fn present(&mut self, path: &str, at: &Range<usize>, known: &Known<'a>) -> Option<Kind> {
        let reading = self.reading(path, at)?;
        if !reading.always && !known.contains(path) {
            let help = format!("write `has({path}) and …` before it, or declare a default");
            let what = format!("`{path}` may be absent");
            self.mistakes.push(Mistake::new(at.clone(), what, help));
        }
        Some(reading.kind)
    }

    /// Returns how a path is declared.
    fn reading(&mut self, path: &str, at: &Range<usize>) -> Option<Reading> {
        let reading = self.schema.fields.get(path).copied();
        if reading.is_none() {
            self.mistakes
                .push(unknown_path(path, at.clone(), self.schema));
        }
        reading
    }

    /// Checks that an earlier step has that name and sends a mail.
    fn send(&mut self, send: &Name) {
        if self.schema.sends.contains(&send.text) {
            return;
        }
        let known = || self.schema.sends.iter().map(String::as_str);
        let help = match nearest(&send.text, known()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if self.schema.sends.is_empty() => "no mail is sent before this".to_owned(),
            None => listed(known()),
        };
        let what = format!("no earlier step sends `{}`", send.text);
        self.mistakes
            .push(Mistake::new(send.at.clone(), what, help));
    }
}

/// Lists the first few of several names.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names
        .take(LISTED_MAX + 1)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len() {
        0 => "nothing is declared here".to_owned(),
        1..=LISTED_MAX => format!("there is {}", names.join(", ")),
        _ => format!("there is {}, …", names[..LISTED_MAX].join(", ")),
    }
}

/// How many names a message lists.
const LISTED_MAX: usize = 6;
