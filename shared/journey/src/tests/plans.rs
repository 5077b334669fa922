//! What a plan says of itself: whom its mails advertise to, what its runs hear of, and what they may still read.

use std::collections::{BTreeMap, BTreeSet};

use super::journeys::{mail, plan};
use super::script::steps;
use crate::{
    Action, Arm, Audience, Awaited, Branch, Condition, Goal, Moment, Period, Plan, Purpose, Step,
};

#[test]
fn a_mail_to_the_contact_advertises_and_asks_and_one_to_colleagues_is_service() {
    let mut plan = plan(Vec::new());
    let role = || Audience::Role {
        role: Some("BOARD".to_owned()),
        linked: false,
        standing: false,
    };
    let tag = || Audience::Tag("vip".to_owned());
    let to = |to| mail("hello", to, BTreeSet::new());
    let (contact, tagged, colleagues) = (to(None), to(Some(tag())), to(Some(role())));
    assert!(!plan.purpose.is_marketing());
    assert_eq!(plan.topic(&contact), None);
    assert_eq!(plan.asks(&contact), None);
    plan.purpose = Purpose::Marketing {
        topic: "news".to_owned(),
    };
    plan.rules.confirms = Some("offers".to_owned());
    assert!(plan.purpose.is_marketing());
    for (send, is_service) in [(contact, false), (tagged, false), (colleagues, true)] {
        assert_eq!(send.is_to_colleagues(), is_service);
        assert_eq!(plan.topic(&send), (!is_service).then_some("news"));
        assert_eq!(plan.asks(&send), (!is_service).then_some("offers"));
    }
}

#[test]
fn a_run_hears_of_what_its_steps_wait_for_of_its_goal_and_of_what_lets_it_go() {
    let silent = plan(steps("hello: send\npause: wait 3 days"));
    let waits = |what: Awaited| {
        let mut plan = silent.clone();
        plan.steps.push(waits_for(what));
        plan
    };
    let member = || Condition::parse("contact.member").unwrap();
    let event = Awaited::Event {
        event: "ORDER".to_owned(),
        filter: None,
    };
    let mut exit = silent.clone();
    exit.rules.exit_when = Some(member());
    let mut goal = silent.clone();
    goal.rules.goal = Some(Goal {
        event: "ORDER".to_owned(),
        filter: None,
        within: None,
        exit: true,
    });
    // Whether it hears of ORDER and of OTHER, of whatever is written, and of readers.
    for (plan, expected) in [
        (silent.clone(), [false; 4]),
        (waits(event), [true, false, false, false]),
        (
            waits(Awaited::Condition(member())),
            [true, true, true, false],
        ),
        (
            waits(Awaited::Opened("hello".to_owned())),
            [false, false, false, true],
        ),
        (
            waits(Awaited::Clicked("hello".to_owned())),
            [false, false, false, true],
        ),
        (exit, [true, true, true, false]),
        (goal, [true, false, false, false]),
    ] {
        let (order, other) = (plan.hears("ORDER"), plan.hears("OTHER"));
        let found = [order, other, plan.watches(), plan.awaits_readers()];
        assert_eq!(found, expected, "{:?}", plan.steps.last());
    }
}

#[test]
fn a_run_is_asked_what_ends_it_and_what_its_steps_ask() {
    let plan = asking();
    let asked: Vec<_> = plan.conditions().map(Condition::as_str).collect();
    let expected = [
        "has(event.exit)",
        "has(event.goal)",
        "has(event.if)",
        "has(event.arm)",
        "has(event.other)",
        "has(event.comes)",
        "has(event.filter)",
    ];
    assert_eq!(asked, expected);
}

#[test]
fn what_only_steps_behind_have_read_is_needed_no_more() {
    let plan = asking();
    let ending = ["exit", "goal"];
    // Each step reads a parameter of its own, and leads to the next one.
    let reads: [&[&str]; 8] = [
        &["if"],
        &["arm", "other"],
        &["comes"],
        &["filter"],
        &["called"],
        &["mailed"],
        &["until"],
        &[],
    ];
    for at in 0..reads.len() {
        let ahead = reads[at..].iter().copied().flatten().copied();
        let expected: BTreeSet<_> = ahead.chain(ending).collect();
        assert_eq!(plan.params_needed_from(Some(at)), expected, "{at}");
    }
    // Nobody who is over is asked anything, and what is not ahead is not read.
    assert_eq!(plan.params_needed_from(None), BTreeSet::new());
}

#[test]
fn every_way_out_of_a_step_leads_to_what_is_read_there() {
    let reads = |id: &str| Step {
        id: id.to_owned(),
        action: Action::Send {
            send: mail(id, None, [id.to_owned()].into()),
            next: None,
        },
    };
    let branch = |next| Branch {
        name: "a side".to_owned(),
        share: 50,
        next: Some(next),
    };
    let yes = || Condition::parse("true").unwrap();
    let arm = |next| Arm {
        condition: yes(),
        next: Some(next),
    };
    let period = || Period::parse("1 day").unwrap();
    for action in [
        Action::If {
            condition: yes(),
            then: Some(1),
            otherwise: Some(2),
        },
        Action::Case {
            arms: vec![arm(1)],
            otherwise: Some(2),
        },
        Action::Split {
            name: "test".to_owned(),
            branches: vec![branch(1), branch(2)],
        },
        Action::WaitFor {
            what: Awaited::Opened("one".to_owned()),
            within: period(),
            then: Some(1),
            otherwise: Some(2),
        },
    ] {
        let first = Step {
            id: "first".to_owned(),
            action,
        };
        let plan = plan(vec![first, reads("one"), reads("other")]);
        assert_eq!(plan.params_needed_from(Some(0)), ["one", "other"].into());
    }
}

#[test]
fn a_text_is_in_the_readers_language_or_in_the_projects() {
    let mut plan = plan(Vec::new());
    let text = |name: &str, locale: Option<&str>| (name.to_owned(), locale.map(str::to_owned));
    plan.templates = BTreeMap::from([
        (text("hello", None), "default".to_owned()),
        (text("hello", Some("en")), "english".to_owned()),
        (text("hello", Some("en-GB")), "british".to_owned()),
        (text("other", Some("fr")), "french".to_owned()),
    ]);
    for (template, locale, found) in [
        ("hello", None, Some(("default", "nl"))),
        ("hello", Some("en"), Some(("english", "en"))),
        ("hello", Some("en-US"), Some(("english", "en"))),
        ("hello", Some("en-GB"), Some(("british", "en-GB"))),
        ("hello", Some("EN_gb"), Some(("british", "en-GB"))),
        ("hello", Some("fr"), Some(("default", "nl"))),
        ("other", Some("fr-BE"), Some(("french", "fr"))),
        ("other", Some("en"), None),
        ("unknown", None, None),
    ] {
        assert_eq!(
            plan.template(template, locale),
            found,
            "{template} {locale:?}"
        );
    }
}

/// Returns a plan of which each part reads a parameter that is called after it.
fn asking() -> Plan {
    let has = |param: &str| Condition::parse(&format!("has(event.{param})")).unwrap();
    let next = |at: usize| Some(at + 1);
    let arm = |param: &str| Arm {
        condition: has(param),
        next: next(1),
    };
    let comes = Awaited::Event {
        event: "ORDER".to_owned(),
        filter: Some(has("filter")),
    };
    let with = ["{{event.called}}, {{contact.full_name}}", "nothing"];
    let with = with.map(|text| (text.to_owned(), text.to_owned()));
    let actions = [
        Action::If {
            condition: has("if"),
            then: next(0),
            otherwise: None,
        },
        Action::Case {
            arms: vec![arm("arm"), arm("other")],
            otherwise: None,
        },
        leading(waits_for(Awaited::Condition(has("comes"))).action, 3),
        leading(waits_for(comes).action, 4),
        Action::Call {
            hook: "crm".to_owned(),
            with: with.into(),
            next: next(4),
        },
        Action::Send {
            send: mail("hello", None, ["mailed".to_owned()].into()),
            next: next(5),
        },
        Action::WaitUntil {
            moment: Moment::parse("event.until + 1 day").unwrap(),
            absent: crate::Absent::Continue,
            next: next(6),
        },
        Action::Exit {
            reason: "enough".to_owned(),
        },
    ];
    let steps = actions.into_iter().enumerate().map(|(at, action)| Step {
        id: format!("step {at}"),
        action,
    });
    let mut plan = plan(steps.collect());
    plan.rules.exit_when = Some(has("exit"));
    plan.rules.goal = Some(Goal {
        event: "ORDER".to_owned(),
        filter: Some(has("goal")),
        within: None,
        exit: true,
    });
    plan
}

fn waits_for(what: Awaited) -> Step {
    Step {
        id: "wait".to_owned(),
        action: Action::WaitFor {
            what,
            within: Period::parse("1 day").unwrap(),
            then: None,
            otherwise: None,
        },
    }
}

/// Returns the same wait, which leads somewhere.
fn leading(mut action: Action, next: usize) -> Action {
    if let Action::WaitFor { then, .. } = &mut action {
        *then = Some(next);
    }
    action
}
