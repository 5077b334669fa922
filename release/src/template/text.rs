//! The plain text of Markdown, for those who read no HTML.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, LinkType, Tag as MdTag};

use super::hide;
use super::markdown::Node;
use super::plain;

/// Writes a tree as plain text; blocks keep a line of their own, which leaves no gap when it is made.
pub(super) fn of(nodes: &[Node<'_>], mark: &str) -> String {
    let mut text = Text {
        out: String::new(),
        prefix: String::new(),
        mark,
    };
    text.blocks(nodes, "\n");
    text.out
}

struct Text<'a> {
    out: String,
    /// What begins every line: the `>` of quotations and the indent of lists.
    prefix: String,
    mark: &'a str,
}

impl Text<'_> {
    /// Writes what stands below each other; `gap` follows each of them.
    fn blocks(&mut self, nodes: &[Node<'_>], gap: &str) {
        let mut inline = vec![];
        for node in nodes {
            if is_inline(node) {
                inline.push(node.clone());
                continue;
            }
            self.paragraph(&std::mem::take(&mut inline), gap);
            self.block(node, gap);
        }
        self.paragraph(&inline, gap);
    }

    fn block(&mut self, node: &Node<'_>, gap: &str) {
        match node {
            Node::Block(_, word) => {
                self.out.push_str(word);
                self.out.push('\n');
            }
            Node::Leaf(Event::Rule) => self.lines("----", gap),
            Node::Leaf(_) => {}
            Node::Inner(MdTag::BlockQuote(_), inside) => {
                self.indented("> ", |text| text.blocks(inside, "\n"));
            }
            Node::Inner(MdTag::List(start), items) => {
                self.list(*start, items);
                self.out.push_str(gap);
            }
            Node::Inner(MdTag::CodeBlock(_), inside) => {
                let code: String = inside.iter().filter_map(literal).collect();
                self.lines(code.trim_end(), gap);
            }
            Node::Inner(MdTag::HtmlBlock, inside) => {
                let html: String = inside.iter().filter_map(literal).collect();
                self.lines(plain::of(&html, &[self.mark]).trim(), gap);
            }
            Node::Inner(MdTag::Table(_), rows) => {
                for row in rows {
                    let Node::Inner(_, cells) = row else {
                        self.block(row, "");
                        continue;
                    };
                    let cells: Vec<_> = cells.iter().map(|cell| self.cell(cell)).collect();
                    self.lines(&cells.join(" | "), "");
                }
                self.out.push_str(gap);
            }
            Node::Inner(_, inside) => self.paragraph(inside, gap),
        }
    }

    fn list(&mut self, start: Option<u64>, items: &[Node<'_>]) {
        let mut number = start;
        for item in items {
            let Node::Inner(MdTag::Item, inside) = item else {
                self.block(item, "");
                continue;
            };
            let bullet = match &mut number {
                Some(number) => {
                    *number += 1;
                    format!("{}. ", *number - 1)
                }
                None => String::from("- "),
            };
            let from = self.out.len();
            self.indented(&" ".repeat(bullet.len()), |text| text.blocks(inside, ""));
            let first = from + self.prefix.len();
            let indent = " ".repeat(bullet.len());
            if self
                .out
                .get(first..)
                .is_some_and(|item| item.starts_with(&indent))
            {
                self.out.replace_range(first..first + bullet.len(), &bullet);
            } else {
                // It begins with a block: the bullet stands before whatever the block writes.
                self.out
                    .insert_str(from, &format!("{}{bullet}", self.prefix));
            }
        }
    }

    fn cell(&self, cell: &Node<'_>) -> String {
        match cell {
            Node::Inner(_, inside) => self.inline(inside),
            Node::Leaf(_) | Node::Block(..) => String::new(),
        }
    }

    fn paragraph(&mut self, nodes: &[Node<'_>], gap: &str) {
        if !nodes.is_empty() {
            let text = self.inline(nodes);
            self.lines(text.trim(), gap);
        }
    }

    /// Writes lines, each behind the prefix.
    fn lines(&mut self, text: &str, gap: &str) {
        for line in text.lines() {
            self.out.push_str(&self.prefix);
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
        self.out.push_str(gap);
    }

    fn indented(&mut self, more: &str, write: impl FnOnce(&mut Self)) {
        let length = self.prefix.len();
        self.prefix.push_str(more);
        write(self);
        self.prefix.truncate(length);
    }

    /// Writes what stands in one paragraph.
    fn inline(&self, nodes: &[Node<'_>]) -> String {
        let mut out = String::new();
        for (i, node) in nodes.iter().enumerate() {
            match node {
                Node::Block(_, word) => out.push_str(word),
                Node::Leaf(Event::SoftBreak) => out.push(' '),
                Node::Leaf(Event::HardBreak) => out.push('\n'),
                Node::Leaf(Event::InlineHtml(html)) => out.push_str(&plain::of(html, &[self.mark])),
                Node::Leaf(_) => out.extend(literal(node)),
                Node::Inner(MdTag::Strong, inside) => {
                    out.push_str(&wrapped(&self.inline(inside), '*'));
                }
                Node::Inner(MdTag::Emphasis, inside) => {
                    out.push_str(&wrapped(&self.inline(inside), '_'));
                }
                Node::Inner(
                    MdTag::Link {
                        link_type,
                        dest_url,
                        ..
                    },
                    inside,
                ) => {
                    let last = nodes[i + 1..].iter().all(|node| {
                        matches!(node, Node::Leaf(Event::SoftBreak | Event::HardBreak))
                    });
                    let label = self.inline(inside);
                    let automatic = matches!(link_type, LinkType::Autolink | LinkType::Email);
                    out.push_str(&link(&label, dest_url, automatic, last));
                }
                Node::Inner(_, inside) => out.push_str(&self.inline(inside)),
            }
        }
        out
    }
}

/// Writes a link: `label: url`, or in the middle of a sentence `label (url)`.
fn link(label: &str, url: &str, automatic: bool, last: bool) -> String {
    let url = url
        .strip_prefix("mailto:")
        .or_else(|| url.strip_prefix("tel:"))
        .unwrap_or(url);
    let label = label.trim();
    if automatic || label.is_empty() || label == url {
        url.to_owned()
    } else if last {
        format!("{}: {url}", label.trim_end_matches(':'))
    } else {
        format!("{label} ({url})")
    }
}

/// Marks emphasis, unless nothing is emphasized.
fn wrapped(text: &str, with: char) -> String {
    if text.trim().is_empty() {
        text.to_owned()
    } else {
        format!("{with}{text}{with}")
    }
}

/// Returns the text of a leaf as it is.
fn literal<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match node {
        Node::Leaf(
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text),
        ) => Some(text),
        Node::Leaf(_) | Node::Inner(..) | Node::Block(..) => None,
    }
}

/// Tells whether a node stands in a line with its neighbors.
fn is_inline(node: &Node<'_>) -> bool {
    match node {
        Node::Leaf(event) => !matches!(event, Event::Rule),
        Node::Block(..) => false,
        Node::Inner(tag, _) => matches!(
            tag,
            MdTag::Strong
                | MdTag::Emphasis
                | MdTag::Strikethrough
                | MdTag::Link { .. }
                | MdTag::Image { .. }
        ),
    }
}

/// Finds what begins the line of each expression, so that all lines of a value can begin like that.
pub(super) fn prefixes(text: &str, mark: &str) -> BTreeMap<usize, String> {
    let mut prefixes = BTreeMap::new();
    for line in text.lines() {
        let mut prefix: String = line
            .chars()
            .take_while(|c| matches!(c, '>' | ' '))
            .collect();
        let bullet = line[prefix.len()..]
            .split_inclusive(' ')
            .next()
            .unwrap_or_default();
        let number = bullet
            .strip_suffix(". ")
            .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        if bullet == "- " || number {
            prefix.push_str(&" ".repeat(bullet.len()));
        }
        if !prefix.is_empty() {
            prefixes.extend(
                hide::find(line, mark)
                    .into_iter()
                    .map(|(_, index)| (index, prefix.clone())),
            );
        }
    }
    prefixes
}
