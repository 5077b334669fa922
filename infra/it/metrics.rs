//! Metrics: which there are, and which the template reads.

use serde_json::Value;

use crate::stack::{Stack, shown};

/// A metric that something reads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Metric {
    /// Its namespace.
    pub(crate) namespace: String,
    /// Its name.
    pub(crate) name: String,
    /// Its dimensions, each with its value as a `!Sub` would write it.
    pub(crate) dimensions: Vec<(String, String)>,
}

impl Metric {
    /// Returns why there is no such metric.
    pub(crate) fn missing(&self, stack: &Stack) -> Option<String> {
        let Self {
            namespace,
            name,
            dimensions,
        } = self;
        let names: Vec<_> = dimensions.iter().map(|(name, _)| name.as_str()).collect();
        if namespace == OURS {
            let fits = emitted().contains(&name.as_str())
                && names == [engine::Metric::DIMENSION]
                && dimensions[0].1 == "${AWS::StackName}";
            return (!fits).then(|| {
                format!("the code emits no metric {name} with the dimensions {dimensions:?}; it emits {:?}, each with {}", emitted(), engine::Metric::DIMENSION)
            });
        }
        let known = KNOWN
            .iter()
            .any(|(space, metric, dims)| space == namespace && metric == name && *dims == names);
        if !known {
            return Some(format!(
                "AWS has no metric {namespace} {name} with the dimensions {names:?}, as far as KNOWN says"
            ));
        }
        // The name of an API or a function is its Ref, a queue's an attribute.
        let named = dimensions.iter().find(|(dimension, value)| {
            let kind = match dimension.as_str() {
                "ApiId" => "AWS::Serverless::HttpApi",
                "FunctionName" => "AWS::Serverless::Function",
                "QueueName" => "AWS::SQS::Queue",
                _ => return false,
            };
            let ids = stack.of_type(kind).into_iter().map(|(id, _)| id);
            let expected = |id: &str| match dimension.as_str() {
                "QueueName" => format!("${{{id}.QueueName}}"),
                _ => format!("${{{id}}}"),
            };
            !ids.map(expected).any(|expected| expected == *value)
        });
        named.map(|(dimension, value)| format!("{value} is nobody's {dimension}"))
    }
}

/// Returns the metrics that an alarm reads.
pub(crate) fn of_alarm(properties: &Value) -> Vec<Metric> {
    if properties["MetricName"].is_null() {
        let queries = properties["Metrics"].as_array().into_iter().flatten();
        let stats = queries.map(|query| &query["MetricStat"]["Metric"]);
        return stats.filter(|stat| !stat.is_null()).map(metric).collect();
    }
    vec![metric(properties)]
}

/// Returns the metrics that the dashboard shows, its short forms spelled out.
pub(crate) fn of_dashboard(stack: &Stack) -> Vec<Result<Metric, String>> {
    let body = shown(stack.property("Dashboard", "/DashboardBody"));
    let body: Value = match serde_json::from_str(&body) {
        Ok(body) => body,
        Err(error) => return vec![Err(format!("its body is not JSON: {error}"))],
    };
    let mut found = Vec::new();
    for widget in body["widgets"].as_array().into_iter().flatten() {
        let mut before: Vec<String> = Vec::new();
        for row in widget["properties"]["metrics"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let row = row.as_array().into_iter().flatten();
            let row: Vec<&str> = row.filter_map(Value::as_str).collect();
            before = spelled(&before, &row);
            found.push(match before.as_slice() {
                [namespace, name, dimensions @ ..] if dimensions.len().is_multiple_of(2) => {
                    Ok(Metric {
                        namespace: namespace.clone(),
                        name: name.clone(),
                        dimensions: dimensions
                            .chunks(2)
                            .map(|pair| (pair[0].clone(), pair[1].clone()))
                            .collect(),
                    })
                }
                other => Err(format!("{other:?} is no metric")),
            });
        }
    }
    found
}

/// Spells out `.`, the same as in the row before, and `...`, the same but for the last.
fn spelled(before: &[String], row: &[&str]) -> Vec<String> {
    if let ["...", last @ ..] = row {
        let kept = before.len().saturating_sub(last.len());
        let kept = before[..kept].iter().cloned();
        return kept
            .chain(last.iter().map(|one| (*one).to_owned()))
            .collect();
    }
    let place = row.iter().enumerate();
    let spelled = place.map(|(at, one)| match *one {
        "." => before.get(at).cloned().unwrap_or_default(),
        one => one.to_owned(),
    });
    spelled.collect()
}

fn metric(stat: &Value) -> Metric {
    let dimensions = stat["Dimensions"].as_array().into_iter().flatten();
    let mut dimensions: Vec<_> = dimensions
        .map(|one| (shown(&one["Name"]), shown(&one["Value"])))
        .collect();
    dimensions.sort();
    Metric {
        namespace: shown(&stat["Namespace"]),
        name: shown(&stat["MetricName"]),
        dimensions,
    }
}

/// Our namespace.
pub(crate) const OURS: &str = engine::Metric::NAMESPACE;

/// Returns the names of what the code counts and measures.
pub(crate) fn emitted() -> Vec<&'static str> {
    engine::Metric::ALL.map(engine::Metric::name).into()
}

/// What is shown but rings nobody, since it mends itself or ends in dead letters.
pub(crate) const SILENT: &[&str] = &["Retries"];

/// What AWS measures, as far as it is read here, with its dimensions.
const KNOWN: &[(&str, &str, &[&str])] = &[
    ("AWS/ApiGateway", "5xx", &["ApiId"]),
    ("AWS/Lambda", "Duration", &["FunctionName"]),
    ("AWS/Lambda", "Errors", &["FunctionName"]),
    ("AWS/Lambda", "Throttles", &[]),
    ("AWS/SES", "Bounce", &[]),
    ("AWS/SES", "Complaint", &[]),
    ("AWS/SES", "Delivery", &[]),
    ("AWS/SES", "Reputation.BounceRate", &[]),
    ("AWS/SES", "Reputation.ComplaintRate", &[]),
    ("AWS/SES", "Send", &[]),
    (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        &["QueueName"],
    ),
];
