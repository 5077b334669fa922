//! Mistakes, made on purpose in the template: each is found by the claim that is about it, and named.

mod open;
mod running;

use crate::stack::{Defects, Stack, text};
use crate::{CLAIMS, rights};

#[test]
fn planted_mistakes_are_found() {
    let template = text();
    let whole = defects(&Stack::read(&template));
    let mut missed = Vec::new();
    for (edit, from, to, told) in running::PLANTED.iter().chain(open::PLANTED) {
        assert!(
            !whole.iter().any(|defect| defect.contains(told)),
            "{edit}: {told} is said of the template as it is"
        );
        assert!(
            template.contains(from),
            "{edit}: `{from}` is not in the template"
        );
        let broken = Stack::read(&template.replacen(from, to, 1));
        let found = defects(&broken);
        if !found.iter().any(|defect| defect.contains(told)) {
            missed.push(format!("{edit}: nothing says `{told}` but {found:#?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_line_that_is_taken_out_of_any_role_is_missed() {
    let template = text();
    let lines: Vec<&str> = template.lines().collect();
    let mut taken = 0;
    for (at, line) in lines.iter().enumerate() {
        if !line.trim_start().starts_with("- {Effect: Allow, Action: ") || line.contains("sts:") {
            continue;
        }
        let before = lines[..at].iter();
        let rest = before.chain(&lines[at + 1..]);
        let rest: Vec<_> = rest.copied().collect();
        let stack = Stack::read(&rest.join("\n"));
        let found = [rights::exact(&stack), rights::trusted(&stack)].concat();
        assert!(!found.is_empty(), "nobody misses line {}: {line}", at + 1);
        taken += 1;
    }
    assert!(
        taken > 70,
        "{taken} lines were taken out, one after the other"
    );
}

fn defects(stack: &Stack) -> Defects {
    CLAIMS.iter().flat_map(|(_, check)| check(stack)).collect()
}

/// What is edited, from what, to what, and a part of what must be told.
type Planted = (&'static str, &'static str, &'static str, &'static str);
