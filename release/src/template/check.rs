//! Whether every expression of a text names something that is there, and that fits.

use std::collections::BTreeSet;

use journey::Kind;

use super::arguments;
use super::expression::{Call, Path, Value};
use super::html::Spot;
use super::names::starts_group;
use super::structure::{Blocks, Target};
use super::tag::{Piece, Tag, TagKind};
use super::{Context, Known};
use crate::Defect;

/// What a text sees, besides its context.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// A subject or a preheader.
    Line,
    /// The body of a mail, or its plain text.
    Body {
        /// Whether the mail has a preheader.
        preheader: bool,
    },
    /// What stands around a body; its `preheader` is left out of mails without one.
    Layout,
}

/// Checks every expression of a text; `spots` tells where in its HTML each tag stands.
pub(super) fn check(
    piece: Piece<'_>,
    tags: &[Tag],
    spots: &[Spot],
    role: Role,
    context: &Context<'_>,
) -> Vec<Defect> {
    let mut check = Check {
        piece,
        role,
        context,
        blocks: Blocks::default(),
        frames: vec![],
        defects: vec![],
    };
    for (i, tag) in tags.iter().enumerate() {
        check.tag(tag, spots.get(i).unwrap_or(&Spot::Text));
    }
    check.defects
}

/// A walk through a text, with what is certain where it stands.
pub(super) struct Check<'a> {
    piece: Piece<'a>,
    pub(super) role: Role,
    pub(super) context: &'a Context<'a>,
    pub(super) blocks: Blocks,
    frames: Vec<Frame>,
    /// What was found.
    pub(super) defects: Vec<Defect>,
}

/// What is certain inside a block.
struct Frame {
    /// The optional values that are there in this part of the block.
    there: BTreeSet<String>,
    /// Those that will be there in its `else`.
    otherwise: BTreeSet<String>,
    /// Whether names lead elsewhere inside it.
    entered: bool,
}

/// What a value turns out to be.
pub(super) enum Found {
    /// A declared value, and its path if it stands by itself.
    Value(Known),
    /// Several values under one name.
    Group,
    /// Nothing; that was reported.
    Nothing,
}

impl Check<'_> {
    fn tag(&mut self, tag: &Tag, spot: &Spot) {
        match &tag.kind {
            TagKind::Print(value) => self.print(tag, value, spot),
            TagKind::Open(call) => {
                arguments::check(self, tag, call, arguments::Use::Block);
                let (mut there, mut otherwise) = self.certain(call.arguments.first());
                if call.name == "unless" {
                    std::mem::swap(&mut there, &mut otherwise);
                }
                let entered = self.blocks.enter(call);
                self.frames.push(Frame {
                    there,
                    otherwise,
                    entered,
                });
            }
            TagKind::Else(again) => self.turn(tag, again.as_ref()),
            TagKind::Close(_) => {
                if self.frames.pop().is_some_and(|frame| frame.entered) {
                    self.blocks.leave();
                }
            }
            TagKind::Content if !matches!(self.role, Role::Layout) => {
                self.report(
                    tag,
                    "`{{> content}}` stands in a layout only",
                    "take it away",
                );
            }
            TagKind::Content | TagKind::Comment | TagKind::Broken => {}
        }
        if let Some(value) = tag.kind.calls() {
            self.secrets(tag, &value, spot);
        }
    }

    /// Goes from a block to its `else`.
    fn turn(&mut self, tag: &Tag, again: Option<&Call>) {
        let Some(mut frame) = self.frames.pop() else {
            return;
        };
        if frame.entered {
            self.blocks.leave();
            frame.entered = false;
        }
        frame.there.clone_from(&frame.otherwise);
        self.frames.push(frame);
        let Some(call) = again else { return };
        if !matches!(call.name.as_str(), "if" | "unless") {
            let what = format!("`{{{{else {}}}}}` is not possible", call.name);
            self.report(tag, what, "write `{{else}}`, and open the block behind it");
            return;
        }
        arguments::check(self, tag, call, arguments::Use::Block);
        let (mut there, mut otherwise) = self.certain(call.arguments.first());
        if call.name == "unless" {
            std::mem::swap(&mut there, &mut otherwise);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.there.extend(there);
            frame.otherwise.extend(otherwise);
        }
    }

    /// Checks what stands in the mail as it is.
    fn print(&mut self, tag: &Tag, value: &Value, spot: &Spot) {
        match value {
            // `{{date}}`: the engine calls the helper instead of looking for a value of that name.
            Value::Path(path) if arguments::is_helper(&path.raw) => {
                let call = Call {
                    name: path.raw.clone(),
                    arguments: vec![],
                    named: vec![],
                    block_names: vec![],
                };
                arguments::check(self, tag, &call, arguments::Use::Print);
            }
            Value::Path(path) => {
                let Found::Value(known) = self.there(tag, path) else {
                    return;
                };
                self.printable(tag, path, known);
            }
            Value::Literal(_) => {
                self.report(
                    tag,
                    "this prints the same in every mail",
                    "write it without braces",
                );
            }
            Value::Call(call) => {
                arguments::check(self, tag, call, arguments::Use::Print);
                let markup = call.name == "paragraphs";
                if markup && !matches!(spot, Spot::Text | Spot::Plain) {
                    self.report(
                        tag,
                        "`paragraphs` stands in the text of a body only",
                        "print the value, or leave it out",
                    );
                }
            }
        }
    }

    /// Refuses what would look wrong when it is printed as it is; a date is written out by itself, and a
    /// text keeps its lines (`show`).
    fn printable(&mut self, tag: &Tag, path: &Path, known: Known) {
        let raw = &path.raw;
        match known.kind {
            Kind::Bool => {
                let what = format!("`{raw}` is yes or no, which prints as `true` or `false`");
                self.report(
                    tag,
                    what,
                    format!("write `{{{{#if {raw}}}}} … {{{{else}}}} … {{{{/if}}}}`"),
                );
            }
            Kind::List => {
                let what = format!("`{raw}` is a list");
                self.report(
                    tag,
                    what,
                    format!("write `{{{{#each {raw}}}}}{{{{this}}}}{{{{/each}}}}`"),
                );
            }
            Kind::Text | Kind::Number | Kind::Date | Kind::DateTime => {}
        }
    }

    /// Keeps what only the recipient may see out of inboxes, logs and addresses.
    fn secrets(&mut self, tag: &Tag, value: &Value, spot: &Spot) {
        let place = match spot {
            Spot::Line => "the subject and the preheader, which show before a mail is opened",
            Spot::Attribute { .. } => "an address or an attribute, which end up in logs",
            Spot::Text | Spot::Plain | Spot::Aside | Spot::Style | Spot::Script | Spot::Tag => {
                return;
            }
        };
        let mut secret = vec![];
        value.for_each_path(&mut |path| {
            if let Target::Named(name) | Target::Item(name) = self.blocks.target(path)
                && self.known(&name).is_some_and(|known| known.sensitive)
            {
                secret.push(name);
            }
        });
        for name in secret {
            let what = format!("`{name}` is sensitive, and this is {place}");
            self.report(tag, what, "let it stand in the text of the body only");
        }
    }

    /// Finds a value that must be there.
    pub(super) fn there(&mut self, tag: &Tag, path: &Path) -> Found {
        let found = self.find(tag, path);
        if let (Found::Value(known), Target::Named(name)) = (&found, self.blocks.target(path))
            && !known.always
            && !self.frames.iter().any(|frame| frame.there.contains(&name))
        {
            let raw = &path.raw;
            let what = format!("`{raw}` may be absent");
            let help = format!(
                "write `{{{{#if {raw}}}}} … {{{{/if}}}}` around it, or `{{{{default {raw} \"…\"}}}}`"
            );
            self.report(tag, what, help);
            return Found::Nothing;
        }
        if let Found::Group = found {
            let what = format!("`{}` is a group of values", path.raw);
            self.report(tag, what, self.members(path));
            return Found::Nothing;
        }
        found
    }

    /// Finds a value that may be absent.
    pub(super) fn find(&mut self, tag: &Tag, path: &Path) -> Found {
        let engine = |kind| Found::Value(Known { kind, ..PLAIN });
        match self.blocks.target(path) {
            Target::Named(name) if !name.is_empty() => {
                if let Some(known) = self.known(&name) {
                    return Found::Value(known);
                }
                if self.names().any(|known| starts_group(known, &name)) {
                    return Found::Group;
                }
                self.unknown(tag, path, &name);
                Found::Nothing
            }
            Target::Item(list) => match self.known(&list) {
                Some(known) => Found::Value(Known {
                    kind: Kind::Text,
                    always: true,
                    ..known
                }),
                None => Found::Nothing,
            },
            Target::Index => engine(Kind::Number),
            Target::Edge => engine(Kind::Bool),
            Target::Named(_) | Target::Nothing => {
                let what = format!("nothing is called `{}` here", path.raw);
                self.report(tag, what, "name a value, or go out of the block with `../`");
                Found::Nothing
            }
        }
    }

    /// Returns which values are there if a test holds, and which if it does not.
    fn certain(&self, test: Option<&Value>) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut holds, mut fails) = (BTreeSet::new(), BTreeSet::new());
        match test {
            Some(Value::Path(path)) => {
                if let Target::Named(name) = self.blocks.target(path) {
                    holds.insert(name);
                }
            }
            Some(Value::Call(call)) => match call.name.as_str() {
                "not" => (fails, holds) = self.certain(call.arguments.first()),
                "has" => (holds, _) = self.certain(call.arguments.first()),
                "and" => {
                    for argument in &call.arguments {
                        holds.extend(self.certain(Some(argument)).0);
                    }
                }
                "or" => {
                    for argument in &call.arguments {
                        fails.extend(self.certain(Some(argument)).1);
                    }
                }
                "eq" => {
                    for argument in call
                        .arguments
                        .iter()
                        .filter(|a| matches!(a, Value::Path(_)))
                    {
                        holds.extend(self.certain(Some(argument)).0);
                    }
                }
                _ => {}
            },
            Some(Value::Literal(_)) | None => {}
        }
        (holds, fails)
    }

    /// Reports a defect of a tag.
    pub(super) fn report(&mut self, tag: &Tag, what: impl Into<String>, help: impl Into<String>) {
        self.defects
            .push(Defect::new(self.piece.place(&tag.span), what).help(help));
    }
}

/// A line of text that is always there.
pub(super) const PLAIN: Known = Known {
    kind: Kind::Text,
    always: true,
    sensitive: false,
    multi_line: false,
};
