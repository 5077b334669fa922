//! What stands between two braces: paths, literals and calls of helpers.

use handlebars::template::{BlockParam, HelperTemplate, Parameter, TemplateElement};
use serde_json::Value as Json;

/// A value of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// `event.Person.FullName`
    Path(Path),
    /// `"long"`, `2`, `true`
    Literal(Json),
    /// `(reached event.StartDate)`
    Call(Call),
}

/// A helper and what it is given, or a path that is printed as it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    /// What is called.
    pub(super) name: String,
    /// What it is given, in order.
    pub(super) arguments: Vec<Value>,
    /// The names of what it is given as `name=value`.
    pub(super) named: Vec<String>,
    /// What a block calls its value: `as |item i|`.
    pub(super) block_names: Vec<String>,
}

/// A name, or several with dots between them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Path {
    /// As it is written.
    pub(super) raw: String,
    /// Where it starts.
    pub(super) start: Start,
    /// The names, outermost first; none for `this`.
    pub(super) names: Vec<String>,
}

/// Where a path starts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Start {
    /// In the block it stands in, so many blocks up: `../`.
    Block(usize),
    /// At the outermost: `@root.`.
    Root,
    /// With the engine: `@index`.
    Local,
}

impl Value {
    /// Reads what prints something: `{{…}}`.
    pub(super) fn of_element(element: &TemplateElement) -> Option<Self> {
        let (TemplateElement::Expression(call) | TemplateElement::HelperBlock(call)) = element
        else {
            return None;
        };
        let is_call = call.block || !call.params.is_empty() || !call.hash.is_empty();
        if is_call {
            return Call::of(call).map(Self::Call);
        }
        match &call.name {
            Parameter::Subexpression(_) => Self::of(&call.name),
            Parameter::Literal(literal) => Some(Self::Literal(literal.clone())),
            Parameter::Name(_) | Parameter::Path(_) => {
                call.name.as_name().map(|raw| Self::Path(Path::of(raw)))
            }
            _ => None,
        }
    }

    fn of(parameter: &Parameter) -> Option<Self> {
        match parameter {
            Parameter::Name(raw) => Some(Self::Path(Path::of(raw))),
            Parameter::Path(_) => parameter.as_name().map(|raw| Self::Path(Path::of(raw))),
            Parameter::Literal(literal) => Some(Self::Literal(literal.clone())),
            Parameter::Subexpression(inner) => {
                let TemplateElement::Expression(call) = inner.as_element() else {
                    return None;
                };
                Call::of(call).map(Self::Call)
            }
            _ => None,
        }
    }

    /// Goes through every path in it, also those that helpers are given.
    pub(super) fn for_each_path<'a>(&'a self, visit: &mut impl FnMut(&'a Path)) {
        match self {
            Self::Path(path) => visit(path),
            Self::Literal(_) => {}
            Self::Call(call) => {
                call.arguments
                    .iter()
                    .for_each(|argument| argument.for_each_path(visit));
            }
        }
    }
}

impl Call {
    fn of(call: &HelperTemplate) -> Option<Self> {
        let mut named: Vec<String> = call.hash.clone().into_keys().collect();
        named.sort();
        let block_names = match &call.block_param {
            None => vec![],
            Some(BlockParam::Single(one)) => vec![one],
            Some(BlockParam::Pair((one, two))) => vec![one, two],
            Some(_) => return None,
        };
        Some(Self {
            name: call.name.as_name()?.to_owned(),
            arguments: call.params.iter().map(Value::of).collect::<Option<_>>()?,
            named,
            block_names: block_names
                .into_iter()
                .filter_map(|n| n.as_name())
                .map(str::to_owned)
                .collect(),
        })
    }
}

impl Path {
    /// Reads a path that the engine has accepted.
    pub(super) fn of(raw: &str) -> Self {
        let mut rest = raw;
        let mut start = Start::Block(0);
        if let Some(inner) = rest
            .strip_prefix("@root.")
            .or_else(|| rest.strip_prefix("@root/"))
        {
            (rest, start) = (inner, Start::Root);
        } else if let Some(local) = rest.strip_prefix('@') {
            (rest, start) = (local, Start::Local);
        }
        let mut up = 0;
        loop {
            if let Some(inner) = rest.strip_prefix("../") {
                (rest, up) = (inner, up + 1);
            } else if let Some(inner) = rest
                .strip_prefix("./")
                .or_else(|| rest.strip_prefix("this."))
            {
                rest = inner;
            } else {
                break;
            }
        }
        match start {
            Start::Block(_) => start = Start::Block(up),
            // `@../index` is of another block; nothing here needs it.
            Start::Local if up > 0 => rest = "",
            Start::Local | Start::Root => {}
        }
        Self {
            raw: raw.to_owned(),
            start,
            names: names(rest),
        }
    }
}

/// Splits `a.b/[c d]` into its names; `this` and `..` are none.
fn names(path: &str) -> Vec<String> {
    let mut names = vec![];
    let mut rest = path;
    while !rest.is_empty() {
        let bracketed = rest
            .strip_prefix('[')
            .and_then(|inner| inner.split_once(']'));
        let name = match bracketed {
            Some((name, tail)) => {
                rest = tail.strip_prefix(['.', '/']).unwrap_or(tail);
                name
            }
            None => {
                let (name, tail) = rest.split_once(['.', '/']).unwrap_or((rest, ""));
                rest = tail;
                name
            }
        };
        if !name.is_empty() && name != "this" {
            names.push(name.to_owned());
        }
    }
    names
}
