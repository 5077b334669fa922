//! The schemas and the readers know the same keys, and the examples fit.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::schemas;
use crate::yaml::{Data, Node, parse, parse_number};
use crate::{audiences, journeys, scenarios, settings};

#[test]
fn the_schemas_and_the_readers_know_the_same_keys() {
    for (file, at, keys) in [
        ("journey.schema.json", "", &journeys::KEYS[..]),
        (
            "journey.schema.json",
            "/properties/trigger/anyOf/0",
            &journeys::TRIGGER_KEYS,
        ),
        (
            "audiences.schema.json",
            "/$defs/audience/anyOf/2",
            &audiences::KEYS,
        ),
        ("project.schema.json", "", &settings::KEYS),
        (
            "scenarios.schema.json",
            "/properties/scenarios/items",
            &scenarios::KEYS,
        ),
    ] {
        let schema = schema(file);
        let found = keys_of(schema.pointer(at).unwrap());
        let expected: BTreeSet<_> = keys.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(found, expected, "{file} {at}");
    }
    let schema = schema("journey.schema.json");
    let step = keys_of(&schema["$defs"]["step"]);
    let verbs = journeys::VERBS.iter().chain(&journeys::STEP_KEYS);
    let expected: BTreeSet<_> = verbs.map(|key| (*key).to_owned()).collect();
    assert_eq!(step, expected, "a step");
}

#[test]
fn every_file_of_every_example_fits_its_schema() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut seen = 0;
    for example in fs::read_dir(examples).unwrap() {
        let example = example.unwrap().path();
        for (file, schema_file) in [
            ("waypost.yaml", "project.schema.json"),
            ("events.yaml", "events.schema.json"),
            ("audiences.yaml", "audiences.schema.json"),
        ] {
            seen += usize::from(fits(&example.join(file), schema_file));
        }
        for (folder, schema_file) in [
            ("journeys", "journey.schema.json"),
            ("tests", "scenarios.schema.json"),
        ] {
            for file in fs::read_dir(example.join(folder)).into_iter().flatten() {
                seen += usize::from(fits(&file.unwrap().path(), schema_file));
            }
        }
    }
    assert!(seen > 30, "only {seen} files are looked at");
}

#[test]
fn what_a_check_refuses_is_not_offered() {
    let schema = schema("journey.schema.json");
    for (key, right, mistaken) in [
        ("publish", "{ at_end: stop }", "{ at_end: finish }"),
        ("steps", "[{ score: +5 }]", "[{ score: '+5' }]"),
    ] {
        let faults = |text: &str| {
            let node = parse("k.yaml", text, &mut Vec::new());
            let part = &schema["properties"][key];
            wrong(&json(&node), part, &schema, String::new()).len()
        };
        assert_eq!([faults(right), faults(mistaken)], [0, 1], "{key}");
    }
}

#[test]
fn what_a_check_accepts_is_not_marked() {
    for (file, at, accepted) in [
        (
            "journey.schema.json",
            "/properties/steps",
            "[{ split: s, branches: { a: { share: 95, steps: [] }, holdout: { share: 5 } } }]",
        ),
        (
            "project.schema.json",
            "/properties/hooks",
            "{ crm: { url: 'https://a.example', results: all } }",
        ),
    ] {
        let schema = schema(file);
        let node = parse("k.yaml", accepted, &mut Vec::new());
        let part = schema.pointer(at).unwrap();
        let found = wrong(&json(&node), part, &schema, String::new());
        assert_eq!(found, Vec::<String>::new(), "{accepted}");
    }
}

/// Holds a file against a schema; returns whether it is there.
fn fits(file: &Path, schema_file: &str) -> bool {
    let Ok(text) = fs::read_to_string(file) else {
        return false;
    };
    let mut defects = Vec::new();
    let node = parse(&file.display().to_string(), &text, &mut defects);
    assert!(defects.is_empty(), "{defects:?}");
    let value = json(&node);
    let schema = schema(schema_file);
    let wrong = wrong(&value, &schema, &schema, String::new());
    assert_eq!(wrong, Vec::<String>::new(), "{}", file.display());
    true
}

/// Finds what of a value does not fit: as far as our schemas go.
fn wrong(value: &Value, schema: &Value, root: &Value, at: String) -> Vec<String> {
    if let Some(place) = schema["$ref"].as_str() {
        return wrong(value, root.pointer(&place[1..]).unwrap(), root, at);
    }
    if let Some(forms) = schema["anyOf"].as_array() {
        let tried: Vec<_> = forms
            .iter()
            .map(|form| wrong(value, form, root, at.clone()))
            .collect();
        let best = tried.into_iter().min_by_key(Vec::len);
        return best.unwrap_or_default();
    }
    let mut found = Vec::new();
    if let Some(words) = schema["enum"].as_array() {
        if !words.contains(value) {
            found.push(format!("{at}: {value} is none of {}", schema["enum"]));
        }
        return found;
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !kinds.is_empty() && !kinds.contains(&kind) {
        found.push(format!("{at}: {kind} and not {kinds:?}"));
        return found;
    }
    found.extend(parts(value, schema, root, &at));
    found
}

/// Finds what of a value's parts does not fit.
fn parts(value: &Value, schema: &Value, root: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let (Some(items), Some(each)) = (value.as_array(), schema.get("items")) {
        for (index, item) in items.iter().enumerate() {
            found.extend(wrong(item, each, root, format!("{at}/{index}")));
        }
    }
    if let Some(keys) = value.as_object() {
        for (key, value) in keys {
            match (
                schema["properties"].get(key),
                &schema["additionalProperties"],
            ) {
                (Some(known), _) => found.extend(wrong(value, known, root, format!("{at}/{key}"))),
                (None, Value::Bool(false)) => found.push(format!("{at}: no key `{key}`")),
                (None, other) => found.extend(wrong(value, other, root, format!("{at}/{key}"))),
            }
        }
        for required in schema["required"].as_array().into_iter().flatten() {
            if !keys.contains_key(required.as_str().unwrap()) {
                found.push(format!("{at}: {required} is missing"));
            }
        }
        if let Some(forms) = schema["oneOf"].as_array() {
            let holds = |form: &&Value| keys.contains_key(form["required"][0].as_str().unwrap());
            if forms.iter().filter(holds).count() != 1 {
                found.push(format!("{at}: not one thing"));
            }
        }
    }
    found
}

/// Reads a piece of YAML as an editor does.
fn json(node: &Node) -> Value {
    match &node.data {
        Data::Broken | Data::Null => Value::Null,
        Data::List(items) => items.iter().map(json).collect(),
        Data::Mapping(mapping) => {
            let entries = mapping.entries.iter();
            let entries = entries.map(|entry| (entry.key.value.clone(), json(&entry.value)));
            Value::Object(entries.collect())
        }
        Data::Plain(text) => match (text.as_str(), parse_number(text)) {
            ("true", _) => true.into(),
            ("false", _) => false.into(),
            (_, Some(number)) => number.into(),
            (text, None) => text.into(),
        },
        Data::Quoted(text) => text.as_str().into(),
    }
}

fn schema(file: &str) -> Value {
    let mut all = schemas().into_iter();
    let found = all.find(|(name, _)| *name == file);
    found.expect("a schema").1
}

fn keys_of(schema: &Value) -> BTreeSet<String> {
    let keys = schema["properties"].as_object().expect("keys");
    keys.keys().cloned().collect()
}
