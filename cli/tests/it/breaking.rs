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
    // As CloudWatch says it, by way of SNS and the queue.
    let ring = |at: &str| {
        let alarm = json!({
            "AlarmName": "waypost-BounceRateAlarm", "NewStateValue": "ALARM", "StateChangeTime": at,
            "Trigger": { "MetricName": "Reputation.BounceRate", "Namespace": "AWS/SES" },
        });
        laptop.cloud().send("reports", &alarm.to_string());
        laptop.settle();
    };
    ring("2026-11-01T10:00:00.000+0000");
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
    assert!(report["marketing_held"]["bounces"].is_string(), "{report}");
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
    // The same alarm, heard again, holds nothing; one that begins to ring anew does.
    ring("2026-11-01T10:00:00.000+0000");
    let status = type_in(&["status"]);
    assert_eq!(status.code, 0, "{status:?}");
    let again = json_of(&type_in(&["resume", "--marketing", "--yes", "--json"]));
    assert_eq!(again["changed"], false, "{again}");
    ring("2026-11-01T11:00:00.000+0000");
    assert_eq!(type_in(&["status"]).code, 1);
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
