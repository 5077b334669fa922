//! Tables: the keys that the code uses, and that nothing in them is lost.

use serde_json::{Value, json};

use crate::stack::{Defects, Stack};

/// Holds every table to what protects it.
pub(crate) fn safe(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    for (id, table) in stack.of_type("AWS::DynamoDB::Table") {
        for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
            if table[policy] != "Retain" {
                wrong.push(format!("{id} goes with the stack: {policy}: Retain"));
            }
        }
        let properties = &table["Properties"];
        let expected = [
            ("/BillingMode", json!("PAY_PER_REQUEST")),
            (
                "/PointInTimeRecoverySpecification",
                json!({ "PointInTimeRecoveryEnabled": true }),
            ),
            ("/SSESpecification", json!({ "SSEEnabled": true })),
            (
                "/DeletionProtectionEnabled",
                json!({ "Fn::If": ["IsProtected", true, false] }),
            ),
            ("/TableName", Value::Null),
        ];
        for (pointer, expected) in expected {
            let said = properties.pointer(pointer).unwrap_or(&Value::Null);
            if *said != expected {
                wrong.push(format!(
                    "{id}: {} is {said}, and should be {expected}",
                    &pointer[1..]
                ));
            }
        }
    }
    if *stack.part("/Conditions/IsProtected")
        != json!({ "Fn::Equals": [{ "Ref": "DeletionProtection" }, "on"] })
        || *stack.part("/Parameters/DeletionProtection/Default") != json!("on")
    {
        wrong.push("DeletionProtection is on unless somebody says otherwise".to_owned());
    }
    wrong
}

/// Holds the keys of every table to those that the code uses.
pub(crate) fn keyed(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let tables = stack.of_type("AWS::DynamoDB::Table");
    for (id, _) in &tables {
        if !SHAPES.iter().any(|shape| shape.id == *id) {
            wrong.push(format!("{id} is a table that the code does not know"));
        }
    }
    for shape in &SHAPES {
        let id = shape.id;
        let properties = stack.property(id, "");
        if properties.is_null() {
            wrong.push(format!("{id} is not there"));
            continue;
        }
        let schema = schema(shape.keys);
        if properties["KeySchema"] != schema {
            wrong.push(format!(
                "{id} has the key {}, and the code uses {schema}",
                properties["KeySchema"]
            ));
        }
        let index = shape.index.map_or(Value::Null, |(name, keys)| {
            json!([{
                "IndexName": name, "KeySchema": self::schema(keys),
                "Projection": { "ProjectionType": "KEYS_ONLY" },
            }])
        });
        if properties["GlobalSecondaryIndexes"] != index {
            wrong.push(format!(
                "{id} has the indexes {}, and the code uses {index}",
                properties["GlobalSecondaryIndexes"]
            ));
        }
        let expires = if shape.expires {
            json!({ "AttributeName": "ttl", "Enabled": true })
        } else {
            Value::Null
        };
        if properties["TimeToLiveSpecification"] != expires {
            wrong.push(format!(
                "{id}: TimeToLiveSpecification is {}, and should be {expires}",
                properties["TimeToLiveSpecification"]
            ));
        }
        let indexed = shape.index.map(|(_, keys)| keys).unwrap_or_default();
        let attributes = shape.keys.iter().chain(indexed);
        let attributes: Vec<_> = attributes
            .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }))
            .collect();
        if properties["AttributeDefinitions"] != json!(attributes) {
            wrong.push(format!(
                "{id} declares other attributes than its keys, which are texts: {}",
                properties["AttributeDefinitions"]
            ));
        }
    }
    wrong
}

fn schema(keys: &[&str]) -> Value {
    let kinds = ["HASH", "RANGE"];
    let keys = keys.iter().zip(kinds);
    keys.map(|(name, kind)| json!({ "AttributeName": name, "KeyType": kind }))
        .collect()
}

/// A table, as the code uses it.
struct Shape {
    id: &'static str,
    keys: &'static [&'static str],
    index: Option<(&'static str, &'static [&'static str])>,
    expires: bool,
}

const SHAPES: [Shape; 5] = [
    Shape {
        id: "Contacts",
        keys: &["contact", "item"],
        index: None,
        expires: false,
    },
    Shape {
        id: "Enrollments",
        keys: &["contact", "enrollment"],
        index: Some(("due", &["shard", "due"])),
        expires: true,
    },
    Shape {
        id: "Sends",
        keys: &["contact", "send"],
        index: None,
        expires: true,
    },
    Shape {
        id: "Exceptions",
        keys: &["id"],
        index: None,
        expires: true,
    },
    Shape {
        id: "Releases",
        keys: &["hash"],
        index: None,
        expires: false,
    },
];
