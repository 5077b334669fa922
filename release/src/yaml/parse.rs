//! Turns the text of a YAML file into a tree.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::{At, Data, Entry, Mapping, Node, syntax};
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
                builder.defects.push(defect);
                return builder.cut_off();
            }
        }
        if builder.nodes > NODES_MAX {
            builder.too_many();
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
    /// How many nodes were made, copies included: a few aliases of aliases can stand for billions.
    nodes: usize,
    defects: &'a mut Vec<Defect>,
}

/// A collection that is still being read.
struct Open {
    start: usize,
    anchor: usize,
    kind: Kind,
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
        if let Some(tag) = span.tag_span().and_then(|tag| tag.byte_range())
            && event.is_node()
        {
            self.tagged(tag);
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
                let node = self.node(range, data);
                self.add(node, anchor);
            }
            Event::SequenceStart(_, anchor, _) => {
                self.open(range.start, anchor, Kind::List(Vec::new()));
            }
            Event::MappingStart(_, anchor, _) => {
                let entries = Vec::new();
                self.open(range.start, anchor, Kind::Mapping { entries, key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range.end),
            Event::Alias(id) => self.alias(id, range),
            _ => (),
        }
    }

    fn open(&mut self, start: usize, anchor: usize, kind: Kind) {
        self.open.push(Open {
            start,
            anchor,
            kind,
        });
    }

    fn close(&mut self, end: usize) {
        let Some(Open {
            start,
            anchor,
            kind,
        }) = self.open.pop()
        else {
            return;
        };
        let data = match kind {
            Kind::List(items) => Data::List(items),
            Kind::Mapping { entries, .. } => Data::Mapping(Mapping {
                entries,
                cut_off: false,
            }),
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
                self.defects.push(
                    Defect::new(node.place, "a key is missing here")
                        .help("write `key: value`; a text that contains `: ` needs quotes"),
                );
                return None;
            }
            Data::Broken => return None,
            Data::List(_) | Data::Mapping(_) => {
                self.defects.push(collection_as_key(node.place, self.text));
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
            self.defects.push(
                Defect::new(node.place, format!("`{text}` stands here twice"))
                    .label("again here")
                    .help("keep one of the two")
                    .also(first.key.place.clone(), "first here"),
            );
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
                self.defects.push(
                    Defect::new(
                        self.place(range.clone()),
                        "this alias stands inside what it repeats",
                    )
                    .help("write the piece out"),
                );
                self.node(range, Data::Broken)
            }
        };
        if self.nodes <= NODES_MAX {
            self.add(node, 0);
        }
    }

    fn tagged(&mut self, range: Range<usize>) {
        let tag = self.text.get(range.clone()).unwrap_or_default().to_owned();
        let help = match tag.strip_prefix('!') {
            Some(rest) if !rest.is_empty() && !rest.starts_with('!') => {
                format!(
                    "in a condition write `not {rest}`; a text that begins with `!` needs quotes"
                )
            }
            _ => "leave it out; a text that looks like something else needs quotes".to_owned(),
        };
        self.defects.push(
            Defect::new(
                self.place(range),
                format!("`{tag}` is a YAML tag, and those mean nothing here"),
            )
            .label("YAML reads `!` as the start of a tag")
            .help(help),
        );
    }

    fn second_document(&mut self, span: &Span) {
        let start = range(span).start;
        self.defects.push(
            Defect::new(
                self.place(start..self.end_of_line(start, self.text.len())),
                "a second document begins here, and only the first one is read",
            )
            .help("put it in a file of its own"),
        );
    }

    fn too_many(&mut self) {
        self.defects.push(
            Defect::new(
                self.place(0..0),
                format!("the file has more than {NODES_MAX} values"),
            )
            .help("split it, and do not repeat large pieces with `*` aliases"),
        );
    }

    /// Closes what is open where the reading had to stop.
    fn cut_off(mut self) -> Node {
        while let Some(Open { start, kind, .. }) = self.open.pop() {
            let data = match kind {
                Kind::List(items) => Data::List(items),
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
        Node {
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

/// Says what is wrong with a list or a mapping where a key belongs: nearly always `{{…}}` without quotes.
fn collection_as_key(place: Place, text: &str) -> Defect {
    let before = text.get(..place.span.start).unwrap_or_default();
    if before.ends_with('{') {
        Defect::new(place, "YAML reads `{{` as the start of a mapping")
            .help("put the whole text in quotes: \"{{…}}\"")
    } else {
        Defect::new(
            place,
            "a key must be a word, and this is a list or a mapping",
        )
        .help("write `key: value`")
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
