//! The laptop's AWS as an operator could look at it: queues, tables, schedules, the clock, the faults.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use wire::EnrollmentRecord;

use crate::http::{self, Answer};

/// The AWS endpoint of a running laptop.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    pub(crate) endpoint: String,
}

/// An item of a table, without the types of its attributes.
pub(crate) type Item = Map<String, Value>;

impl Cloud {
    /// Counts what is in each queue, as visible, in flight and delayed; those that are empty are left out.
    pub(crate) fn queues(&self) -> Option<BTreeMap<String, [u64; 3]>> {
        let answer = http::ask("GET", &self.knob_url("queues"), &[], b"").ok()?;
        let depths = answer.json();
        let depths = depths.as_object().unwrap().iter().map(|(name, depth)| {
            let count = |kind: &str| depth[kind].as_u64().unwrap();
            let counts = [count("visible"), count("in_flight"), count("delayed")];
            (name.clone(), counts)
        });
        Some(depths.filter(|(_, counts)| *counts != [0; 3]).collect())
    }

    /// Lets the next `requests` requests of an operation go wrong, after `skip` that do not.
    pub(crate) fn fault(&self, operation: &str, skip: u32, requests: u32, fault: Value) {
        let plan = json!({
            "operation": operation, "skip": skip, "requests": requests, "fault": fault,
        });
        self.turn("POST", "faults", &plan);
    }

    /// Forgets every fault that has not happened yet.
    pub(crate) fn heal(&self) {
        self.turn("DELETE", "faults", &Value::Null);
    }

    /// Returns the laptop's time.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.turn("GET", "clock", &Value::Null).json();
        now["now"].as_str().unwrap().parse().unwrap()
    }

    /// Moves the laptop's clock ahead.
    pub(crate) fn pass(&self, seconds: i64) {
        self.turn("POST", "clock", &json!({ "seconds": seconds }));
    }

    /// Counts the requests of an operation since the start.
    pub(crate) fn requests(&self, operation: &str) -> u64 {
        let meter = self.turn("GET", "meter", &Value::Null).json();
        meter["requests"][operation].as_u64().unwrap_or_default()
    }

    /// Returns the last lines that a function wrote.
    pub(crate) fn function_log(&self, function: &str) -> Vec<String> {
        let log = self.turn("GET", &format!("functions/{function}/log"), &Value::Null);
        let log = log.json();
        let lines = log["lines"].as_array().unwrap().iter();
        lines
            .map(|line| line.as_str().unwrap().to_owned())
            .collect()
    }

    /// Invokes a function, as an operator may by hand.
    pub(crate) fn invoke(&self, function: &str, event: &Value) -> Answer {
        let url = format!(
            "{}/2015-03-31/functions/{function}/invocations",
            self.endpoint
        );
        let answer = http::ask("POST", &url, &[], event.to_string().as_bytes()).unwrap();
        assert_eq!(answer.header("x-amz-function-error"), "", "{answer:?}");
        answer
    }

    /// Reads a whole table.
    pub(crate) fn scan(&self, table: &str) -> Vec<Item> {
        let mut items = Vec::new();
        let mut start = Value::Null;
        loop {
            let mut request = json!({ "TableName": table, "ConsistentRead": true });
            if !start.is_null() {
                request["ExclusiveStartKey"] = start;
            }
            let mut page = self.call("DynamoDB_20120810.Scan", &request);
            let found = page["Items"].as_array().unwrap().iter();
            items.extend(found.map(|item| plain(item.as_object().unwrap())));
            start = page["LastEvaluatedKey"].take();
            if start.is_null() {
                return items;
            }
        }
    }

    /// Reads what was refused or could not be done; beside it stands on which days journeys started.
    pub(crate) fn exceptions(&self) -> Vec<Item> {
        let mut items = self.scan("events");
        items.retain(|item| item.contains_key("kind"));
        items
    }

    /// Reads every enrollment.
    pub(crate) fn enrollments(&self) -> Vec<EnrollmentRecord> {
        let items = self.scan("enrollments").into_iter();
        // Beside them stand dates, and when people came in last.
        let items = items.filter(|item| text(item, "enrollment").starts_with("enr_"));
        let records = items.map(|item| {
            EnrollmentRecord::from_json(
                text(&item, "contact").parse().unwrap(),
                text(&item, "enrollment").parse().unwrap(),
                text(&item, "v").parse().unwrap(),
                text(&item, "doc"),
            )
        });
        records.collect::<Result<_, _>>().unwrap()
    }

    /// Puts a message into a queue.
    pub(crate) fn send(&self, queue: &str, body: &str) {
        let url = format!("{}/000000000000/{queue}", self.endpoint);
        let request = json!({ "QueueUrl": url, "MessageBody": body });
        self.call("AmazonSQS.SendMessage", &request);
    }

    /// Reads up to ten messages of a queue and leaves them there.
    pub(crate) fn peek(&self, queue: &str) -> Vec<Value> {
        let request = json!({
            "QueueUrl": format!("{}/000000000000/{queue}", self.endpoint),
            "MaxNumberOfMessages": 10,
            "VisibilityTimeout": 0,
            "MessageAttributeNames": ["All"],
        });
        let mut received = self.call("AmazonSQS.ReceiveMessage", &request);
        let messages = received["Messages"].take();
        messages.as_array().cloned().unwrap_or_default()
    }

    /// Lists the schedules.
    pub(crate) fn schedules(&self) -> Vec<Value> {
        let url = format!("{}/schedules", self.endpoint);
        let listed = http::ask("GET", &url, &[], b"").unwrap().json();
        listed["Schedules"].as_array().unwrap().clone()
    }

    /// Deletes a schedule, as somebody may by mistake.
    pub(crate) fn delete_schedule(&self, name: &str) {
        let url = format!("{}/schedules/{name}?groupName=waypost", self.endpoint);
        let answer = http::ask("DELETE", &url, &[], b"").unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Lets SES send from this domain or address.
    pub(crate) fn create_identity(&self, name: &str) {
        let url = format!("{}/v2/email/identities", self.endpoint);
        let request = json!({ "EmailIdentity": name }).to_string();
        let answer = http::ask("POST", &url, &[], request.as_bytes()).unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Forgets that SES may send from this domain or address.
    pub(crate) fn delete_identity(&self, name: &str) {
        let url = format!("{}/v2/email/identities/{name}", self.endpoint);
        let answer = http::ask("DELETE", &url, &[], b"").unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Calls a service that speaks AWS's JSON protocol.
    #[track_caller]
    pub(crate) fn call(&self, target: &str, request: &Value) -> Value {
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", target),
            ("x-amz-date", "20200101T000000Z"),
            ("authorization", AUTHORIZATION),
        ];
        let body = request.to_string();
        let answer = http::ask("POST", &self.endpoint, &headers, body.as_bytes()).unwrap();
        assert_eq!(answer.status, 200, "{target}: {}", answer.body);
        answer.json()
    }

    /// Turns a knob of the laptop.
    pub(crate) fn knob(&self, method: &str, knob: &str, body: &Value) {
        self.turn(method, knob, body);
    }

    fn turn(&self, method: &str, knob: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let answer = http::ask(method, &self.knob_url(knob), &[], body.as_bytes());
        let answer = answer.unwrap_or_else(|error| panic!("{method} {knob} {body}: {error}"));
        assert_eq!(answer.status, 200, "{knob}: {}", answer.body);
        answer
    }

    fn knob_url(&self, name: &str) -> String {
        format!("{}/_local/{name}", self.endpoint)
    }
}

/// Reads an attribute that is a text or a number.
#[track_caller]
pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    match item.get(name).and_then(Value::as_str) {
        Some(text) => text,
        None => panic!("no `{name}` in {item:?}"),
    }
}

/// Drops the types: `{"S": "a"}` becomes `"a"`.
fn plain(item: &Item) -> Item {
    let attributes = item.iter().filter_map(|(name, value)| {
        let value = value.as_object()?.values().next()?;
        Some((name.clone(), value.clone()))
    });
    attributes.collect()
}

/// The laptop checks no signature, but DynamoDB answers nobody without one.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=local/20200101/eu-west-1/dynamodb/aws4_request, \
                             SignedHeaders=host;x-amz-date, Signature=local";
