//! A score fades from night to night, and counts for what is left of it wherever somebody asks.

use jiff::SignedDuration;
use serde_json::json;

use crate::folders::files_with;
use crate::posts::left;
use crate::trial::{FAULTS, Log, Story};
use crate::two_become_one::{person, post};
use crate::what_counts::score;
use crate::world::{Choose, World};

/// Sixty points are thirty after a half-life; 25 more make fifty again, and the person hot anew.
#[test]
fn who_has_cooled_down_can_become_hot_again() {
    let story = story("scoring: { half_life: 10 days }\n");
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["cooled", "hot", "hot", "lukewarm"]);
    assert_eq!(score(&world), Some(37.5));
}

#[test]
fn a_score_that_does_not_fade_stays() {
    let story = story("scoring: { opened: +0 }\n");
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["hot", "warm", "warm"]);
    assert_eq!(score(&world), Some(95.0));
}

#[test]
fn whatever_fails_a_score_fades_once() {
    let check = |world: &World| {
        let mut faults = world.faults();
        let found = score(world);
        if found != Some(37.5) {
            faults.push(format!("the score is {found:?}"));
        }
        faults
    };
    let story = story("scoring: { half_life: 10 days }\n");
    if let Err(wrong) = story.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
    if let Err(wrong) = story.concurrently(3).sample(0..30, check) {
        panic!("{wrong}");
    }
}

/// Anna has sixty points, and gets more after ten days and after twenty.
fn story(scoring: &str) -> Story {
    let hot =
        "trigger: { enters: hot }\nkind: transactional\nreentry: unlimited\nsteps:\n  - send: hot";
    let more = |event: &str, points: u8, hot: &str, cold: &str| {
        format!(
            "trigger: {{ event: {event} }}\nkind: transactional\nreentry: unlimited\nsteps:\n  - score: +{points}\n  \
             - if: contact.score > 80\n    then:\n      - send: {hot}\n    else:\n      - send: {cold}"
        )
    };
    let (much, little) = (
        more("START", 25, "warm", "lukewarm"),
        more("PAID", 10, "warm", "cooled"),
    );
    let journeys = [("hot", hot), ("much", &much), ("little", &little)];
    let published = files_with(&format!("  at_most: [9 per day]\n{scoring}"), &journeys);
    let mut anna = person("anna");
    anna["fields"] = json!({ "score": 60 });
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    Story::of(published)
        .after(days(0), post("NOTE", "e1", &anna))
        .after(days(10), post("START", "e2", &person("anna")))
        .after(days(20), post("PAID", "e3", &person("anna")))
}
