//! Promise 1: a trigger that was accepted ends in mails, or in a recorded reason why not.
//!
//! What `survives` holds every history against stands in `world/check.rs`.

use jiff::SignedDuration;
use journey::{Purpose, Reentry, Step};

use crate::given::{self, Verb, chain, journey, marketing, trigger};
use crate::trial::{FAULTS, Story};
use crate::world::{Action, Kind};

#[test]
fn an_event_survives_every_fault_on_its_way_in() {
    let story = Story::new(&[journey(Purpose::Transactional, mail())]);
    let kinds = [Kind::Ack, Kind::Port, Kind::Queue];
    let explored = story.hello("e1", &[("anna", "SOT")]).survives(1, &kinds);
    assert!(explored.histories > 60, "{}", explored.histories);
}

#[test]
fn a_mail_survives_every_pair_of_faults_on_its_way_out() {
    for purpose in [Purpose::Transactional, marketing()] {
        let story = Story::new(&[journey(purpose, mail())]);
        let story = story
            .hello("e1", &[("anna", "SOT")])
            .calm_until("suppressions.suppression");
        let explored = story.survives(2, &[Kind::Mail, Kind::Port, Kind::Report]);
        assert!(explored.histories > 300, "{}", explored.histories);
    }
}

#[test]
fn small_journeys_survive_every_fault() {
    for steps in small_journeys() {
        for purpose in [Purpose::Transactional, marketing()] {
            let story = Story::new(&[journey(purpose, steps.clone())]);
            let story = story.hello("e1", &[("anna", "SOT")]);
            story.calm_until("enrollments.enter").survives(1, &FAULTS);
        }
    }
}

#[test]
fn notifications_survive_every_fault() {
    let (short, long) = (Verb::Wait("2 minutes"), Verb::Wait("10 days"));
    for steps in [
        // Woken before the message that was to order the notification is delivered again.
        chain(&[("note", Verb::Notify("COPA")), ("pause", short)]),
        chain(&[("note", Verb::Notify("COPA")), ("pause", long)]),
        chain(&[("note", Verb::Notify("COPA")), ("one", Verb::Send)]),
        chain(&[("one", Verb::Send), ("note", Verb::Notify("COPA"))]),
    ] {
        let mut plan = journey(Purpose::Transactional, steps);
        // Only one of the two walks; the other is told.
        plan.to = Some(given::role("SOT"));
        let story = Story::new(&[plan]).hello("e1", &[("anna", "SOT"), ("joris", "COPA")]);
        story.calm_until("enrollments.enter").survives(1, &FAULTS);
    }
}

#[test]
fn busy_worlds_survive_whatever_is_drawn() {
    for (purpose, seeds) in [(Purpose::Transactional, 20), (marketing(), 20)] {
        let mut story = Story::new(&[journey(purpose, busy())]).concurrently(4);
        for (at, id) in ["e1", "e2", "e3"].into_iter().enumerate() {
            let people = [("anna", "SOT"), ("joris", "COPA"), ("els", "COPA")];
            story = story.hello(id, &people[..=at]);
        }
        story.survives_seeds(seeds);
    }
}

#[test]
fn what_changes_between_two_deliveries_of_an_event_strands_nobody() {
    // The event lets somebody in who is no VIP; before it is delivered again they have become one.
    let mut plan = journey(Purpose::Transactional, mail());
    plan.triggers = vec![trigger(
        "HELLO",
        Some("not (has(contact.vip) and contact.vip)"),
    )];
    let mut change: serde_json::Value =
        serde_json::from_str(&given::post("OTHER", "e2", &[("anna", "SOT")])).expect("JSON");
    change["people"][0]["fields"] = serde_json::json!({ "vip": true });
    let mut other = journey(Purpose::Transactional, mail());
    other.journey = "other".to_owned();
    other.triggers = vec![trigger("OTHER", None)];
    let action = Action::Post {
        id: "e2".to_owned(),
        body: change.to_string(),
    };
    let story = Story::new(&[plan, other]).hello("e1", &[("anna", "SOT")]);
    let story = story.after(SignedDuration::from_mins(2), action);
    story
        .calm_until("enrollments.enter")
        .survives(1, &[Kind::Port]);
}

#[test]
fn a_repeat_of_an_event_and_a_refused_re_entry_are_told_apart() {
    let mut plan = journey(Purpose::Transactional, mail());
    plan.reentry = Reentry::Never;
    let story = Story::new(&[plan]).hello("e1", &[("anna", "SOT")]);
    let story = story
        .hello("e1", &[("anna", "SOT")])
        .hello("e2", &[("anna", "SOT")]);
    story
        .calm_until("enrollments.enter")
        .survives(1, &[Kind::Port]);
}

#[test]
fn a_post_for_which_one_invocation_has_no_time_is_worked_off_in_several() {
    let people = [("anna", "SOT"), ("joris", "COPA")];
    let events = ["many.0", "many.1", "many.2"].map(|id| given::post("HELLO", id, &people));
    let action = Action::Post {
        id: "many".to_owned(),
        body: format!("[{}]", events.join(",")),
    };
    let story = Story::new(&[journey(Purpose::Transactional, mail())]);
    let story = story.after(SignedDuration::ZERO, action);
    let kinds = [Kind::Ack, Kind::Latency, Kind::Queue];
    let explored = story
        .clone()
        .calm_until("enrollments.enter")
        .survives(1, &kinds);
    assert!(explored.histories > 50, "{}", explored.histories);
    story.survives_seeds(20);
}

/// Every kind of step, in the smallest journeys in which it matters.
fn small_journeys() -> Vec<Vec<Step>> {
    let wait = Verb::Wait("3 days");
    let asks = Verb::If("has(contact.vip)", Some(2));
    vec![
        chain(&[("one", Verb::Send), ("two", Verb::Send)]),
        chain(&[("one", Verb::Send), ("pause", wait), ("two", Verb::Send)]),
        chain(&[
            ("until", Verb::Until("2026-12-24 09:00")),
            ("one", Verb::SendWithin("12 hours")),
        ]),
        chain(&[
            ("ask", asks),
            ("one", Verb::Send),
            ("out", Verb::Exit("enough")),
        ]),
    ]
}

fn mail() -> Vec<Step> {
    chain(&[("one", Verb::Send)])
}

fn busy() -> Vec<Step> {
    let (soon, later) = (Verb::Wait("20 minutes"), Verb::Wait("3 days"));
    chain(&[
        ("note", Verb::Notify("COPA")),
        ("one", Verb::Send),
        ("soon", soon),
        ("two", Verb::SendWithin("2 hours")),
        ("later", later),
        ("three", Verb::Send),
    ])
}
