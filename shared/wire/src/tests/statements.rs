//! Statistics that are written down for good: how they are stored, and that they add up.

use std::collections::BTreeMap;

use expect_test::expect;

use super::documents::pinned;
use super::samples::at;
use crate::{Attempt, Closing, Figures, MailFigures, SideFigures, Statement, StepFigures};

#[test]
fn a_statement() {
    let first = Statement {
        journey: "welcome".to_owned(),
        plan: "0123456789abcdef".to_owned(),
        from: None,
        until: at("2026-09-28T00:00:00Z"),
        figures: Figures::default(),
    };
    let next = Statement {
        from: Some(first.until),
        until: at("2026-10-05T00:00:00Z"),
        figures: figures(),
        ..first.clone()
    };
    let written = [first, next].map(|statement| {
        let json = statement.to_json();
        assert_eq!(Statement::from_json(&json).unwrap(), statement);
        let newer = json.replacen("\"v\":1", "\"v\":2", 1);
        assert!(Statement::from_json(&newer).is_err());
        json
    });
    pinned(
        &written.join("\n"),
        &expect![[r#"
        {"v":1,"journey":"welcome","plan":"0123456789abcdef","until":"2026-09-28T00:00:00Z","figures":{"entered":0,"left":{},"steps":{}}}
        {"v":1,"journey":"welcome","plan":"0123456789abcdef","from":"2026-09-28T00:00:00Z","until":"2026-10-05T00:00:00Z","figures":{"entered":7,"parked":1,"left":{"finished":4,"goal":1},"steps":{"hello":{"here":2,"outcomes":{"over_cap":11,"sent":47},"mails":{"sent":43,"delivered":41,"in_doubt":6,"facts":{"clicked":13,"opened":37}}}},"splits":{"sides":{"one":{"runs":31,"opened":29,"clicked":23,"goal":19,"unsubscribed":3}}}}}
    "#]],
    );
}

#[test]
fn how_far_statements_go() {
    let [until, begun] = ["2026-09-28T00:00:00Z", "2026-11-28T09:15:00Z"].map(at);
    let attempt = Some(Attempt { until, begun });
    let all = [
        Closing::default(),
        Closing {
            until: None,
            attempt,
        },
        Closing {
            until: Some(until),
            attempt,
        },
    ];
    let written = all.map(|closing| {
        let json = closing.to_json();
        assert_eq!(Closing::from_json(&json).unwrap(), closing);
        json
    });
    pinned(
        &written.join("\n"),
        &expect![[r#"
        {"v":1}
        {"v":1,"attempt":{"until":"2026-09-28T00:00:00Z","begun":"2026-11-28T09:15:00Z"}}
        {"v":1,"until":"2026-09-28T00:00:00Z","attempt":{"until":"2026-09-28T00:00:00Z","begun":"2026-11-28T09:15:00Z"}}
    "#]],
    );
    for wrong in ["{}", r#"{"v":2}"#, r#"{"v":1,"until":"soon"}"#] {
        assert!(Closing::from_json(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn figures_add_up_whatever_is_missing_in_one() {
    let mut sum = Figures::default();
    sum.add(&figures());
    assert_eq!(sum, figures());
    sum.add(&Figures::default());
    assert_eq!(sum, figures());
    sum.add(&figures());
    let twice: serde_json::Value = serde_json::to_value(&sum).unwrap();
    let mut doubled = serde_json::to_value(figures()).unwrap();
    double(&mut doubled);
    assert_eq!(twice, doubled);
    assert_eq!(sum.on_their_way(), 2 * (7 - 5));
}

/// Doubles every number.
fn double(value: &mut serde_json::Value) {
    if let Some(number) = value.as_u64() {
        *value = (2 * number).into();
    } else if let Some(fields) = value.as_object_mut() {
        fields.values_mut().for_each(double);
    }
}

/// Figures of which each differs from all others.
fn figures() -> Figures {
    let counts = |counts: &[(&str, u64)]| -> BTreeMap<String, u64> {
        let counts = counts.iter();
        counts
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    };
    let side = SideFigures {
        runs: 31,
        opened: 29,
        clicked: 23,
        goal: 19,
        unsubscribed: 3,
    };
    let step = StepFigures {
        here: 2,
        outcomes: counts(&[("over_cap", 11), ("sent", 47)]),
        mails: MailFigures {
            sent: 43,
            delivered: 41,
            in_doubt: 6,
            facts: counts(&[("clicked", 13), ("opened", 37)]),
        },
    };
    Figures {
        entered: 7,
        parked: 1,
        left: counts(&[("finished", 4), ("goal", 1)]),
        steps: [("hello".to_owned(), step)].into(),
        splits: [("sides".to_owned(), [("one".to_owned(), side)].into())].into(),
    }
}
