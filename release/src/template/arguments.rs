//! Whether helpers are given what they take.

use journey::{Kind, nearest};
use mail::{Accepts, Argument, Gives, HELPERS, Helper};
use serde_json::Value as Json;

use super::check::{Check, Found, PLAIN};
use super::expression::{Call, Value};
use super::tag::Tag;

/// How a helper is used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Use {
    /// `{{date event.day}}`
    Print,
    /// `{{#if event.note}}`
    Block,
    /// `(reached event.day)`
    Argument,
}

/// Tells whether something of that name can be called.
pub(super) fn is_helper(name: &str) -> bool {
    find(name).is_some()
}

/// Checks a call, and returns what comes of it.
pub(super) fn check(check: &mut Check<'_>, tag: &Tag, call: &Call, used: Use) -> Option<Kind> {
    let Some(helper) = find(&call.name) else {
        let known = HELPERS.iter().map(|helper| helper.name);
        let help = match nearest(&call.name, known.clone()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the helpers are {}", known.collect::<Vec<_>>().join(", ")),
        };
        check.report(
            tag,
            format!("there is no helper called `{}`", call.name),
            help,
        );
        return None;
    };
    used_right(check, tag, helper, used);
    if let Some(name) = call.named.first() {
        let what = format!("`{}` takes no `{name}=…`", helper.name);
        check.report(
            tag,
            what,
            "give it its values in their order, without names",
        );
    }
    count(check, tag, helper, call);
    let kinds: Vec<_> = helper
        .arguments
        .iter()
        .zip(&call.arguments)
        .map(|(argument, value)| one(check, tag, helper, argument, value))
        .collect();
    let first = kinds.first().copied().flatten();
    let second = kinds.get(1).copied().flatten();
    together(check, tag, helper, [first, second], used);
    let time = call
        .arguments
        .get(1)
        .is_some_and(|value| is_word(value, "time"));
    if helper.name == "date" && first == Some(Kind::Date) && time {
        let help = "give `date` a moment, or another style";
        check.report(tag, "a date has no time of day", help);
    }
    match helper.gives {
        Gives::First => first,
        Gives::Bool => Some(Kind::Bool),
        Gives::Text => Some(Kind::Text),
        Gives::Block | Gives::Markup => None,
    }
}

/// Reports two arguments that do not belong together.
fn together(
    check: &mut Check<'_>,
    tag: &Tag,
    helper: &Helper,
    kinds: [Option<Kind>; 2],
    used: Use,
) {
    let [Some(first), second] = kinds else { return };
    let gives_first = helper.gives == Gives::First;
    let printable = |kind: Kind| matches!(kind, Kind::Number | Kind::Text);
    if gives_first && used == Use::Print && !printable(first) {
        let what = format!("`{}` would print {} as it is", helper.name, a(first));
        check.report(
            tag,
            what,
            "write `{{#if …}}` around it, and an `{{else}}` without it",
        );
        return;
    }
    let Some(second) = second else { return };
    // A text can stand in for a number that is only printed.
    let in_print = used == Use::Print && printable(first) && printable(second);
    if first != second && (gives_first || helper.name == "eq") && !in_print {
        let what = format!("`{}` is given {} and {}", helper.name, a(first), a(second));
        check.report(tag, what, "let both be of one kind");
    }
}

/// Reports a block that is used as a value, or the other way around.
fn used_right(check: &mut Check<'_>, tag: &Tag, helper: &Helper, used: Use) {
    let name = helper.name;
    match (helper.gives, used) {
        (Gives::Block, Use::Block)
        | (Gives::Bool, Use::Argument)
        | (Gives::First | Gives::Text, Use::Print | Use::Argument)
        | (Gives::Markup, Use::Print) => {}
        (Gives::Block, Use::Print | Use::Argument) => {
            check.report(
                tag,
                format!("`{name}` opens a block"),
                format!("write `{{{{#{name} …}}}} … {{{{/{name}}}}}`"),
            );
        }
        (Gives::Bool, Use::Print) => {
            let what = format!("`{name}` says yes or no, which prints as `true` or `false`");
            check.report(
                tag,
                what,
                format!("write `{{{{#if ({name} …)}}}} … {{{{/if}}}}`"),
            );
        }
        (Gives::Bool | Gives::First | Gives::Text | Gives::Markup, Use::Block) => {
            check.report(
                tag,
                format!("`{name}` opens no block"),
                format!("write `{{{{{name} …}}}}`"),
            );
        }
        (Gives::Markup, Use::Argument) => {
            check.report(
                tag,
                format!("`{name}` stands by itself"),
                format!("write `{{{{{name} …}}}}`"),
            );
        }
    }
}

/// Reports too few or too many arguments.
fn count(check: &mut Check<'_>, tag: &Tag, helper: &Helper, call: &Call) {
    let required = helper
        .arguments
        .iter()
        .filter(|argument| !argument.optional)
        .count();
    let given = call.arguments.len();
    if given >= required && given <= helper.arguments.len() {
        return;
    }
    let names: Vec<_> = helper
        .arguments
        .iter()
        .map(|argument| argument.name)
        .collect();
    let what = format!("`{}` is given {given} of its arguments", helper.name);
    check.report(tag, what, format!("it takes {}", names.join(", then ")));
}

/// Checks one argument, and returns what kind of value it is.
fn one(
    check: &mut Check<'_>,
    tag: &Tag,
    helper: &Helper,
    argument: &Argument,
    value: &Value,
) -> Option<Kind> {
    let found = match value {
        Value::Literal(literal) => return literal_fits(check, tag, helper, argument, literal),
        Value::Call(call) => {
            let kind = self::check(check, tag, call, Use::Argument)?;
            Found::Value(super::Known { kind, ..PLAIN })
        }
        Value::Path(path) if argument.accepts == Accepts::Group || argument.takes_absent => {
            check.find(tag, path)
        }
        Value::Path(path) => check.there(tag, path),
    };
    let kind = match found {
        Found::Nothing => return None,
        Found::Group if argument.accepts == Accepts::Group => return None,
        Found::Group => {
            check.report(
                tag,
                format!(
                    "`{}` takes {}, and this is a group of values",
                    helper.name, argument.name
                ),
                "name one of its values",
            );
            return None;
        }
        Found::Value(known) => known.kind,
    };
    match argument.accepts {
        Accepts::Anything => Some(kind),
        Accepts::Kinds(kinds) if kinds.contains(&kind) => Some(kind),
        Accepts::Kinds(_) | Accepts::Group => {
            misfit(check, tag, helper, argument, a(kind));
            None
        }
        Accepts::Word(_) | Accepts::Currency | Accepts::Decimals | Accepts::Tag => {
            let what = format!(
                "`{}` takes {} as a word of the template",
                helper.name, argument.name
            );
            check.report(tag, what, choices(argument));
            None
        }
    }
}

/// Checks a literal.
fn literal_fits(
    check: &mut Check<'_>,
    tag: &Tag,
    helper: &Helper,
    argument: &Argument,
    literal: &Json,
) -> Option<Kind> {
    let kind = match literal {
        Json::Bool(_) => Kind::Bool,
        Json::Number(_) => Kind::Number,
        Json::String(_) => Kind::Text,
        Json::Array(_) | Json::Object(_) | Json::Null => {
            misfit(check, tag, helper, argument, "something else");
            return None;
        }
    };
    let fits = match argument.accepts {
        Accepts::Anything => true,
        Accepts::Kinds(kinds) => kinds.contains(&kind),
        Accepts::Word(words) => literal.as_str().is_some_and(|word| words.contains(&word)),
        Accepts::Currency => literal
            .as_str()
            .is_some_and(|code| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())),
        Accepts::Decimals => literal.as_u64().is_some_and(|decimals| decimals <= 6),
        Accepts::Group | Accepts::Tag => false,
    };
    if fits {
        return Some(kind);
    }
    match (argument.accepts, literal.as_str()) {
        (Accepts::Word(words), Some(word)) => {
            let help = match nearest(word, words.iter().copied()) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => choices(argument),
            };
            check.report(
                tag,
                format!(
                    "`{}` knows no {} \"{word}\"",
                    helper.name,
                    bare(argument.name)
                ),
                help,
            );
        }
        _ => {
            let what = format!(
                "`{}` takes {}, and not {literal}",
                helper.name, argument.name
            );
            check.report(tag, what, choices(argument));
        }
    }
    None
}

fn misfit(check: &mut Check<'_>, tag: &Tag, helper: &Helper, argument: &Argument, got: &str) {
    let what = format!(
        "`{}` takes {}, and this is {got}",
        helper.name, argument.name
    );
    check.report(tag, what, choices(argument));
}

/// Says what may stand as an argument.
fn choices(argument: &Argument) -> String {
    match argument.accepts {
        Accepts::Anything => String::from("name a value"),
        Accepts::Kinds(kinds) => {
            let kinds: Vec<_> = kinds.iter().map(|&kind| a(kind)).collect();
            format!("give it {}", kinds.join(" or "))
        }
        Accepts::Word(words) => {
            let words: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
            format!("write {}", words.join(" or "))
        }
        Accepts::Currency => String::from("write three capitals in quotes: \"EUR\""),
        Accepts::Decimals => String::from("write a number from 0 to 6"),
        Accepts::Group => String::from("name a group of values: `event.Person`"),
        Accepts::Tag => String::from("leave it out"),
    }
}

fn find(name: &str) -> Option<&'static Helper> {
    HELPERS.iter().find(|helper| helper.name == name)
}

fn is_word(value: &Value, word: &str) -> bool {
    match value {
        Value::Literal(literal) => literal.as_str() == Some(word),
        Value::Path(_) | Value::Call(_) => false,
    }
}

fn bare(name: &str) -> &str {
    name.strip_prefix("the ")
        .or_else(|| name.strip_prefix("a "))
        .unwrap_or(name)
}

/// Names a kind of value, for messages.
fn a(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "yes or no",
        Kind::Date => "a date",
        Kind::DateTime => "a moment",
        Kind::List => "a list",
        Kind::Number => "a number",
        Kind::Text => "a text",
    }
}
