//! What a condition answers.

use super::tree::{Expr, Node, Operator};
use super::{Facts, Value};

/// Returns the answer of a part that asks yes or no; no if it does not, which `check` rules out.
pub(super) fn holds(node: &Node, facts: &impl Facts) -> bool {
    match &node.expr {
        Expr::Bool(answer) => *answer,
        Expr::Path(path) => matches!(facts.value(path), Some(Value::Bool(true))),
        Expr::Has(path) => facts.value(&path.text).is_some(),
        Expr::Opened(send) => facts.opened(&send.text),
        Expr::Clicked(send, link) => {
            facts.clicked(&send.text, link.as_ref().map(|link| link.text.as_str()))
        }
        Expr::Not(inner) => !holds(inner, facts),
        Expr::And(parts) => parts.iter().all(|part| holds(part, facts)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, facts)),
        Expr::Compare(operator, left, right) => {
            let (left, right) = (operand(left, facts), operand(right, facts));
            left.zip(right)
                .is_some_and(|(left, right)| compare(*operator, &left, &right))
        }
        Expr::In(item, list) => {
            let (item, list) = (operand(item, facts), operand(list, facts));
            item.zip(list)
                .is_some_and(|(item, list)| contains(&list, &item))
        }
        Expr::Number(_)
        | Expr::Text(_)
        | Expr::Numbers(_)
        | Expr::Texts(_)
        | Expr::DaysSince(_) => false,
    }
}

/// A value on one side of a comparison, borrowed from the condition or the facts.
#[derive(PartialEq)]
enum Operand<'a> {
    Bool(bool),
    Number(f64),
    Text(&'a str),
    Numbers(&'a [f64]),
    Texts(&'a [String]),
}

/// Returns what stands on one side of a comparison, if it is there.
fn operand<'a>(node: &'a Node, facts: &'a impl Facts) -> Option<Operand<'a>> {
    Some(match &node.expr {
        Expr::Number(number) => Operand::Number(*number),
        Expr::Text(text) => Operand::Text(text),
        Expr::Numbers(numbers) => Operand::Numbers(numbers),
        Expr::Texts(texts) => Operand::Texts(texts),
        Expr::DaysSince(path) => Operand::Number(days_since(&path.text, facts)?),
        Expr::Path(path) => match facts.value(path)? {
            Value::Bool(answer) => Operand::Bool(*answer),
            Value::Number(number) => Operand::Number(*number),
            Value::Text(text) => Operand::Text(text),
            Value::List(texts) => Operand::Texts(texts),
            Value::Date(_) | Value::DateTime(_) => return None,
        },
        Expr::Bool(_)
        | Expr::Has(_)
        | Expr::Opened(_)
        | Expr::Clicked(..)
        | Expr::Not(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Compare(..)
        | Expr::In(..) => Operand::Bool(holds(node, facts)),
    })
}

/// Returns how many dates ago a date was in the contact's zone; a date ahead is below zero.
fn days_since(path: &str, facts: &impl Facts) -> Option<f64> {
    let zone = facts.zone();
    let date = match facts.value(path)? {
        Value::Date(date) => *date,
        Value::DateTime(moment) => zone.to_datetime(*moment).date(),
        Value::Bool(_) | Value::List(_) | Value::Number(_) | Value::Text(_) => return None,
    };
    Some(f64::from((facts.today() - date).get_days()))
}

/// Compares two values; those of different kinds answer no to every question.
fn compare(operator: Operator, left: &Operand<'_>, right: &Operand<'_>) -> bool {
    if std::mem::discriminant(left) != std::mem::discriminant(right) {
        return false;
    }
    match (operator, left, right) {
        (Operator::Equal, ..) => left == right,
        (Operator::NotEqual, ..) => left != right,
        (Operator::Less, Operand::Number(left), Operand::Number(right)) => left < right,
        (Operator::LessOrEqual, Operand::Number(left), Operand::Number(right)) => left <= right,
        (Operator::Greater, Operand::Number(left), Operand::Number(right)) => left > right,
        (Operator::GreaterOrEqual, Operand::Number(left), Operand::Number(right)) => left >= right,
        (
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual,
            ..,
        ) => false,
    }
}

/// Returns whether a list has an item.
fn contains(list: &Operand<'_>, item: &Operand<'_>) -> bool {
    match (list, item) {
        (Operand::Texts(texts), Operand::Text(text)) => texts.iter().any(|other| other == text),
        (Operand::Numbers(numbers), Operand::Number(number)) => numbers.contains(number),
        (
            Operand::Bool(_)
            | Operand::Number(_)
            | Operand::Text(_)
            | Operand::Numbers(_)
            | Operand::Texts(_),
            _,
        ) => false,
    }
}
