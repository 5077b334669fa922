//! Parts of a picture, and how they are put together.

use super::layout::{Around, BOX, Drawn, FORK, Line, PAD, SIGN, STEP};
use super::shape::Said;
use super::text::{Cut, Font};

/// A part of the picture, with the place at its top where it is entered and those at its bottom where it is left.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Where it is entered: across.
    pub(super) axis: f64,
    pub(super) boxes: Vec<Drawn>,
    pub(super) lines: Vec<Line>,
    /// Where it is left: across, down, from which step.
    pub(super) open: Vec<(f64, f64, usize)>,
    /// Where it is left for what is drawn elsewhere.
    pub(super) around: Vec<Around>,
}

impl Block {
    /// Moves all of it.
    pub(super) fn moved(mut self, x: f64, y: f64) -> Self {
        for one in &mut self.boxes {
            one.x += x;
            one.y += y;
        }
        for line in &mut self.lines {
            line.shift(x, y);
        }
        for open in &mut self.open {
            open.0 += x;
            open.1 += y;
        }
        for around in &mut self.around {
            around.x += x;
            around.y += y;
        }
        self.axis += x;
        self
    }

    /// Makes it at least so wide, with what it holds in the middle.
    pub(super) fn widened(self, width: f64) -> Self {
        if self.width >= width {
            return self;
        }
        let axis = (width - self.width) / 2.0;
        let mut wide = self.moved(axis, 0.0);
        wide.width = width;
        if wide.boxes.is_empty() {
            wide.axis = width / 2.0;
        }
        wide
    }

    /// Leads what is open to a step that is drawn elsewhere.
    pub(super) fn leave_for(&mut self, to: usize) {
        let open = std::mem::take(&mut self.open).into_iter();
        self.around
            .extend(open.map(|(x, y, from)| Around { x, y, from, to }));
    }
}

/// Puts what a step says, or an end, into a box.
pub(super) fn boxed(said: Said, step: Option<usize>) -> Block {
    let inner = BOX - 2.0 * PAD - SIGN;
    let text = Font::TEXT.lines(&said.text, inner, ROWS_MAX, Cut::Middle);
    let more = said.more.as_deref();
    let more = more.map_or_else(Vec::new, |more| {
        Font::MORE.lines(more, inner, ROWS_MAX, Cut::Middle)
    });
    let rows = text.len() as f64 * Font::TEXT.line + more.len() as f64 * Font::MORE.line;
    let height = 2.0 * PAD + Font::VERB.line + rows;
    Block {
        width: BOX,
        height,
        axis: BOX / 2.0,
        open: vec![(BOX / 2.0, height, step.unwrap_or_default())],
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
        around: Vec::new(),
    }
}

/// Puts a block under another, and leads every way out of the upper one to it; `to` is nothing for the end.
pub(super) fn join(upper: Block, lower: Block, to: Option<usize>) -> Block {
    let left = upper.axis.max(lower.axis);
    let right = (upper.width - upper.axis).max(lower.width - lower.axis);
    let several = upper.open.len() > 1 || upper.open.iter().any(|(x, ..)| *x != upper.axis);
    let gap = if several { FORK } else { STEP };
    let (up_x, low_x) = (left - upper.axis, left - lower.axis);
    let top = upper.height + gap;
    let upper = upper.moved(up_x, 0.0);
    let lower = lower.moved(low_x, top);
    let mut block = Block {
        width: left + right,
        height: top + lower.height,
        axis: left,
        boxes: upper.boxes,
        lines: upper.lines,
        open: lower.open,
        around: upper.around,
    };
    for (x, y, from) in upper.open {
        let middle = top - BEND;
        let corners = match x == left {
            true => vec![(x, y), (x, top)],
            false => vec![(x, y), (x, middle), (left, middle), (left, top)],
        };
        block.lines.push(Line {
            from,
            to,
            corners,
            label: None,
            around: false,
            tip: true,
        });
    }
    block.boxes.extend(lower.boxes);
    block.lines.extend(lower.lines);
    block.around.extend(lower.around);
    block
}

/// How far from a box the ways part and meet.
pub(super) const BEND: f64 = 18.0;
/// How many lines each text in a box has.
const ROWS_MAX: usize = 6;
