//! What a version leaves behind: the items of all tables and the messages of all queues, in the midst of everything.
//!
//! It is kept for each version under `fixtures/`, as readable lines. It names nobody: all people are made up.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::cloud::Cloud;

/// A line of a fixture.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    /// When it was written down, by the clock of that laptop.
    At(String),
    /// What its addresses are hashed with.
    AddressKey(String),
    /// The item of a table, with the types of its attributes.
    Item { table: String, item: Value },
    /// A message of a queue; `reason` where a function put it away.
    Message {
        queue: String,
        body: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// Reads everything that is in a cloud. Whatever reads its queues must be held up.
pub(crate) fn read(cloud: &Cloud, folder: &Path, address_key: &str) -> Vec<Line> {
    let mut lines = vec![
        Line::At(cloud.now().to_string()),
        Line::AddressKey(address_key.to_owned()),
    ];
    for table in TABLES {
        let request = json!({ "TableName": table, "ConsistentRead": true });
        let mut page = cloud.call("DynamoDB_20120810.Scan", &request);
        assert!(page["LastEvaluatedKey"].is_null(), "{table} is too large");
        let items = page["Items"].as_array_mut().unwrap();
        // In an order that does not depend on chance.
        items.sort_by_key(Value::to_string);
        lines.extend(items.iter().map(|item| Line::Item {
            table: table.to_owned(),
            item: item.clone(),
        }));
    }
    lines.extend(messages(folder));
    lines
}

/// Reads the messages of all queues where the laptop keeps them: whoever asks for those that are given out, or that
/// have their time later, is given none.
fn messages(folder: &Path) -> Vec<Line> {
    let state = Connection::open(folder.join(".waypost/cloud.db")).unwrap();
    let query = "SELECT queue, body, attributes FROM message ORDER BY queue, number";
    let mut query = state.prepare(query).unwrap();
    let rows = query.query_map([], |row| {
        Ok(Line::Message {
            queue: row.get(0)?,
            body: row.get(1)?,
            reason: row.get::<_, Option<String>>(2)?.and_then(|told| {
                let told: Value = serde_json::from_str(&told).unwrap();
                told["reason"]["StringValue"].as_str().map(str::to_owned)
            }),
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Puts what a version left behind into a cloud of today, as if it had happened just now.
pub(crate) fn put(cloud: &Cloud, lines: &[Line]) {
    let ahead = ahead(cloud, lines);
    for line in lines {
        match line {
            Line::At(_) | Line::AddressKey(_) => (),
            Line::Item { table, item } => {
                let item = shifted_item(item, ahead);
                let request = json!({ "TableName": table, "Item": item });
                cloud.call("DynamoDB_20120810.PutItem", &request);
            }
            Line::Message {
                queue,
                body,
                reason,
            } => {
                let mut request = json!({
                    "QueueUrl": format!("{}/000000000000/{queue}", cloud.endpoint),
                    "MessageBody": shifted(body, ahead),
                });
                if let Some(reason) = reason {
                    let reason = json!({ "DataType": "String", "StringValue": reason });
                    request["MessageAttributes"] = json!({ "reason": reason });
                }
                cloud.call("AmazonSQS.SendMessage", &request);
            }
        }
    }
}

/// How much later it is now, in whole minutes: what is due falls on one.
fn ahead(cloud: &Cloud, lines: &[Line]) -> SignedDuration {
    let at = lines.iter().find_map(|line| match line {
        Line::At(at) => Some(at.parse::<Timestamp>().unwrap()),
        Line::AddressKey(_) | Line::Item { .. } | Line::Message { .. } => None,
    });
    let ahead = cloud.now().duration_since(at.unwrap());
    SignedDuration::from_mins(ahead.as_mins())
}

/// Moves every moment of an item; those that are numbers are known by their names.
fn shifted_item(item: &Value, ahead: SignedDuration) -> Value {
    let attributes = item.as_object().unwrap().iter().map(|(name, value)| {
        let number = |by: i128| {
            let at: i128 = value["N"].as_str().unwrap().parse().unwrap();
            json!({ "N": (at + by).to_string() })
        };
        let value = match (name.as_str(), value["S"].as_str()) {
            ("claimed", _) => number(ahead.as_millis()),
            ("ttl", _) => number(i128::from(ahead.as_secs())),
            (_, Some(text)) => json!({ "S": shifted(text, ahead) }),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    Value::Object(attributes.collect::<Map<_, _>>())
}

/// Moves every moment in a text: `2026-11-26T09:00:00Z`, with a fraction of a second or not.
fn shifted(text: &str, ahead: SignedDuration) -> String {
    let mut moved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("20") {
        let (before, from) = rest.split_at(start);
        moved.push_str(before);
        let end = from.find('Z').map_or(0, |at| at + 1);
        match from.get(..end).map(str::parse::<Timestamp>) {
            Some(Ok(at)) if end >= SHORTEST_MOMENT => {
                moved.push_str(&(at + ahead).to_string());
                rest = &from[end..];
            }
            _ => {
                moved.push_str("20");
                rest = &from["20".len()..];
            }
        }
    }
    moved + rest
}

/// Writes a fixture.
pub(crate) fn write(version: &str, lines: &[Line]) -> PathBuf {
    let file = fixtures().join(format!("{version}.jsonl"));
    let lines = lines
        .iter()
        .map(|line| serde_json::to_string(line).unwrap());
    let text = lines.collect::<Vec<_>>().join("\n") + "\n";
    fs::create_dir_all(fixtures()).unwrap();
    fs::write(&file, text).unwrap();
    file
}

/// Reads every fixture, each with the version that left it behind.
pub(crate) fn all() -> Vec<(String, Vec<Line>)> {
    let files = fs::read_dir(fixtures()).unwrap();
    let files: BTreeSet<_> = files.map(|file| file.unwrap().path()).collect();
    let versions = files.into_iter().map(|file| {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let version = file.file_stem().unwrap().to_str().unwrap().to_owned();
        (version, lines.collect())
    });
    versions.collect()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures")
}

const TABLES: [&str; 5] = ["contacts", "enrollments", "events", "releases", "sends"];
const SHORTEST_MOMENT: usize = "2026-11-26T09:00:00Z".len();
