//! What lets people in, what keeps them out, and when a journey is over for everybody.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::journeys::{contact, enrollment, mail, plan};
use crate::{
    Action, Audience, Condition, Contact, ContactId, Input, Moment, Occasion, Outcome, Phase,
    Refusal, Repeat, Scene, Step, Trigger, Value, Wait, advance, rearm, zone,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn with(tag: Option<&str>, list: Option<&str>) -> Contact {
    let mut contact = contact();
    contact.tags = tag.map(str::to_owned).into_iter().collect();
    contact.lists = list.map(str::to_owned).into_iter().collect();
    contact
}

#[test]
fn only_a_change_lets_somebody_in() {
    let (neither, both) = (with(None, None), with(Some("vip"), Some("news")));
    let name = |text: &str| text.to_owned();
    let audience = Audience::AllOf(vec![
        Audience::Tag(name("vip")),
        Audience::List(name("news")),
    ]);
    // From and to: nobody known, neither, both; which of these lets them in.
    let cases = [
        (Occasion::Tagged(name("vip")), [true, true, false, false]),
        (Occasion::Joins(name("news")), [true, true, false, false]),
        (Occasion::Enters(audience), [true, true, false, false]),
        (Occasion::Untagged(name("vip")), [false, false, true, false]),
        (Occasion::Leaves(name("news")), [false, false, true, false]),
        (Occasion::Manual, [false; 4]),
    ];
    for (on, expected) in cases {
        let trigger = Trigger { on, filter: None };
        let fires = |before: Option<&Contact>, after: &Contact| {
            trigger.fires(before, after, &TimeZone::UTC, at("2026-11-23T09:00:00Z"))
        };
        let found = [
            fires(None, &both),
            fires(Some(&neither), &both),
            fires(Some(&both), &neither),
            fires(Some(&both), &both),
        ];
        assert_eq!(found, expected, "{}", trigger.says());
        // Of somebody who is new, nothing can have gone away.
        assert!(!fires(None, &neither) && !fires(Some(&neither), &neither));
    }
}

#[test]
fn what_must_hold_besides_is_asked_of_what_is_known_now() {
    let filter = Condition::parse("'vip' in contact.tags").unwrap();
    let trigger = Trigger {
        on: Occasion::Joins("news".to_owned()),
        filter: Some(filter),
    };
    let now = at("2026-11-23T09:00:00Z");
    let fires = |after: &Contact| trigger.fires(None, after, &TimeZone::UTC, now);
    assert!(fires(&with(Some("vip"), Some("news"))));
    assert!(!fires(&with(Some("other"), Some("news"))));
    let passes = |contact: &Contact| trigger.passes(contact, &BTreeMap::new(), &TimeZone::UTC, now);
    assert!(passes(&with(Some("vip"), None)));
    assert!(!passes(&with(None, None)));
}

#[test]
fn a_date_trigger_has_a_name_for_each_contact_and_each_way_to_come_again() {
    let moment = Moment::parse("contact.born at 09:00").unwrap();
    let named = |repeat, journey: &str, contact: &ContactId| {
        let on = Occasion::Date {
            moment: moment.clone(),
            repeat,
        };
        let trigger = Trigger { on, filter: None };
        let (name, of, again) = trigger.date(journey, contact).unwrap();
        assert_eq!((of, again), (&moment, repeat));
        assert_eq!(trigger.says(), moment.as_str());
        name
    };
    let [anna, els] = ["anna", "els"].map(ContactId::of);
    let names = BTreeSet::from([
        named(Repeat::Yearly, "birthday", &anna),
        named(Repeat::Never, "birthday", &anna),
        named(Repeat::Yearly, "other", &anna),
        named(Repeat::Yearly, "birthday", &els),
    ]);
    assert_eq!(names.len(), 4);
    let manual = Trigger {
        on: Occasion::Manual,
        filter: None,
    };
    assert_eq!(manual.date("birthday", &anna), None);

    let mut contact = contact();
    contact.fields = [("born".to_owned(), Value::Date(date(1990, 5, 4)))].into();
    assert_eq!(contact.date(&moment), Some(&Value::Date(date(1990, 5, 4))));
    let of_the_event = Moment::parse("event.StartDate at 09:00").unwrap();
    assert_eq!(contact.date(&of_the_event), None);
}

/// Whatever day it went off on, that day is done.
#[test]
fn what_comes_again_does_so_on_another_day() {
    let amsterdam = zone("Europe/Amsterdam").unwrap();
    let moment = Moment::parse("contact.born at 09:00").unwrap();
    let born = Value::Date(date(1990, 5, 4));
    for (fired, again) in [
        // Early by a clock that was set back, on time, late, and by the clocks of where the sun rises first and last.
        ("2027-05-04T06:59:00Z", "2028-05-04T07:00:00Z"),
        ("2027-05-04T07:00:00Z", "2028-05-04T07:00:00Z"),
        ("2027-05-04T21:00:00Z", "2028-05-04T07:00:00Z"),
        ("2027-05-04T22:00:00Z", "2028-05-04T07:00:00Z"),
        ("2027-05-03T10:00:00Z", "2028-05-04T07:00:00Z"),
        ("2027-05-05T12:00:00Z", "2028-05-04T07:00:00Z"),
        ("2027-05-01T06:59:00Z", "2027-05-04T07:00:00Z"),
    ] {
        let found = rearm(&moment, Repeat::Yearly, Some(&born), &amsterdam, at(fired));
        assert_eq!(found, Some(at(again)), "{fired}");
    }
    // Nobody has a birthday before they are born, and a moment is of a day of the project's clock.
    let born = Value::DateTime(at("2030-05-03T22:30:00Z"));
    let fired = at("2027-05-04T07:00:00Z");
    let found = rearm(&moment, Repeat::Yearly, Some(&born), &amsterdam, fired);
    assert_eq!(found, Some(at("2030-05-04T07:00:00Z")));
}

#[test]
fn a_journey_that_ends_for_everybody_lets_go_whoever_waits_and_finishes_what_is_under_way() {
    let step = |id: &str, action| Step {
        id: id.to_owned(),
        action,
    };
    let send = Action::Send {
        send: mail("hello", None, Default::default()),
        next: Some(1),
    };
    let wait = Action::Wait {
        wait: Wait::parse("3 days").unwrap(),
        next: None,
    };
    let mut plan = plan(vec![step("hello", send), step("pause", wait)]);
    plan.publish.until = Some(date(2026, 11, 24));
    plan.rules.stops = true;
    let before = at("2026-11-23T22:59:59Z");
    let after = before + SignedDuration::from_secs(1);
    assert_eq!(plan.end(), Some(after));

    let contact = contact();
    let decide = |phase: Phase, now| {
        let mut run = enrollment(&plan);
        run.phase = phase;
        let scene = Scene {
            plan: &plan,
            contact: &contact,
            mailed: &[],
            now,
        };
        advance(&scene, run, Input::Wake)
    };
    let waiting = |due| Phase::Waiting {
        step: "pause".to_owned(),
        due,
    };
    let left = |now| {
        let found = decide(waiting(at("2026-11-26T09:00:00Z")), now);
        matches!(found.enrollment.phase, Phase::Left { reason, .. } if reason == "ended")
    };
    assert!(!left(before));
    assert!(left(after));
    let sending = Phase::Sending {
        step: "hello".to_owned(),
        since: before,
        due: before,
    };
    let under_way = decide(sending.clone(), after);
    assert_eq!(under_way.enrollment.phase, sending);
    assert!(matches!(under_way.outcome, Outcome::Ignored(_)));
}

#[test]
fn every_refusal_has_a_word_of_its_own() {
    let words: BTreeSet<_> = Refusal::ALL
        .iter()
        .map(|(_, refusal)| refusal.as_str())
        .collect();
    assert_eq!(words.len(), Refusal::ALL.len());
    for (word, refusal) in Refusal::ALL {
        assert_eq!(refusal.as_str(), word);
    }
}
