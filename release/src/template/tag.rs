//! Finds every `{{…}}` of a text, and reads each by itself, so that one mistake hides no other.

use std::ops::Range;

use handlebars::template::TemplateElement;
use journey::nearest;

use super::expression::{Call, Value};
use crate::{Defect, Place};

/// One `{{…}}` and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tag {
    /// From the first brace to the last, in bytes of the text it was found in.
    pub(super) span: Range<usize>,
    /// What it does.
    pub(super) kind: TagKind,
}

/// What a tag does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TagKind {
    /// `{{! for the author }}`
    Comment,
    /// `{{value}}`
    Print(Value),
    /// `{{#if …}}`
    Open(Call),
    /// `{{else}}`, `{{else if …}}`
    Else(Option<Call>),
    /// `{{/if}}`
    Close(String),
    /// `{{> content}}`
    Content,
    /// Something that was reported already.
    Broken,
}

impl TagKind {
    /// Returns whether it opens, closes or divides a block, or prints nothing.
    pub(super) fn is_block(&self) -> bool {
        match self {
            Self::Comment | Self::Open(_) | Self::Else(_) | Self::Close(_) => true,
            Self::Print(_) | Self::Content | Self::Broken => false,
        }
    }

    /// Returns the expression in it, if it has one.
    pub(super) fn calls(&self) -> Option<Value> {
        match self {
            Self::Print(value) => Some(value.clone()),
            Self::Open(call) | Self::Else(Some(call)) => Some(Value::Call(call.clone())),
            Self::Comment | Self::Else(None) | Self::Close(_) | Self::Content | Self::Broken => {
                None
            }
        }
    }
}

/// A text with the file it stands in, and where in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    /// The file.
    pub(super) file: &'a str,
    /// The text.
    pub(super) text: &'a str,
    /// Where in the file it begins, in bytes.
    pub(super) offset: usize,
}

impl Piece<'_> {
    /// Names a place in the file.
    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        let span = span.start + self.offset..span.end + self.offset;
        Place {
            file: self.file.to_owned(),
            span,
        }
    }
}

/// Finds every tag of a text.
pub(super) fn find(piece: Piece<'_>, defects: &mut Vec<Defect>) -> Vec<Tag> {
    let text = piece.text;
    let mut tags = vec![];
    let mut at = 0;
    while let Some(found) = text[at..].find(['{', '}']) {
        let start = at + found;
        let rest = &text[start..];
        if rest.starts_with("}}") {
            let span = start..start + 2;
            let defect = Defect::new(piece.place(&span), "`}}` closes nothing");
            defects.push(
                defect
                    .label("no `{{` before it")
                    .help("write `{{name}}`, or leave the braces out"),
            );
            at = span.end;
        } else if rest.starts_with("{{") {
            let (end, closed) = end_of(text, start);
            let span = start..end;
            let kind = if closed {
                read(piece, &span).unwrap_or_else(|defect| {
                    defects.push(*defect);
                    TagKind::Broken
                })
            } else {
                let defect = Defect::new(piece.place(&span), "`{{` is not closed");
                defects.push(defect.label("no `}}` behind it").help("write `{{name}}`"));
                TagKind::Broken
            };
            tags.push(Tag { span, kind });
            at = end;
        } else {
            at = start + 1;
        }
        if tags.len() > TAGS_MAX {
            let place = piece.place(&(start..start + 2));
            let what = format!("there are more than {TAGS_MAX} expressions");
            defects.push(
                Defect::new(place, what).help("split the mail, or move what is fixed into `vars`"),
            );
            break;
        }
    }
    tags
}

/// Finds where a tag ends, and whether it is closed at all.
fn end_of(text: &str, start: usize) -> (usize, bool) {
    let rest = &text[start..];
    if rest.starts_with("{{!--") {
        return match rest.find("--}}") {
            Some(end) => (start + end + 4, true),
            None => (start + 5, false),
        };
    }
    let opening = rest.bytes().take_while(|&b| b == b'{').count();
    let mut quote = None;
    for (i, byte) in rest.bytes().enumerate().skip(opening) {
        match (quote, byte) {
            (None, b'"' | b'\'') if !rest.starts_with("{{!") => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            (None, b'}') if rest[i..].starts_with("}}") => {
                let closing = rest[i..].bytes().take_while(|&b| b == b'}').count();
                return (start + i + closing.min(opening), true);
            }
            (None, b'{') => return (start + i, false),
            _ => {}
        }
    }
    // A quote that does not end swallows the rest of the text: the tag ends on its own line then.
    let line = rest.lines().next().unwrap_or_default();
    match line.find("}}") {
        Some(end) => (start + end + 2, true),
        None => (start + line.trim_end().len(), false),
    }
}

/// Reads one tag.
fn read(piece: Piece<'_>, span: &Range<usize>) -> Result<TagKind, Box<Defect>> {
    let text = &piece.text[span.clone()];
    let refuse = |what: &str, help: &str| Box::new(Defect::new(piece.place(span), what).help(help));
    if piece.text[..span.start].ends_with('\\') {
        return Err(refuse(
            "`\\` stands before an expression",
            "take it away: a mail cannot print two braces",
        ));
    }
    if text.starts_with("{{{{") {
        return Err(refuse(
            "four braces open a raw block, which mails do not have",
            "use two braces",
        ));
    }
    let inner = text
        .trim_start_matches('{')
        .trim_end_matches('}')
        .trim_matches('~')
        .trim();
    if text.starts_with("{{{") || inner.starts_with(['{', '&']) {
        let name = inner.trim_matches(['&', '{', '}', ' ']);
        let partial = if name == "content" { "> " } else { "" };
        return Err(refuse(
            "this value would not be escaped",
            &format!("write `{{{{{partial}{name}}}}}`"),
        ));
    }
    if inner.is_empty() {
        return Err(refuse(
            "nothing stands between the braces",
            "write `{{name}}`",
        ));
    }
    if inner.starts_with('!') {
        return Ok(TagKind::Comment);
    }
    if inner.starts_with('*') || inner.starts_with("#*") {
        return Err(refuse("mails have no decorators", "take it away"));
    }
    if let Some(name) = inner.strip_prefix('>').or_else(|| inner.strip_prefix("#>")) {
        return match name.trim() {
            "content" => Ok(TagKind::Content),
            name => Err(refuse(
                "mails have no partials but `{{> content}}` in a layout",
                match nearest(name, ["content"]) {
                    Some(_) => "write `{{> content}}`",
                    None => "write it out here",
                },
            )),
        };
    }
    if let Some(name) = inner.strip_prefix('/') {
        return Ok(TagKind::Close(name.trim().to_owned()));
    }
    if let Some(call) = inner.strip_prefix('#') {
        return read_call(piece, span, call.trim()).map(TagKind::Open);
    }
    if let Some(rest) = inner
        .strip_prefix("else")
        .or_else(|| inner.strip_prefix('^'))
    {
        match rest.trim() {
            "" => return Ok(TagKind::Else(None)),
            call if rest.starts_with(char::is_whitespace) => {
                return read_call(piece, span, call).map(|call| TagKind::Else(Some(call)));
            }
            _ => {}
        }
    }
    read_value(piece, span, inner).map(TagKind::Print)
}

/// Reads what a block calls: `if event.note`.
fn read_call(piece: Piece<'_>, span: &Range<usize>, inner: &str) -> Result<Call, Box<Defect>> {
    let name = inner
        .split(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    match parse(&format!("{{{{#{inner}}}}}{{{{/{name}}}}}")) {
        Some(Value::Call(call)) => Ok(call),
        Some(Value::Path(_) | Value::Literal(_)) | None => Err(unreadable(piece, span, inner)),
    }
}

/// Reads what is printed: `date event.day "long"`.
fn read_value(piece: Piece<'_>, span: &Range<usize>, inner: &str) -> Result<Value, Box<Defect>> {
    parse(&format!("{{{{{inner}}}}}")).ok_or_else(|| unreadable(piece, span, inner))
}

/// Lets the engine read one tag.
fn parse(tag: &str) -> Option<Value> {
    let deep = tag.bytes().filter(|&b| b == b'(').count() > NESTED_MAX;
    if deep || tag.len() > TAG_BYTES_MAX {
        return None;
    }
    let template = handlebars::Template::compile(tag).ok()?;
    let mut elements = template.elements.iter().filter(
        |element| !matches!(element, TemplateElement::RawString(text) if text.trim().is_empty()),
    );
    let value = Value::of_element(elements.next()?)?;
    elements.next().is_none().then_some(value)
}

/// Says what usually is wrong with an expression that cannot be read.
fn unreadable(piece: Piece<'_>, span: &Range<usize>, inner: &str) -> Box<Defect> {
    let field = inner
        .strip_prefix("automationfield")
        .map(|name| name.trim_start_matches([':', '.']));
    let help = if let Some(field) = field {
        format!("write `{{{{event.{field}}}}}`")
    } else if inner.matches('"').count() % 2 == 1 || inner.matches('\'').count() % 2 == 1 {
        String::from("close the quotes")
    } else if inner.matches('(').count() != inner.matches(')').count() {
        String::from("close the parentheses")
    } else if inner.contains(['“', '”', '‘', '’']) {
        String::from("use straight quotes: \"long\"")
    } else if inner.starts_with("if ") && inner.contains(['<', '>', '=']) {
        String::from(
            "compare with a helper, `{{#if (eq event.kind \"new\")}}`, or with an `if` in the journey",
        )
    } else if inner.contains(['+', '*', '<', '>', '=', '|']) && !inner.contains('"') {
        String::from(
            "an expression is a name, or a helper with names: `{{date event.day \"long\"}}`",
        )
    } else if inner.contains(char::is_whitespace) {
        String::from(
            "write a name without spaces, or a helper with names: `{{date event.day \"long\"}}`",
        )
    } else {
        String::from("write a name with dots: `{{event.Person.FullName}}`")
    };
    Box::new(Defect::new(piece.place(span), "this expression cannot be read").help(help))
}

/// How many expressions one text may hold.
const TAGS_MAX: usize = 2_000;

/// How many calls one expression may hold.
const NESTED_MAX: usize = 8;

/// How long one expression may be, in bytes.
const TAG_BYTES_MAX: usize = 2_000;
