//! JSON Schemas of the files that people write, for completion, hover texts and red lines in their editors.
//!
//! A schema can say less than the checks do: which names there are, or whether a condition makes sense, `check` says.
//!
//! **Invariant:** the keys are those of the readers; tests hold each against the other.

mod journey;
mod marketing;
mod project;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

/// Returns every schema: the name of its file, and what it says.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        (
            "audiences.schema.json",
            titled("Audiences", project::audiences()),
        ),
        ("events.schema.json", titled("Events", project::events())),
        (
            "journey.schema.json",
            titled("A journey", journey::journey()),
        ),
        (
            "project.schema.json",
            titled("waypost.yaml", project::project()),
        ),
        (
            "scenarios.schema.json",
            titled("Scenarios", project::scenarios()),
        ),
    ]
}

fn titled(title: &str, mut schema: Value) -> Value {
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(title);
    schema
}

/// Describes a mapping with these keys and no others; those with a `*` must be there.
fn object(what: &str, keys: &[(&str, Value)]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema) in keys {
        let plain = name.trim_end_matches('*');
        if plain != *name {
            required.push(json!(plain));
        }
        properties.insert(plain.to_owned(), schema.clone());
    }
    json!({
        "type": "object", "description": what, "properties": properties, "required": required,
        "additionalProperties": false,
    })
}

/// Describes a mapping from names that people choose.
fn named(what: &str, each: Value) -> Value {
    json!({ "type": "object", "description": what, "additionalProperties": each })
}

fn text(what: &str) -> Value {
    json!({ "type": "string", "description": what })
}

/// Describes a text with examples, which editors offer.
fn like(what: &str, examples: &[&str]) -> Value {
    json!({ "type": "string", "description": what, "examples": examples })
}

/// Describes what YAML may read as another kind of scalar.
fn scalar(what: &str) -> Value {
    json!({ "type": ["string", "number", "boolean"], "description": what })
}

fn flag(what: &str) -> Value {
    json!({ "type": "boolean", "description": what })
}

fn number(what: &str) -> Value {
    json!({ "type": "number", "description": what })
}

fn words(what: &str, words: &[&str]) -> Value {
    json!({ "enum": words, "description": what })
}

/// Describes one of several forms.
fn either(what: &str, forms: &[Value]) -> Value {
    json!({ "anyOf": forms, "description": what })
}

fn list(what: &str, each: Value) -> Value {
    json!({ "type": "array", "items": each, "description": what })
}

/// Describes hours: one window, several, or some with a calendar.
fn hours(what: &str) -> Value {
    let window = like("A window.", &["mon-fri 09:00-12:00", "mon-sun 20:00-22:00"]);
    let windows = either(
        "One window or several.",
        &[window.clone(), list("Windows.", window.clone())],
    );
    let with_calendar = object(
        "Windows, without the closed days of a calendar.",
        &[
            ("windows*", windows),
            ("calendar", text("A calendar of waypost.yaml.")),
        ],
    );
    either(
        what,
        &[
            window.clone(),
            list("Several windows.", window),
            with_calendar,
        ],
    )
}

/// Describes who a mail can go to: names of audiences, or an audience of its own.
fn audience_or_name(what: &str) -> Value {
    let name = text("An audience of audiences.yaml.");
    either(
        what,
        &[
            name.clone(),
            list("Several: a union.", name),
            json!({ "type": "object" }),
        ],
    )
}
