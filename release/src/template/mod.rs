//! Compiles the templates of a release into mails that only values are missing from, and checks them.
//!
//! A template is read once ([`parse`]), checked once for each context it is used in ([`Parsed::check`]) and
//! compiled ([`Parsed::compile`]).
//!
//! **Invariant:** every defect names a place in a file as it was written, never in something made from it.

mod arguments;
mod assemble;
mod body;
mod check;
mod expression;
mod foreign;
mod front;
mod hide;
mod html;
mod join;
mod lines;
mod links;
mod lists;
mod markdown;
mod mjml;
mod names;
mod places;
mod plain;
mod show;
mod structure;
mod tables;
mod tag;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use journey::Kind;

use self::body::Body;
use self::check::Role;
use self::front::Front;
use self::html::Spot;
use self::tag::{Piece, Tag};
use crate::{Defect, Place};

/// What a template can be sure of where it is used.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Every path a template may name, written out: `recipient.full_name`, `event.Person.FullName`,
    /// `vars.organisation`, `links.unsubscribe`. `subject`, `preheader` and `locale` are known without it.
    pub paths: &'a BTreeMap<String, Known>,
    /// Whether the mail is service or advertising.
    pub purpose: Purpose,
    /// The language of the template, as a BCP 47 tag.
    pub locale: &'a str,
}

/// What is known of a value before there is one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Known {
    /// What kind of value it is.
    pub kind: Kind,
    /// Whether it is always there.
    pub always: bool,
    /// Whether nobody but the recipient may see it: an access code.
    pub sensitive: bool,
    /// Whether it is a text of several lines.
    pub multi_line: bool,
}

/// Whether a mail is service or advertising.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// Service that asks whether somebody agrees: must offer to say so.
    Confirming,
    /// Advertising: must offer to unsubscribe.
    Marketing,
    /// Service.
    Transactional,
}

/// A template file that was read: its front matter, its body and every expression with its place.
#[derive(Clone, Debug)]
pub struct Parsed {
    front: Front,
    body: Body,
    txt: Option<Body>,
}

/// A layout file that was read.
#[derive(Clone, Debug)]
pub struct Layout {
    body: Body,
}

/// A template, ready to be published.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Compiled {
    /// The four parts of its mails.
    pub source: mail::Source,
    /// The names of its links, in the order in which they stand: what `clicked('template', 'name')` can ask for.
    pub links: Vec<String>,
}

/// Reads a template: `file` is its path in the release, `text` what it says, and `txt` path and text of the
/// plain text that stands beside it, if one does.
///
/// # Errors
/// Everything that is wrong with it whatever it is used for.
pub fn parse(file: &str, text: &str, txt: Option<(&str, &str)>) -> Result<Parsed, Vec<Defect>> {
    let mut defects = vec![];
    if too_long(file, text, &mut defects) {
        return Err(defects);
    }
    let front = front::read(file, text, &mut defects);
    if let Some(front) = &front {
        let mut tags = front.subject.as_written.clone();
        tags.extend(
            front
                .preheader
                .iter()
                .flat_map(|line| line.as_written.clone()),
        );
        tags.sort_by_key(|tag| tag.span.start);
        let above = Piece {
            file,
            text: &text[..front.body],
            offset: 0,
        };
        foreign::check(above, &tags, &mut defects);
        for line in std::iter::once(&front.subject).chain(&front.preheader) {
            structure::check(
                Piece {
                    file,
                    text,
                    offset: 0,
                },
                &line.as_written,
                &mut defects,
            );
        }
    }
    // Without front matter there is no telling where the body begins; its defects would be of the wrong text.
    let body = front
        .as_ref()
        .and_then(|front| Body::read(file, text, front.body, 'b', &mut defects));
    let txt = txt.and_then(|(file, text)| {
        (!too_long(file, text, &mut defects))
            .then(|| Body::read(file, text, 0, 't', &mut defects))
            .flatten()
    });
    match (front, body) {
        (Some(front), Some(body)) if defects.is_empty() => Ok(Parsed { front, body, txt }),
        _ => Err(in_order(defects)),
    }
}

/// Reads a layout.
///
/// # Errors
/// Everything that is wrong with it whatever it is used for.
pub fn parse_layout(file: &str, text: &str) -> Result<Layout, Vec<Defect>> {
    let mut defects = vec![];
    if too_long(file, text, &mut defects) {
        return Err(defects);
    }
    let body = Body::read(file, text, 0, 'l', &mut defects);
    if let Some(body) = &body {
        assemble::check_content(body, &mut defects);
    }
    match body {
        Some(body) if defects.is_empty() => Ok(Layout { body }),
        _ => Err(in_order(defects)),
    }
}

impl Parsed {
    /// Returns the name of the layout it asks for, and where.
    pub fn layout_name(&self) -> Option<(&str, Place)> {
        let layout = self.front.layout.as_ref()?;
        Some((layout.value.as_str(), layout.place.clone()))
    }

    /// Returns every path it names, written out: `event.Person.FullName`.
    ///
    /// Those of a layout are not among them.
    pub fn paths(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        for tags in self.texts() {
            structure::collect_paths(tags, &mut paths);
        }
        paths
    }

    /// Finds everything that is wrong with it where it is used like this, and with its layout.
    ///
    /// Whoever checks many templates gets the defects of a layout with each of them.
    pub fn check(&self, layout: Option<&Layout>, context: &Context<'_>) -> Vec<Defect> {
        let mut defects = vec![];
        let preheader = self.front.preheader.is_some();
        for line in std::iter::once(&self.front.subject).chain(&self.front.preheader) {
            let piece = Piece {
                file: &line.place.file,
                text: "",
                offset: 0,
            };
            let spots = vec![Spot::Line; line.as_written.len()];
            defects.extend(check::check(
                piece,
                &line.as_written,
                &spots,
                Role::Line,
                context,
            ));
        }
        for body in std::iter::once(&self.body).chain(&self.txt) {
            let role = Role::Body { preheader };
            defects.extend(check::check(
                body.piece(),
                &body.tags,
                &body.spots,
                role,
                context,
            ));
        }
        if let Some(Layout { body }) = layout {
            let role = Role::Layout;
            defects.extend(check::check(
                body.piece(),
                &body.tags,
                &body.spots,
                role,
                context,
            ));
        }
        let own_layout = layout.is_some() || self.body.is_document();
        if context.purpose == Purpose::Marketing
            && own_layout
            && !self.offers(layout, "links.unsubscribe")
        {
            let place = self
                .layout_name()
                .map_or_else(|| self.front.subject.place.clone(), |(_, place)| place);
            let what = "a marketing mail must offer to unsubscribe, and this one does not";
            let help =
                "add `[Unsubscribe]({{links.unsubscribe}})` to the template or to its layout";
            defects.push(Defect::new(place, what).help(help));
        }
        if context.purpose == Purpose::Confirming && !self.offers(layout, "links.confirm") {
            let place = self.front.subject.place.clone();
            let what = "a mail that asks people to confirm must lead them to where they can";
            let help = "add `[Confirm]({{links.confirm}} \"button\")` to the template";
            defects.push(Defect::new(place, what).help(help));
        }
        in_order(defects)
    }

    /// Makes the four parts of its mails.
    ///
    /// # Errors
    /// What [`check`](Self::check) does not see, because it only shows in what is made of it.
    pub fn compile(
        &self,
        layout: Option<&Layout>,
        context: &Context<'_>,
    ) -> Result<Compiled, Vec<Defect>> {
        assemble::compile(self, layout, context)
    }

    fn offers(&self, layout: Option<&Layout>, link: &str) -> bool {
        let mut paths = BTreeSet::new();
        structure::collect_paths(&self.body.tags, &mut paths);
        if let Some(layout) = layout {
            structure::collect_paths(&layout.body.tags, &mut paths);
        }
        paths.contains(link)
    }

    /// Returns the expressions of each of its texts.
    fn texts(&self) -> impl Iterator<Item = &[Tag]> {
        let lines = std::iter::once(&self.front.subject).chain(&self.front.preheader);
        let bodies = std::iter::once(&self.body).chain(&self.txt);
        lines
            .map(|line| line.tags.as_slice())
            .chain(bodies.map(|body| body.tags.as_slice()))
    }
}

/// Sorts defects as whoever mends them meets them.
fn in_order(mut defects: Vec<Defect>) -> Vec<Defect> {
    defects.sort_by_key(|defect| (defect.place.file.clone(), defect.place.span.start));
    defects
}

/// Reports a file that is too long to be a mail.
fn too_long(file: &str, text: &str, defects: &mut Vec<Defect>) -> bool {
    let too_long = text.len() > FILE_BYTES_MAX;
    if too_long {
        let place = Place {
            file: file.to_owned(),
            span: 0..0,
        };
        let what = format!("the file is longer than {FILE_BYTES_MAX} bytes");
        defects.push(Defect::new(place, what).help("a mail that long is cut off by mail programs"));
    }
    too_long
}

/// The longest template or layout, in bytes.
const FILE_BYTES_MAX: usize = 256 * 1024;

#[cfg(test)]
mod tests;
