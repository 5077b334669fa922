//! Mistakes, made on purpose in the template: each is found by the claim that is about it, and named.

mod measured;
mod open;
mod running;

use serde_json::{Value, json};

use crate::stack::{Defects, Stack, text};
use crate::{CLAIMS, rights};

#[test]
fn planted_mistakes_are_found() {
    let template = text();
    let whole = defects(&Stack::read(&template));
    let mut missed = Vec::new();
    let planted = [running::PLANTED, open::PLANTED, measured::PLANTED];
    for (edit, from, to, told) in planted.concat() {
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
fn a_statement_that_is_taken_out_of_any_role_or_put_into_it_is_found() {
    let ours = Stack::ours();
    let superfluous = json!({ "Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*" });
    let mut taken = 0;
    for (role, resource) in ours.of_type("AWS::IAM::Role") {
        let statements = "/Properties/Policies/0/PolicyDocument/Statement";
        let said = resource.pointer(statements).and_then(Value::as_array);
        let said = said.expect("every role says something");
        let edited = |statements_now: Vec<Value>| {
            let mut whole = ours.whole().clone();
            let place = whole.pointer_mut(&format!("/Resources/{role}{statements}"));
            *place.expect("it is there") = Value::Array(statements_now);
            let stack = Stack::of(whole);
            [rights::exact(&stack), rights::trusted(&stack)].concat()
        };
        assert_eq!(edited(said.clone()), Defects::new(), "{role} as it is");
        for at in 0..said.len() {
            let mut fewer = said.clone();
            let gone = fewer.remove(at);
            assert!(!edited(fewer).is_empty(), "nobody misses {gone} in {role}");
            taken += 1;
        }
        let more = said.iter().cloned().chain([superfluous.clone()]);
        assert!(
            !edited(more.collect()).is_empty(),
            "{role} may scan everything"
        );
    }
    assert!(
        taken > 80,
        "{taken} statements were taken out, one after the other"
    );
}

fn defects(stack: &Stack) -> Defects {
    CLAIMS.iter().flat_map(|(_, check)| check(stack)).collect()
}

/// What is edited, from what, to what, and a part of what must be told.
type Planted = (&'static str, &'static str, &'static str, &'static str);
