//! The template, as the checks look at it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::yaml;

/// A template.
pub(crate) struct Stack(Value);

/// What a check found wrong: which resource, and what to do.
pub(crate) type Defects = Vec<String>;

impl Stack {
    /// Reads the project's template.
    pub(crate) fn ours() -> Self {
        Self::read(&text())
    }

    /// Reads a template.
    pub(crate) fn read(text: &str) -> Self {
        Self::of(yaml::read(text).expect("the template is YAML"))
    }

    /// Takes a template that was read already.
    pub(crate) fn of(whole: Value) -> Self {
        Self(whole)
    }

    /// Returns a part of it, by JSON pointer.
    pub(crate) fn part(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// Returns the whole.
    pub(crate) fn whole(&self) -> &Value {
        &self.0
    }

    /// Returns a property of a resource, by JSON pointer.
    pub(crate) fn property(&self, id: &str, pointer: &str) -> &Value {
        self.part(&format!("/Resources/{id}/Properties{pointer}"))
    }

    /// Returns the entries of a section.
    pub(crate) fn section(&self, name: &str) -> &Map<String, Value> {
        static NONE: std::sync::OnceLock<Map<String, Value>> = std::sync::OnceLock::new();
        let section = self.0.get(name).and_then(Value::as_object);
        section.unwrap_or_else(|| NONE.get_or_init(Map::new))
    }

    /// Returns the resources of a type, by logical id.
    pub(crate) fn of_type<'a>(&'a self, kind: &str) -> Vec<(&'a str, &'a Value)> {
        let resources = self.section("Resources").iter();
        resources
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id.as_str(), resource))
            .collect()
    }

    /// Returns the functions.
    pub(crate) fn functions(&self) -> Vec<Function<'_>> {
        let functions = self.of_type("AWS::Serverless::Function").into_iter();
        functions
            .map(|(id, resource)| Function {
                id,
                resource,
                globals: self.part("/Globals/Function"),
            })
            .collect()
    }

    /// Returns the queue of the dead letters of a queue.
    pub(crate) fn dead_letters(&self, queue: &str) -> Option<&str> {
        target(self.property(queue, "/RedrivePolicy/deadLetterTargetArn"))
    }
}

/// A function.
#[derive(Clone, Copy)]
pub(crate) struct Function<'a> {
    pub(crate) id: &'a str,
    pub(crate) resource: &'a Value,
    globals: &'a Value,
}

impl<'a> Function<'a> {
    /// Returns a property, its own or that of all.
    pub(crate) fn property(&self, name: &str) -> &'a Value {
        match &self.resource["Properties"][name] {
            Value::Null => &self.globals[name],
            own => own,
        }
    }

    /// Returns its events of a type.
    pub(crate) fn events(&self, kind: &str) -> Vec<&'a Value> {
        let events = self.property("Events").as_object().into_iter().flatten();
        let events = events.filter(|(_, event)| event["Type"] == kind);
        events.map(|(_, event)| &event["Properties"]).collect()
    }

    /// Returns the queue that feeds it.
    pub(crate) fn queue(&self) -> Option<&'a str> {
        let events = self.events("SQS");
        events.first().and_then(|event| target(&event["Queue"]))
    }

    /// Returns whether its queue is read in every installation.
    pub(crate) fn is_always_fed(&self) -> bool {
        let events = self.events("SQS");
        events.iter().all(|event| event["Enabled"].is_null())
    }

    /// Returns its environment, with what every function has.
    pub(crate) fn environment(&self) -> Vec<(&'a str, &'a Value)> {
        let all = [self.globals, &self.resource["Properties"]];
        let all = all.map(|one| one["Environment"]["Variables"].as_object());
        let all = all.into_iter().flatten().flatten();
        all.map(|(name, value)| (name.as_str(), value)).collect()
    }
}

/// Returns the logical id that a `!Ref` or `!GetAtt` names.
pub(crate) fn target(value: &Value) -> Option<&str> {
    let referred = value.get("Ref").and_then(Value::as_str);
    referred.or_else(|| value.pointer("/Fn::GetAtt/0").and_then(Value::as_str))
}

/// Writes a value as a `!Sub` would: `!Ref X` is `${X}`.
pub(crate) fn shown(value: &Value) -> String {
    if let Some(id) = value.get("Ref").and_then(Value::as_str) {
        return format!("${{{id}}}");
    }
    match (value.get("Fn::GetAtt"), value.get("Fn::Sub")) {
        (Some(Value::Array(path)), _) => {
            let path: Vec<_> = path.iter().map(yaml::text).collect();
            format!("${{{}}}", path.join("."))
        }
        (_, Some(Value::String(text))) => text.clone(),
        _ => yaml::text(value),
    }
}

/// Returns the text of the project's template.
pub(crate) fn text() -> String {
    source("template.yaml")
}

/// Reads a file of the project.
pub(crate) fn source(path: &str) -> String {
    let read = fs::read_to_string(root().join(path));
    read.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the project's folder.
pub(crate) fn root() -> PathBuf {
    let infra = Path::new(env!("CARGO_MANIFEST_DIR"));
    infra
        .parent()
        .expect("infra lies in the project")
        .to_owned()
}
