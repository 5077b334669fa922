//! Where too much bounces or too many complain, advertising stops by itself: service goes on, and nobody is lost by it.

use jiff::SignedDuration;
use journey::Phase;
use serde_json::json;
use wire::{Halt, Strain};

use crate::folders::files;
use crate::given;
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose, World};

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
fn an_alarm_that_rings_again_changes_nothing() {
    let story = held().after(hours(20), Action::Alarm(Strain::Complaints));
    let world = story.play_for(hours(24));
    let hold = world.state().halts.marketing;
    assert_eq!(hold.map(|hold| hold.why), Some(Strain::Bounces));
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
        .after(hours(12), Action::Alarm(Strain::Bounces))
}

/// Returns the mails that have left, by name.
fn left(world: &World) -> Vec<String> {
    let state = world.state();
    let mails = state.service.delivered.iter();
    let mut mails: Vec<_> = mails.map(|mail| mail.step.clone()).collect();
    mails.sort();
    mails
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}
