//! When a mail may leave, when it has to wait, and when it never leaves.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::journeys::{contact, mail, plan};
use crate::{
    Cap, Clearance, Holdout, Hours, Large, Over, Period, Plan, Priority, Purpose, Scene, Send,
    Skipped, Window, clearance,
};

#[test]
fn a_mail_may_be_as_late_as_it_says_and_not_a_second_later() {
    let since = "2026-11-23T09:00:00Z";
    for plan in [service(), advertising()] {
        for (now, expected) in [
            ("2026-11-23T10:00:00Z", Clearance::Go),
            ("2026-11-23T10:00:01Z", EXPIRED),
        ] {
            let found = asks(&plan, &patient("1 hour"), since, &[], now);
            assert_eq!(found, expected, "{now}");
        }
    }
    // Without such a word it is never late.
    let found = asks(&service(), &hello(), since, &[], "2036-11-23T09:00:00Z");
    assert_eq!(found, Clearance::Go);
}

#[test]
fn a_mail_waits_for_its_hours_where_it_is_not_too_late_by_then() {
    let mut plan = service();
    plan.rules.send_window = Some(hours("09:00-12:00"));
    // It is seven by the clock of the contact, whose hours begin at eight in Greenwich.
    let now = "2026-11-23T06:00:00Z";
    let asks = |plan: &Plan, send: &Send| asks(plan, send, now, &[], now);
    let at_eight = hold("2026-11-23T08:00:00Z");
    assert_eq!(asks(&plan, &hello()), at_eight);
    assert_eq!(asks(&plan, &patient("2 hours")), at_eight);
    assert_eq!(asks(&plan, &patient("119 minutes")), EXPIRED);
    // The project's hours are for advertising; both have to be open.
    plan.rules.limits.send_window = Some(hours("11:00-14:00"));
    assert_eq!(asks(&plan, &hello()), at_eight);
    let mut plan = Plan {
        purpose: advertising().purpose,
        ..plan
    };
    assert_eq!(asks(&plan, &hello()), hold("2026-11-23T10:00:00Z"));
    plan.rules.limits.send_window = Some(hours("12:00-14:00"));
    assert_eq!(asks(&plan, &hello()), Clearance::Never);
}

#[test]
fn advertising_over_a_cap_is_left_out_or_waits_for_room_as_it_says() {
    let mut plan = advertising();
    let (full, now) = (["2026-11-22T08:30:20Z"], "2026-11-23T08:00:00Z");
    let asks = |plan: &Plan, send: &Send, mailed: &[&str]| asks(plan, send, now, mailed, now);
    let room = hold("2026-11-23T08:31:00Z");
    assert_eq!(asks(&plan, &hello(), &full), OVER_CAP);
    assert_eq!(asks(&plan, &over(Over::Wait), &full), room);
    plan.rules.limits.over = Over::Wait;
    assert_eq!(asks(&plan, &hello(), &full), room);
    assert_eq!(asks(&plan, &over(Over::Skip), &full), OVER_CAP);
    // Where there is room, and where no cap counts, it leaves.
    assert_eq!(asks(&plan, &hello(), &[]), Clearance::Go);
    let free = asks(&plan, &hello(), &["2026-11-22T08:00:00Z"]);
    assert_eq!(free, Clearance::Go);
    plan.rules.priority = Priority::High;
    assert_eq!(asks(&plan, &hello(), &full), Clearance::Go);
    plan.rules.priority = Priority::Normal;
    plan.purpose = Purpose::Transactional;
    assert_eq!(asks(&plan, &hello(), &full), Clearance::Go);
}

#[test]
fn the_fullest_of_several_caps_says_when_there_is_room() {
    let mut plan = advertising();
    plan.rules.limits.over = Over::Wait;
    plan.rules.limits.at_most = ["1 per day", "1 per 2 days", "3 per day"].map(cap).into();
    let (mailed, now) = (["2026-11-22T08:30:00Z"], "2026-11-23T08:00:00Z");
    let held = asks(&plan, &hello(), now, &mailed, now);
    assert_eq!(held, hold("2026-11-24T08:30:00Z"));
}

#[test]
fn a_mail_waits_for_room_as_long_as_it_may_be_late_and_is_left_out_then() {
    let mut plan = advertising();
    plan.rules.limits.over = Over::Wait;
    plan.rules.send_window = Some(hours("09:00-19:00"));
    // There is room at six in the evening, or at eight when the hours are over.
    let (six, eight) = ("2026-11-22T17:00:00Z", "2026-11-22T19:00:00Z");
    let since = "2026-11-23T08:00:20Z";
    for (patience, full, now, expected) in [
        ("9 hours", six, since, hold("2026-11-23T17:00:00Z")),
        ("10 hours", eight, since, hold("2026-11-23T18:01:00Z")),
        ("1 day", eight, since, hold("2026-11-24T08:00:00Z")),
        // Where there is no room in time, it is looked at once more at the end of its patience.
        ("2 hours", six, since, hold("2026-11-23T10:01:00Z")),
        (
            "2 hours",
            six,
            "2026-11-23T10:00:20Z",
            hold("2026-11-23T10:01:00Z"),
        ),
        ("2 hours", six, "2026-11-23T10:01:00Z", EXPIRED),
    ] {
        let found = asks(&plan, &patient(patience), since, &[full], now);
        assert_eq!(found, expected, "{patience} {full} {now}");
    }
    // The end of its patience is now: nothing is left to wait for.
    let (since, now) = ("2026-11-23T08:00:00Z", "2026-11-23T10:00:00Z");
    let found = asks(&plan, &patient("2 hours"), since, &[six], now);
    assert_eq!(found, EXPIRED);
}

#[test]
fn who_is_to_be_compared_with_gets_service_and_no_advertising() {
    let mut plan = advertising();
    plan.rules.priority = Priority::High;
    let now = "2026-11-23T08:00:00Z";
    for (share, expected) in [(0, Clearance::Go), (100, WITHHELD)] {
        plan.rules.limits.holdout = Some(Holdout {
            name: "compare".to_owned(),
            share,
        });
        assert_eq!(asks(&plan, &hello(), now, &[], now), expected);
    }
    plan.purpose = Purpose::Transactional;
    assert_eq!(asks(&plan, &hello(), now, &[], now), Clearance::Go);
}

/// Many who are let in at once get their advertising in their own evening, where that can be.
#[test]
fn a_campaign_leaves_in_the_evening() {
    let day = "2026-11-23T08:00:00Z";
    let asks = |plan: &Plan, campaign: bool, now: &str| {
        let scene = Scene {
            plan,
            contact: &contact(),
            mailed: &[],
            now: at(now),
        };
        clearance(&scene, &hello(), at(day), campaign)
    };
    let mut plan = advertising();
    assert_eq!(asks(&plan, false, day), Clearance::Go);
    // Six by the clock of the contact is five in Greenwich.
    assert_eq!(asks(&plan, true, day), hold("2026-11-23T17:00:00Z"));
    assert_eq!(asks(&plan, true, "2026-11-23T20:59:00Z"), Clearance::Go);
    let over = hold("2026-11-24T17:00:00Z");
    assert_eq!(asks(&plan, true, "2026-11-23T21:00:00Z"), over);
    assert_eq!(asks(&service(), true, day), Clearance::Go);
    // Better by day than never.
    let scene = Scene {
        plan: &plan,
        contact: &contact(),
        mailed: &[],
        now: at(day),
    };
    for (patience, expected) in [
        ("8 hours", Clearance::Go),
        ("9 hours", hold("2026-11-23T17:00:00Z")),
    ] {
        let found = clearance(&scene, &patient(patience), at(day), true);
        assert_eq!(found, expected, "{patience}");
    }
    // But not by night, if it can wait for the morning.
    let night = "2026-11-23T22:00:00Z";
    let scene = Scene {
        now: at(night),
        ..scene
    };
    for (patience, expected) in [
        ("8 hours", Clearance::Go),
        ("9 hours", hold("2026-11-24T07:00:00Z")),
    ] {
        let found = clearance(&scene, &patient(patience), at(night), true);
        assert_eq!(found, expected, "{patience}");
    }
    plan.rules.limits.large.hours = Some(hours("20:00-21:00"));
    assert_eq!(asks(&plan, true, day), hold("2026-11-23T19:00:00Z"));
    // Hours that never come together with it go before it.
    plan.rules.send_window = Some(hours("09:00-17:00"));
    assert_eq!(asks(&plan, true, day), Clearance::Go);
}

#[test]
fn more_than_so_many_at_once_are_a_campaign() {
    let usual = Large::default();
    assert!(!usual.is_passed_by(2_500) && usual.is_passed_by(2_501));
    let never = Large {
        above: None,
        ..usual
    };
    assert!(!never.is_passed_by(1_000_000));
}

fn asks(plan: &Plan, send: &Send, since: &str, mailed: &[&str], now: &str) -> Clearance {
    let mailed: Vec<_> = mailed.iter().map(|text| at(text)).collect();
    let scene = Scene {
        plan,
        contact: &contact(),
        mailed: &mailed,
        now: at(now),
    };
    clearance(&scene, send, at(since), false)
}

fn service() -> Plan {
    plan(Vec::new())
}

/// Returns a journey of advertising of which somebody gets one mail a day.
fn advertising() -> Plan {
    let mut plan = service();
    plan.purpose = Purpose::Marketing {
        topic: "news".to_owned(),
    };
    plan.rules.limits.at_most = vec![cap("1 per day")];
    plan
}

fn hello() -> Send {
    mail("hello", None, BTreeSet::new())
}

fn patient(expires: &str) -> Send {
    Send {
        expires: Some(Period::parse(expires).unwrap()),
        ..hello()
    }
}

fn over(over: Over) -> Send {
    Send {
        over: Some(over),
        ..hello()
    }
}

fn hours(window: &str) -> Hours {
    Hours {
        windows: vec![Window::parse(window).unwrap()],
        closed: BTreeSet::new(),
    }
}

fn cap(text: &str) -> Cap {
    Cap::parse(text).unwrap()
}

fn hold(until: &str) -> Clearance {
    Clearance::Hold(at(until))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const EXPIRED: Clearance = Clearance::Skip(Skipped::Expired);
const OVER_CAP: Clearance = Clearance::Skip(Skipped::OverCap);
const WITHHELD: Clearance = Clearance::Skip(Skipped::Withheld);
