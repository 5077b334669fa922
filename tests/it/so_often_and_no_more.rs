//! Who may come into a journey so often comes in so often, whatever breaks.

use jiff::SignedDuration;
use serde_json::json;

use crate::folders::files;
use crate::posts::{left, reasons};
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose, World};

/// Twice and not a third time, whatever breaks; a repeat of an event is no time of its own.
#[test]
fn somebody_comes_in_as_often_as_they_may_and_no_more() {
    let journey = "kind: transactional\ntrigger: { event: START }\nreentry: { at_most: 2 }\nsteps:\n  - send: hello\n";
    let start = |id: &str| {
        let anna = json!({ "id": "anna", "email": "anna@school.example", "full_name": "Anna" });
        let body = json!({ "type": "START", "data": {}, "people": [anna] });
        Action::Post {
            id: id.to_owned(),
            body: body.to_string(),
        }
    };
    let minutes = SignedDuration::from_mins;
    let story = Story::of(files(&[("twice", journey)]))
        .after(minutes(0), start("e1"))
        .after(minutes(1), start("e1"))
        .after(minutes(60), start("e2"))
        .after(minutes(120), start("e3"))
        .after(minutes(121), start("e2"));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world).len(), 2);
    assert_eq!(reasons(&world), ["at_most"]);
    let check = |world: &World| {
        let mut faults = world.faults();
        let runs = world.state().runs.all().count();
        if runs != 2 {
            faults.push(format!("they came in {runs} times"));
        }
        faults
    };
    if let Err(wrong) = story.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
}
