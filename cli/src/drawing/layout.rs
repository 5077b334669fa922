//! Where everything stands: steps under each other, ways beside each other, and together again where they meet.
//!
//! Ways meet at the first step that all of them lead to without a jump. Nothing is drawn twice: whatever else leads to
//! what is drawn elsewhere becomes an arrow that runs around.

use std::collections::BTreeSet;

use journey::{Next, Plan};

use super::block::{BEND, Block, boxed, join};
use super::meeting::{follows, meets};
use super::route;
use super::shape::{Family, Said, said, ways};
use super::text::{Cut, Font};

/// A drawn journey, in points; the origin is at the top left.
#[derive(Clone, Debug, Default)]
pub(super) struct Picture {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) boxes: Vec<Drawn>,
    pub(super) lines: Vec<Line>,
}

/// A step, or an end, where it stands.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// The step; an end that nobody wrote has none.
    pub(super) step: Option<usize>,
    pub(super) said: Said,
    pub(super) text: Vec<String>,
    pub(super) more: Vec<String>,
}

/// A way from one place to another: its corners, what it says, and whether it runs around.
#[derive(Clone, Debug)]
pub(super) struct Line {
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the tests hold every way of a plan against it")
    )]
    pub(super) from: usize,
    /// The step that it leads to; nothing for the end.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the tests hold every way of a plan against it")
    )]
    pub(super) to: Next,
    pub(super) corners: Vec<(f64, f64)>,
    pub(super) label: Option<Label>,
    pub(super) around: bool,
    /// Whether it ends here, and not in another line.
    pub(super) tip: bool,
}

impl Line {
    /// Moves it.
    pub(super) fn shift(&mut self, x: f64, y: f64) {
        for corner in &mut self.corners {
            *corner = (corner.0 + x, corner.1 + y);
        }
        if let Some(label) = &mut self.label {
            label.x += x;
            label.y += y;
        }
    }
}

/// What a way says, on a piece of paper of its own.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) lines: Vec<String>,
}

/// A way to what is drawn elsewhere: where it begins, from which step, to which; the number of steps stands for the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Lays out a journey.
pub(super) fn layout(plan: &Plan, subject: &dyn Fn(&str) -> Option<String>) -> Picture {
    let mut drawing = Drawing {
        plan,
        subject,
        meets: meets(plan),
        follows: follows(plan),
        drawn: BTreeSet::new(),
        stops: Vec::new(),
    };
    let end = plan.steps.len();
    let mut block = drawing.way(0, end);
    // Whoever falls off the last step has finished.
    let finishes = !block.open.is_empty() || block.around.iter().any(|around| around.to == end);
    if finishes || block.boxes.is_empty() {
        block = join(block, ended(), None);
    }
    let mut picture = Picture {
        width: block.width,
        height: block.height,
        boxes: block.boxes,
        lines: block.lines,
    };
    for around in &block.around {
        route::lead(&mut picture, around, end);
    }
    route::fit(&mut picture);
    picture
}

struct Drawing<'a> {
    plan: &'a Plan,
    subject: &'a dyn Fn(&str) -> Option<String>,
    /// Where the ways of each step meet.
    meets: Vec<usize>,
    /// What can follow each step.
    follows: Vec<BTreeSet<usize>>,
    drawn: BTreeSet<usize>,
    /// Where the ways end that are being laid out, one inside the other: what follows there is drawn there.
    stops: Vec<usize>,
}

impl Drawing<'_> {
    /// Lays out the steps from `at` on until `stop`.
    fn way(&mut self, at: usize, stop: usize) -> Block {
        self.stops.push(stop);
        let block = self.steps(at, stop);
        self.stops.pop();
        block
    }

    fn steps(&mut self, mut at: usize, stop: usize) -> Block {
        let end = self.plan.steps.len();
        let mut block = Block::default();
        while at != stop {
            if self.is_elsewhere(at) {
                block.leave_for(at);
                return block;
            }
            self.drawn.insert(at);
            let step = &self.plan.steps[at];
            let ways = ways(&step.action);
            let mut piece = boxed(said(self.plan, step, self.subject), Some(at));
            let meets = self.meets[at];
            if ways.len() > 1 {
                piece = self.fork(at, piece, &ways, meets);
            } else if ways.is_empty() {
                piece.open.clear();
            }
            block = if block.boxes.is_empty() {
                piece
            } else {
                join(block, piece, Some(at))
            };
            if block.open.is_empty() {
                return block;
            }
            at = match ways.as_slice() {
                [(_, next)] => next.unwrap_or(end),
                _ => meets,
            };
        }
        block
    }

    /// Returns whether a step is drawn already, or will be where the ways meet of which this is one.
    fn is_elsewhere(&self, at: usize) -> bool {
        let end = self.plan.steps.len();
        let mut stops = self.stops.iter().filter(|stop| **stop < end);
        at == end || self.drawn.contains(&at) || stops.any(|stop| self.follows[*stop].contains(&at))
    }

    /// Puts the ways of a step beside each other, under it.
    fn fork(
        &mut self,
        at: usize,
        head: Block,
        ways: &[(Option<String>, Next)],
        meets: usize,
    ) -> Block {
        let end = self.plan.steps.len();
        let columns: Vec<_> = ways
            .iter()
            .map(|(label, next)| {
                let next = next.unwrap_or(end);
                let label = label.as_deref().map(Label::of);
                let room = label.as_ref().map_or(0.0, |label| label.width + LABEL_GAP);
                let column = self.way(next, meets).widened(room.max(MIN_COLUMN));
                (label, next, column)
            })
            .collect();
        let widths = columns.iter().map(|(_, _, column)| column.width);
        let width = widths.sum::<f64>() + GAP * columns.len().saturating_sub(1) as f64;
        let labels = columns.iter().filter_map(|(label, ..)| label.as_ref());
        let tallest = labels.map(|label| label.height).fold(LABEL_MIN, f64::max);
        let whole = width.max(head.width);
        let axis = whole / 2.0;
        let bend = head.height + BEND;
        let top = head.height + FORK + tallest - LABEL_MIN;
        let start = (axis, head.height);
        let moved = axis - head.axis;
        let mut block = head.moved(moved, 0.0);
        block.open.clear();
        block.width = whole;
        block.axis = axis;
        let mut x = (whole - width) / 2.0;
        for (label, next, column) in columns {
            let after = x + column.width + GAP;
            let mut column = column.moved(x, top);
            let empty = column.boxes.is_empty();
            if empty {
                column.open.push((column.axis, top, at));
            }
            if empty && next != meets {
                column.leave_for(next);
            }
            block.lines.push(Line {
                from: at,
                to: (next < end).then_some(next),
                corners: vec![start, (axis, bend), (column.axis, bend), (column.axis, top)],
                label: label.map(|label| label.over(column.axis, top)),
                around: false,
                tip: !empty,
            });
            block.height = block.height.max(top + column.height);
            block.boxes.extend(column.boxes);
            block.lines.extend(column.lines);
            block.open.extend(column.open);
            block.around.extend(column.around);
            x = after;
        }
        block
    }
}

impl Label {
    fn of(text: &str) -> Self {
        let lines = Font::LABEL.balanced(text, LABEL_MAX, LABEL_ROWS_MAX, Cut::Middle);
        let widths = lines.iter().map(|line| Font::LABEL.width(line));
        Self {
            x: 0.0,
            y: 0.0,
            width: widths.fold(0.0, f64::max) + LABEL_PAD,
            height: LABEL_MIN + lines.len().saturating_sub(1) as f64 * Font::LABEL.line,
            lines,
        }
    }

    /// Puts it over what begins there.
    fn over(self, x: f64, y: f64) -> Self {
        Self {
            x: x - self.width / 2.0,
            y: y - self.height - TIP_GAP,
            ..self
        }
    }
}

fn ended() -> Block {
    let said = Said {
        family: Family::End,
        verb: "leaves".to_owned(),
        text: "finished".to_owned(),
        more: None,
    };
    let mut block = boxed(said, None);
    block.open.clear();
    block
}

/// How wide a step is.
pub(super) const BOX: f64 = 268.0;
pub(super) const PAD: f64 = 12.0;
/// The room for the sign of a family.
pub(super) const SIGN: f64 = 26.0;
pub(super) const STEP: f64 = 26.0;
pub(super) const FORK: f64 = 56.0;
pub(super) const LABEL_MIN: f64 = 19.0;
const LABEL_PAD: f64 = 14.0;
const LABEL_MAX: f64 = 230.0;
const LABEL_ROWS_MAX: usize = 4;
const LABEL_GAP: f64 = 10.0;
const TIP_GAP: f64 = 8.5;
const MIN_COLUMN: f64 = 60.0;
const GAP: f64 = 28.0;
