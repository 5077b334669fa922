//! An alarm trips: advertising is held, service goes on, and an operator lets it go on.

use serde_json::json;

use crate::{
    laptop::Laptop,
    operator::{json_of, typed},
    unsubscribing::{mails, post, release},
};

#[test]
fn an_alarm_holds_advertising_until_an_operator_resumes_it() {
    let release = release();
    let laptop = Laptop::start(release.path());
    let type_in = |words: &[&str]| typed(&laptop, laptop.folder(), words);
    let ring = || laptop.cloud().invoke("wake", &json!({ "hold": "bounces" }));
    assert_eq!(ring().json(), json!({ "held": true }));
    assert_eq!(ring().json(), json!({ "held": false }));
    // By then each function has read it.
    laptop.cloud().pass(10);

    post(&laptop, "1", "NEWS");
    post(&laptop, "2", "RECEIPT");
    laptop.settle();
    assert_eq!(mails(&laptop, 1)[0]["subject"], "Your receipt");
    let status = type_in(&["status"]);
    assert_eq!(status.code, 1, "{status:?}");
    for part in [
        "All marketing is held since",
        "too many mails bounce",
        "resume --marketing --stack laptop",
    ] {
        assert!(status.out.contains(part), "{part}: {status:?}");
    }
    let report = json_of(&type_in(&["status", "--json"]));
    assert_eq!(report["marketing_held"]["why"], "bounces", "{report}");
    assert_eq!(report["journeys"]["news"]["halt"], "paused", "{report}");
    assert_eq!(report["journeys"]["receipt"]["halt"], json!(null));
    let explained = type_in(&["explain", "anna"]);
    let stands = "the mail of `news` is on its way, and the journey is paused";
    assert!(explained.out.contains(stands), "{explained:?}");

    let both = type_in(&["resume", "news", "--marketing", "--yes"]);
    assert_eq!(both.code, 2, "one or the other: {both:?}");
    let resumed = json_of(&type_in(&["resume", "--marketing", "--yes", "--json"]));
    assert_eq!(resumed["released"], 1, "{resumed}");
    laptop.cloud().pass(10);
    mails(&laptop, 2);
    let status = type_in(&["status"]);
    assert_eq!(status.code, 0, "{status:?}");
}

#[test]
fn an_operator_holds_advertising_by_hand() {
    let release = release();
    let laptop = Laptop::start(release.path());
    let type_in = |words: &[&str]| typed(&laptop, laptop.folder(), words);
    let neither = type_in(&["pause", "--yes"]);
    assert_eq!(neither.code, 2, "a journey, or marketing: {neither:?}");
    let paused = type_in(&["pause", "--marketing", "--yes"]);
    assert_eq!(paused.code, 0, "{paused:?}");
    // Nobody else is needed for it, so nothing is wrong.
    let status = type_in(&["status"]);
    assert_eq!(status.code, 0, "{status:?}");
    assert!(
        status.out.contains("an operator has paused it"),
        "{status:?}"
    );
}
