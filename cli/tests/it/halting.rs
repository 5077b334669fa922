//! An operator halts a journey, and lets it go on.

use crate::{
    operator::{hello, json_of, typed, waiting},
    time::eventually,
};

#[test]
fn a_paused_journey_mails_nobody_and_goes_on_when_it_is_resumed() {
    let laptop = waiting();
    let type_in = |words: &[&str]| typed(&laptop, laptop.folder(), words);
    for command in ["pause", "stop", "retry"] {
        let typo = type_in(&[command, "puase", "--yes"]);
        assert_eq!(typo.code, 2, "{typo:?}");
        assert!(typo.err.contains("did you mean `pause`?"), "{typo:?}");
    }
    let asked = type_in(&["pause", "pause"]);
    assert_ne!(asked.code, 0, "nobody has agreed: {asked:?}");
    let paused = type_in(&["pause", "pause", "--yes"]);
    assert_eq!(paused.code, 0, "{paused:?}");
    let status = type_in(&["status", "--json"]);
    assert_eq!(json_of(&status)["journeys"]["pause"]["halt"], "paused");
    // By then each function has read it.
    laptop.cloud().pass(10);

    laptop.source().tell("bram", &hello("bram"));
    laptop.settle();
    assert!(laptop.mail_to("bram@school.example").is_none());
    let explained = type_in(&["explain", "bram"]);
    let stands = "the mail of `hello` is on its way, and the journey is paused";
    assert!(explained.out.contains(stands), "{explained:?}");
    let resumed = type_in(&["resume", "pause", "--yes", "--json"]);
    let report = json_of(&resumed);
    assert_eq!(report["released"], 1, "{report}");
    laptop.cloud().pass(10);
    eventually("the mail comes", || laptop.mail_to("bram@school.example"));
}

#[test]
fn a_journey_that_drains_takes_nobody_in() {
    let laptop = waiting();
    let type_in = |words: &[&str]| typed(&laptop, laptop.folder(), words);
    let drained = type_in(&["pause", "pause", "--drain", "--yes", "--json"]);
    assert_eq!(json_of(&drained)["state"], "draining");
    laptop.cloud().pass(10);
    laptop.source().tell("bram", &hello("bram"));
    laptop.settle();
    assert!(laptop.mail_to("bram@school.example").is_none());
    let resumed = type_in(&["resume", "pause", "--yes"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    laptop.cloud().pass(10);
    laptop.source().tell("carl", &hello("carl"));
    eventually("the mail comes", || laptop.mail_to("carl@school.example"));
}
