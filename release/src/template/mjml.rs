//! MJML: which tags there are, and the HTML of it.

use std::ops::Range;

use journey::nearest;
use mrml::prelude::parser::Error as ParserError;
use mrml::prelude::render::RenderOptions;

use super::html::{self, ItemKind};
use crate::{Defect, Place};

/// Reports tags that the renderer would drop without a word, that stand where it would take them for HTML,
/// and that are not closed.
pub(super) fn check(text: &str, place: impl Fn(Range<usize>) -> Place, defects: &mut Vec<Defect>) {
    let mut open: Vec<(Name, Range<usize>)> = vec![];
    for item in html::read(text) {
        match item.kind {
            ItemKind::Open { name, closed, .. } if is_mjml(&name) => {
                let around = open.last().map(|(name, _)| name.meant.as_str());
                defects.extend(misplaced(&name, around, || place(item.span.clone())));
                if !closed {
                    open.push((Name::of(name), item.span));
                }
            }
            ItemKind::Close { name } if is_mjml(&name) => {
                let name = Name::of(name);
                match open
                    .iter()
                    .rposition(|(opened, _)| opened.meant == name.meant)
                {
                    Some(i) => {
                        for (n, (opened, span)) in open.drain(i..).enumerate() {
                            if n > 0 {
                                defects.push(unclosed(&opened.written, place(span)));
                            } else if opened.written != name.written {
                                let place = || place(item.span.clone());
                                defects.extend(misplaced(&name.written, None, place));
                            }
                        }
                    }
                    None => {
                        let what = format!("`</{}>` closes nothing", name.written);
                        let help = "take it away, or open it before";
                        defects.push(Defect::new(place(item.span), what).help(help));
                    }
                }
            }
            ItemKind::Open { .. }
            | ItemKind::Close { .. }
            | ItemKind::Text
            | ItemKind::Raw { .. }
            | ItemKind::Aside => {}
        }
    }
    for (name, span) in open {
        defects.push(unclosed(&name.written, place(span)));
    }
}

/// The name of a tag, and which was surely meant: one slip of the pen is one defect.
struct Name {
    written: String,
    meant: String,
}

impl Name {
    fn of(written: String) -> Self {
        let near = nearest(&written, TAGS).filter(|_| !TAGS.contains(&written.as_str()));
        let meant = near.map_or_else(|| written.clone(), str::to_owned);
        Self { written, meant }
    }
}

/// Says what is wrong with a tag that does not exist, or does not belong in what is around it.
fn misplaced(name: &str, around: Option<&str>, place: impl Fn() -> Place) -> Option<Defect> {
    if name == "mj-include" {
        let defect = Defect::new(place(), "a layout cannot include another file");
        return Some(defect.help("write it out here"));
    }
    if !TAGS.contains(&name) {
        let help = match nearest(name, TAGS) {
            Some(meant) => format!("did you mean `<{meant}>`?"),
            None => String::from("see mjml.io for the tags there are, or use HTML in `<mj-raw>`"),
        };
        return Some(Defect::new(place(), format!("MJML knows no `<{name}>`")).help(help));
    }
    let parents = parents(name)?;
    let around = around.filter(|around| {
        TAGS.contains(around) && *around != "mj-attributes" && !parents.contains(around)
    })?;
    let what = format!("`<{name}>` cannot stand in `<{around}>`");
    let parents: Vec<_> = parents.iter().map(|p| format!("`<{p}>`")).collect();
    Some(Defect::new(place(), what).help(format!("put it in {}", parents.join(" or "))))
}

/// Returns the innermost tag of MJML around a byte.
pub(super) fn around(text: &str, at: usize) -> Option<String> {
    let mut open: Vec<String> = vec![];
    for item in html::read(text)
        .into_iter()
        .take_while(|item| item.span.start <= at)
    {
        match item.kind {
            ItemKind::Open {
                name,
                closed: false,
                ..
            } if is_mjml(&name) => open.push(name),
            ItemKind::Close { name } if is_mjml(&name) => {
                open.pop();
            }
            ItemKind::Open { .. }
            | ItemKind::Close { .. }
            | ItemKind::Text
            | ItemKind::Raw { .. }
            | ItemKind::Aside => {}
        }
    }
    open.pop()
}

/// Tells whether HTML can stand in a tag of MJML.
pub(super) fn holds_html(name: &str) -> bool {
    matches!(
        name,
        "mj-accordion-text" | "mj-button" | "mj-raw" | "mj-table" | "mj-text"
    )
}

/// What MJML becomes: HTML, and the style sheets that are to be worked into it.
pub(super) struct Rendered {
    pub(super) html: String,
    pub(super) css: String,
}

/// Renders MJML; `place` finds where a piece of it was written.
pub(super) fn render(
    text: &str,
    place: impl Fn(Range<usize>) -> Place,
) -> Result<Rendered, Box<Defect>> {
    let (text, css, cuts) = without_inline_styles(text);
    let whole = || place(0..text.lines().next().map_or(0, str::len));
    let parsed = mrml::parse(&text).map_err(|error| {
        let here = position(&error, &text).map_or_else(whole, |at| {
            let at = before_cuts(at, &cuts);
            place(at..at + 1)
        });
        let help = if matches!(error, ParserError::ParserError { .. }) {
            "put the value of each attribute in quotes, and write `&lt;` for a `<` in text"
        } else {
            "see mjml.io for what may stand in what"
        };
        let what = format!("MJML cannot read this: {}", sentence(&error));
        Box::new(Defect::new(here, what).help(help))
    })?;
    // No fonts: the default ones would have every reader's mail program call a server of Google.
    let options = RenderOptions {
        fonts: std::collections::HashMap::new(),
        ..RenderOptions::default()
    };
    let html = parsed.element.render(&options).map_err(|error| {
        let what = format!("MJML cannot render this: {error}");
        Box::new(Defect::new(whole(), what).help("see mjml.io for what it knows"))
    })?;
    Ok(Rendered { html, css })
}

/// Takes the style sheets out: those that are only to be worked in go, the others stay as well.
fn without_inline_styles(text: &str) -> (String, String, Vec<(usize, usize)>) {
    let (mut out, mut css, mut cuts) = (String::with_capacity(text.len()), String::new(), vec![]);
    let items = html::read(text);
    let mut at = 0;
    for (i, item) in items.iter().enumerate() {
        let ItemKind::Open {
            name,
            attributes,
            closed: false,
        } = &item.kind
        else {
            continue;
        };
        if name != "mj-style" {
            continue;
        }
        let sheet = items
            .get(i + 1)
            .filter(|next| matches!(next.kind, ItemKind::Raw { .. }));
        let close = items.get(if sheet.is_some() { i + 2 } else { i + 1 });
        css.push_str(sheet.map_or("", |sheet| &text[sheet.span.clone()]));
        css.push('\n');
        let inline = attributes
            .iter()
            .any(|a| a.name == "inline" && &text[a.value.clone()] == "inline");
        if let Some(close) = close.filter(|_| inline) {
            out.push_str(&text[at..item.span.start]);
            at = close.span.end;
            cuts.push((out.len(), at - item.span.start));
        }
    }
    out.push_str(&text[at..]);
    (out, css, cuts)
}

/// Returns which byte of the text this was before pieces were cut out.
fn before_cuts(at: usize, cuts: &[(usize, usize)]) -> usize {
    at + cuts
        .iter()
        .filter(|(place, _)| *place <= at)
        .map(|(_, length)| length)
        .sum::<usize>()
}

fn position(error: &ParserError, text: &str) -> Option<usize> {
    match error {
        ParserError::ParserError { source, .. } => {
            let pos = source.pos();
            byte_of(text, pos.row, pos.col)
        }
        ParserError::UnexpectedElement { position, .. }
        | ParserError::UnexpectedToken { position, .. }
        | ParserError::MissingAttribute { position, .. }
        | ParserError::InvalidAttribute { position, .. }
        | ParserError::InvalidFormat { position, .. }
        | ParserError::IncludeLoaderError { position, .. } => Some(position.start),
        ParserError::EndOfStream { .. }
        | ParserError::SizeLimit { .. }
        | ParserError::NoRootNode => None,
    }
}

/// Returns the byte of a text at a row and a column in characters, both counted from one.
fn byte_of(text: &str, row: u32, column: u32) -> Option<usize> {
    let before = usize::try_from(row).ok()?.checked_sub(1)?;
    let start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let line = text[start..].lines().next()?;
    let column = usize::try_from(column).ok()?.checked_sub(1)?;
    let within = line.char_indices().nth(column).map(|(at, _)| at);
    Some(start + within.unwrap_or_else(|| line.trim_end().len().saturating_sub(1)))
}

fn sentence(error: &ParserError) -> &'static str {
    match error {
        ParserError::UnexpectedElement { .. } => "this tag cannot stand here",
        ParserError::UnexpectedToken { .. } => "this cannot stand here",
        ParserError::MissingAttribute { .. } => "this tag misses an attribute",
        ParserError::InvalidAttribute { .. } => "this attribute is not valid",
        ParserError::InvalidFormat { .. } => "this is not well-formed",
        ParserError::EndOfStream { .. } => "it ends too early",
        ParserError::SizeLimit { .. } => "it is too long",
        ParserError::ParserError { .. } => "it is not well-formed",
        ParserError::NoRootNode => "it does not begin with `<mjml>`",
        ParserError::IncludeLoaderError { .. } => "a layout cannot include another file",
    }
}

fn unclosed(name: &str, place: Place) -> Defect {
    Defect::new(place, format!("`<{name}>` is not closed"))
        .label("opened here")
        .help(format!("add `</{name}>` where it ends"))
}

/// Returns what a tag must stand in; the renderer would take it for HTML elsewhere.
fn parents(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "mj-head" | "mj-body" => &["mjml"],
        "mj-attributes" | "mj-breakpoint" | "mj-font" | "mj-preview" | "mj-style" | "mj-title" => {
            &["mj-head"]
        }
        "mj-all" | "mj-class" => &["mj-attributes"],
        "mj-wrapper" | "mj-hero" => &["mj-body"],
        "mj-section" => &["mj-body", "mj-wrapper"],
        "mj-group" => &["mj-section"],
        "mj-column" => &["mj-section", "mj-group"],
        "mj-accordion" | "mj-button" | "mj-carousel" | "mj-divider" | "mj-image" | "mj-navbar"
        | "mj-social" | "mj-spacer" | "mj-table" | "mj-text" => &["mj-column", "mj-hero"],
        "mj-accordion-element" => &["mj-accordion"],
        "mj-accordion-text" | "mj-accordion-title" => &["mj-accordion-element"],
        "mj-carousel-image" => &["mj-carousel"],
        "mj-navbar-link" => &["mj-navbar"],
        "mj-social-element" => &["mj-social"],
        _ => return None,
    })
}

fn is_mjml(name: &str) -> bool {
    name == "mjml" || name.starts_with("mj-")
}

/// Every tag of MJML 4 that the renderer knows.
const TAGS: [&str; 33] = [
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-all",
    "mj-attributes",
    "mj-body",
    "mj-breakpoint",
    "mj-button",
    "mj-carousel",
    "mj-carousel-image",
    "mj-class",
    "mj-column",
    "mj-divider",
    "mj-font",
    "mj-group",
    "mj-head",
    "mj-hero",
    "mj-image",
    "mj-navbar",
    "mj-navbar-link",
    "mj-preview",
    "mj-raw",
    "mj-section",
    "mj-social",
    "mj-social-element",
    "mj-spacer",
    "mj-style",
    "mj-table",
    "mj-text",
    "mj-title",
    "mj-wrapper",
    "mjml",
];
