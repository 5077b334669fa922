//! Shows defects with the piece of the file they are about.

use std::collections::{BTreeMap, BTreeSet};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::{Defect, Place};

/// Whether to mark up with terminal colors.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Color {
    /// For terminals.
    Always,
    /// For files, pipes and tests.
    Never,
}

/// Shows `defects`, each as `path:line:column`, the piece of the file, and what to do.
///
/// `sources` are the files' texts by path.
pub fn render(defects: &[Defect], sources: &BTreeMap<String, String>, color: Color) -> String {
    let renderer = match color {
        Color::Always => Renderer::styled(),
        Color::Never => Renderer::plain(),
    };
    let shown: Vec<String> = defects
        .iter()
        .map(|defect| renderer.render(&report(defect, sources)))
        .collect();
    shown.join("\n\n")
}

/// Shows the first [`SHOWN_MAX`] of `defects` as [`render`] does, and how many there are.
pub(crate) fn render_all(
    defects: &[Defect],
    sources: &BTreeMap<String, String>,
    color: Color,
) -> String {
    let shown = &defects[..defects.len().min(SHOWN_MAX)];
    let shown = render(shown, sources, color);
    let rest = match defects.len().saturating_sub(SHOWN_MAX) {
        0 => String::new(),
        rest => format!("… and {rest} more\n\n"),
    };
    format!("{shown}\n\n{rest}{}\n", summary(defects))
}

/// Says how many defects there are, in how many files.
pub(crate) fn summary(defects: &[Defect]) -> String {
    let files = defects.iter().map(|defect| defect.place.file.as_str());
    let files: BTreeSet<&str> = files.collect();
    let plural = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    format!(
        "{} in {}",
        plural(defects.len(), "defect"),
        plural(files.len(), "file")
    )
}

/// Returns line and column of `offset` in `text`, both counted from one and the column in
/// characters.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset.min(text.len()))];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].chars().count() + 1)
}

fn report<'a>(defect: &'a Defect, sources: &'a BTreeMap<String, String>) -> Vec<Group<'a>> {
    let mut main = Snippet::source(source(&defect.place, sources))
        .path(&defect.place.file)
        .annotation(
            AnnotationKind::Primary
                .span(span(&defect.place, sources))
                .label(&defect.label),
        );
    // What stands on the same line is marked there; the rest is shown with its own place.
    let line = |place: &Place| {
        let text = source(place, sources);
        (
            place.file.clone(),
            line_and_column(text, place.span.start).0,
        )
    };
    let (same, other): (Vec<_>, Vec<_>) = defect
        .also
        .iter()
        .partition(|(place, _)| line(place) == line(&defect.place));
    for (place, label) in same {
        main = main.annotation(
            AnnotationKind::Context
                .span(span(place, sources))
                .label(label),
        );
    }
    let mut group = Level::ERROR.primary_title(&defect.what).element(main);
    for (place, label) in other {
        group = group.element(
            Snippet::source(source(place, sources))
                .path(&place.file)
                .annotation(
                    AnnotationKind::Context
                        .span(span(place, sources))
                        .label(label),
                ),
        );
    }
    if !defect.help.is_empty() {
        group = group.element(Level::HELP.message(&defect.help));
    }
    vec![group]
}

fn source<'a>(place: &Place, sources: &'a BTreeMap<String, String>) -> &'a str {
    sources.get(&place.file).map_or("", String::as_str)
}

/// Returns the piece's span, moved to where characters of the file begin and end.
fn span(place: &Place, sources: &BTreeMap<String, String>) -> std::ops::Range<usize> {
    let text = source(place, sources);
    let start = text.floor_char_boundary(place.span.start.min(text.len()));
    let end = text.ceil_char_boundary(place.span.end.clamp(start, text.len()));
    start..end
}

/// How many defects are shown at once; beyond that, it is one mistake that was copied.
pub const SHOWN_MAX: usize = 500;
