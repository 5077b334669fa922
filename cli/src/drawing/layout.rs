//! Where everything stands: steps under each other, ways beside each other, and together again where they meet.
//!
//! Ways meet at the first step that all of them lead to. What is drawn already is not drawn twice: whatever else leads
//! there becomes an arrow that runs around.

use std::collections::BTreeSet;

use journey::{Next, Plan};

use super::meeting::meets;
use super::shape::{Family, Said, said, ways};
use super::text;

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
    pub(super) to: Next,
    pub(super) corners: Vec<(f64, f64)>,
    pub(super) label: Option<(f64, f64, String)>,
    pub(super) around: bool,
}

/// Lays out a journey.
pub(super) fn layout(plan: &Plan, subject: &dyn Fn(&str) -> Option<String>) -> Picture {
    let mut drawing = Drawing {
        plan,
        subject,
        meets: meets(plan),
        drawn: BTreeSet::new(),
        around: Vec::new(),
    };
    let first = (!plan.steps.is_empty()).then_some(0);
    let mut block = drawing.way(first, Some(plan.steps.len()));
    // Whoever falls off the last step has finished.
    if !block.open.is_empty() || block.boxes.is_empty() {
        let end = drawing.end("finished");
        block = join(block, end, None);
    }
    let around = std::mem::take(&mut drawing.around);
    finish(block, &around)
}

struct Drawing<'a> {
    plan: &'a Plan,
    subject: &'a dyn Fn(&str) -> Option<String>,
    /// Where the ways of each step meet; the number of steps stands for the end.
    meets: Vec<usize>,
    drawn: BTreeSet<usize>,
    /// Ways to what is drawn elsewhere: from which step, to which.
    around: Vec<(usize, usize, Option<String>)>,
}

/// A part of the picture, with the place at its top where it is entered and those at its bottom where it is left.
#[derive(Clone, Debug, Default)]
struct Block {
    width: f64,
    height: f64,
    /// Where it is entered: across.
    axis: f64,
    boxes: Vec<Drawn>,
    lines: Vec<Line>,
    /// Where it is left: across, down, from which step, with what label.
    open: Vec<(f64, f64, usize, Option<String>)>,
}

impl Block {
    fn moved(mut self, x: f64, y: f64) -> Self {
        for one in &mut self.boxes {
            one.x += x;
            one.y += y;
        }
        for line in &mut self.lines {
            for corner in &mut line.corners {
                *corner = (corner.0 + x, corner.1 + y);
            }
            if let Some(label) = &mut line.label {
                label.0 += x;
                label.1 += y;
            }
        }
        for open in &mut self.open {
            open.0 += x;
            open.1 += y;
        }
        self.axis += x;
        self
    }
}

impl Drawing<'_> {
    /// Lays out the steps from `at` on until `stop`.
    fn way(&mut self, at: Next, stop: Next) -> Block {
        let end = self.plan.steps.len();
        let mut block = Block::default();
        let mut at = at.unwrap_or(end);
        while Some(at) != stop && at < end {
            if !self.drawn.insert(at) {
                for (_, _, from, label) in std::mem::take(&mut block.open) {
                    self.around.push((from, at, label));
                }
                return block;
            }
            let step = &self.plan.steps[at];
            let ways = ways(&step.action);
            let mut piece = self.boxed(at);
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
            at = match ways.as_slice() {
                [] => return block,
                [(_, next)] => next.unwrap_or(end),
                _ => meets,
            };
            if block.open.is_empty() {
                return block;
            }
        }
        block
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
        let mut columns = Vec::new();
        for (label, next) in ways {
            let next = next.unwrap_or(end);
            let mut column = if next == meets {
                Block::default()
            } else if self.drawn.contains(&next) {
                self.around.push((at, next, label.clone()));
                continue;
            } else {
                self.way(Some(next), Some(meets))
            };
            let label_width = label
                .as_deref()
                .map_or(0.0, |label| text::width(label) * LABEL)
                + 24.0;
            if column.width < label_width.max(MIN_COLUMN) {
                let more = label_width.max(MIN_COLUMN) - column.width;
                let width = column.width + more;
                column = column.moved(more / 2.0, 0.0);
                column.width = width;
                if column.boxes.is_empty() {
                    column.axis = width / 2.0;
                }
            }
            columns.push((label.clone(), next, column));
        }
        let gaps = GAP * columns.len().saturating_sub(1) as f64;
        let width: f64 = columns
            .iter()
            .map(|(_, _, column)| column.width)
            .sum::<f64>()
            + gaps;
        let whole = width.max(head.width);
        let axis = whole / 2.0;
        let top = head.height + FORK;
        let (head_x, head_height) = (axis - head.axis, head.height);
        let mut block = head.moved(head_x, 0.0);
        block.open.clear();
        block.width = whole;
        block.axis = axis;
        let mut x = (whole - width) / 2.0;
        for (label, next, column) in columns {
            let column_width = column.width;
            let empty = column.boxes.is_empty();
            let column = column.moved(x, top);
            let label_at = (column.axis, top - 14.0);
            let label = label.map(|label| (label_at.0, label_at.1, label));
            if empty {
                block.open.push((column.axis, top, at, None));
            }
            block.lines.push(Line {
                from: at,
                to: (next < self.plan.steps.len()).then_some(next),
                corners: vec![
                    (axis, head_height),
                    (axis, head_height + 18.0),
                    (column.axis, head_height + 18.0),
                    (column.axis, top),
                ],
                label,
                around: false,
            });
            block.height = block.height.max(top + column.height);
            block.boxes.extend(column.boxes);
            block.lines.extend(column.lines);
            block.open.extend(column.open);
            x += column_width + GAP;
        }
        block
    }

    /// Draws one step.
    fn boxed(&self, at: usize) -> Block {
        let step = &self.plan.steps[at];
        let said = said(self.plan, step, self.subject);
        boxed(said, Some(at))
    }

    fn end(&self, reason: &str) -> Block {
        let said = Said {
            family: Family::End,
            verb: "leaves".to_owned(),
            text: reason.to_owned(),
            more: None,
        };
        let mut block = boxed(said, None);
        block.open.clear();
        block
    }
}

fn boxed(said: Said, step: Option<usize>) -> Block {
    let inner = BOX - 2.0 * PAD - 26.0;
    let text = text::lines(&said.text, inner / TEXT, 3);
    let more = said.more.as_deref();
    let more = more.map_or_else(Vec::new, |more| text::lines(more, inner / SMALL, 3));
    let rows = text.len() as f64 * TEXT_LINE + more.len() as f64 * SMALL_LINE;
    let height = 2.0 * PAD + VERB_LINE + rows;
    Block {
        width: BOX,
        height,
        axis: BOX / 2.0,
        open: vec![(BOX / 2.0, height, step.unwrap_or_default(), None)],
        boxes: vec![Drawn {
            x: 0.0,
            y: 0.0,
            width: BOX,
            height,
            step,
            said,
            text,
            more,
        }],
        lines: Vec::new(),
    }
}

/// Puts a block under another, and leads every way out of the upper one to it.
fn join(upper: Block, lower: Block, to: Next) -> Block {
    let left = upper.axis.max(lower.axis);
    let right = (upper.width - upper.axis).max(lower.width - lower.axis);
    let several = upper.open.len() > 1 || upper.open.iter().any(|(x, ..)| *x != upper.axis);
    let gap = if several { FORK } else { STEP };
    let (up_x, low_x) = (left - upper.axis, left - lower.axis);
    let bottom = upper.height;
    let top = bottom + gap;
    let upper = upper.moved(up_x, 0.0);
    let lower = lower.moved(low_x, top);
    let mut block = Block {
        width: left + right,
        height: top + lower.height,
        axis: left,
        boxes: upper.boxes,
        lines: upper.lines,
        open: lower.open,
    };
    for (x, y, from, label) in upper.open {
        let middle = top - 18.0;
        let corners = match x == left {
            true => vec![(x, y), (x, top)],
            false => vec![(x, y), (x, middle), (left, middle), (left, top)],
        };
        block.lines.push(Line {
            from,
            to,
            corners,
            label: label.map(|label| (x, y + 14.0, label)),
            around: false,
        });
    }
    block.boxes.extend(lower.boxes);
    block.lines.extend(lower.lines);
    block
}

/// Leads the ways that run around, each in a lane of its own at the right.
fn finish(block: Block, around: &[(usize, usize, Option<String>)]) -> Picture {
    let mut lines = block.lines;
    let find = |step: usize| block.boxes.iter().find(|one| one.step == Some(step));
    let mut lane = block.width;
    for (from, to, label) in around {
        let (Some(start), Some(goal)) = (find(*from), find(*to)) else {
            continue;
        };
        lane += LANE;
        let (y, target) = (start.y + start.height / 2.0, goal.y + goal.height / 2.0);
        lines.push(Line {
            from: *from,
            to: Some(*to),
            corners: vec![
                (start.x + start.width, y),
                (lane, y),
                (lane, target),
                (goal.x + goal.width, target),
            ],
            label: label.clone().map(|label| {
                (
                    start.x + start.width + 6.0 + text::width(&label) * LABEL / 2.0,
                    y - 6.0,
                    label,
                )
            }),
            around: true,
        });
    }
    Picture {
        width: lane,
        height: block.height,
        boxes: block.boxes,
        lines,
    }
}

/// How wide a step is.
pub(super) const BOX: f64 = 248.0;
pub(super) const PAD: f64 = 12.0;
pub(super) const TEXT: f64 = 14.0;
pub(super) const TEXT_LINE: f64 = 19.0;
pub(super) const SMALL: f64 = 11.5;
pub(super) const SMALL_LINE: f64 = 16.0;
pub(super) const VERB_LINE: f64 = 15.0;
pub(super) const LABEL: f64 = 12.0;
const MIN_COLUMN: f64 = 60.0;
const GAP: f64 = 28.0;
const STEP: f64 = 26.0;
const FORK: f64 = 56.0;
const LANE: f64 = 22.0;
