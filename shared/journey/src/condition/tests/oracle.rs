//! Generated conditions, answered here and by the `cel` crate, which must agree.
//!
//! Conditions are a typed part of the Common Expression Language with words for operators, so its own
//! implementation knows the answers. It has no type checker, so that it ends every condition that
//! passes ours without an error is the proof that such conditions are total.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use cel::{Context, Env};
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use super::super::tree::{Expr, Node, Operator};
use super::{Condition, Known, schema};
use crate::Value;

#[test]
fn conditions_answer_what_cel_answers() {
    let env = Arc::new(Env::stdlib());
    let passed = Cell::new(0);
    let config = ProptestConfig {
        cases: CASES,
        source_file: Some(file!()),
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new(config);
    let cases = (conditions(), prop::collection::vec(facts(), 4));
    let result = runner.run(&cases, |(source, facts)| {
        let condition = Condition::parse(&source).map_err(|wrong| fail(&source, &wrong))?;
        if condition.check(&schema()).is_err() {
            return Ok(());
        }
        passed.set(passed.get() + 1);
        let program = env
            .compile(&cel(&condition.tree))
            .map_err(|wrong| fail(&source, &wrong))?;
        for known in &facts {
            let context = context(env.clone(), known);
            let theirs = program
                .execute(&context)
                .map_err(|wrong| fail(&source, &wrong))?;
            prop_assert_eq!(
                cel::Value::Bool(condition.holds(known)),
                theirs,
                "{}",
                source
            );
        }
        Ok(())
    });
    result.unwrap();
    assert!(
        CASES / 4 < passed.get(),
        "only {} of {CASES} passed the check",
        passed.get()
    );
}

/// Says which condition went wrong.
fn fail(source: &str, wrong: &impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(format!("{source}: {wrong}"))
}

/// Conditions that are well formed, many of which also pass the check.
fn conditions() -> impl Strategy<Value = String> {
    let operators = || select(["==", "!=", "<", "<=", ">", ">="].as_slice());
    let equality = || select(["==", "!="].as_slice());
    let texts = || select([r"'Ede'", r#""it's""#, r"'a\b'", "'é'", "''"].as_slice());
    let numbers = || select(["0", "-1", "18", "42", "42.5", "0.1"].as_slice());
    let number = || select(["contact.score", "days_since(event.Track.StartDate)"].as_slice());
    let test = prop_oneof![
        select(QUESTIONS.as_slice()).prop_map(str::to_owned),
        (number(), operators(), numbers()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (numbers(), operators(), number()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (equality(), texts()).prop_map(|(op, text)| format!("contact.name {op} {text}")),
        (texts(), texts()).prop_map(|(a, b)| format!("contact.name in [{a}, {b}]")),
        (numbers(), numbers()).prop_map(|(a, b)| format!("contact.score in [{a}, {b}]")),
        texts().prop_map(|text| format!("{text} in contact.tags")),
        (operators(), numbers()).prop_map(|(op, n)| format!("contact.age {op} {n}")),
        (operators(), numbers())
            .prop_map(|(op, n)| format!("(has(contact.age) and contact.age {op} {n})")),
        (equality(), texts())
            .prop_map(|(op, text)| format!("(not has(contact.city) or contact.city {op} {text})")),
        operators().prop_map(|op| {
            format!("(has(contact.renewal) and days_since(contact.renewal) {op} 3)")
        }),
    ];
    test.prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" and "))),
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" or ")),
            2 => inner.clone().prop_map(|part| format!("not {part}")),
            1 => (inner.clone(), inner).prop_map(|(a, b)| format!("({a}) == ({b})")),
        ]
    })
}

/// What an example may know.
fn facts() -> impl Strategy<Value = Known> {
    let flag = any::<bool>;
    let number = || select([0.0, -1.0, 18.0, 42.0, 42.5, 0.1].as_slice());
    let text = || select(["Ede", "it's", r"a\b", "é", ""].as_slice()).prop_map(str::to_owned);
    let day = || (1_i8..28).prop_map(|day| Value::Date(date(2026, 11, day)));
    let tags = prop::collection::vec(text(), 0..3);
    let always = (flag(), number(), text(), tags, day());
    let maybe = (
        prop::option::of(flag()),
        prop::option::of(number()),
        prop::option::of(text()),
        prop::option::of(day()),
    );
    (always, maybe, flag(), flag()).prop_map(|(always, maybe, opened, clicked)| {
        let values = [
            ("contact.member", Some(Value::Bool(always.0))),
            ("contact.score", Some(Value::Number(always.1))),
            ("contact.name", Some(Value::Text(always.2))),
            ("contact.tags", Some(Value::List(always.3))),
            ("event.Track.StartDate", Some(always.4)),
            ("contact.vip", maybe.0.map(Value::Bool)),
            ("contact.age", maybe.1.map(Value::Number)),
            ("contact.city", maybe.2.map(Value::Text)),
            ("contact.renewal", maybe.3),
        ];
        let values = values
            .into_iter()
            .filter_map(|(path, value)| Some((path.to_owned(), value?)));
        Known {
            values: values.collect(),
            opened: opened.then(|| "welkom-1".to_owned()).into_iter().collect(),
            clicked: clicked
                .then(|| ("welkom-2".into(), "doneer".into()))
                .into_iter()
                .collect(),
            ..Known::default()
        }
    })
}

/// Tells CEL what is known. A date is given as the days since it.
fn context(env: Arc<Env>, known: &Known) -> Context<'static, 'static> {
    let mut context = Context::with_env(env);
    let below = |root: &str| -> HashMap<String, cel::Value> {
        let values = known.values.iter().filter_map(|(path, value)| {
            let name = path.strip_prefix(root)?.strip_prefix('.')?;
            Some((name.to_owned(), theirs(value)))
        });
        values.collect()
    };
    context.add_variable_from_value("contact", below("contact"));
    let track = HashMap::from([("Track".to_owned(), cel::Value::from(below("event.Track")))]);
    context.add_variable_from_value("event", track);
    let opened = known.opened.clone();
    let clicked = known.clicked.clone();
    let has_opened = move |send: Arc<String>| opened.contains(&send);
    let has_clicked = move |send: Arc<String>, link: Arc<String>| {
        clicked
            .iter()
            .any(|(of, at)| *of == *send && (link.is_empty() || *at == *link))
    };
    context.add_function("opened", has_opened).unwrap();
    context.add_function("clicked", has_clicked).unwrap();
    context
        .add_function("days_since", |days: f64| days)
        .unwrap();
    context
}

/// Returns a value as CEL has it.
fn theirs(value: &Value) -> cel::Value {
    match value {
        Value::Bool(answer) => (*answer).into(),
        Value::Number(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(texts) => texts
            .iter()
            .map(|text| text.as_str().into())
            .collect::<Vec<cel::Value>>()
            .into(),
        // It is the 24th in Amsterdam, where everybody in these examples lives.
        Value::Date(date) => (24.0 - f64::from(date.day())).into(),
        Value::DateTime(_) => unreachable!("no example has one"),
    }
}

/// Writes a condition in CEL, with every parenthesis.
fn cel(node: &Node) -> String {
    let joined = |parts: &[Node], operator| {
        format!(
            "({})",
            parts.iter().map(cel).collect::<Vec<_>>().join(operator)
        )
    };
    match &node.expr {
        Expr::Bool(answer) => answer.to_string(),
        Expr::Number(number) => format!("{number:?}"),
        Expr::Text(text) => format!("{text:?}"),
        Expr::Numbers(numbers) => format!("{numbers:?}"),
        Expr::Texts(texts) => format!("{texts:?}"),
        Expr::Path(path) => path.clone(),
        Expr::Has(path) => format!("has({})", path.text),
        Expr::DaysSince(path) => format!("days_since({})", path.text),
        Expr::Opened(send) => format!("opened({:?})", send.text),
        Expr::Clicked(send, link) => {
            let link = link.as_ref().map_or("", |link| &link.text);
            format!("clicked({:?}, {link:?})", send.text)
        }
        Expr::Not(inner) => format!("!{}", cel(inner)),
        Expr::And(parts) => joined(parts, " && "),
        Expr::Or(parts) => joined(parts, " || "),
        Expr::Compare(operator, left, right) => {
            let mut known = Operator::ALL.into_iter();
            let (sign, _) = known.find(|(_, known)| known == operator).unwrap();
            format!("({} {sign} {})", cel(left), cel(right))
        }
        Expr::In(item, list) => format!("({} in {})", cel(item), cel(list)),
    }
}

/// How many conditions are tried, each with four contacts.
const CASES: u32 = 4000;

/// Questions that need no operator.
const QUESTIONS: [&str; 11] = [
    "contact.member",
    "contact.vip",
    "has(contact.vip) and contact.vip",
    "has(contact.age)",
    "has(contact.city)",
    "has(contact.renewal)",
    "opened('welkom-1')",
    "opened('welkom-2')",
    "clicked('welkom-2')",
    "clicked('welkom-2', 'doneer')",
    "true",
];
