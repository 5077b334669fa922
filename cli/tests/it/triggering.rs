//! `waypost trigger` posts an event as a source does, and says what became of it.

use std::fs;

use tempfile::TempDir;

use crate::{
    command::{said, sera},
    laptop::Laptop,
    operator::{files, hello},
    releases,
    time::eventually,
};

#[test]
fn an_event_is_triggered_from_a_file() {
    let laptop = Laptop::shared();
    let url = laptop.source().url.replace("/v1/events", "");
    let post = sera().join("posts/1-registration-new.json");
    let post = post.to_str().unwrap();
    let trigger = |words: &[&str]| said(laptop.folder(), &[&["trigger"], words].concat());

    let taken = trigger(&[
        "REGISTRATION_NEW",
        "--file",
        post,
        "--url",
        &url,
        "--id",
        "typed-1",
    ]);
    assert_eq!(
        (taken.code, taken.out.as_str()),
        (0, "Accepted REGISTRATION_NEW as typed-1\n"),
        "{taken:?}"
    );
    eventually("the committee is mailed", || {
        laptop.mail_to("mina.elamrani@veerpont.example")
    });
    let again = trigger(&[
        "REGISTRATION_NEW",
        "--file",
        post,
        "--url",
        &url,
        "--id",
        "typed-1",
    ]);
    assert_eq!(again.code, 0, "{again:?}");
    laptop.settle();
    laptop.mail_to("mina.elamrani@veerpont.example");

    fs::write(
        laptop.folder().join("bare.json"),
        r#"{"subject": "pupil-1001", "data": {}}"#,
    )
    .unwrap();
    let refused = trigger(&["TRACK_END", "--file", "bare.json", "--url", &url]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused
            .out
            .contains("/data/Person/FullName: `Person.FullName` is missing"),
        "{refused:?}"
    );
    let meant = trigger(&["TRACK_ENDED", "--file", "bare.json", "--url", &url]);
    assert_eq!(meant.code, 1, "{meant:?}");
    assert!(meant.out.contains("did you mean `TRACK_END`?"), "{meant:?}");
    let secret = "whsec_c3RyYW5nZXJzdHJhbmdlcnN0cmFuZ2Vy";
    let stranger = trigger(&[
        "TRACK_END",
        "--file",
        "bare.json",
        "--url",
        &url,
        "--secret",
        secret,
    ]);
    assert_eq!(stranger.code, 1, "{stranger:?}");
    assert!(
        stranger.out.contains("HTTP 401") && stranger.out.contains(".waypost/secret"),
        "{stranger:?}"
    );
}

#[test]
fn a_laptop_whose_clock_was_moved_takes_what_is_typed_in_its_folder() {
    let release = releases::of(&files(&[]));
    let laptop = Laptop::start(release.path());
    laptop.cloud().pass(40 * 24 * 3_600);
    let event = laptop.folder().join("event.json");
    fs::write(&event, hello("anna").to_string()).unwrap();
    let url = laptop.source().url;
    let words = ["trigger", "HELLO", "--file", "event.json", "--url", &url];
    let taken = said(laptop.folder(), &words);
    assert_eq!(taken.code, 0, "{taken:?}");
    eventually("the mail comes", || laptop.mail_to("anna@school.example"));
}

#[test]
fn an_event_that_cannot_be_posted_ends_with_2() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("event.json"), r#"{"data": {}}"#).unwrap();
    let secret = "whsec_c3RyYW5nZXJzdHJhbmdlcnN0cmFuZ2Vy";
    let nobody = "http://127.0.0.1:9";
    for (words, why) in [
        (
            &["A", "--file", "none.json", "--secret", secret][..],
            "none.json",
        ),
        (&["A", "--file", "event.json"], ".waypost/secret"),
        (
            &["A", "--file", "event.json", "--secret", "whsec_???"],
            "secret",
        ),
        (
            &[
                "A",
                "--file",
                "event.json",
                "--secret",
                secret,
                "--url",
                nobody,
            ],
            "is Waypost running there?",
        ),
        (
            &[
                "A",
                "--file",
                "event.json",
                "--secret",
                secret,
                "--url",
                "events",
            ],
            "URL",
        ),
        (
            &[
                "A",
                "--file",
                "event.json",
                "--secret",
                secret,
                "--id",
                "a b",
            ],
            "without spaces",
        ),
        (&["A"], "--file"),
    ] {
        let failed = said(folder.path(), &[&["trigger"], words].concat());
        assert_eq!(failed.code, 2, "{words:?}: {failed:?}");
        assert!(failed.err.contains(why), "{words:?}: {failed:?}");
    }
}
