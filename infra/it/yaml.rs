//! Reads a CloudFormation template into JSON, its short tags spelled out: `!Ref x` is `{"Ref": "x"}`.

use granit_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value, json};

/// Reads one YAML document.
///
/// # Errors
///
/// Says on which line it is not YAML, or uses what CloudFormation does not know.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let mut open: Vec<Open> = Vec::new();
    let mut root = Value::Null;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let line = span.start.line();
        let done = match event {
            Event::Scalar(text, style, _, tag) => spelled(tag.as_deref(), scalar(&text, style)),
            Event::SequenceStart(_, _, tag) => {
                open.push(Open::new(tag.as_deref(), Kind::List(Vec::new())));
                continue;
            }
            Event::MappingStart(_, _, tag) => {
                open.push(Open::new(tag.as_deref(), Kind::Mapping(Map::new(), None)));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { tag, kind } = open.pop().ok_or("more ends than starts")?;
                match kind {
                    Kind::List(list) => tagged(tag, Value::Array(list)),
                    Kind::Mapping(mapping, _) => tagged(tag, Value::Object(mapping)),
                }
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err(format!("line {line}: CloudFormation knows no aliases"));
            }
            _ => continue,
        };
        match open.last_mut() {
            Some(parent) => parent
                .take(done)
                .map_err(|wrong| format!("line {line}: {wrong}"))?,
            None => root = done,
        }
    }
    Ok(root)
}

/// A collection that is still being read.
struct Open {
    tag: Option<String>,
    kind: Kind,
}

enum Kind {
    List(Vec<Value>),
    Mapping(Map<String, Value>, Option<String>),
}

impl Open {
    fn new(tag: Option<&Tag>, kind: Kind) -> Self {
        let tag = tag.map(name);
        Self { tag, kind }
    }

    fn take(&mut self, value: Value) -> Result<(), String> {
        match &mut self.kind {
            Kind::List(list) => list.push(value),
            Kind::Mapping(mapping, key) => match key.take() {
                None => *key = Some(text(&value)),
                Some(key) if mapping.contains_key(&key) => {
                    return Err(format!("`{key}` is there twice"));
                }
                Some(key) => drop(mapping.insert(key, value)),
            },
        }
        Ok(())
    }
}

/// Writes a scalar as a text.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return json!(text);
    }
    let number = || {
        let whole = text.parse::<i64>().ok().map(Number::from);
        whole.or_else(|| text.parse().ok().and_then(Number::from_f64))
    };
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => json!(true),
        "false" => json!(false),
        _ => number().map_or_else(|| json!(text), Value::Number),
    }
}

fn spelled(tag: Option<&Tag>, value: Value) -> Value {
    tagged(tag.map(name), value)
}

fn tagged(tag: Option<String>, value: Value) -> Value {
    let Some(tag) = tag else {
        return value;
    };
    match tag.as_str() {
        "Ref" | "Condition" => json!({ tag: value }),
        "GetAtt" => match value.as_str().and_then(|text| text.split_once('.')) {
            Some((resource, attribute)) => json!({ "Fn::GetAtt": [resource, attribute] }),
            None => json!({ "Fn::GetAtt": value }),
        },
        _ => {
            let function = format!("Fn::{tag}");
            json!({ function: value })
        }
    }
}

fn name(tag: &Tag) -> String {
    tag.suffix().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn short_tags_are_spelled_out() {
        let text = "a: !Ref X\nb: !GetAtt X.Arn\nc: !If [Y, {d: !Sub '${X}'}, 1]\n'e': 'on'\n";
        let expected = json!({
            "a": { "Ref": "X" },
            "b": { "Fn::GetAtt": ["X", "Arn"] },
            "c": { "Fn::If": ["Y", { "d": { "Fn::Sub": "${X}" } }, 1] },
            "e": "on",
        });
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn what_is_there_twice_is_refused() {
        assert_eq!(
            read("a: 1\na: 2").unwrap_err(),
            "line 2: `a` is there twice"
        );
    }
}
