//! Turns the text of a YAML file into a tree.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

use super::{At, Data, Entry, Mapping, Node, refusals, syntax};
use crate::{Defect, Place};

/// Reads `text`, the contents of `file`, as one YAML document.
///
/// Where the text is not YAML, the defect says so and the tree holds what stands before it.
pub(crate) fn parse(file: &str, text: &str, defects: &mut Vec<Defect>) -> Node {
    let options = granit_parser::options! {
        flow_nesting_limit: DEPTH_MAX,
        block_nesting_limit: DEPTH_MAX,
        emit_comments: false,
    };
    let mut builder = Builder {
        file,
        text,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        root: None,
        last: None,
        nodes: 0,
        defects,
    };
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((Event::DocumentStart(..), span)) => {
                documents += 1;
                if documents > 1 {
                    builder.second_document(&span);
                    break;
                }
            }
            Ok((event, span)) => builder.take(event, &span),
            Err(error) => {
                let defect = syntax::defect(file, text, &error);
                builder.doubt(defect.place.span.start);
                if !builder.told_on_line_of(&defect) {
                    builder.defects.push(defect);
                }
                return builder.cut_off();
            }
        }
        if builder.nodes > NODES_MAX {
            let place = builder.place(0..0);
            builder.defects.push(refusals::too_many(place, NODES_MAX));
            return builder.cut_off();
        }
    }
    builder.finish()
}

/// A tree in the making.
struct Builder<'a> {
    file: &'a str,
    text: &'a str,
    open: Vec<Open>,
    /// What was given a name with `&`; absent while it is still being read.
    anchors: BTreeMap<usize, Node>,
    root: Option<Node>,
    /// A scalar that may turn out to be where the text stops being YAML.
    last: Option<(Node, usize)>,
    /// How many nodes were made, copies included: a few aliases of aliases can stand for billions.
    nodes: usize,
    defects: &'a mut Vec<Defect>,
}

/// A collection that is still being read.
struct Open {
    start: usize,
    anchor: usize,
    kind: Kind,
    style: StructureStyle,
    /// Whether a key of it could not be read, so that nothing in it can be relied on.
    broken: bool,
}

enum Kind {
    List(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        /// The key whose value comes next; `Some(None)` when its value is to be dropped.
        key: Option<Option<At<String>>>,
    },
}

impl Builder<'_> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is open to additions, and the others carry no data"
    )]
    fn take(&mut self, event: Event<'_>, span: &Span) {
        self.settle();
        if let Some(tag) = span.tag_span().and_then(|tag| tag.byte_range())
            && event.is_node()
        {
            let written = self.text.get(tag.clone()).unwrap_or_default();
            self.defects.push(refusals::tag(self.place(tag), written));
        }
        let range = range(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let data = match style {
                    _ if tag.is_some() => Data::Broken,
                    ScalarStyle::Plain if range.is_empty() => Data::Null,
                    ScalarStyle::Plain => plain(&text),
                    ScalarStyle::SingleQuoted
                    | ScalarStyle::DoubleQuoted
                    | ScalarStyle::Literal
                    | ScalarStyle::Folded => Data::Quoted(text.into_owned()),
                };
                self.last = Some((self.node(range, data), anchor));
            }
            Event::SequenceStart(style, anchor, _) => {
                self.open(range.start, anchor, style, Kind::List(Vec::new()));
            }
            Event::MappingStart(style, anchor, _) => {
                let entries = Vec::new();
                self.open(
                    range.start,
                    anchor,
                    style,
                    Kind::Mapping { entries, key: None },
                );
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range.end),
            Event::Alias(id) => self.alias(id, range),
            _ => (),
        }
    }

    fn open(&mut self, start: usize, anchor: usize, style: StructureStyle, kind: Kind) {
        self.open.push(Open {
            start,
            anchor,
            kind,
            style,
            broken: false,
        });
    }

    /// Adds the scalar that was held back.
    fn settle(&mut self) {
        if let Some((node, anchor)) = self.last.take() {
            self.add(node, anchor);
        }
    }

    /// Adds the scalar that was held back, as unreadable if the text stops being YAML right after
    /// it.
    fn doubt(&mut self, stop: usize) {
        if let Some((node, _)) = &mut self.last
            && node.place.span.end + 1 >= stop
        {
            node.data = Data::Broken;
        }
        self.settle();
    }

    fn close(&mut self, end: usize) {
        let Some(Open {
            start,
            anchor,
            kind,
            broken,
            ..
        }) = self.open.pop()
        else {
            return;
        };
        let data = match kind {
            _ if broken => Data::Broken,
            Kind::List(items) => Data::List(items),
            Kind::Mapping { entries, .. } => Data::Mapping(Mapping::whole(entries)),
        };
        let range = start..self.end_of_line(start, end);
        let node = self.node(range, data);
        self.add(node, anchor);
    }

    fn add(&mut self, node: Node, anchor: usize) {
        self.nodes += 1;
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(Kind::List(items)) => items.push(node),
            Some(Kind::Mapping { key, .. }) if key.is_none() => {
                let name = self.key(node);
                if let Some(Kind::Mapping { key, .. }) =
                    self.open.last_mut().map(|open| &mut open.kind)
                {
                    *key = Some(name);
                }
            }
            Some(Kind::Mapping { entries, key }) => {
                if let Some(key) = key.take().flatten() {
                    entries.push(entry(key, node));
                }
            }
        }
    }

    /// Reads a node that stands where a key belongs; `None` when its value cannot be used.
    fn key(&mut self, node: Node) -> Option<At<String>> {
        let text = match node.data {
            Data::Plain(text) | Data::Quoted(text) => text,
            Data::Null => {
                self.defects.push(refusals::no_key(node.place));
                return None;
            }
            Data::Broken => return None,
            Data::List(_) | Data::Mapping(_) => {
                let refusal = refusals::collection_as_key(node.place, self.text);
                self.defects.push(refusal);
                if let Some(open) = self.open.last_mut() {
                    open.broken = true;
                }
                return None;
            }
        };
        let first = match self.open.last().map(|open| &open.kind) {
            Some(Kind::Mapping { entries, .. }) => {
                entries.iter().find(|entry| entry.key.value == text)
            }
            Some(Kind::List(_)) | None => None,
        };
        if let Some(first) = first {
            self.defects.push(refusals::again(node.place, &first.key));
            return None;
        }
        Some(At::new(text, node.place))
    }

    fn alias(&mut self, id: usize, range: Range<usize>) {
        let node = match self.anchors.get(&id) {
            Some(node) => {
                self.nodes += size(node);
                node.clone()
            }
            None => {
                let refusal = refusals::endless(self.place(range.clone()));
                self.defects.push(refusal);
                self.node(range, Data::Broken)
            }
        };
        if self.nodes <= NODES_MAX {
            self.add(node, 0);
        }
    }

    fn second_document(&mut self, span: &Span) {
        self.settle();
        let start = range(span).start;
        let place = self.place(start..self.end_of_line(start, self.text.len()));
        self.defects.push(refusals::second_document(place));
        if let Some(Node {
            data: Data::Mapping(first),
            ..
        }) = &mut self.root
        {
            first.cut_off = true;
        }
    }

    /// Tells whether the last defect stands on the same line before this one, and so is its cause.
    fn told_on_line_of(&self, defect: &Defect) -> bool {
        let Some(last) = self.defects.last().map(|last| &last.place) else {
            return false;
        };
        let between = self.text.get(last.span.start..defect.place.span.start);
        last.file == self.file && between.is_some_and(|between| !between.contains('\n'))
    }

    /// Closes what is open where the reading had to stop.
    fn cut_off(mut self) -> Node {
        while let Some(open) = self.open.pop() {
            let start = open.start;
            let data = match open.kind {
                // What stands behind an open bracket may belong anywhere.
                _ if open.broken || open.style == StructureStyle::Flow => Data::Broken,
                Kind::List(mut items) => {
                    items.push(self.node(start..start, Data::Broken));
                    Data::List(items)
                }
                Kind::Mapping { mut entries, key } => {
                    if let Some(Some(key)) = key {
                        let value = self.node(key.place.span.clone(), Data::Broken);
                        entries.push(Entry { key, value });
                    }
                    Data::Mapping(Mapping {
                        entries,
                        cut_off: true,
                    })
                }
            };
            let range = start..self.end_of_line(start, self.text.len());
            let node = self.node(range, data);
            self.add(node, 0);
        }
        self.root
            .take()
            .unwrap_or_else(|| self.node(0..0, Data::Broken))
    }

    fn finish(mut self) -> Node {
        self.settle();
        self.root
            .take()
            .unwrap_or_else(|| self.node(0..0, Data::Null))
    }

    fn node(&self, range: Range<usize>, data: Data) -> Node {
        let verbatim = match &data {
            Data::Plain(text) => self.verbatim(&range, 0, text),
            Data::Quoted(text) => self.verbatim(&range, 1, text),
            Data::Broken | Data::List(_) | Data::Mapping(_) | Data::Null => None,
        };
        let rest = self.text.get(range.end..).unwrap_or_default();
        let rest = rest.lines().next().unwrap_or_default();
        Node {
            commented: rest.trim_start().starts_with('#'),
            place: self.place(range),
            verbatim,
            data,
        }
    }

    /// Returns where `text` stands letter for letter, if it does so `skip` bytes into `range`.
    fn verbatim(&self, range: &Range<usize>, skip: usize, text: &str) -> Option<usize> {
        let start = range.start + skip;
        let written = self.text.get(start..start + text.len());
        (written == Some(text)).then_some(start)
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place {
            file: self.file.to_owned(),
            span,
        }
    }

    /// Returns where the line of `start` ends, or `end` if that comes first.
    fn end_of_line(&self, start: usize, end: usize) -> usize {
        let rest = self.text.get(start..end.max(start)).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        start + line.trim_end().len()
    }
}

/// Makes an entry; a value that was left out stands where its key stands.
fn entry(key: At<String>, mut value: Node) -> Entry {
    if matches!(value.data, Data::Null) && value.place.span.is_empty() {
        value.place = key.place.clone();
    }
    Entry { key, value }
}

fn plain(text: &str) -> Data {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        text => Data::Plain(text.to_owned()),
    }
}

/// Counts `node` and everything in it.
fn size(node: &Node) -> usize {
    1 + match &node.data {
        Data::List(items) => items.iter().map(size).sum(),
        Data::Mapping(mapping) => mapping.entries.iter().map(|entry| size(&entry.value)).sum(),
        Data::Broken | Data::Null | Data::Plain(_) | Data::Quoted(_) => 0,
    }
}

fn range(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

/// How deep lists and mappings may nest.
const DEPTH_MAX: usize = 64;

/// How many values one file may hold, repetitions included.
const NODES_MAX: usize = 50_000;
