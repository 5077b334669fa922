//! Which kinds of values go together, and what to write where they do not.

use std::fmt;

use super::tree::{Expr, Name, Node, Operator};
use super::{Kind, Mistake};

/// What a part of a condition gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Type {
    Bool,
    Date,
    Number,
    Numbers,
    Text,
    Texts,
}

impl From<Kind> for Type {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool,
            Kind::Date | Kind::DateTime => Self::Date,
            Kind::List => Self::Texts,
            Kind::Number => Self::Number,
            Kind::Text => Self::Text,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "a yes or no",
            Self::Date => "a date",
            Self::Number => "a number",
            Self::Numbers => "a list of numbers",
            Self::Text => "a text",
            Self::Texts => "a list of texts",
        })
    }
}

/// A part of a condition with what it gives.
type Side<'a> = (&'a Node, Type);

/// Refuses what is no question where one must stand.
pub(super) fn no_question(source: &str, node: &Node, kind: Type) -> Mistake {
    let part = &source[node.at.clone()];
    let help = match kind {
        _ if is_fixed(node) => "write a path, without quotes: `contact.member`".to_owned(),
        Type::Number => format!("compare it: `{part} > 0`"),
        Type::Text => format!("compare it: `{part} == 'text'`"),
        Type::Date => {
            format!("write `has({part})`, or compare it: `days_since({part}) > 30`")
        }
        Type::Texts | Type::Numbers => format!("write what may be in it: `'vip' in {part}`"),
        Type::Bool => "write it by itself".to_owned(),
    };
    Mistake::new(
        node.at.clone(),
        format!("this is {kind}, not a yes or no"),
        help,
    )
}

/// Refuses to count the days since something that is no date.
pub(super) fn no_date(path: &Name, kind: Type) -> Mistake {
    let what = format!("`{}` is {kind}, not a date", path.text);
    Mistake::new(
        path.at.clone(),
        what,
        "write a field of type `date` or `datetime`",
    )
}

/// Refuses a comparison that has no meaning.
pub(super) fn compare(
    source: &str,
    node: &Node,
    operator: Operator,
    [left, right]: [Side<'_>; 2],
) -> Option<Mistake> {
    let mistake = |what: String, help: String| Some(Mistake::new(node.at.clone(), what, help));
    let part = |side: Side<'_>| &source[side.0.at.clone()];
    if let Some(mistake) = dated(source, node, [left, right]) {
        return Some(mistake);
    }
    for (side, other) in [(left, right), (right, left)] {
        if is_list(side.1) {
            let item = if is_list(other.1) {
                "'vip'"
            } else {
                part(other)
            };
            let help = format!("write `{item} in {}`", part(side));
            return mistake(format!("{} is not compared as a whole", side.1), help);
        }
    }
    if is_fixed(left.0) && is_fixed(right.0) {
        return Some(always(node));
    }
    if left.1 != right.1 {
        let what = format!("{} cannot be compared with {}", left.1, right.1);
        return mistake(what, alike(source, left, right));
    }
    if operator.orders() && left.1 != Type::Number {
        let what = format!("{} is not more or less than another", left.1);
        let help = match left.1 {
            Type::Text => "compare texts with `==`, `!=` or `in`",
            Type::Bool | Type::Date | Type::Number | Type::Numbers | Type::Texts => {
                "write the path by itself, or `not` and the path"
            }
        };
        return mistake(what, help.to_owned());
    }
    None
}

/// Refuses to look for something in what is no list of such things.
pub(super) fn contain(
    source: &str,
    node: &Node,
    item: Side<'_>,
    list: Side<'_>,
) -> Option<Mistake> {
    if let Some(mistake) = dated(source, node, [item, list]) {
        return Some(mistake);
    }
    let (item_text, list_text) = (&source[item.0.at.clone()], &source[list.0.at.clone()]);
    let (what, help) = match (item.1, list.1) {
        (Type::Text, Type::Texts) | (Type::Number, Type::Numbers) => {
            return (is_fixed(item.0) && is_fixed(list.0)).then(|| always(node));
        }
        (Type::Texts, Type::Text) => (
            "the list stands before the text".to_owned(),
            format!("write `{list_text} in {item_text}`"),
        ),
        (Type::Texts, Type::Texts) => (
            "one list cannot be in another".to_owned(),
            "ask for each item: `'vip' in contact.tags or 'new' in contact.tags`".to_owned(),
        ),
        (_, Type::Texts | Type::Numbers) => (
            format!("{} cannot be in {}", item.1, list.1),
            "a list has texts or numbers: `['nl', 'be']`, `[5, 6]`".to_owned(),
        ),
        (Type::Text, Type::Text) => (
            "a text is not searched for another".to_owned(),
            format!("compare the two: `{item_text} == {list_text}`"),
        ),
        (_, other) => (
            format!("{other} has nothing in it"),
            "write a list: `['nl', 'be']`, `[5, 6]`".to_owned(),
        ),
    };
    Some(Mistake::new(node.at.clone(), what, help))
}

/// Refuses to do anything else with a date than to count the days since it.
fn dated(source: &str, node: &Node, sides: [Side<'_>; 2]) -> Option<Mistake> {
    let (date, _) = sides.into_iter().find(|(_, kind)| *kind == Type::Date)?;
    let date = &source[date.at.clone()];
    let help = format!("compare how long ago it is: `days_since({date}) > 30`");
    Some(Mistake::new(
        node.at.clone(),
        "dates are not compared directly",
        help,
    ))
}

/// Says how to write two values so that they are alike.
fn alike(source: &str, left: Side<'_>, right: Side<'_>) -> String {
    for ((node, kind), (other, other_kind)) in [(left, right), (right, left)] {
        let (part, other) = (&source[node.at.clone()], &source[other.at.clone()]);
        match (&node.expr, kind, other_kind) {
            (Expr::Text(text), _, Type::Number) if text.parse::<f64>().is_ok() => {
                return format!("write the number without quotes: `{text}`");
            }
            (Expr::Number(_), _, Type::Text) => {
                return format!("write the text in quotes: `'{part}'`");
            }
            (_, Type::Bool, _) if !is_fixed(node) => {
                return format!("write `{part}` or `not {part}` by itself");
            }
            (Expr::Bool(_), ..) => return format!("`{other}` is {other_kind}: write one"),
            _ => {}
        }
    }
    "compare a text with a text, or a number with a number".to_owned()
}

/// Refuses a comparison that does not depend on anything.
fn always(node: &Node) -> Mistake {
    let help = "write a path without quotes: `contact.city == 'Utrecht'`";
    Mistake::new(
        node.at.clone(),
        "the answer to this is always the same",
        help,
    )
}

/// Returns whether a part is written out rather than looked up.
fn is_fixed(node: &Node) -> bool {
    matches!(
        node.expr,
        Expr::Bool(_) | Expr::Number(_) | Expr::Text(_) | Expr::Numbers(_) | Expr::Texts(_)
    )
}

/// Returns whether a kind of value has others in it.
fn is_list(kind: Type) -> bool {
    matches!(kind, Type::Numbers | Type::Texts)
}
