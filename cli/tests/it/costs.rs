//! What a mail may cost: a change that makes it dearer is seen here.

use serde_json::Value;
use tempfile::TempDir;

use crate::command::said;

/// What each unit buys stands in docs/cost.md; the sum of a line may rise only with a reason there.
#[test]
fn a_mail_uses_no_more_of_aws_than_the_docs_say() {
    let folder = TempDir::new().unwrap();
    let said = said(folder.path(), &["bench", "--events", "100", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let measured: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    for (scenario, bounds) in BOUNDS {
        let measured = measured.iter().find(|one| one["scenario"] == scenario);
        let each = &measured.unwrap()["per_mail"];
        for (name, bound) in bounds {
            let used = each[name].as_f64().unwrap();
            assert!(
                used <= bound,
                "{scenario}: {used} {name}, not {bound}: {each}"
            );
            // A count that fell by half is a saving to write down, or something that is counted no more.
            assert!(used > bound / 2.0, "{scenario}: only {used} {name}: {each}");
        }
    }
}

/// What does not depend on how full batches are has little room; requests and invocations have more.
const BOUNDS: [(&str, [(&str, f64); 5]); 3] = [
    (
        "mail",
        [
            ("write_units", 4.2),
            ("read_units", 6.6),
            ("sqs_requests", 3.0),
            ("sns_publishes", 2.0),
            ("http_requests", 1.0),
        ],
    ),
    (
        "wait",
        [
            ("write_units", 7.2),
            ("read_units", 9.0),
            ("sqs_requests", 3.0),
            ("sns_publishes", 2.0),
            ("http_requests", 1.0),
        ],
    ),
    (
        "three",
        [
            ("write_units", 5.5),
            ("read_units", 7.0),
            ("sqs_requests", 1.9),
            ("sns_publishes", 2.0),
            ("http_requests", 0.34),
        ],
    ),
];
