//! Metrics: what an invocation counted, as one line in CloudWatch's embedded metric format.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::collections::BTreeMap;
use std::io::Write;

use aws::{Aws, Setting};
use engine::{Clock, Metric};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Writes what an invocation counted to standard output, which Lambda passes on to CloudWatch.
pub(crate) fn emit(aws: &Aws) {
    let counts = aws.take_counts();
    if counts.is_empty() {
        return;
    }
    let line = line(aws.settings().get(Setting::Stack), aws.now(), &counts);
    // Nobody could be told of a failure; the numbers are lost, the work is not.
    let _ = std::io::stdout().lock().write_all(line.as_bytes());
}

/// Writes one line.
///
/// The level and the time are there for Lambda, which may drop lines by their level.
fn line(stack: &str, now: Timestamp, counts: &BTreeMap<Metric, u64>) -> String {
    let metrics: Vec<_> = counts
        .keys()
        .map(|metric| json!({ "Name": metric.name(), "Unit": metric.unit() }))
        .collect();
    let mut line = Map::from_iter([
        ("timestamp".to_owned(), json!(now.to_string())),
        ("level".to_owned(), json!("INFO")),
        (
            "_aws".to_owned(),
            json!({
                "Timestamp": now.as_millisecond(),
                "CloudWatchMetrics": [{
                    "Namespace": Metric::NAMESPACE,
                    "Dimensions": [[Metric::DIMENSION]],
                    "Metrics": metrics,
                }],
            }),
        ),
        (Metric::DIMENSION.to_owned(), json!(stack)),
    ]);
    let values = counts.iter();
    line.extend(values.map(|(metric, value)| (metric.name().to_owned(), json!(value))));
    format!("{}\n", Value::Object(line))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use engine::Metric;
    use expect_test::expect;
    use jiff::Timestamp;
    use serde_json::Value;

    use super::line;

    #[test]
    fn one_line_holds_all_that_was_counted() {
        let counts = BTreeMap::from([(Metric::Retries, 3), (Metric::OldestDueAge, 0)]);
        let line = line("waypost", at(), &counts);
        expect![[r#"
            {"OldestDueAge":0,"Retries":3,"Stack":"waypost","_aws":{"CloudWatchMetrics":[{"Dimensions":[["Stack"]],"Metrics":[{"Name":"OldestDueAge","Unit":"Seconds"},{"Name":"Retries","Unit":"Count"}],"Namespace":"Waypost"}],"Timestamp":1795698060250},"level":"INFO","timestamp":"2026-11-26T13:01:00.25Z"}
        "#]].assert_eq(&line);
    }

    #[test]
    fn every_metric_is_named_by_its_line_and_has_its_value_there() {
        let counts = Metric::ALL.map(|metric| (metric, 7));
        let line = line("s", at(), &BTreeMap::from(counts));
        let line: Value = serde_json::from_str(&line).unwrap();
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(line["_aws"]["Timestamp"], at().as_millisecond());
        let [dimension] = &directive["Dimensions"][0].as_array().unwrap()[..] else {
            panic!("one dimension: {directive}");
        };
        assert_eq!(line[dimension.as_str().unwrap()], "s");
        let metrics = directive["Metrics"].as_array().unwrap();
        assert_eq!(metrics.len(), Metric::ALL.len());
        for metric in metrics {
            assert_eq!(line[metric["Name"].as_str().unwrap()], 7);
            let unit = metric["Unit"].as_str().unwrap();
            assert!(["Count", "Percent", "Seconds"].contains(&unit), "{unit}");
        }
    }

    fn at() -> Timestamp {
        "2026-11-26T13:01:00.25Z".parse().unwrap()
    }
}
