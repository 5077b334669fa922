//! What happens to whoever came in, and where a play ends.

use expect_test::expect;
use jiff::Timestamp;
use jiff::civil::date;

use super::{at, enters, event, leaves, nothing, of, on, plays};
use crate::{
    Action, Awaited, Cap, Condition, Consent, Cut, Deed, MOVES_MAX, Occasion, Over, Plan, Purpose,
    SCORE, Script, Told, Value, rehearse,
};

#[test]
fn the_clock_jumps_to_whatever_comes_next() {
    let plan = of("
        hello: send
        note: notify joris
        call: call crm
        pause: wait 3 days
        other: enroll onboarding
        ask: if contact.member -> yes | bye
        yes: tag vip
        bye: send
        ");
    let script = enters("2026-11-23T13:00:20Z");
    plays(
        &plan,
        script,
        &expect![[r#"
        2026-11-23T13:00:20Z 0 Enters("by hand")
        2026-11-23T13:00:20Z 0 Sends { step: "hello" }
        2026-11-23T13:00:20Z 0 Sends { step: "note" }
        2026-11-23T13:00:20Z 0 Called { step: "call" }
        2026-11-23T13:00:20Z 0 Waits { step: "pause", until: 2026-11-26T13:01:00Z }
        2026-11-26T13:01:00Z 0 Looks { step: "pause", outcome: "waited" }
        2026-11-26T13:01:00Z 0 Enrolls { step: "other", journey: "onboarding" }
        2026-11-26T13:01:00Z 0 Looks { step: "ask", outcome: "then" }
        2026-11-26T13:01:00Z 0 Changed { step: "yes", change: tag vip }
        2026-11-26T13:01:00Z 0 Sends { step: "bye" }
        2026-11-26T13:01:00Z 0 Leaves("finished")
        the end
    "#]],
    );
}

#[test]
fn what_happens_in_a_minute_comes_before_the_steps_of_that_minute() {
    let plan = of("
        order: for ORDER within 1 hour -> yes | no
        yes: exit ordered
        no: exit waited
        ");
    for (order, why) in [("14:00:00", "ordered"), ("14:00:01", "waited")] {
        let script = Script {
            happens: vec![event(&format!("2026-11-23T{order}Z"), "ORDER")],
            ..enters("2026-11-23T13:00:00Z")
        };
        assert_eq!(leaves(&plan, script), [why]);
    }
}

#[test]
fn a_score_that_somebody_begins_with_fades_from_then_on() {
    let mut plan = of("
        pause: wait 1 day
        ask: if contact.score > 5 -> yes | no
        yes: exit rich
        no: exit poor
        ");
    plan.settings.scoring.half_life = Some(1);
    for (score, why) in [(8.0, "poor"), (12.0, "rich")] {
        let mut script = enters("2026-11-23T13:00:00Z");
        let score = Value::Number(score);
        script.contact.fields.insert(SCORE.to_owned(), score);
        assert_eq!(leaves(&plan, script), [why]);
    }
}

#[test]
fn each_event_is_one_of_its_own() {
    let plan = of("
        one: for ORDER within 1 day -> other | end
        other: for ORDER within 1 day -> both | end
        both: exit both
        ");
    let orders = ["2026-11-23T14:00:00Z", "2026-11-23T15:00:00Z"];
    let script = Script {
        happens: orders.map(|at| event(at, "ORDER")).into(),
        ..enters("2026-11-23T13:00:00Z")
    };
    assert_eq!(leaves(&plan, script.clone()), ["both"]);
    let once = Script {
        happens: script.happens[..1].to_vec(),
        ..script
    };
    assert_eq!(leaves(&plan, once), ["finished"]);
}

#[test]
fn a_mail_is_opened_and_clicked_in_that_was_sent_last() {
    let plan = Plan {
        triggers: vec![on(Occasion::Event("START".to_owned()))],
        ..of("
            hello: send
            pause: wait 1 hour
            again: send
            read: opened again within 1 day -> yes | no
            yes: exit read
            no: exit unread
            ")
    };
    // The second run has sent its first mail, but not its second one, when that of the first run is opened.
    for deed in [
        Deed::Open("again".to_owned()),
        Deed::Click {
            step: "again".to_owned(),
            link: "more".to_owned(),
        },
    ] {
        let script = Script {
            happens: vec![
                event("2026-11-23T13:00:00Z", "START"),
                event("2026-11-23T13:30:00Z", "START"),
                (at("2026-11-23T14:10:00Z"), deed),
            ],
            ..nothing()
        };
        assert_eq!(leaves(&plan, script), ["read", "unread"]);
    }
}

#[test]
fn what_runs_wait_for_and_what_lets_them_go_may_come_with_a_write() {
    let mut plan = Plan {
        triggers: vec![on(Occasion::Event("START".to_owned()))],
        ..of("pause: wait 3 days")
    };
    plan.rules.exit_when = Some(Condition::parse("contact.vip").unwrap());
    let fields = [("vip".to_owned(), Some(Value::Bool(true)))];
    let script = Script {
        happens: vec![
            event("2026-11-23T13:00:00Z", "START"),
            event("2026-11-23T14:00:00Z", "START"),
            (at("2026-11-23T15:00:00Z"), Deed::Set(fields.into())),
        ],
        ..nothing()
    };
    assert_eq!(leaves(&plan, script), ["exit_when", "exit_when"]);
}

#[test]
fn advertising_leaves_only_to_those_who_agreed_and_within_its_caps() {
    let mut plan = of("hello: send\nagain: send");
    plan.purpose = Purpose::Marketing {
        topic: "news".to_owned(),
    };
    plan.rules.limits.at_most = vec![Cap::parse("1 per day").unwrap()];
    let mut script = enters("2026-11-23T13:00:00Z");
    plays(
        &plan,
        script.clone(),
        &expect![[r#"
        2026-11-23T13:00:00Z 0 Enters("by hand")
        2026-11-23T13:00:00Z 0 Omits { step: "hello", why: "opted_out" }
        2026-11-23T13:00:00Z 0 Omits { step: "again", why: "opted_out" }
        2026-11-23T13:00:00Z 0 Leaves("finished")
        the end
    "#]],
    );
    let proof = Consent::new(Timestamp::UNIX_EPOCH, "form".to_owned(), "Yes".to_owned());
    script.contact.consent.insert("news".to_owned(), proof);
    plays(
        &plan,
        script.clone(),
        &expect![[r#"
        2026-11-23T13:00:00Z 0 Enters("by hand")
        2026-11-23T13:00:00Z 0 Sends { step: "hello" }
        2026-11-23T13:00:00Z 0 Omits { step: "again", why: "over_cap" }
        2026-11-23T13:00:00Z 0 Leaves("finished")
        the end
    "#]],
    );
    plan.rules.limits.over = Over::Wait;
    plays(
        &plan,
        script,
        &expect![[r#"
        2026-11-23T13:00:00Z 0 Enters("by hand")
        2026-11-23T13:00:00Z 0 Sends { step: "hello" }
        2026-11-23T13:00:00Z 0 Holds { step: "again", until: 2026-11-24T13:00:00Z }
        2026-11-24T13:00:00Z 0 Sends { step: "again" }
        2026-11-24T13:00:00Z 0 Leaves("finished")
        the end
    "#]],
    );
}

#[test]
fn nothing_is_played_after_the_last_moment() {
    let plan = of("pause: wait 1 hour");
    for (until, expected) in [
        ("2026-11-23T13:59:59Z", [].as_slice()),
        ("2026-11-23T14:00:00Z", &["finished"]),
    ] {
        let script = Script {
            until: Some(at(until)),
            ..enters("2026-11-23T13:00:00Z")
        };
        assert_eq!(rehearse(&plan, script.clone()).cut, None);
        assert_eq!(leaves(&plan, script), expected, "{until}");
    }
}

/// Whoever comes round less than once a day does so on purpose, and for ever.
#[test]
fn a_play_that_has_no_end_is_cut() {
    let hours = (0..200).map(|at| format!("s{at}: wait 1 hour\n"));
    let again = "off: untag vip\non: tag vip".to_owned();
    let plan = Plan {
        triggers: vec![on(Occasion::Tagged("vip".to_owned()))],
        ..of(&hours.chain([again]).collect::<String>())
    };
    let played = rehearse(&plan, enters("2026-11-23T13:00:00Z"));
    assert_eq!(played.cut, Some(Cut::Endless));
    let moves = played.lines.iter().filter(|line| {
        matches!(&line.told, Told::Enters(_))
            || matches!(&line.told, Told::Looks { outcome, .. } if outcome == "waited")
    });
    let moves = moves.count();
    assert!((MOVES_MAX..=MOVES_MAX + 1).contains(&moves), "{moves}");
}

/// What its steps change comes one after the other, and it stands behind all of them already.
#[test]
fn a_run_does_not_hear_of_what_it_changes_itself() {
    let mut plan = of("
        off: untag vip
        on: tag gold
        bare: for ORDER within 1 hour -> yes | no
        yes: exit bare
        no: exit gold
        ");
    let neither = "not ('vip' in contact.tags or 'gold' in contact.tags)";
    if let Action::WaitFor { what, .. } = &mut plan.steps[2].action {
        *what = Awaited::Condition(Condition::parse(neither).unwrap());
    }
    let mut script = enters("2026-11-23T13:00:00Z");
    script.contact.tags.insert("vip".to_owned());
    assert_eq!(leaves(&plan, script), ["gold"]);
}

#[test]
fn a_journey_that_ends_for_everybody_ends_in_the_play_too() {
    let mut plan = of("pause: wait 3 days");
    plan.publish.until = Some(date(2026, 11, 25));
    plan.rules.stops = true;
    plays(
        &plan,
        enters("2026-11-23T13:00:00Z"),
        &expect![[r#"
        2026-11-23T13:00:00Z 0 Enters("by hand")
        2026-11-23T13:00:00Z 0 Waits { step: "pause", until: 2026-11-26T13:00:00Z }
        2026-11-24T23:00:00Z 0 Leaves("ended")
        the end
    "#]],
    );
    let until = Script {
        until: Some(at("2027-11-23T13:00:00Z")),
        ..enters("2026-11-23T13:00:00Z")
    };
    assert_eq!(rehearse(&plan, until.clone()).cut, None);
    assert_eq!(leaves(&plan, until), ["ended"]);
}
