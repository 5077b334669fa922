//! Tables: the keys that the code uses, and that nothing in them is lost.

use serde_json::{Value, json};

use crate::stack::{Defects, Stack, source};

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

#[test]
fn the_code_has_these_keys_too() {
    let laptop = source("cli/src/laptop/wiring.rs");
    for shape in &SHAPES {
        let adapter = source(&format!("shared/aws/src/{}.rs", shape.adapter));
        let names = shape
            .keys
            .iter()
            .chain(shape.index.iter().flat_map(|(_, keys)| *keys));
        for name in names {
            let quoted = format!("\"{name}\"");
            assert!(
                adapter.contains(&quoted),
                "{}.rs does not use the key {name}",
                shape.adapter
            );
            assert!(laptop.contains(&quoted), "the laptop has no key {name}");
        }
        let sort = shape
            .keys
            .get(1)
            .map_or_else(|| "None".to_owned(), |sort| format!("Some(\"{sort}\")"));
        let table = format!("table({}, \"{}\", {sort}, ", shape.laptop, shape.keys[0]);
        assert!(
            laptop.contains(&table),
            "the laptop has another table than `{table}…`"
        );
        let expires = adapter.contains("\"ttl\"");
        assert_eq!(
            shape.expires, expires,
            "{}.rs writes when an item may be forgotten",
            shape.adapter
        );
    }
}

/// A table, as the code uses it.
struct Shape {
    id: &'static str,
    /// Which file of `shared/aws` reads and writes it.
    adapter: &'static str,
    /// What the laptop calls it.
    laptop: &'static str,
    keys: &'static [&'static str],
    index: Option<(&'static str, &'static [&'static str])>,
    expires: bool,
}

const SHAPES: [Shape; 5] = [
    Shape {
        id: "Contacts",
        adapter: "contacts",
        laptop: "CONTACTS",
        keys: &["contact", "item"],
        index: None,
        expires: false,
    },
    Shape {
        id: "Enrollments",
        adapter: "enrollments",
        laptop: "ENROLLMENTS",
        keys: &["contact", "enrollment"],
        index: Some(("due", &["shard", "due"])),
        expires: true,
    },
    Shape {
        id: "Sends",
        adapter: "ledger",
        laptop: "SENDS",
        keys: &["contact", "send"],
        index: None,
        expires: true,
    },
    Shape {
        id: "Exceptions",
        adapter: "exceptions",
        laptop: "EVENTS",
        keys: &["id"],
        index: None,
        expires: true,
    },
    Shape {
        id: "Releases",
        adapter: "releases",
        laptop: "RELEASES",
        keys: &["hash"],
        index: None,
        expires: false,
    },
];
