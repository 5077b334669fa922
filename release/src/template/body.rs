//! The body of a template, its plain text or a layout: what it says, and where each expression of it stands.

use std::ops::Range;

use super::hide::{self, Hidden};
use super::html::{self, Item, ItemKind, Spot};
use super::tag::{self, Piece, Tag};
use super::{foreign, markdown, mjml, places, structure, text};
use crate::{Defect, Place};

/// One text with expressions.
#[derive(Clone, Debug)]
pub(super) struct Body {
    file: String,
    text: String,
    offset: usize,
    /// What it is written in.
    pub(super) form: Form,
    /// Its expressions.
    pub(super) tags: Vec<Tag>,
    /// Where each of them stands.
    pub(super) spots: Vec<Spot>,
    /// The text with its expressions hidden.
    pub(super) hidden: Hidden,
    /// The same as HTML, or as MJML.
    pub(super) html: String,
    /// The plain text of Markdown.
    pub(super) plain: Option<String>,
}

/// What a text is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// `.html`
    Html,
    /// `.md`
    Markdown,
    /// `.mjml`
    Mjml,
    /// `.txt`
    Plain,
}

impl Body {
    /// Reads what stands in a file from a byte on; `letter` keeps its hidden expressions apart from others.
    pub(super) fn read(
        file: &str,
        text: &str,
        offset: usize,
        letter: char,
        defects: &mut Vec<Defect>,
    ) -> Option<Self> {
        let form = Form::of(file, letter, defects)?;
        let piece = Piece {
            file,
            text: &text[offset..],
            offset,
        };
        let tags = tag::find(piece, defects);
        structure::check(piece, &tags, defects);
        foreign::check(piece, &tags, defects);
        let hidden = Hidden::new(piece.text, &tags, letter);
        let made = match form {
            Form::Markdown => markdown::read(&hidden, &tags, |nodes| {
                (
                    markdown::to_html(nodes),
                    Some(text::of(nodes, &hidden.mark)),
                )
            }),
            Form::Html | Form::Mjml => Some((without_comments(&hidden.text), None)),
            Form::Plain => Some((String::new(), Some(hidden.text.clone()))),
        };
        let Some((html, plain)) = made.filter(|(html, _)| !is_too_deep(html)) else {
            let what = "lists, quotations or tags lie too deep in each other";
            let help = "write it flatter: no mail program shows that";
            defects.push(Defect::new(piece.place(&(0..0)), what).help(help));
            return None;
        };
        let mut body = Self {
            file: file.to_owned(),
            text: piece.text.to_owned(),
            offset,
            form,
            spots: vec![
                if form == Form::Plain {
                    Spot::Plain
                } else {
                    Spot::Text
                };
                tags.len()
            ],
            tags,
            hidden,
            html,
            plain,
        };
        if form != Form::Plain {
            body.place_expressions(defects);
        }
        Some(body)
    }

    /// Returns the text as it was written.
    pub(super) fn piece(&self) -> Piece<'_> {
        Piece {
            file: &self.file,
            text: &self.text,
            offset: self.offset,
        }
    }

    /// Returns whether it is a whole mail by itself, that no layout can stand around.
    pub(super) fn is_document(&self) -> bool {
        let opens = |item: &Item| match &item.kind {
            ItemKind::Open { name, .. } => matches!(name.as_str(), "mjml" | "html" | "body"),
            ItemKind::Close { .. } | ItemKind::Text | ItemKind::Raw { .. } | ItemKind::Aside => {
                false
            }
        };
        match self.form {
            Form::Html | Form::Mjml => html::read(&self.html).iter().take(10).any(opens),
            Form::Markdown | Form::Plain => false,
        }
    }

    /// Returns the place of a piece of its HTML in the file.
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        if self.form != Form::Markdown {
            let (start, end) = (self.hidden.origin(span.start), self.hidden.origin(span.end));
            return self.piece().place(&(start..end.max(start)));
        }
        // Markdown keeps no account of where its HTML comes from, but what a link says is in the text.
        let written = self.html[span].replace("&amp;", "&");
        let at = (!written.is_empty())
            .then(|| self.hidden.text.find(&written))
            .flatten();
        match at {
            Some(at) => {
                let (start, end) = (
                    self.hidden.origin(at),
                    self.hidden.origin(at + written.len()),
                );
                self.piece().place(&(start..end.max(start)))
            }
            None => self.start(),
        }
    }

    /// Returns the place of its first line.
    pub(super) fn start(&self) -> Place {
        let blank = self.text.len() - self.text.trim_start().len();
        let line = self.text[blank..].lines().next().map_or(0, str::len);
        self.piece().place(&(blank..blank + line))
    }

    /// Finds out where each expression stands, and reports what cannot stand there.
    fn place_expressions(&mut self, defects: &mut Vec<Defect>) {
        let items = html::read(&self.html);
        let mut seen = vec![false; self.tags.len()];
        for (span, index) in hide::find(&self.html, &self.hidden.mark) {
            let spot = html::spot(&self.html, &items, span.start);
            if let (Some(seen), Some(place)) = (seen.get_mut(index), self.spots.get_mut(index))
                && !*seen
            {
                (*seen, *place) = (true, spot);
            }
        }
        if self.form == Form::Markdown {
            // `<p {{#if a}}class="b"{{/if}}>` is no tag to Markdown, which would print it as it is.
            let items = html::read(&self.hidden.text);
            for (span, index) in hide::find(&self.hidden.text, &self.hidden.mark) {
                if let Some(spot @ Spot::Text) = self.spots.get_mut(index)
                    && html::spot(&self.hidden.text, &items, span.start) == Spot::Tag
                {
                    *spot = Spot::Tag;
                }
            }
        }
        places::check_expressions(self.piece(), &self.tags, &self.spots, defects);
        places::check_links(
            &self.html,
            &items,
            &self.hidden.mark,
            |span| self.place(span),
            defects,
        );
        if self.form == Form::Mjml {
            mjml::check(&self.html, |span| self.place(span), defects);
        }
    }
}

impl Form {
    /// Tells by the name of a file what it is written in.
    fn of(file: &str, letter: char, defects: &mut Vec<Defect>) -> Option<Self> {
        let layout = letter == 'l';
        let form = match file.rsplit_once('.').map(|(_, extension)| extension) {
            Some("html") => Self::Html,
            Some("mjml") => Self::Mjml,
            Some("md") if !layout => Self::Markdown,
            Some("txt") if !layout => Self::Plain,
            Some(_) | None => {
                let place = Place {
                    file: file.to_owned(),
                    span: 0..0,
                };
                let (what, help) = if layout {
                    (
                        "a layout is MJML or HTML",
                        "call the file NAME.mjml or NAME.html",
                    )
                } else {
                    (
                        "a template is Markdown, MJML or HTML",
                        "call the file NAME.md, NAME.mjml or NAME.html",
                    )
                };
                defects.push(Defect::new(place, what).help(help));
                return None;
            }
        };
        Some(form)
    }
}

/// Tells whether tags lie too deep in each other for the tools that follow them into the depth.
fn is_too_deep(html: &str) -> bool {
    let mut depth = 0_usize;
    html::read(html).into_iter().any(|item| {
        match item.kind {
            ItemKind::Open {
                name,
                closed: false,
                ..
            } if !html::is_void(&name) => depth += 1,
            ItemKind::Close { .. } => depth = depth.saturating_sub(1),
            ItemKind::Open { .. } | ItemKind::Text | ItemKind::Raw { .. } | ItemKind::Aside => {}
        }
        depth > HTML_DEPTH_MAX
    })
}

/// Blanks out comments, byte for byte, except those that only one mail program reads.
fn without_comments(html: &str) -> String {
    let mut out = html.to_owned();
    for item in html::read(html).iter().rev() {
        let comment = &html[item.span.clone()];
        let kept = comment.starts_with("<!--[if")
            || comment.starts_with("<!--<![endif")
            || !comment.starts_with("<!--");
        if item.kind == ItemKind::Aside && !kept {
            out.replace_range(item.span.clone(), &" ".repeat(comment.len()));
        }
    }
    out
}

/// How deep tags may lie in each other; a mail of nested tables seldom has more than thirty.
const HTML_DEPTH_MAX: usize = 150;
