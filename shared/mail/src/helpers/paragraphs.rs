//! `paragraphs`: a text of several lines, with the line breaks of whoever wrote it.

use handlebars::{HelperResult, Output};

use super::{Call, Frame, stop};
use crate::clean;
use crate::fault::{Fault, Part};

/// Writes a text of several lines.
///
/// In HTML a line break becomes `<br>`, and an empty line a new paragraph: two `<br>`, or, where the
/// compiled template names the tag of the paragraph that the text stands in, `</p>` and that tag again.
/// In plain text the line breaks stay; in a subject they become spaces.
pub(super) fn paragraphs(frame: &mut Frame<'_, '_, '_>) -> HelperResult {
    let written = write(&frame.call).map_err(stop)?;
    Output::write(frame.out, &written)?;
    Ok(())
}

fn write(call: &Call<'_, '_>) -> Result<String, Fault> {
    let text = call.text(0, "takes a text")?;
    let tag = call.word(1, "")?;
    if !(tag.is_empty() || is_paragraph(tag)) {
        return Err(call.fail("takes the tag `<p …>` of a paragraph"));
    }
    let paragraphs = split(text);
    Ok(match call.part {
        Part::Subject | Part::Preheader => clean::line(text.trim()),
        Part::Text => join(&paragraphs, |line| line.to_owned(), "\n", "\n\n"),
        Part::Html if tag.is_empty() => join(&paragraphs, clean::html, "<br>\n", "<br><br>\n"),
        Part::Html => join(&paragraphs, clean::html, "<br>\n", &format!("</p>\n{tag}")),
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

/// Tells whether this is one opening tag of a paragraph, and nothing else.
fn is_paragraph(tag: &str) -> bool {
    let inside = tag
        .strip_prefix("<p")
        .and_then(|rest| rest.strip_suffix('>'));
    inside.is_some_and(|rest| {
        (rest.is_empty() || rest.starts_with(' ')) && !rest.contains(['<', '>'])
    })
}
