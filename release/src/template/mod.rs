//! Compiles the templates of a release into mails that only values are missing from, and checks them.
//!
//! A template is read once ([`parse`]), checked once for each context it is used in ([`Parsed::check`]) and
//! compiled ([`Parsed::compile`]).
//!
//! **Invariant:** every defect names a place in a file as it was written, never in something made from it.

use std::collections::{BTreeMap, BTreeSet};

use journey::Kind;

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
    /// Advertising: must offer to unsubscribe.
    Marketing,
    /// Service.
    Transactional,
}

/// A template file that was read: its front matter, its body and every expression with its place.
#[derive(Clone, Debug)]
pub struct Parsed {
    file: String,
}

/// A layout file that was read.
#[derive(Clone, Debug)]
pub struct Layout {
    file: String,
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
pub fn parse(file: &str, _text: &str, _txt: Option<(&str, &str)>) -> Result<Parsed, Vec<Defect>> {
    Ok(Parsed { file: file.to_owned() })
}

/// Reads a layout.
///
/// # Errors
/// Everything that is wrong with it whatever it is used for.
pub fn parse_layout(file: &str, _text: &str) -> Result<Layout, Vec<Defect>> {
    Ok(Layout { file: file.to_owned() })
}

impl Parsed {
    /// Returns the name of the layout it asks for, and where.
    pub fn layout_name(&self) -> Option<(&str, Place)> {
        None
    }

    /// Returns every path it names, written out: `event.Person.FullName`.
    ///
    /// Those of a layout are not among them.
    pub fn paths(&self) -> BTreeSet<String> {
        BTreeSet::new()
    }

    /// Finds everything that is wrong with it where it is used like this.
    pub fn check(&self, _layout: Option<&Layout>, _context: &Context<'_>) -> Vec<Defect> {
        vec![]
    }

    /// Makes the four parts of its mails.
    ///
    /// # Errors
    /// What [`check`](Self::check) does not see, because it only shows in what is made of it.
    pub fn compile(
        &self,
        _layout: Option<&Layout>,
        _context: &Context<'_>,
    ) -> Result<Compiled, Vec<Defect>> {
        Ok(Compiled { source: mail::Source::default(), links: vec![] })
    }
}

impl Layout {
    /// Returns where it stands in the release.
    pub fn file(&self) -> &str {
        &self.file
    }
}
