//! Where too much bounces or too many complain, advertising stops by itself: service goes on, and nobody is lost by it.

use jiff::SignedDuration;
use journey::Phase;
use serde_json::json;
use wire::{Halt, Strain};

use crate::folders::files;
use crate::given::{self, Verb, chain, journey, marketing};
use crate::posts::left;
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose};

const SERVICE: &str = "kind: transactional
trigger: { event: START }
reentry: unlimited
steps:
  - send: one
  - wait: 1 day
  - send: two";

const ADVERTISING: &str = "kind: marketing
topic: news
trigger: { event: START }
reentry: unlimited
steps:
  - send: first
  - wait: 1 day
  - send: second";

#[test]
fn service_goes_on_while_advertising_is_held_and_then_all_of_it_leaves() {
    let story = held().after(hours(60), Action::ResumeMarketing);
    let meanwhile = story.play_for(hours(59));
    assert_eq!(left(&meanwhile), ["first", "one", "two"]);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["first", "one", "second", "two"]);
}

#[test]
fn two_alarms_are_two_reasons() {
    let story = held().after(hours(20), rings(Strain::Complaints, 0));
    let world = story.play_for(hours(24));
    let held = world.state().halts.marketing();
    let why: Vec<_> = held.into_keys().collect();
    assert_eq!(why, [Strain::Bounces, Strain::Complaints]);
}

#[test]
fn an_alarm_that_is_heard_late_or_again_holds_nothing_that_an_operator_let_go_on() {
    let story = held().after(hours(60), Action::ResumeMarketing);
    let story = story.after(hours(61), rings(Strain::Bounces, 49));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert!(world.state().halts.marketing().is_empty());
    // One that begins to ring anew holds it again.
    let story = story.after(hours(62), rings(Strain::Bounces, 0));
    let world = story.play_for(hours(63));
    assert_eq!(world.state().halts.marketing().len(), 1);
}

#[test]
fn a_colleague_is_told_meanwhile() {
    let steps = chain(&[("note", Verb::Notify("BOARD")), ("one", Verb::Send)]);
    let body = given::post("HELLO", "e1", &[("anna", "SOT"), ("chair", "BOARD")]);
    let id = "e1".to_owned();
    let story = Story::new(&[journey(marketing(), steps)])
        .after(SignedDuration::ZERO, rings(Strain::Bounces, 0))
        .after(hours(1), Action::Post { id, body })
        .after(hours(60), Action::ResumeMarketing);
    // Both have come in, and each of their runs tells the chair.
    assert_eq!(left(&story.play_for(hours(59))), ["note", "note"]);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["note", "note", "one", "one"]);
}

#[test]
fn a_journey_that_is_paused_of_its_own_stays_so_when_marketing_goes_on() {
    let pause = Action::Halt {
        journey: "ads".to_owned(),
        halt: Some(Halt::Paused),
    };
    let story = held().after(hours(13), pause);
    let story = story.after(hours(30), Action::ResumeMarketing);
    assert_eq!(left(&story.play_for(hours(59))), ["first", "one", "two"]);
}

#[test]
fn a_journey_that_drains_is_held_too() {
    let drain = Action::Halt {
        journey: "ads".to_owned(),
        halt: Some(Halt::Draining),
    };
    let story = held().after(hours(11), drain);
    assert_eq!(left(&story.play_for(hours(59))), ["first", "one", "two"]);
    let story = story.after(hours(60), Action::ResumeMarketing);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["first", "one", "second", "two"]);
}

#[test]
fn whatever_breaks_once_a_hold_loses_nobody() {
    held()
        .after(hours(60), Action::ResumeMarketing)
        .survives(1, &FAULTS);
}

#[test]
fn whatever_breaks_a_hold_loses_nobody() {
    held()
        .after(hours(60), Action::ResumeMarketing)
        .after(hours(61), rings(Strain::Bounces, 49))
        .concurrently(3)
        .survives_seeds(100);
}

#[test]
fn whoever_is_held_for_weeks_goes_on() {
    let story = held().after(hours(24 * 21), Action::ResumeMarketing);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let mut runs = state.runs.all();
    assert!(runs.all(|record| matches!(record.enrollment.phase, Phase::Left { .. })));
}

/// Somebody comes into both journeys, and an alarm rings between their mails.
fn held() -> Story {
    let story = Story::of(files(&[("service", SERVICE), ("ads", ADVERTISING)]));
    let ann = json!({
        "id": "ann", "email": given::address("ann").as_str(), "full_name": "Ann",
        "consent": { "news": { "at": "2026-01-01T00:00:00Z", "how": "form", "text": "Yes" } },
    });
    let action = Action::Post {
        id: "first".to_owned(),
        body: json!({ "type": "START", "data": {}, "people": [ann] }).to_string(),
    };
    story
        .after(SignedDuration::ZERO, action)
        .after(hours(12), rings(Strain::Bounces, 0))
}

/// An alarm that has rung since so many hours.
fn rings(why: Strain, since: i64) -> Action {
    Action::Alarm(why, hours(since))
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}
