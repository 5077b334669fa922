//! `paragraphs`: a text of several lines, with the line breaks of whoever wrote it.

use handlebars::{HelperResult, Output};

use super::{Call, Frame, stop};
use crate::clean;
use crate::fault::{Fault, Part};

/// Writes a text of several lines.
///
/// In HTML a line break becomes `<br>`, and an empty line a new paragraph: two `<br>`, or, where the
/// compiled template names the tag of the paragraph that the text stands in, `</p>` and that tag again.
/// In plain text the line breaks stay, and each line but the first gets the prefix that the compiled
/// template names (`> `); in a subject they become spaces.
pub(super) fn paragraphs(frame: &mut Frame<'_, '_, '_>) -> HelperResult {
    let written = write(&frame.call).map_err(stop)?;
    Output::write(frame.out, &written)?;
    Ok(())
}

fn write(call: &Call<'_, '_>) -> Result<String, Fault> {
    let text = call.text(0, "takes a text")?;
    let around = call.word(1, "")?;
    let prefix = is_prefix(around);
    if !(prefix || is_paragraph(around)) {
        return Err(call.fail("takes the tag `<p …>` of a paragraph, or what begins a line"));
    }
    let paragraphs = split(text);
    Ok(match call.part {
        Part::Subject | Part::Preheader => clean::line(text.trim()),
        Part::Text => {
            let prefix = if prefix { around } else { "" };
            let line_break = format!("\n{prefix}");
            join(
                &paragraphs,
                str::to_owned,
                &line_break,
                &line_break.repeat(2),
            )
        }
        Part::Html if prefix => join(&paragraphs, clean::html, "<br>\n", "<br><br>\n"),
        Part::Html => join(
            &paragraphs,
            clean::html,
            "<br>\n",
            &format!("</p>\n{around}"),
        ),
    })
}

/// Splits a text at its empty lines, and each piece at its line breaks.
fn split(text: &str) -> Vec<Vec<&str>> {
    let mut paragraphs = vec![];
    let mut lines = vec![];
    for line in text.lines().map(str::trim) {
        if !line.is_empty() {
            lines.push(line);
        } else if !lines.is_empty() {
            paragraphs.push(std::mem::take(&mut lines));
        }
    }
    if !lines.is_empty() {
        paragraphs.push(lines);
    }
    paragraphs
}

fn join(
    paragraphs: &[Vec<&str>],
    escape: fn(&str) -> String,
    line_break: &str,
    paragraph_break: &str,
) -> String {
    let paragraphs = paragraphs.iter().map(|lines| {
        let lines: Vec<_> = lines.iter().map(|line| escape(line)).collect();
        lines.join(line_break)
    });
    paragraphs.collect::<Vec<_>>().join(paragraph_break)
}

/// Tells whether this can begin a line of plain text: the marks of a quotation, and an indent.
fn is_prefix(around: &str) -> bool {
    around.len() <= PREFIX_MAX && around.bytes().all(|b| matches!(b, b'>' | b' '))
}

/// Tells whether this is one opening tag of a paragraph, and nothing else.
fn is_paragraph(tag: &str) -> bool {
    let inside = tag
        .strip_prefix("<p")
        .and_then(|rest| rest.strip_suffix('>'));
    inside.is_some_and(|rest| {
        (rest.is_empty() || rest.starts_with(' ')) && !rest.contains(['<', '>'])
    })
}

/// How long the beginning of a line may be.
const PREFIX_MAX: usize = 40;
