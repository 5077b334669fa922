//! Finds blocks that stand between the rows of a Markdown table, which would end the table there.

use super::tag::{Tag, TagKind};

/// What a line is, as far as tables go.
pub(super) enum Row {
    /// It begins with `|`.
    Cells,
    /// It holds nothing but these blocks.
    Blocks(Vec<usize>),
    /// Neither.
    Other,
}

/// Tells of each line whether it is blocks between rows.
///
/// Only blocks that open and close behind the head of one table count: others have more inside than rows.
pub(super) fn between_rows(lines: &[Row], tags: &[Tag]) -> Vec<bool> {
    let mut between = vec![false; lines.len()];
    let mut start = 0;
    while start < lines.len() {
        let inside = |row: &&Row| matches!(row, Row::Cells | Row::Blocks(_));
        let length = lines[start..].iter().take_while(inside).count();
        let head = lines[start..]
            .iter()
            .take_while(|row| matches!(row, Row::Cells))
            .count();
        if head >= HEAD_LINES {
            mark(
                &lines[start..start + length],
                tags,
                &mut between[start..start + length],
            );
        }
        // The next table begins behind this one, or behind the block that kept it from beginning here.
        start += if head == 0 { 1 } else { length };
    }
    between
}

/// Marks the lines of one table whose blocks lie within it.
fn mark(lines: &[Row], tags: &[Tag], between: &mut [bool]) {
    let mut open: Vec<usize> = vec![];
    let mut broken = vec![];
    for (i, line) in lines.iter().enumerate() {
        let Row::Blocks(blocks) = line else { continue };
        between[i] = true;
        for tag in blocks.iter().filter_map(|&index| tags.get(index)) {
            match &tag.kind {
                TagKind::Open(_) => open.push(i),
                TagKind::Else(_) if open.is_empty() => broken.push(i),
                TagKind::Close(_) if open.pop().is_none() => broken.push(i),
                TagKind::Comment
                | TagKind::Print(_)
                | TagKind::Else(_)
                | TagKind::Close(_)
                | TagKind::Content
                | TagKind::Broken => {}
            }
        }
    }
    for i in broken.into_iter().chain(open) {
        between[i] = false;
    }
}

/// The names of the columns, and the line below them.
const HEAD_LINES: usize = 2;
