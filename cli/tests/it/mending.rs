//! What an operator puts right: refused posts, dead letters, parked runs.

use serde_json::json;

use crate::{
    laptop::alone,
    operator::{EVENTS, PAUSE, files, hello, json_of, typed, waiting},
    releases,
    time::eventually,
};

#[test]
fn a_refused_post_is_replayed_once_the_release_is_mended() {
    let laptop = waiting();
    let mut event = hello("joris");
    event["type"] = json!("hello_again");
    let answer = laptop.source().post("joris", &event);
    assert_eq!(answer.status, 422, "{answer:?}");
    let list = typed(&laptop, laptop.folder(), &["events"]);
    assert!(
        list.out.contains("no event is called `hello_again`"),
        "{list:?}"
    );
    assert!(!list.out.contains("school.example"), "{list:?}");
    let shown = typed(&laptop, laptop.folder(), &["events", "--show", "joris"]);
    assert!(shown.out.contains("joris@school.example"), "{shown:?}");
    let still = typed(
        &laptop,
        laptop.folder(),
        &["events", "replay", "--all", "--yes"],
    );
    assert_eq!(still.code, 1, "{still:?}");
    assert!(still.out.contains("still fails"), "{still:?}");

    let mended = EVENTS.replace("HELLO:", "hello_again:");
    let journey = PAUSE.replace("HELLO", "hello_again");
    let mended = releases::of(&files(&[
        ("events.yaml", &mended),
        ("journeys/pause.yaml", &journey),
    ]));
    let done = typed(&laptop, mended.path(), &["publish", ".", "--yes"]);
    assert_eq!(done.code, 0, "{done:?}");
    let taken = typed(
        &laptop,
        laptop.folder(),
        &["events", "replay", "joris", "--yes"],
    );
    assert_eq!(taken.code, 0, "{taken:?}");
    eventually("the mail comes", || laptop.mail_to("joris@school.example"));
    // The source may have mended its side too; nothing happens twice.
    laptop.settle();
    laptop.source().tell("joris", &event);
    let again = typed(
        &laptop,
        laptop.folder(),
        &["events", "replay", "joris", "--yes", "--json"],
    );
    assert_eq!(json_of(&again)["events"][0]["verdict"], "was replayed");
    laptop.settle();
    assert!(laptop.mail_to("joris@school.example").is_some());
}

#[test]
fn dead_letters_go_back_to_their_queue_and_are_worked_off() {
    let _alone = alone();
    let laptop = waiting();
    laptop.cloud().send("events", "poison");
    eventually("the letter is put away", || {
        let queues = laptop.cloud().queues()?;
        queues.contains_key("events-dead").then_some(())
    });
    let shown = typed(&laptop, laptop.folder(), &["redrive"]);
    assert_eq!(shown.code, 2, "{shown:?}");
    assert!(
        shown.out.contains("events") && !shown.out.contains("poison"),
        "{shown:?}"
    );
    let status = typed(&laptop, laptop.folder(), &["status"]);
    assert_eq!(status.code, 1, "{status:?}");
    // It comes back and is put away again: nothing is lost on the way.
    let moved = typed(&laptop, laptop.folder(), &["redrive", "events", "--yes"]);
    assert_eq!(moved.code, 0, "{moved:?}");
    eventually("the letter is put away again", || {
        let queues = laptop.cloud().queues()?;
        (queues.get("events-dead")? == &[1, 0, 0]).then_some(())
    });
    let dropped = typed(
        &laptop,
        laptop.folder(),
        &["redrive", "--drop", "--yes", "--json"],
    );
    assert_eq!(json_of(&dropped)["queues"]["events"]["dropped"], 1);
    let slip = typed(&laptop, laptop.folder(), &["redrive", "event"]);
    assert!(slip.err.contains("did you mean `events`?"), "{slip:?}");
    let none = typed(&laptop, laptop.folder(), &["redrive"]);
    assert_eq!((none.code, none.out.as_str()), (0, "No dead letters.\n"));
}

#[test]
fn a_parked_run_goes_on_once_what_it_needs_is_mended() {
    let laptop = waiting();
    laptop.cloud().delete_identity("mail.school.example");
    laptop.source().tell("bram", &hello("bram"));
    eventually("the run is parked", || {
        let status = typed(&laptop, laptop.folder(), &["status", "--json"]);
        let groups = json_of(&status)["journeys"]["pause"]["in_flight"].take();
        (groups[0]["parked"] == 1).then_some(())
    });
    let list = typed(&laptop, laptop.folder(), &["retry"]);
    assert_eq!(list.code, 2, "{list:?}");
    assert!(
        list.out
            .contains("is the sender's domain verified with SES?"),
        "{list:?}"
    );
    laptop.cloud().verify_identity("mail.school.example");
    let done = typed(&laptop, laptop.folder(), &["retry", "pause", "--yes"]);
    assert_eq!(done.code, 0, "{done:?}");
    eventually("the mail comes", || laptop.mail_to("bram@school.example"));
    let none = typed(&laptop, laptop.folder(), &["retry", "--json"]);
    assert_eq!(json_of(&none)["parked"], json!([]));
}
