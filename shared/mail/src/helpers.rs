//! What a template can do with a value besides printing it.
//!
//! One table says which helpers there are and what they take; a release is checked against it before it
//! is published, and the same table is what runs.

mod block;
mod date;
mod logic;
mod number;
mod paragraphs;
mod table;
mod url;

pub use table::HELPERS;

use handlebars::{
    Context, Handlebars, HelperDef, HelperResult, JsonTruthy, Output, PathAndJson, RenderContext,
    RenderError, RenderErrorReason, ScopedJson,
};
use journey::Kind;
use serde_json::Value as Json;

use crate::clean;
use crate::fault::{Fault, Part};
use crate::scope::Scope;

/// Something a template may call.
#[derive(Clone, Copy)]
pub struct Helper {
    /// What a template calls it.
    pub name: &'static str,
    /// What stands behind the name, in order.
    pub arguments: &'static [Argument],
    /// What comes of it.
    pub gives: Gives,
    run: Run,
}

impl std::fmt::Debug for Helper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Helper({})", self.name)
    }
}

/// One argument of a helper.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Argument {
    /// What it is, for messages.
    pub name: &'static str,
    /// What may stand there.
    pub accepts: Accepts,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether a value that may be absent can be given as it is.
    pub takes_absent: bool,
}

impl Argument {
    const fn anything(name: &'static str) -> Self {
        Self {
            name,
            accepts: Accepts::Anything,
            optional: false,
            takes_absent: false,
        }
    }

    const fn value(name: &'static str, kinds: &'static [Kind]) -> Self {
        Self {
            accepts: Accepts::Kinds(kinds),
            ..Self::anything(name)
        }
    }

    const fn word(name: &'static str, words: &'static [&'static str]) -> Self {
        Self {
            accepts: Accepts::Word(words),
            ..Self::anything(name)
        }
    }

    const fn or_nothing(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    const fn may_be_absent(self) -> Self {
        Self {
            takes_absent: true,
            ..self
        }
    }
}

/// What may stand as an argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Accepts {
    /// A value or a literal of any kind.
    Anything,
    /// A value or a literal of one of these kinds.
    Kinds(&'static [Kind]),
    /// One of these words, in quotes.
    Word(&'static [&'static str]),
    /// A currency of ISO 4217, in quotes: `"EUR"`.
    Currency,
    /// A whole number from 0 to 6.
    Decimals,
    /// A group of values: `event.Person`.
    Group,
    /// An opening tag `<p …>`, in quotes.
    Tag,
}

/// What comes of a helper.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Gives {
    /// A block `{{#name …}} … {{/name}}`.
    Block,
    /// Yes or no.
    Bool,
    /// What its first argument is.
    First,
    /// Lines that stand in a body as they are: not in a subject, an attribute or another helper.
    Markup,
    /// A text.
    Text,
}

/// Finds a helper by name.
pub(crate) fn find(name: &str) -> Option<&'static Helper> {
    HELPERS.iter().find(|helper| helper.name == name)
}

/// Makes every helper known to one part of one mail.
pub(crate) fn register<'reg: 'rc, 'rc>(
    context: &mut RenderContext<'reg, 'rc>,
    scope: &'rc Scope,
    part: Part,
) {
    for helper in HELPERS {
        context.register_local_helper(
            helper.name,
            Box::new(Bound {
                helper,
                scope,
                part,
            }),
        );
    }
}

/// How a helper runs.
#[derive(Clone, Copy)]
enum Run {
    /// It makes a value of its arguments.
    Value(fn(&Call<'_, '_>) -> Result<Json, Fault>),
    /// It writes by itself.
    Block(for<'reg, 'rc> fn(&mut Frame<'_, 'reg, 'rc>) -> HelperResult),
}

/// What a helper works with.
struct Call<'a, 'rc> {
    name: &'static str,
    scope: &'a Scope,
    part: Part,
    arguments: &'a [PathAndJson<'rc>],
}

impl Call<'_, '_> {
    /// Returns an argument that must be there.
    fn get(&self, index: usize) -> Result<&Json, Fault> {
        let value = self.known(index)?;
        match absent_path(value) {
            Some(path) => Err(Fault::Absent {
                path: path.to_owned(),
            }),
            None => Ok(value),
        }
    }

    /// Returns an argument that may be absent, but not unknown.
    fn known(&self, index: usize) -> Result<&Json, Fault> {
        let argument = self
            .arguments
            .get(index)
            .ok_or_else(|| self.fail("misses an argument"))?;
        if argument.is_value_missing() {
            let path = argument.relative_path().cloned().unwrap_or_default();
            return Err(Fault::Unknown { path });
        }
        Ok(argument.value())
    }

    /// Returns a text that must be there.
    fn text(&self, index: usize, why: &'static str) -> Result<&str, Fault> {
        self.get(index)?.as_str().ok_or_else(|| self.fail(why))
    }

    /// Returns a word of the template itself, or the one that is meant when there is none.
    fn word(&self, index: usize, otherwise: &'static str) -> Result<&str, Fault> {
        if index < self.arguments.len() {
            self.text(index, "takes a word in quotes")
        } else {
            Ok(otherwise)
        }
    }

    /// Returns whether an argument is there and is not `false`, zero or empty.
    fn holds(&self, index: usize) -> Result<bool, Fault> {
        let value = self.known(index)?;
        Ok(absent_path(value).is_none() && value.is_truthy(false))
    }

    /// Says that the helper cannot work with what it got.
    fn fail(&self, why: &'static str) -> Fault {
        Fault::Helper {
            helper: self.name,
            why,
        }
    }
}

/// What a helper that writes by itself works with.
struct Frame<'a, 'reg, 'rc> {
    call: Call<'a, 'rc>,
    helper: &'a handlebars::Helper<'rc>,
    registry: &'reg Handlebars<'reg>,
    facts: &'rc Context,
    context: &'a mut RenderContext<'reg, 'rc>,
    out: &'a mut dyn Output,
}

/// A helper, bound to the mail it works for.
struct Bound<'s> {
    helper: &'static Helper,
    scope: &'s Scope,
    part: Part,
}

impl HelperDef for Bound<'_> {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &handlebars::Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let Run::Value(run) = self.helper.run else {
            return Err(RenderErrorReason::Unimplemented.into());
        };
        let value = run(&self.call_of(helper)).map_err(stop)?;
        Ok(ScopedJson::Derived(value))
    }

    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &handlebars::Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        facts: &'rc Context,
        context: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        match self.helper.run {
            Run::Value(run) => {
                let value = run(&self.call_of(helper)).map_err(stop)?;
                let text = handlebars::JsonRender::render(&value);
                let escape = !context.is_disable_escape();
                out.write(&if escape {
                    registry.get_escape_fn()(&text)
                } else {
                    text
                })?;
                Ok(())
            }
            Run::Block(run) => {
                let call = self.call_of(helper);
                run(&mut Frame {
                    call,
                    helper,
                    registry,
                    facts,
                    context,
                    out,
                })
            }
        }
    }
}

impl Bound<'_> {
    fn call_of<'a, 'rc>(&'a self, helper: &'a handlebars::Helper<'rc>) -> Call<'a, 'rc> {
        let Self {
            helper: &Helper { name, .. },
            scope,
            part,
        } = *self;
        Call {
            name,
            scope,
            part,
            arguments: helper.params(),
        }
    }
}

/// Hands a fault through the engine.
fn stop(fault: Fault) -> RenderError {
    RenderErrorReason::NestedError(Box::new(fault)).into()
}

/// Returns which value is absent, if this one is.
fn absent_path(value: &Json) -> Option<&str> {
    value.as_str().and_then(clean::find_absent)
}
