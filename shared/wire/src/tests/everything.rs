//! A plan with one of each of what a journey can say beyond the first version.

use std::collections::{BTreeMap, BTreeSet};

use expect_test::expect;
use jiff::civil::date;
use journey::{
    Action, Arm, Audience, Awaited, Branch, Cap, Change, Condition, Enroll, Goal, Holdout, Hours,
    Large, Limits, Moment, Occasion, Over, Period, Plan, Priority, Reentry, Repeat, Rules, Scoring,
    Settings, Step, Trigger, Value, Window,
};

use super::documents::pinned;
use super::samples::{self, at};

#[test]
fn a_plan_that_says_everything() {
    let plan = plan();
    let json = crate::plan_to_json(&plan);
    assert_eq!(crate::plan_from_json(&json).unwrap(), plan);
    pinned(
        &json,
        &expect![[r#"
            {"v":1,"journey":"welcome","title":"Welcome","purpose":{"marketing":{"topic":"offers"}},"triggers":[{"where":"has(contact.score)","date":"contact.born at 09:00"},{"where":"has(contact.score)","date":"contact.born at 09:00","yearly":true},{"where":"has(contact.score)","enters":{"tag":"vips"}},{"event":"PAID","where":"has(contact.score)"},{"where":"has(contact.score)","joins":"vips"},{"where":"has(contact.score)","leaves":"vips"},{"where":"has(contact.score)","journey":"welcome"},{"where":"has(contact.score)","manual":true},{"where":"has(contact.score)","opted_in":"vips"},{"where":"has(contact.score)","tagged":"vips"},{"where":"has(contact.score)","untagged":"vips"}],"to":{"any_of":[{"all_of":[{"address":"Request.Email"},{"role":{"linked":true}}]},{"role":{"role":"COMMITTEE","standing":true}},{"not":{"tag":"gone"}},{"list":"news"},{"where":"contact.score > 5"}]},"reentry":{"after":"180 days"},"entries_max":3,"publish":{"from":"2026-12-01","until":"2027-06-01"},"rules":{"stops":true,"send_window":{"windows":["mon-fri 09:00-12:00"],"closed":["2026-12-25"]},"exit_when":"has(contact.score)","goal":{"event":"PAID","where":"signal.amount > 25","within":"14 days","exit":true},"high_priority":true,"confirms":"news","limits":{"send_window":{"windows":["mon-sat 08:00-21:00"],"closed":["2026-12-25"]},"at_most":["1 per day","3 per 7 days"],"over":"wait","holdout":{"name":"2026-h2","share":5},"pace":600,"warm_up":{"from":"2026-12-01","days":30,"first_day":200,"growth":25},"large":{"above":900,"hours":{"windows":["19:00-21:00"],"closed":["2026-12-25"]}}}},"steps":[{"id":"s0","wait_for":{"clicked":"hello","within":"7 days","then":5,"otherwise":null}},{"id":"s1","wait_for":{"condition":"has(contact.score)","within":"7 days","then":5,"otherwise":null}},{"id":"s2","wait_for":{"event":{"name":"PAID","where":"signal.amount > 25"},"within":"7 days","then":5,"otherwise":null}},{"id":"s3","wait_for":{"opened":"hello","within":"7 days","then":5,"otherwise":null}},{"id":"s4","change":{"change":{"join":"vips"},"next":9}},{"id":"s5","change":{"change":{"leave":"vips"},"next":9}},{"id":"s6","change":{"change":{"score":-5.0},"next":9}},{"id":"s7","change":{"change":{"set":{"city":{"text":"Delft"},"since":null}},"next":9}},{"id":"s8","change":{"change":{"tag":"vips"},"next":9}},{"id":"s9","change":{"change":{"untag":"vips"},"next":9}},{"id":"s10","call":{"hook":"crm","with":{"owner":"{{contact.score}}"},"next":10}},{"id":"s11","case":{"arms":[{"when":"has(contact.score)","next":11}],"otherwise":null}},{"id":"s12","enroll":{"journey":"welcome","next":14}},{"id":"s13","jump":{"next":12}},{"id":"s14","split":{"name":"proof","branches":[{"name":"all","share":100,"next":13}]}},{"id":"s15","window":{"hours":{"windows":["fri-mon 22:00-02:00"],"closed":["2026-12-25"]},"next":null}}],"params":{"bool":{"type":"bool","optional":true,"default":{"bool":false}},"date":{"type":"date"},"datetime":{"type":"datetime","optional":true},"email":{"type":"email"},"number":{"type":"number","optional":true},"string":{"type":"string","sensitive":true},"text":{"type":"text","optional":true},"url":{"type":"url"}},"settings":{"organization":"School","locale":"nl","zone":"Europe/Amsterdam","vars":{"phone":{"text":"020"}},"fields":{"bool":{"type":"bool","optional":true,"default":{"bool":false}},"date":{"type":"date"},"datetime":{"type":"datetime","optional":true},"email":{"type":"email"},"number":{"type":"number","optional":true},"string":{"type":"string","sensitive":true},"text":{"type":"text","optional":true},"url":{"type":"url"}},"scoring":{"opened":1.0,"clicked":2.0,"unsubscribed":-3.0,"bounced":-4.0,"complained":-5.0,"half_life":90},"confirmed":["news"],"soft":["sales"],"tracking":"measuring"},"templates":[{"name":"hello","hash":"aaaa"},{"name":"hello","locale":"en","hash":"bbbb"}]}
        "#]],
    );
}

fn plan() -> Plan {
    Plan {
        triggers: triggers(),
        reentry: Reentry::After(period("180 days")),
        entries_max: Some(3),
        rules: rules(),
        steps: steps(),
        settings: Settings {
            scoring: Scoring {
                opened: 1.0,
                clicked: 2.0,
                unsubscribed: -3.0,
                bounced: -4.0,
                complained: -5.0,
                half_life: Some(90),
            },
            confirmed: BTreeSet::from(["news".to_owned()]),
            soft: BTreeSet::from(["sales".to_owned()]),
            tracking: Some("measuring".to_owned()),
            ..samples::settings()
        },
        ..samples::plan()
    }
}

fn period(text: &str) -> Period {
    Period::parse(text).unwrap()
}

fn condition(text: &str) -> Condition {
    Condition::parse(text).unwrap()
}

fn hours(window: &str) -> Hours {
    Hours {
        windows: vec![Window::parse(window).unwrap()],
        closed: BTreeSet::from([date(2026, 12, 25)]),
    }
}

fn triggers() -> Vec<Trigger> {
    let name = || "vips".to_owned();
    let moment = Moment::parse("contact.born at 09:00").unwrap();
    let occasions = [
        Occasion::Date {
            moment: moment.clone(),
            repeat: Repeat::Never,
        },
        Occasion::Date {
            moment,
            repeat: Repeat::Yearly,
        },
        Occasion::Enters(Audience::Tag(name())),
        Occasion::Event("PAID".to_owned()),
        Occasion::Joins(name()),
        Occasion::Leaves(name()),
        Occasion::Journey("welcome".to_owned()),
        Occasion::Manual,
        Occasion::OptedIn(name()),
        Occasion::Tagged(name()),
        Occasion::Untagged(name()),
    ];
    let triggers = occasions.into_iter().map(|on| Trigger {
        on,
        filter: Some(condition("has(contact.score)")),
    });
    triggers.collect()
}

fn rules() -> Rules {
    Rules {
        confirms: Some("news".to_owned()),
        stops: true,
        send_window: Some(hours("mon-fri 09:00-12:00")),
        exit_when: Some(condition("has(contact.score)")),
        goal: Some(Goal {
            event: "PAID".to_owned(),
            filter: Some(condition("signal.amount > 25")),
            within: Some(period("14 days")),
            exit: true,
        }),
        priority: Priority::High,
        limits: Limits {
            large: Large {
                above: Some(900),
                hours: Some(hours("19:00-21:00")),
            },
            send_window: Some(hours("mon-sat 08:00-21:00")),
            at_most: vec![
                Cap::parse("1 per day").unwrap(),
                Cap::parse("3 per 7 days").unwrap(),
            ],
            over: Over::Wait,
            holdout: Some(Holdout {
                name: "2026-h2".to_owned(),
                share: 5,
            }),
            pace: journey::Pace::new(600),
            warm_up: Some(journey::WarmUp {
                from: "2026-12-01".parse().unwrap(),
                days: 30,
                first_day: 200,
                growth: 25,
            }),
        },
    }
}

fn steps() -> Vec<Step> {
    let awaited = [
        Awaited::Clicked("hello".to_owned()),
        Awaited::Condition(condition("has(contact.score)")),
        Awaited::Event {
            event: "PAID".to_owned(),
            filter: Some(condition("signal.amount > 25")),
        },
        Awaited::Opened("hello".to_owned()),
    ];
    let awaited = awaited.into_iter().map(|what| Action::WaitFor {
        what,
        within: period("7 days"),
        then: Some(5),
        otherwise: None,
    });
    let name = || "vips".to_owned();
    let fields = BTreeMap::from([
        ("city".to_owned(), Some(Value::Text("Delft".to_owned()))),
        ("since".to_owned(), None),
    ]);
    let changes = [
        Change::Join(name()),
        Change::Leave(name()),
        Change::Score(-5.0),
        Change::Set(fields),
        Change::Tag(name()),
        Change::Untag(name()),
    ];
    let changes = changes.into_iter().map(|change| Action::Change {
        change,
        next: Some(9),
    });
    let others = [
        Action::Call {
            hook: "crm".to_owned(),
            with: BTreeMap::from([("owner".to_owned(), "{{contact.score}}".to_owned())]),
            next: Some(10),
        },
        Action::Case {
            arms: vec![Arm {
                condition: condition("has(contact.score)"),
                next: Some(11),
            }],
            otherwise: None,
        },
        Action::Enroll {
            journey: "welcome".to_owned(),
            next: Some(14),
        },
        Action::Jump { next: Some(12) },
        Action::Split {
            name: "proof".to_owned(),
            branches: vec![Branch {
                name: "all".to_owned(),
                share: 100,
                next: Some(13),
            }],
        },
        Action::Window {
            hours: hours("fri-mon 22:00-02:00"),
            next: None,
        },
    ];
    let all = awaited.chain(changes).chain(others).enumerate();
    all.map(|(at, action)| Step {
        id: format!("s{at}"),
        action,
    })
    .collect()
}

/// A journey that a step starts.
pub(super) fn enroll() -> Enroll {
    Enroll {
        step: "s3".to_owned(),
        journey: "birthday".to_owned(),
        decided: at("2026-11-23T13:00:20Z"),
    }
}
