//! The plain text of HTML, with its expressions and blocks in the order in which they stand.
//!
//! A table of a mail is nearly always layout, so rows are lines and nothing is drawn.

use super::hide;
use super::html::{self, Item, ItemKind};

/// Writes HTML as plain text.
pub(super) fn of(html: &str, marks: &[&str]) -> String {
    let mut plain = Plain {
        out: String::new(),
        hidden: None,
        link: None,
        lists: vec![],
    };
    for item in html::read(html) {
        plain.item(html, &item, marks);
    }
    plain.out
}

struct Plain {
    out: String,
    /// The element that hides all in it, and how deep others of its name lie in it.
    hidden: Option<(String, usize)>,
    /// Where the label of a link begins, and where it leads.
    link: Option<(usize, String)>,
    /// The next number of each list; none for bullets.
    lists: Vec<Option<u64>>,
}

impl Plain {
    fn item(&mut self, html: &str, item: &Item, marks: &[&str]) {
        let source = &html[item.span.clone()];
        if let Some((hiding, depth)) = &mut self.hidden {
            match &item.kind {
                ItemKind::Open {
                    name,
                    closed: false,
                    ..
                } if name == hiding => *depth += 1,
                ItemKind::Close { name } if name == hiding && *depth > 0 => *depth -= 1,
                ItemKind::Close { name } if name == hiding => self.hidden = None,
                ItemKind::Open { .. }
                | ItemKind::Close { .. }
                | ItemKind::Text
                | ItemKind::Raw { .. }
                | ItemKind::Aside => {}
            }
            return;
        }
        match &item.kind {
            ItemKind::Text => self.text(source),
            // The comment of a block; it stands on a line of its own, unless text stands around it.
            ItemKind::Aside => {
                for (span, _) in marks.iter().flat_map(|mark| hide::find(source, mark)) {
                    self.out.push_str(&source[span]);
                }
            }
            ItemKind::Raw { .. } => {}
            ItemKind::Close { name } => self.close(name),
            ItemKind::Open {
                name,
                attributes,
                closed,
            } => {
                let value = |wanted: &str| {
                    let attribute = attributes.iter().find(|a| a.name == wanted)?;
                    html.get(attribute.value.clone()).map(unescape)
                };
                let style = value("style").unwrap_or_default().replace(' ', "");
                let unseen = HIDING.contains(&name.as_str()) || style.contains("display:none");
                if unseen && !*closed && !html::is_void(name) {
                    self.hidden = Some((name.clone(), 0));
                } else {
                    self.open(name, value("href"), value("alt"));
                }
            }
        }
    }

    fn open(&mut self, name: &str, href: Option<String>, alt: Option<String>) {
        match name {
            "br" => self.out.push('\n'),
            "hr" => {
                self.line(1);
                self.out.push_str("----\n");
            }
            "img" => self.out.push_str(&alt.unwrap_or_default()),
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(1)),
            "li" => {
                self.line(1);
                let indent = "  ".repeat(self.lists.len().saturating_sub(1));
                let bullet = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    Some(None) | None => String::from("- "),
                };
                self.out.push_str(&format!("{indent}{bullet}"));
            }
            "a" => self.link = href.map(|href| (self.out.len(), href)),
            name if PARAGRAPHS.contains(&name) => self.line(2),
            name if LINES.contains(&name) => self.line(1),
            "td" | "th" if !self.out.ends_with(['\n', ' ']) => self.out.push(' '),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "ul" | "ol" => {
                self.lists.pop();
                self.line(2);
            }
            "a" => {
                let Some((start, href)) = self.link.take() else {
                    return;
                };
                let url = href
                    .strip_prefix("mailto:")
                    .or_else(|| href.strip_prefix("tel:"))
                    .unwrap_or(&href);
                let label = self.out.get(start..).unwrap_or_default().trim();
                if label.is_empty() {
                    self.out.push_str(url);
                } else if label != url {
                    self.out.push_str(&format!(": {url}"));
                }
            }
            name if PARAGRAPHS.contains(&name) => self.line(2),
            name if LINES.contains(&name) => self.line(1),
            _ => {}
        }
    }

    /// Writes text, with its spaces and line breaks as HTML shows them.
    fn text(&mut self, source: &str) {
        for c in unescape(source).chars() {
            let space = c.is_whitespace() && c != '\u{a0}';
            if !space {
                self.out.push(if c == '\u{a0}' { ' ' } else { c });
            } else if !self.out.ends_with(|c: char| c.is_whitespace()) && !self.out.is_empty() {
                self.out.push(' ');
            }
        }
    }

    /// Begins a new line, or leaves one empty.
    fn line(&mut self, breaks: usize) {
        let length = self.out.trim_end_matches(' ').len();
        self.out.truncate(length);
        if self.out.is_empty() {
            return;
        }
        let there = self.out.bytes().rev().take_while(|&b| b == b'\n').count();
        self.out
            .push_str(&"\n".repeat(breaks.saturating_sub(there)));
    }
}

/// Reads the few entities that stand in HTML after the style sheets were worked in.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", "\u{a0}"),
    ];
    let text = named
        .iter()
        .fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c));
    text.replace("&amp;", "&")
}

/// Elements that show nothing.
const HIDING: [&str; 4] = ["head", "script", "style", "title"];

/// Elements with an empty line around them.
const PARAGRAPHS: [&str; 12] = [
    "blockquote",
    "dl",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "pre",
    "section",
    "table",
];

/// Elements with a line break around them.
const LINES: [&str; 6] = ["dd", "div", "dt", "footer", "header", "tr"];
