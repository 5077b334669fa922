//! Keeps a list one list where blocks stand between its items.
//!
//! Markdown ends a list at a comment, so `- a`, `{{#if b}}`, `- b`, `{{/if}}`, `- c` would be three lists,
//! and `{{#each}}` around one item a list for each.

use pulldown_cmark::Tag as MdTag;

use super::markdown::Node;
use super::tag::{Tag, TagKind};

/// Joins lists that only blocks stand between, at every level of a tree.
pub(super) fn join<'a>(nodes: Vec<Node<'a>>, tags: &[Tag]) -> Vec<Node<'a>> {
    let nodes = nodes.into_iter().map(|node| match node {
        Node::Inner(tag, inside) => Node::Inner(tag, join(inside, tags)),
        Node::Leaf(_) | Node::Block(..) => node,
    });
    let mut out = vec![];
    write(group(&mut nodes.peekable(), tags, false), &mut out);
    out
}

/// A stretch of siblings.
enum Group<'a> {
    /// Anything.
    Node(Node<'a>),
    /// A block with its tags, and whether it repeats.
    Block {
        open: Node<'a>,
        inside: Vec<Self>,
        close: Node<'a>,
        repeats: bool,
    },
}

/// Finds which siblings stand inside which block.
fn group<'a>(
    nodes: &mut std::iter::Peekable<impl Iterator<Item = Node<'a>>>,
    tags: &[Tag],
    inner: bool,
) -> Vec<Group<'a>> {
    let kind = |node: &Node<'_>| match node {
        Node::Block(index, _) => tags.get(*index).map(|tag| tag.kind.clone()),
        Node::Inner(..) | Node::Leaf(_) => None,
    };
    let mut groups = vec![];
    loop {
        let closes = nodes
            .peek()
            .is_some_and(|node| matches!(kind(node), Some(TagKind::Close(_))));
        if closes && inner {
            return groups;
        }
        let Some(node) = nodes.next() else {
            return groups;
        };
        let Some(TagKind::Open(call)) = kind(&node) else {
            groups.push(Group::Node(node));
            continue;
        };
        let inside = group(nodes, tags, true);
        match nodes.next() {
            Some(close) => {
                let repeats = call.name == "each";
                groups.push(Group::Block {
                    open: node,
                    inside,
                    close,
                    repeats,
                });
            }
            None => {
                groups.push(Group::Node(node));
                groups.extend(inside);
            }
        }
    }
}

/// Writes groups as siblings again, with lists joined.
fn write<'a>(groups: Vec<Group<'a>>, out: &mut Vec<Node<'a>>) {
    let mut run: Vec<Group<'a>> = vec![];
    for group in groups {
        let ordered = group.ordered();
        if ordered.is_none() || run.last().is_some_and(|last| last.ordered() != ordered) {
            flush(std::mem::take(&mut run), out);
        }
        match ordered {
            Some(_) => run.push(group),
            None => group.write(out),
        }
    }
    flush(run, out);
}

/// Writes a run of groups that are all lists of one kind.
fn flush<'a>(run: Vec<Group<'a>>, out: &mut Vec<Node<'a>>) {
    let one_list = run.len() > 1
        || run
            .iter()
            .any(|group| matches!(group, Group::Block { repeats: true, .. }));
    let Some(tag) = run.first().and_then(Group::list).filter(|_| one_list) else {
        run.into_iter().for_each(|group| group.write(out));
        return;
    };
    let mut items = vec![];
    run.into_iter()
        .for_each(|group| group.write_items(&mut items));
    out.push(Node::Inner(tag, items));
}

impl<'a> Group<'a> {
    /// Returns whether this is nothing but numbered lists, or nothing but others.
    fn ordered(&self) -> Option<bool> {
        match self {
            Group::Node(Node::Inner(MdTag::List(start), _)) => Some(start.is_some()),
            Group::Node(_) => None,
            Group::Block { inside, .. } => {
                let mut kinds = inside.iter().filter(|g| !g.divides()).map(Self::ordered);
                let first = kinds.next()??;
                kinds.all(|kind| kind == Some(first)).then_some(first)
            }
        }
    }

    /// Returns whether this is an `else` or a comment, which may stand between items.
    fn divides(&self) -> bool {
        matches!(self, Group::Node(Node::Block(..)))
    }

    /// Returns the first list in it.
    fn list(&self) -> Option<MdTag<'a>> {
        match self {
            Group::Node(Node::Inner(tag @ MdTag::List(_), _)) => Some(tag.clone()),
            Group::Node(_) => None,
            Group::Block { inside, .. } => inside.iter().find_map(Self::list),
        }
    }

    fn write(self, out: &mut Vec<Node<'a>>) {
        match self {
            Group::Node(node) => out.push(node),
            Group::Block {
                open,
                inside,
                close,
                ..
            } => {
                out.push(open);
                write(inside, out);
                out.push(close);
            }
        }
    }

    fn write_items(self, out: &mut Vec<Node<'a>>) {
        match self {
            Group::Node(Node::Inner(MdTag::List(_), items)) => out.extend(items),
            Group::Node(node) => out.push(node),
            Group::Block {
                open,
                inside,
                close,
                ..
            } => {
                out.push(open);
                inside.into_iter().for_each(|group| group.write_items(out));
                out.push(close);
            }
        }
    }
}
