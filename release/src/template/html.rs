//! Reads HTML and MJML just far enough to know what each piece of it is, in the text as it was written.
//!
//! It never changes anything and never fails: what it cannot make sense of is text.

use std::ops::Range;

/// Where an expression stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Spot {
    /// In a subject or a preheader.
    Line,
    /// In plain text.
    Plain,
    /// Between the tags of HTML.
    Text,
    /// In a quoted attribute.
    Attribute {
        /// Its name, in lower case.
        name: String,
        /// What stands before the expression in its value.
        before: String,
    },
    /// In a comment that Outlook reads.
    Aside,
    /// In a style sheet, or a `style` attribute.
    Style,
    /// In a script, or an attribute that holds one.
    Script,
    /// In a tag, but in no quoted attribute.
    Tag,
}

/// A piece of HTML.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Item {
    /// Where it stands.
    pub(super) span: Range<usize>,
    /// What it is.
    pub(super) kind: ItemKind,
}

/// What a piece of HTML is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum ItemKind {
    /// `<a href="…">`
    Open {
        /// In lower case.
        name: String,
        /// In order.
        attributes: Vec<Attribute>,
        /// Whether it ends itself: `<br />`.
        closed: bool,
    },
    /// `</a>`
    Close {
        /// In lower case.
        name: String,
    },
    /// What stands between tags.
    Text,
    /// What stands in a `style` or `script` element.
    Raw {
        /// The element, in lower case.
        element: String,
    },
    /// `<!-- … -->`, `<!DOCTYPE …>`
    Aside,
}

/// An attribute of a tag.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Attribute {
    /// In lower case.
    pub(super) name: String,
    /// Where its value stands, without quotes.
    pub(super) value: Range<usize>,
    /// Whether there are quotes.
    pub(super) quoted: bool,
}

/// Reads a text.
pub(super) fn read(html: &str) -> Vec<Item> {
    let mut items = vec![];
    let mut at = 0;
    let mut raw: Option<String> = None;
    while at < html.len() {
        if let Some(element) = raw.take() {
            let end = find_close(&html[at..], &element).map_or(html.len(), |found| at + found);
            if end > at {
                items.push(Item {
                    span: at..end,
                    kind: ItemKind::Raw { element },
                });
            }
            at = end;
            continue;
        }
        let Some(found) = html[at..].find('<') else {
            push_text(&mut items, at..html.len());
            break;
        };
        let start = at + found;
        match tag(html, start) {
            Some(item) => {
                push_text(&mut items, at..start);
                at = item.span.end;
                if let ItemKind::Open {
                    name,
                    closed: false,
                    ..
                } = &item.kind
                    && RAW_ELEMENTS.contains(&name.as_str())
                {
                    raw = Some(name.clone());
                }
                items.push(item);
            }
            None => {
                push_text(&mut items, at..start + 1);
                at = start + 1;
            }
        }
    }
    items
}

/// Tells whether an element never closes.
pub(super) fn is_void(element: &str) -> bool {
    VOID_ELEMENTS.contains(&element)
}

/// Returns where a byte of the text stands.
pub(super) fn spot(html: &str, items: &[Item], at: usize) -> Spot {
    let i = items.partition_point(|item| item.span.end <= at);
    let Some(item) = items.get(i).filter(|item| item.span.contains(&at)) else {
        return Spot::Text;
    };
    match &item.kind {
        ItemKind::Text => Spot::Text,
        // A block has the form of a comment of its own.
        ItemKind::Aside if item.span.start + "<!--".len() == at => Spot::Text,
        ItemKind::Aside => Spot::Aside,
        ItemKind::Close { .. } => Spot::Tag,
        ItemKind::Raw { element } if element == "script" => Spot::Script,
        ItemKind::Raw { .. } => Spot::Style,
        ItemKind::Open { attributes, .. } => {
            let attribute = attributes
                .iter()
                .find(|a| a.quoted && a.value.contains(&at));
            match attribute {
                None => Spot::Tag,
                Some(a) if a.name == "style" => Spot::Style,
                Some(a) if a.name.starts_with("on") => Spot::Script,
                Some(a) => Spot::Attribute {
                    name: a.name.clone(),
                    before: html[a.value.start..at].to_owned(),
                },
            }
        }
    }
}

/// Adds text, to the text before it if that is what stands there.
fn push_text(items: &mut Vec<Item>, span: Range<usize>) {
    if span.is_empty() {
        return;
    }
    match items.last_mut() {
        Some(Item {
            span: last,
            kind: ItemKind::Text,
        }) if last.end == span.start => last.end = span.end,
        _ => items.push(Item {
            span,
            kind: ItemKind::Text,
        }),
    }
}

/// Reads what begins with `<`, if it is a tag or a comment.
fn tag(html: &str, start: usize) -> Option<Item> {
    let rest = &html[start..];
    if rest.starts_with("<!--") {
        let end = rest.find("-->").map_or(html.len(), |end| start + end + 3);
        return Some(Item {
            span: start..end,
            kind: ItemKind::Aside,
        });
    }
    if rest.starts_with("<!") || rest.starts_with("<?") {
        let end = rest.find('>').map_or(html.len(), |end| start + end + 1);
        return Some(Item {
            span: start..end,
            kind: ItemKind::Aside,
        });
    }
    let closing = rest.starts_with("</");
    let name_start = start + if closing { 2 } else { 1 };
    let name_end = name_start + name_length(&html[name_start..]);
    let name = html[name_start..name_end].to_ascii_lowercase();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    if closing {
        let end = html[name_end..]
            .find('>')
            .map_or(html.len(), |end| name_end + end + 1);
        return Some(Item {
            span: start..end,
            kind: ItemKind::Close { name },
        });
    }
    let (attributes, closed, end) = attributes(html, name_end)?;
    Some(Item {
        span: start..end,
        kind: ItemKind::Open {
            name,
            attributes,
            closed,
        },
    })
}

/// Reads what stands behind the name of a tag, up to its `>`.
fn attributes(html: &str, from: usize) -> Option<(Vec<Attribute>, bool, usize)> {
    let mut attributes = vec![];
    let mut at = from;
    loop {
        at += html[at..].len() - html[at..].trim_start().len();
        let rest = &html[at..];
        if rest.starts_with("/>") {
            return Some((attributes, true, at + 2));
        } else if rest.starts_with('>') {
            return Some((attributes, false, at + 1));
        } else if rest.is_empty() || rest.starts_with('<') || attributes.len() > ATTRIBUTES_MAX {
            return None;
        }
        let length = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/'))
            .unwrap_or(rest.len());
        let length = if length == 0 {
            rest.chars().next().map_or(1, char::len_utf8)
        } else {
            length
        };
        let name = rest[..length].to_ascii_lowercase();
        at += length;
        let spaces = html[at..].len() - html[at..].trim_start().len();
        let Some(value) = html[at + spaces..].strip_prefix('=') else {
            attributes.push(Attribute {
                name,
                value: at..at,
                quoted: false,
            });
            continue;
        };
        at = html.len() - value.trim_start().len();
        let quote = html[at..].chars().next().filter(|&c| c == '"' || c == '\'');
        let (value, next) = match quote {
            Some(quote) => {
                let length = html[at + 1..].find(quote)?;
                (at + 1..at + 1 + length, at + 2 + length)
            }
            None => {
                let length = html[at..].find(|c: char| c.is_whitespace() || c == '>');
                let end = at + length.unwrap_or(html.len() - at);
                (at..end, end)
            }
        };
        attributes.push(Attribute {
            name,
            value,
            quoted: quote.is_some(),
        });
        at = next;
    }
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_')))
        .unwrap_or(text.len())
}

/// Finds where an element of raw text ends.
fn find_close(text: &str, element: &str) -> Option<usize> {
    let close = format!("</{element}");
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&i| {
        bytes
            .get(i..i + close.len())
            .is_some_and(|piece| piece.eq_ignore_ascii_case(close.as_bytes()))
    })
}

/// The elements in which no tags are read.
const RAW_ELEMENTS: [&str; 3] = ["mj-style", "script", "style"];

const VOID_ELEMENTS: [&str; 8] = ["area", "br", "col", "hr", "img", "input", "link", "meta"];

const ATTRIBUTES_MAX: usize = 200;
