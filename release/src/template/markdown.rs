//! Markdown as a tree, and the HTML of it.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag as MdTag, html};

use super::hide::Hidden;
use super::lines;
use super::lists;
use super::tag::Tag;

/// A piece of Markdown.
#[derive(Clone, Debug)]
pub(super) enum Node<'a> {
    /// What has something inside it.
    Inner(MdTag<'a>, Vec<Self>),
    /// What has not.
    Leaf(Event<'a>),
    /// A block of a template on a line of its own: the number of its expression, and its word.
    Block(usize, String),
}

/// How a link shows, and what it is called.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Title {
    /// Whether it is a button.
    pub(super) button: bool,
    /// What it is called, if it was given a name.
    pub(super) name: Option<String>,
}

impl Title {
    /// Reads the title of a link: `button`, `button NAME` or a name.
    pub(super) fn of(title: &str) -> Self {
        let title = title.trim();
        let (button, name) = match title.strip_prefix("button") {
            Some(rest) if rest.is_empty() || rest.starts_with(' ') => (true, rest.trim()),
            Some(_) | None => (false, title),
        };
        Self {
            button,
            name: (!name.is_empty()).then(|| name.to_owned()),
        }
    }
}

/// Reads Markdown whose expressions are hidden, and hands over its tree; nothing if it is too deep.
pub(super) fn read<T>(
    hidden: &Hidden,
    tags: &[Tag],
    then: impl FnOnce(&[Node<'_>]) -> T,
) -> Option<T> {
    let text = lines::prepare(hidden, tags);
    let events = || {
        Parser::new_ext(
            &text,
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH,
        )
    };
    let mut depth = 0_usize;
    for event in events() {
        if let Event::Start(_) = event {
            depth += 1;
        } else if let Event::End(_) = event {
            depth = depth.saturating_sub(1);
        }
        if depth > DEPTH_MAX {
            return None;
        }
    }
    let nodes = children(&mut events(), &hidden.mark);
    Some(then(&lists::join(nodes, tags)))
}

/// Writes a tree as HTML.
pub(super) fn to_html(nodes: &[Node<'_>]) -> String {
    let mut events = vec![];
    flatten(nodes, &mut events);
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    out
}

/// Reads events up to the end of what they are in.
fn children<'a>(events: &mut Parser<'a>, mark: &str) -> Vec<Node<'a>> {
    let mut nodes = vec![];
    while let Some(event) = events.next() {
        if let Event::End(_) = event {
            break;
        }
        let Event::Start(tag) = event else {
            nodes.push(Node::Leaf(event));
            continue;
        };
        let inside = children(events, mark);
        match blocks(&tag, &inside, mark) {
            Some(blocks) => nodes.extend(blocks),
            None => nodes.push(Node::Inner(tag, inside)),
        }
    }
    nodes
}

/// Reads what is nothing but blocks: their comments, or the row that stands for them in a table.
fn blocks<'a>(tag: &MdTag<'_>, inside: &[Node<'_>], mark: &str) -> Option<Vec<Node<'a>>> {
    let text = if matches!(tag, MdTag::HtmlBlock) {
        leaves(inside)?.replace("<!--", "").replace("-->", "")
    } else if matches!(tag, MdTag::TableRow) {
        let cells = inside.iter().map(|cell| match cell {
            Node::Inner(_, inside) => leaves(inside),
            Node::Leaf(_) | Node::Block(..) => None,
        });
        cells.collect::<Option<String>>()?
    } else {
        return None;
    };
    let words = super::hide::find(&text, mark);
    let mut bare = text.clone();
    for (span, _) in words.iter().rev() {
        bare.replace_range(span.clone(), "");
    }
    let is_block = |span: &std::ops::Range<usize>| text[span.start + mark.len()..].starts_with('b');
    if words.is_empty() || !bare.trim().is_empty() || !words.iter().all(|(span, _)| is_block(span))
    {
        return None;
    }
    let node =
        |(span, index): (std::ops::Range<usize>, usize)| Node::Block(index, text[span].to_owned());
    Some(words.into_iter().map(node).collect())
}

/// Returns the text of leaves, if they are nothing but text or HTML.
fn leaves(nodes: &[Node<'_>]) -> Option<String> {
    let text = nodes.iter().map(|node| match node {
        Node::Leaf(Event::Text(text) | Event::Html(text)) => Some(&**text),
        Node::Leaf(_) | Node::Inner(..) | Node::Block(..) => None,
    });
    text.collect()
}

/// Writes a tree as events again.
fn flatten<'a>(nodes: &[Node<'a>], events: &mut Vec<Event<'a>>) {
    for node in nodes {
        match node {
            Node::Leaf(event) => events.push(event.clone()),
            Node::Block(_, word) => events.push(Event::Html(format!("<!--{word}-->\n").into())),
            Node::Inner(MdTag::Link { title, .. }, inside) => {
                let Node::Inner(tag, _) = node else { continue };
                events.push(Event::InlineHtml(link(tag, &Title::of(title))));
                flatten(inside, events);
                events.push(Event::InlineHtml(CowStr::Borrowed("</a>")));
            }
            Node::Inner(tag, inside) => {
                events.push(Event::Start(tag.clone()));
                flatten(inside, events);
                events.push(Event::End(tag.to_end()));
            }
        }
    }
}

/// Writes the tag of a link, with a class for a button and the name it was given.
fn link<'a>(tag: &MdTag<'a>, title: &Title) -> CowStr<'a> {
    let mut plain = tag.clone();
    if let MdTag::Link { title, .. } = &mut plain {
        *title = CowStr::Borrowed("");
    }
    let mut html = String::new();
    html::push_html(&mut html, std::iter::once(Event::Start(plain)));
    let mut html = html.trim_end_matches('>').to_owned();
    if title.button {
        html.push_str(" class=\"button\"");
    }
    if let Some(name) = &title.name {
        html.push_str(&format!(" data-name=\"{}\"", handlebars::html_escape(name)));
    }
    html.push('>');
    html.into()
}

/// How deep quotations, lists and emphasis may lie in each other.
const DEPTH_MAX: usize = 24;
