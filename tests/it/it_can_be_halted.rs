//! An operator halts a journey and lets it go on: nothing leaves meanwhile, and nobody is lost by it.

use jiff::SignedDuration;
use journey::{ContactId, Phase};
use serde_json::{Value as Json, json};
use wire::Halt;

use crate::folders::files;
use crate::given;
use crate::posts::{left, reasons};
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose};

const SERIES: &str = "kind: transactional
trigger: { event: START }
reentry: unlimited
steps:
  - send: one
  - wait: 1 day
  - tag: reminded
  - send: two";

#[test]
fn while_a_journey_is_paused_nothing_of_it_leaves_and_then_all_of_it_does() {
    let story = told(hours(12), Some(Halt::Paused)).after(hours(60), resume());
    let paused = story.play_for(hours(59));
    assert_eq!(left(&paused), ["one"]);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let mails = state
        .service
        .delivered
        .iter()
        .map(|mail| mail.step.as_str());
    assert_eq!(mails.collect::<Vec<_>>(), ["one", "two"]);
    let tagged = state.people.contact(&ContactId::of("ann"));
    assert!(tagged.is_some_and(|known| known.contact.tags.contains("reminded")));
}

#[test]
fn whoever_comes_in_while_it_is_paused_waits_at_the_first_mail() {
    let story = told(SignedDuration::ZERO, Some(Halt::Paused));
    let story = starting(story, hours(1), "second", "ben").after(hours(9), resume());
    let paused = story.play_for(hours(8));
    assert_eq!(paused.state().runs.all().count(), 2);
    let faults = story.play(Choose::Calm, Log::Dropped).faults();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_pause_of_weeks_lets_no_order_grow_too_old() {
    let story = told(SignedDuration::ZERO, Some(Halt::Paused)).after(hours(24 * 21), resume());
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["one", "two"]);
}

#[test]
fn a_mail_that_is_held_is_kept_whatever_happens_to_its_contact_meanwhile() {
    let goal = "kind: transactional
trigger: { event: START }
reentry: unlimited
goal: { event: ORDER, exit: false }
steps:
  - send: one";
    let paused = Story::of(files(&[("series", goal)])).after(hours(0), halted(Some(Halt::Paused)));
    let story = starting(paused, hours(0), "first", "ann");
    let body = json!({ "type": "ORDER", "data": { "amount": 30 }, "people": [person("ann")] });
    let order = Action::Post {
        id: "order".to_owned(),
        body: body.to_string(),
    };
    let world = story
        .after(hours(1), order)
        .after(hours(9), resume())
        .play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["one"]);
}

#[test]
fn while_a_journey_drains_nobody_comes_in_and_who_is_inside_goes_on() {
    let story = told(hours(1), Some(Halt::Draining));
    let world = starting(story, hours(2), "second", "ben").play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["one", "two"]);
    assert_eq!(reasons(&world), ["draining"]);
}

#[test]
fn whatever_breaks_once_a_pause_loses_nobody() {
    told(hours(12), Some(Halt::Paused))
        .after(hours(60), resume())
        .survives(1, &FAULTS);
}

#[test]
fn whatever_breaks_a_pause_loses_nobody() {
    let story = told(hours(12), Some(Halt::Paused)).after(hours(60), resume());
    starting(story, hours(20), "second", "ben")
        .concurrently(3)
        .survives_seeds(100);
}

#[test]
fn whoever_was_held_and_is_forgotten_by_the_resumption_is_found_again() {
    // The journey goes on, and nobody looks for those who were held.
    let story = told(hours(12), Some(Halt::Paused));
    let world = story
        .after(hours(60), Action::Unhalt("series".to_owned()))
        .play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let mut runs = state.runs.all();
    assert!(runs.all(|record| matches!(record.enrollment.phase, Phase::Left { .. })));
}

/// Somebody comes in at once, and the journey is halted after a while.
fn told(delay: SignedDuration, halt: Option<Halt>) -> Story {
    let story = Story::of(files(&[("series", SERIES)])).after(delay, halted(halt));
    starting(story, SignedDuration::ZERO, "first", "ann")
}

fn halted(halt: Option<Halt>) -> Action {
    let journey = "series".to_owned();
    Action::Halt { journey, halt }
}

fn resume() -> Action {
    halted(None)
}

fn starting(story: Story, delay: SignedDuration, id: &str, name: &str) -> Story {
    let body = json!({ "type": "START", "data": {}, "people": [person(name)] });
    let action = Action::Post {
        id: id.to_owned(),
        body: body.to_string(),
    };
    story.after(delay, action)
}

fn person(name: &str) -> Json {
    json!({ "id": name, "email": given::address(name).as_str(), "full_name": name })
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}
