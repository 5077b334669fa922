//! What an operator is called for comes out of real processes, as CloudWatch and Lambda read it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{command::sera, laptop::Laptop, time::eventually};

#[test]
fn a_refused_post_is_one_line_of_metrics_with_nobody_in_it() {
    let laptop = Laptop::start(&sera());
    let source = laptop.source();
    let event = json!({
        "type": "TRACK_ENDS",
        "people": [{ "id": "sot-1", "role": "SOT", "email": "anna@school.example", "full_name": "Anna" }],
    });
    assert_eq!(source.post("refused-1", &event).status, 422);
    assert_eq!(source.post_with(&[], b"{}").status, 401);
    let lines = metrics(&laptop, "intake", 1);
    let [line] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    let now = line["_aws"]["Timestamp"].as_i64().unwrap();
    let age_ms = laptop.cloud().now().as_millisecond() - now;
    assert!((0..60_000).contains(&age_ms), "{age_ms}");
    let mut expected = json!({
        "level": "INFO",
        "_aws": {
            "Timestamp": now,
            "CloudWatchMetrics": [{
                "Namespace": "Waypost",
                "Dimensions": [["Stack"]],
                "Metrics": [{ "Name": "RefusedEvents", "Unit": "Count" }],
            }],
        },
        "Stack": "laptop",
        "RefusedEvents": 1,
    });
    expected["timestamp"] = line["timestamp"].clone();
    assert_eq!(*line, expected);
}

#[test]
fn a_sweep_measures_what_only_it_can_see() {
    let laptop = Laptop::start(&sera());
    laptop.cloud().invoke("wake", &json!({ "sweep": true }));
    let values = values(&metrics(&laptop, "wake", 1));
    let expected = [
        ("OldestDueAge", 0),
        ("SendQuotaUsed", 0),
        ("SilentJourneys", 0),
    ];
    assert_eq!(
        values,
        expected
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    );

    // Without SES a sweep still wakes people, and does not make up a number.
    let fault =
        json!({ "kind": "refuse", "status": 403, "code": "AccessDeniedException", "message": "" });
    laptop.cloud().fault("GetAccount", 0, 20, fault);
    laptop.cloud().invoke("wake", &json!({ "sweep": true }));
    let lines = metrics(&laptop, "wake", 2);
    assert_eq!(lines[1].get("SendQuotaUsed"), None, "{lines:?}");
    assert_eq!(lines[1]["OldestDueAge"], 0);
}

#[test]
fn a_journey_that_stops_is_named_in_the_log_and_counted() {
    let laptop = Laptop::start(&sera());
    let event = json!({
        "type": "TRACK_END",
        "subject": "pupil-1",
        "data": { "Person": { "FullName": "Sam" } },
        "people": [{ "id": "sot-1", "role": "SOT", "email": "anna@school.example", "full_name": "Anna" }],
    });
    for day in 0..8 {
        laptop.source().tell(&format!("day-{day}"), &event);
        laptop.settle();
        laptop.cloud().pass(DAY_S);
    }
    laptop.cloud().pass(3 * DAY_S);
    laptop.cloud().invoke("wake", &json!({ "sweep": true }));
    let silent = eventually("a sweep", || {
        let lines = metrics(&laptop, "wake", 1);
        lines
            .last()
            .filter(|line| line["SilentJourneys"] == 1)
            .cloned()
    });
    assert_eq!(silent["Stack"], "laptop");
    let log = laptop.cloud().function_log("wake").join("\n");
    assert!(
        log.contains("The journey 07-traject-gestopt is silent"),
        "{log}"
    );
    // What is noted of journeys is not taken for something that went wrong.
    assert_eq!(laptop.cloud().exceptions(), Vec::new());
    let notes = laptop.cloud().scan("events");
    let notes = notes.iter().map(|note| note["id"].to_string());
    let notes: BTreeSet<_> = notes.collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    for name in ["closing", "fired#07-traject-gestopt"] {
        assert!(notes.iter().any(|note| note.contains(name)), "{notes:?}");
    }
}

#[test]
fn every_line_that_a_function_logs_has_a_level_and_a_time_as_lambda_reads_them() {
    let laptop = Laptop::start_logging(&sera(), Some("info"));
    let source = laptop.source();
    let fault = json!({ "kind": "fail" });
    laptop.cloud().fault("SendMessage", 0, 20, fault);
    let event = json!({ "type": "REGISTRATION_NEW", "data": {} });
    assert_eq!(source.post("in-vain", &event).status, 503);
    laptop.cloud().heal();
    assert_eq!(
        source.post("refused", &json!({ "type": "NOPE" })).status,
        422
    );
    laptop.cloud().invoke("wake", &json!({ "sweep": true }));
    metrics(&laptop, "wake", 1);
    let mut levels = Vec::new();
    for function in ["intake", "wake"] {
        for line in laptop.cloud().function_log(function) {
            let line: Value = serde_json::from_str(&line).unwrap();
            // Lambda takes a line without a valid time for INFO, whatever its level says.
            let time = line["timestamp"].as_str().unwrap();
            time.parse::<Timestamp>().unwrap();
            levels.push(line["level"].as_str().unwrap().to_owned());
        }
    }
    for level in ["INFO", "ERROR"] {
        assert!(levels.iter().any(|one| one == level), "{levels:?}");
    }
}

/// Returns the lines of metrics that a function wrote, once there are so many.
#[track_caller]
fn metrics(laptop: &Laptop, function: &str, count: usize) -> Vec<Value> {
    eventually("lines of metrics", || {
        let lines = laptop.cloud().function_log(function).into_iter();
        let lines = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
        let lines: Vec<_> = lines.filter(|line| line.get("_aws").is_some()).collect();
        (lines.len() >= count).then_some(lines)
    })
}

/// Returns the values of the last line, by name.
fn values(lines: &[Value]) -> BTreeMap<String, i64> {
    let line = lines.last().unwrap();
    let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array();
    let names = metrics
        .unwrap()
        .iter()
        .map(|one| one["Name"].as_str().unwrap());
    names
        .map(|name| (name.to_owned(), line[name].as_i64().unwrap()))
        .collect()
}

const DAY_S: i64 = 24 * 60 * 60;
