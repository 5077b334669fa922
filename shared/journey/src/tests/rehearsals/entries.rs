//! Who comes in, and by what.

use std::collections::BTreeMap;

use expect_test::expect;
use jiff::civil::date;

use super::{at, enters, event, leaves, nothing, of, on, plays};
use crate::{
    Audience, Condition, Deed, Moment, Occasion, Plan, Reentry, Repeat, Script, Trigger, Value,
    rehearse,
};

#[test]
fn who_comes_in_again_does_so_as_the_journey_says() {
    for (reentry, expected) in [
        (Reentry::Unlimited, ["finished", "finished"].as_slice()),
        (Reentry::Restart, &["restarted", "finished"]),
        (Reentry::Single, &["finished"]),
        (Reentry::Never, &["finished"]),
    ] {
        let plan = Plan {
            triggers: vec![on(Occasion::Event("START".to_owned()))],
            reentry,
            ..of("pause: wait 1 day")
        };
        let starts = ["2026-11-23T13:00:00Z", "2026-11-23T14:00:00Z"];
        let script = Script {
            happens: starts.map(|at| event(at, "START")).into(),
            ..nothing()
        };
        assert_eq!(leaves(&plan, script), expected, "{:?}", plan.reentry);
    }
}

#[test]
fn only_an_event_that_fits_lets_somebody_in() {
    let paid = Condition::parse("has(event.Name)").unwrap();
    let plan = Plan {
        triggers: vec![Trigger {
            on: Occasion::Event("START".to_owned()),
            filter: Some(paid),
        }],
        ..of("done: exit enough")
    };
    let named = BTreeMap::from([("Name".to_owned(), Value::Bool(true))]);
    for (event, params, expected) in [
        ("START", named.clone(), ["enough"].as_slice()),
        ("START", BTreeMap::new(), &[]),
        ("OTHER", named, &[]),
    ] {
        let event = event.to_owned();
        let script = Script {
            happens: vec![(at("2026-11-23T13:00:00Z"), Deed::Event { event, params })],
            ..nothing()
        };
        assert_eq!(leaves(&plan, script), expected);
    }
}

#[test]
fn a_write_lets_in_whom_it_changes_and_so_does_being_written_down() {
    let vip = Condition::parse("contact.vip").unwrap();
    let plan = Plan {
        triggers: vec![on(Occasion::Enters(Audience::Where(vip)))],
        ..of("pause: wait 1 day")
    };
    let set = |hour: &str, vip| {
        let fields = [("vip".to_owned(), Some(Value::Bool(vip)))];
        (
            at(&format!("2026-11-24T{hour}:00:00Z")),
            Deed::Set(fields.into()),
        )
    };
    let mut script = Script {
        from: Some(at("2026-11-23T13:00:00Z")),
        happens: vec![
            set("10", true),
            set("11", true),
            set("12", false),
            set("13", true),
        ],
        ..nothing()
    };
    plays(
        &plan,
        script.clone(),
        &expect![[r#"
        2026-11-24T10:00:00Z 0 Enters("is one of the audience now")
        2026-11-24T10:00:00Z 0 Waits { step: "pause", until: 2026-11-25T10:00:00Z }
        2026-11-24T13:00:00Z 1 Enters("is one of the audience now")
        2026-11-24T13:00:00Z 1 Waits { step: "pause", until: 2026-11-25T13:00:00Z }
        2026-11-25T10:00:00Z 0 Looks { step: "pause", outcome: "waited" }
        2026-11-25T10:00:00Z 0 Leaves("finished")
        2026-11-25T13:00:00Z 1 Looks { step: "pause", outcome: "waited" }
        2026-11-25T13:00:00Z 1 Leaves("finished")
        the end
    "#]],
    );
    script
        .contact
        .fields
        .insert("vip".to_owned(), Value::Bool(true));
    script.happens.clear();
    plays(
        &plan,
        script,
        &expect![[r#"
        2026-11-23T13:00:00Z 0 Enters("is one of the audience now")
        2026-11-23T13:00:00Z 0 Waits { step: "pause", until: 2026-11-24T13:00:00Z }
        2026-11-24T13:00:00Z 0 Looks { step: "pause", outcome: "waited" }
        2026-11-24T13:00:00Z 0 Leaves("finished")
        the end
    "#]],
    );
}

#[test]
fn who_goes_round_in_a_circle_is_let_in_eight_times_more_and_then_refused() {
    let plan = Plan {
        triggers: vec![on(Occasion::Tagged("vip".to_owned()))],
        ..of("off: untag vip\non: tag vip")
    };
    let played = rehearse(&plan, enters("2026-11-23T13:00:00Z"));
    let told: Vec<_> = played
        .lines
        .iter()
        .map(|line| format!("{:?}", line.told))
        .collect();
    let count = |start: &str| told.iter().filter(|told| told.starts_with(start)).count();
    assert_eq!(count("Enters"), 9, "{told:#?}");
    assert_eq!(count("Refused(Circle)"), 1);
    assert_eq!(played.cut, None);
}

#[test]
fn a_date_is_reckoned_when_it_is_written_and_comes_again_every_year() {
    let script = |year| Script {
        from: Some(at("2026-11-23T13:00:00Z")),
        happens: vec![
            (at("2026-11-24T13:00:00Z"), born(date(1990, 12, 4))),
            (at("2026-11-25T13:00:00Z"), born(date(year, 12, 5))),
        ],
        ..nothing()
    };
    let once = birthday(Repeat::Never);
    plays(
        &once,
        script(2026),
        &expect![[r#"
            2026-12-05T08:00:00Z 0 Enters("contact.born at 09:00")
            2026-12-05T08:00:00Z 0 Leaves("happy")
            the end
        "#]],
    );
    let yearly = birthday(Repeat::Yearly);
    plays(
        &yearly,
        script(1990),
        &expect![[r#"
        and so every year
    "#]],
    );
    let until = Script {
        until: Some(at("2027-12-05T08:00:00Z")),
        ..script(1990)
    };
    plays(
        &yearly,
        until,
        &expect![[r#"
        2026-12-05T08:00:00Z 0 Enters("contact.born at 09:00")
        2026-12-05T08:00:00Z 0 Leaves("happy")
        2027-12-05T08:00:00Z 1 Enters("contact.born at 09:00")
        2027-12-05T08:00:00Z 1 Leaves("happy")
        the end
    "#]],
    );
}

#[test]
fn a_date_lets_in_only_those_for_whom_holds_what_must_hold_besides() {
    for (filter, expected) in [
        ("contact.member", ["happy"].as_slice()),
        ("not contact.member", &[]),
    ] {
        let mut plan = birthday(Repeat::Never);
        plan.triggers[0].filter = Some(Condition::parse(filter).unwrap());
        let script = Script {
            from: Some(at("2026-11-23T13:00:00Z")),
            happens: vec![(at("2026-11-24T13:00:00Z"), born(date(2026, 12, 5)))],
            ..nothing()
        };
        assert_eq!(leaves(&plan, script), expected, "{filter}");
    }
}

fn birthday(repeat: Repeat) -> Plan {
    let moment = Moment::parse("contact.born at 09:00").unwrap();
    Plan {
        triggers: vec![on(Occasion::Date { moment, repeat })],
        ..of("done: exit happy")
    }
}

fn born(day: jiff::civil::Date) -> Deed {
    Deed::Set([("born".to_owned(), Some(Value::Date(day)))].into())
}
