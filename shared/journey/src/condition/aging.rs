//! Whether a condition comes to hold by time alone: a contact's dates grow older, and everything else is written.

use super::tree::{Expr, Name, Node, Operator};

/// Returns the first date whose age alone can turn the answer into `answer`, and on which day after it, where that can be
/// said.
pub(super) fn ages(node: &Node, answer: bool) -> Option<(&str, Option<i64>)> {
    match &node.expr {
        Expr::Not(inner) => ages(inner, !answer),
        Expr::And(parts) | Expr::Or(parts) => parts.iter().find_map(|part| ages(part, answer)),
        Expr::Compare(operator, left, right) => match (&left.expr, &right.expr) {
            (Expr::DaysSince(date), limit) => reaches(date, *operator, limit, answer),
            (limit, Expr::DaysSince(date)) => reaches(date, operator.turned(), limit, answer),
            _ => None,
        },
        Expr::In(what, list) => match (&what.expr, &list.expr) {
            (Expr::DaysSince(date), Expr::Numbers(days)) => {
                let first =
                    days.iter()
                        .copied()
                        .reduce(if answer { f64::min } else { f64::max })?;
                reaches(date, Operator::Equal, &Expr::Number(first), answer)
            }
            _ => None,
        },
        Expr::Bool(_)
        | Expr::Number(_)
        | Expr::Text(_)
        | Expr::Numbers(_)
        | Expr::Texts(_)
        | Expr::Path(_)
        | Expr::Has(_)
        | Expr::DaysSince(_)
        | Expr::Opened(_)
        | Expr::Clicked(..) => None,
    }
}

/// Says on which day the age of a date begins to compare so with a limit, if it begins at all.
fn reaches<'a>(
    date: &'a Name,
    operator: Operator,
    limit: &Expr,
    answer: bool,
) -> Option<(&'a str, Option<i64>)> {
    let past = match (operator, answer) {
        (Operator::Equal | Operator::GreaterOrEqual, true)
        | (Operator::Less | Operator::NotEqual, false) => false,
        (Operator::Greater | Operator::NotEqual, true)
        | (Operator::Equal | Operator::LessOrEqual, false) => true,
        (Operator::Less | Operator::LessOrEqual, true)
        | (Operator::Greater | Operator::GreaterOrEqual, false) => return None,
    };
    let Expr::Number(limit) = limit else {
        return Some((&date.text, None));
    };
    let day = if past {
        limit.floor() + 1.0
    } else {
        limit.ceil()
    };
    Some((&date.text, Some(day as i64)))
}
