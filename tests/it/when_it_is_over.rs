//! A journey that is over for everybody (`at_end: stop`), and mails whose time is over.

use jiff::SignedDuration;
use journey::{ContactId, Phase};
use serde_json::json;
use wire::Strain;

use crate::folders;
use crate::posts::left;
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose, World};

/// Two mails until the midnight that follows 25 November; it is the 23rd.
const ADVENT: &str = "trigger: { event: START }
reentry: unlimited
publish: { until: 2026-11-26, at_end: stop }
steps:
  - send: first
  - wait: 1 day
  - send: second
  - wait: 9 days
  - send: third";

#[test]
fn whatever_breaks_everybody_leaves_at_the_end_who_is_parked_as_well() {
    let check = |world: &World| {
        let mut faults = world.faults();
        let state = world.state();
        let stay = state.runs.all().filter_map(|run| {
            let phase = &run.enrollment.phase;
            let ended = matches!(phase, Phase::Left { reason, .. } if reason == "ended");
            (!ended).then(|| format!("{phase:?} at the end"))
        });
        faults.extend(stay);
        faults
    };
    let story = advent("transactional");
    if let Err(wrong) = story.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
}

#[test]
fn what_is_held_until_after_the_end_never_leaves() {
    let alarm = Action::Alarm(Strain::Bounces, SignedDuration::ZERO);
    let held = advent("marketing\ntopic: news").after(SignedDuration::ZERO, alarm);
    // Nobody lets it go on, or somebody does when it is long over.
    let resumed = held.clone().after(hours(24 * 21), Action::ResumeMarketing);
    for world in [
        held.play_for(hours(24 * 60)),
        resumed.play(Choose::Calm, Log::Dropped),
    ] {
        assert_eq!(world.state().wrong, Vec::<String>::new());
        assert_eq!(left(&world), Vec::<String>::new());
        let state = world.state();
        let run = &state.runs.all().next().expect("a run").enrollment;
        let path: Vec<_> = run
            .path
            .iter()
            .map(|taken| taken.outcome.as_str())
            .collect();
        assert_eq!(path, ["expired"]);
        assert!(
            matches!(&run.phase, Phase::Left { reason, .. } if reason == "ended"),
            "{:?}",
            run.phase
        );
        assert!(state.dead.is_empty(), "{:?}", state.dead);
    }
}

#[test]
fn whoever_could_not_be_mailed_for_a_week_is_parked_and_goes_on_once_that_is_mended() {
    let series = "kind: transactional\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - send: first\n  - send: second";
    let story = Story::of(folders::files(&[("series", series)]))
        .after(SignedDuration::ZERO, Action::Close(true))
        .after(SignedDuration::ZERO, start());
    let closed = story.play_for(hours(24 * 8));
    let parked = |world: &World| {
        let state = world.state();
        let phases = state.runs.all().map(|run| run.enrollment.phase.clone());
        phases
            .filter(|phase| matches!(phase, Phase::Parked { .. }))
            .count()
    };
    assert_eq!((left(&closed).len(), parked(&closed)), (0, 1));
    assert!(closed.state().dead.is_empty());
    let story = story
        .after(hours(24 * 8), Action::Close(false))
        .after(hours(24 * 8), Action::Retry(ContactId::of("anna")));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(
        (left(&world), parked(&world)),
        (vec!["first".to_owned(), "second".to_owned()], 0)
    );
}

fn advent(kind: &str) -> Story {
    let journey = format!("kind: {kind}\n{ADVENT}");
    Story::of(folders::files(&[("advent", &journey)])).after(hours(1), start())
}

fn start() -> Action {
    let person = json!({
        "id": "anna", "email": "anna@school.example", "full_name": "Anna",
        "consent": { "news": { "at": "2026-01-01T00:00:00Z", "how": "form", "text": "Yes" } },
    });
    Action::Post {
        id: "e1".to_owned(),
        body: json!({ "type": "START", "data": {}, "people": [person] }).to_string(),
    }
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}
