//! Reads whole tables of the local cloud, as they are stored.
//!
//! Only for a laptop, where a table is small and everything in it is one's own.

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

use crate::http::Client;

/// Reads every item of a table; each attribute by name, without its type.
///
/// # Errors
/// Fails where the cloud does, or if there is more than a laptop holds.
pub(super) fn scan(client: &Client, table: &str) -> anyhow::Result<Vec<Map<String, Value>>> {
    let mut items = Vec::new();
    let mut start = Value::Null;
    for _ in 0..PAGES_MAX {
        let mut request = json!({ "TableName": table, "ConsistentRead": true });
        if !start.is_null() {
            request["ExclusiveStartKey"] = start;
        }
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "DynamoDB_20120810.Scan"),
            ("x-amz-date", "20200101T000000Z"),
            ("authorization", AUTHORIZATION),
        ];
        let answer = client.post(&headers, request.to_string().as_bytes())?;
        if answer.status != 200 {
            bail!("cannot read the table {table}: {}", answer.body);
        }
        let mut page: Value = serde_json::from_str(&answer.body).context("a page of a table")?;
        if let Value::Array(found) = page["Items"].take() {
            items.extend(found.into_iter().filter_map(plain));
        }
        start = page["LastEvaluatedKey"].take();
        if start.is_null() {
            return Ok(items);
        }
    }
    bail!("the table {table} holds more than a laptop's should");
}

/// Drops the types of an item's attributes: `{"S": "a"}` becomes `"a"`.
fn plain(item: Value) -> Option<Map<String, Value>> {
    let Value::Object(item) = item else {
        return None;
    };
    let attributes = item.into_iter().filter_map(|(name, value)| {
        let Value::Object(typed) = value else {
            return None;
        };
        typed.into_iter().next().map(|(_, value)| (name, value))
    });
    Some(attributes.collect())
}

const PAGES_MAX: u32 = 1_000;

/// The local cloud checks no signature, but DynamoDB has none without one.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=local/20200101/eu-west-1/dynamodb/aws4_request, \
                             SignedHeaders=host;x-amz-date, Signature=local";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::plain;

    #[test]
    fn an_item_is_read_without_the_types_of_its_attributes() {
        let item = json!({ "contact": { "S": "con_a" }, "v": { "N": "3" } });
        let expected = json!({ "contact": "con_a", "v": "3" });
        assert_eq!(plain(item).map(serde_json::Value::from), Some(expected));
    }
}
