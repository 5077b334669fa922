//! Finds expressions in the notations of other systems, which a mail would print as they are.

use std::ops::Range;

use journey::nearest;

use super::tag::{Piece, Tag};
use crate::Defect;

/// Finds `[automationfield:X]` and its misprints, brackets that close nothing, and names in single braces.
pub(super) fn check(piece: Piece<'_>, tags: &[Tag], defects: &mut Vec<Defect>) {
    let mut at = 0;
    let end = piece.text.len();
    let ends = tags
        .iter()
        .map(|tag| tag.span.clone())
        .chain(std::iter::once(end..end));
    for tag in ends {
        let span = at..tag.start.max(at);
        fields(piece, span.clone(), defects);
        braces(piece, span, defects);
        at = tag.end.max(at);
    }
}

/// Finds the fields of Spotler.
fn fields(piece: Piece<'_>, within: Range<usize>, defects: &mut Vec<Defect>) {
    let text = &piece.text[within.clone()];
    let mut at = 0;
    while let Some(found) = text[at..].find('[') {
        let start = at + found;
        let rest = &text[start + 1..];
        let word_length = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let word = rest[..word_length].to_ascii_lowercase();
        let behind = &rest[word_length..];
        let is_field = nearest(&word, ["automationfield"]).is_some()
            && behind.starts_with([':', '.', ' ', ']']);
        if !is_field {
            at = start + 1;
            continue;
        }
        let line = rest.lines().next().unwrap_or_default();
        let (inside, length) = match line.find(']') {
            Some(end) => (
                &line[..end],
                end + 1
                    + line[end..]
                        .bytes()
                        .skip(1)
                        .take_while(|&b| b == b']')
                        .count(),
            ),
            None => (
                line.split_whitespace().next().unwrap_or_default(),
                line.len(),
            ),
        };
        let name = inside[word_length.min(inside.len())..].trim_matches([':', '.', ' ', '[', ']']);
        let span = within.start + start..within.start + start + 1 + length;
        let what = "a field of another system stands here, which the mail would print as it is";
        defects.push(Defect::new(piece.place(&span), what).help(format!("write {}", ours(name))));
        at = start + 1 + length;
    }
    for (found, _) in text.match_indices("]]") {
        let span = within.start + found..within.start + found + 2;
        if let Some(open) = text[..found].rfind("[[")
            && let Some(name) = text.get(open + 2..found).map(str::trim)
            && ROOTS.contains(&name.split('.').next().unwrap_or_default())
        {
            let span = within.start + open..span.end;
            let what = "an expression stands between braces, not brackets";
            let defect = Defect::new(piece.place(&span), what);
            defects.push(defect.help(format!("write `{{{{{name}}}}}`")));
            continue;
        }
        let inside = defects.iter().any(|d| {
            d.place.file == piece.file && {
                let place = &d.place.span;
                place.start <= span.start + piece.offset && span.end + piece.offset <= place.end
            }
        });
        if !inside && !text[..found].contains("[[") {
            let defect = Defect::new(piece.place(&span), "`]]` closes nothing");
            defects.push(defect.help("take it away, or write `{{name}}`"));
        }
    }
}

/// Finds `{event.X}`.
fn braces(piece: Piece<'_>, within: Range<usize>, defects: &mut Vec<Defect>) {
    let text = &piece.text[within.clone()];
    for (start, _) in text.match_indices('{') {
        let rest = &text[start + 1..];
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | ' ')))
            .unwrap_or(rest.len());
        let name = rest[..length].trim();
        let root = name.split('.').next().unwrap_or_default();
        if text[..start].ends_with('{') {
            continue;
        }
        if rest[length..].starts_with('}') && name.contains('.') && !name.contains(' ')
            || rest[length..].starts_with('}') && ROOTS.contains(&root)
        {
            let span = within.start + start..within.start + start + length + 2;
            let defect = Defect::new(
                piece.place(&span),
                "an expression has two braces on each side",
            );
            let help = if ROOTS.contains(&root) {
                format!("`{{{{{name}}}}}`")
            } else {
                ours(name)
            };
            defects.push(defect.help(format!("write {help}")));
        }
    }
}

/// Writes the field of another system as ours.
fn ours(name: &str) -> String {
    match name.to_ascii_lowercase().as_str() {
        "recipient.fullname" => String::from("`{{recipient.full_name}}`"),
        "" => String::from("`{{event.…}}` with its name"),
        _ => format!("`{{{{event.{name}}}}}`"),
    }
}

/// How the names of our own values begin.
const ROOTS: [&str; 8] = [
    "contact",
    "event",
    "links",
    "locale",
    "preheader",
    "recipient",
    "subject",
    "vars",
];
