//! Prepares the lines of Markdown whose blocks stand alone, so that Markdown builds whole paragraphs and
//! list items inside them.
//!
//! A block that stands alone on its line becomes a comment, which ends a paragraph instead of becoming part
//! of one. A line that a block wraps whole (`{{#if a}}…{{/if}}`) becomes three, so that without its
//! contents no empty paragraph or bullet is left behind. Between the rows of a table, which a comment would
//! end, a block becomes a row of its own until the table is read.

use super::hide::{self, Hidden};
use super::tables::{self, Row};
use super::tag::{Tag, TagKind};

/// Rewrites the lines of a hidden Markdown text.
pub(super) fn prepare(hidden: &Hidden, tags: &[Tag]) -> String {
    let lines: Vec<Line<'_>> = hidden
        .text
        .lines()
        .map(|line| Line::of(line, &hidden.mark, tags))
        .collect();
    let rows: Vec<Row> = lines.iter().map(|line| line.row(&hidden.mark)).collect();
    let between_rows = tables::between_rows(&rows, tags);
    let mut out = String::with_capacity(hidden.text.len() + 64);
    let mut fenced = false;
    for (i, line) in lines.iter().enumerate() {
        let fence = line.rest.starts_with("```") || line.rest.starts_with("~~~");
        fenced ^= fence;
        let alone = |line: Option<&Line<'_>>| line.is_none_or(|line| line.separates());
        let before = i.checked_sub(1).and_then(|i| lines.get(i));
        let free = alone(before) && alone(lines.get(i + 1));
        match &line.form {
            _ if fenced || fence => line.write(&mut out),
            Form::Alone if between_rows[i] => line.write_row(&mut out),
            Form::Alone => line.write_alone(&mut out, &hidden.mark),
            Form::Wrapped(open, inside, close) if free || !line.marker.is_empty() => {
                line.write_wrapped(&mut out, [open, inside, close]);
            }
            Form::Wrapped(..) | Form::Other => line.write(&mut out),
        }
    }
    out
}

/// A line of Markdown.
struct Line<'a> {
    /// Spaces, and the `>` of a quotation.
    indent: &'a str,
    /// `- ` or `1. `
    marker: &'a str,
    rest: &'a str,
    form: Form<'a>,
}

enum Form<'a> {
    /// Nothing but blocks.
    Alone,
    /// A block around all of it: how it opens, what is inside, how it closes.
    Wrapped(&'a str, &'a str, &'a str),
    Other,
}

impl<'a> Line<'a> {
    fn of(line: &'a str, mark: &str, tags: &[Tag]) -> Self {
        let indent = line.len() - line.trim_start_matches([' ', '\t', '>']).len();
        let (indent, rest) = line.split_at(indent);
        let (marker, rest) = rest.split_at(marker_length(rest));
        let rest = rest.trim_end();
        let words = hide::find(rest, mark);
        let kind = |index: usize| tags.get(index).map(|tag| &tag.kind);
        let block = |index| kind(index).is_some_and(TagKind::is_block);
        let mut bare = rest.to_owned();
        for (span, _) in words.iter().rev() {
            bare.replace_range(span.clone(), "");
        }
        let only_blocks = !words.is_empty() && words.iter().all(|&(_, index)| block(index));
        let form = if only_blocks && bare.trim().is_empty() && marker.is_empty() {
            Form::Alone
        } else {
            wrapped(rest, &words, kind).unwrap_or(Form::Other)
        };
        Self {
            indent,
            marker,
            rest,
            form,
        }
    }

    /// Tells whether no paragraph goes on over this line.
    fn separates(&self) -> bool {
        self.rest.is_empty() || matches!(self.form, Form::Alone)
    }

    /// Tells what it is in a table.
    fn row(&self, mark: &str) -> Row {
        match self.form {
            Form::Alone => Row::Blocks(
                hide::find(self.rest, mark)
                    .into_iter()
                    .map(|(_, i)| i)
                    .collect(),
            ),
            Form::Wrapped(..) | Form::Other if self.rest.starts_with('|') => Row::Cells,
            Form::Wrapped(..) | Form::Other => Row::Other,
        }
    }

    fn write_row(&self, out: &mut String) {
        let Self { indent, rest, .. } = self;
        out.push_str(&format!("{indent}| {rest} |\n"));
    }

    fn write(&self, out: &mut String) {
        let Self {
            indent,
            marker,
            rest,
            ..
        } = self;
        out.push_str(&format!("{indent}{marker}{rest}\n"));
    }

    fn write_alone(&self, out: &mut String, mark: &str) {
        out.push_str(self.indent);
        for (span, _) in hide::find(self.rest, mark) {
            out.push_str(&hide::comment(&self.rest[span]));
        }
        out.push('\n');
    }

    fn write_wrapped(&self, out: &mut String, [open, inside, close]: [&str; 3]) {
        let Self { indent, marker, .. } = self;
        let (open, close) = (hide::comment(open), hide::comment(close));
        out.push_str(&format!(
            "{indent}{open}\n{indent}{marker}{inside}\n{indent}{close}\n"
        ));
    }
}

/// Splits a line that one block wraps whole and that has no `else`.
fn wrapped<'a, 't>(
    rest: &'a str,
    words: &[(std::ops::Range<usize>, usize)],
    kind: impl Fn(usize) -> Option<&'t TagKind>,
) -> Option<Form<'a>> {
    let ((first, _), (last, _)) = (words.first()?, words.last()?);
    if first.start != 0 || last.end != rest.len() {
        return None;
    }
    let mut depth = 0_usize;
    for (i, &(_, index)) in words.iter().enumerate() {
        match kind(index)? {
            TagKind::Open(_) => depth += 1,
            TagKind::Else(_) if depth == 1 => return None,
            TagKind::Close(_) => depth = depth.checked_sub(1)?,
            TagKind::Comment
            | TagKind::Print(_)
            | TagKind::Else(_)
            | TagKind::Content
            | TagKind::Broken => {}
        }
        if depth == 0 && i + 1 < words.len() {
            return None;
        }
    }
    let inside = rest.get(first.end..last.start).filter(|_| depth == 0)?;
    (!inside.trim().is_empty()).then_some(Form::Wrapped(
        &rest[first.clone()],
        inside.trim(),
        &rest[last.clone()],
    ))
}

/// Returns how long the marker of a list item is, with the spaces behind it.
fn marker_length(rest: &str) -> usize {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match rest.as_bytes().get(digits) {
        Some(b'-' | b'*' | b'+') if digits == 0 => 1,
        Some(b'.' | b')') if (1..=9).contains(&digits) => digits + 1,
        Some(_) | None => return 0,
    };
    let spaces = rest[marker..].bytes().take_while(|&b| b == b' ').count();
    if (1..=4).contains(&spaces) {
        marker + spaces
    } else {
        0
    }
}
