//! Declared fields and the values that are written for them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use journey::{EmailAddress, Field, FieldType, SCORE, Value};

use crate::Defect;
use crate::words::{list_of, nearest, unknown};
use crate::yaml::{At, Data, Entry, Keys, Node, quoted};
use crate::zones::zone;

/// Reads what a contact field or an event parameter may hold: `date?`, or the long form
/// `{ type, default, sensitive }`.
pub(crate) fn field(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<Field> {
    if !matches!(node.data, Data::Mapping(_)) {
        let (ty, optional) = field_type(node, what, defects)?;
        return Some(Field {
            ty,
            optional,
            default: None,
            sensitive: false,
        });
    }
    let keys = Keys::of(node, what, &["type", "default", "sensitive"], defects)?;
    let sensitive = keys
        .get("sensitive")
        .and_then(|node| node.bool("`sensitive`", defects))
        .is_some_and(|sensitive| sensitive.value);
    let help = "write `type: string`, or another type";
    let (ty, optional) = field_type(keys.required("type", help, defects)?, what, defects)?;
    let default = keys
        .get("default")
        .and_then(|node| value(node, ty, &format!("the default of {what}"), defects));
    Some(Field {
        ty,
        optional,
        default,
        sensitive,
    })
}

/// Reads what a `set` writes: as [`written`], and it never adds.
pub(crate) fn set(
    node: &Node,
    fields: &BTreeMap<String, Field>,
    complete: bool,
    defects: &mut Vec<Defect>,
) -> Option<BTreeMap<String, Option<Value>>> {
    let before = defects.len();
    let mapping = node.data.mapping();
    for Entry { key, value } in mapping.map_or(&[][..], |mapping| &mapping.entries) {
        let number = fields
            .get(&key.value)
            .is_some_and(|field| field.ty == FieldType::Number);
        let text = value.data.plain().unwrap_or_default();
        let (Some(amount), true) = (text.strip_prefix('+'), number || key.value == SCORE) else {
            continue;
        };
        let instead = match key.value.as_str() {
            SCORE => format!("; what adds is a step `score: +{}`", quoted(amount)),
            _ => "; other fields than the score cannot be counted up".to_owned(),
        };
        let (field, amount) = (quoted(&key.value), quoted(amount));
        let what = format!("`+{amount}` would set `{field}` to {amount}, and add nothing to it");
        let help = format!("write what it becomes, without the sign: `{field}: {amount}`{instead}");
        defects.push(Defect::new(value.place.clone(), what).help(help));
    }
    let written = written(node, fields, complete, defects);
    written.filter(|_| defects.len() == before)
}

/// Reads the values that are written into fields of a contact; `null` clears one that may be absent.
pub(crate) fn written(
    node: &Node,
    fields: &BTreeMap<String, Field>,
    complete: bool,
    defects: &mut Vec<Defect>,
) -> Option<BTreeMap<String, Option<Value>>> {
    let before = defects.len();
    let mut written = BTreeMap::new();
    for Entry { key, value: node } in &node.mapping("the fields", defects)?.entries {
        let what = format!("`{}`", quoted(&key.value));
        let built_in = ["full_name", "locale", "time_zone"].contains(&key.value.as_str());
        let field = fields.get(&key.value);
        let (ty, optional) = match field {
            Some(field) => (field.ty, field.optional || field.default.is_some()),
            None if built_in => (FieldType::String, key.value != "full_name"),
            None if complete => {
                let declare = "declare it under `contact` in waypost.yaml";
                let known = fields.keys().map(String::as_str);
                defects.push(unknown(key, "contact field", known, declare));
                continue;
            }
            None => continue,
        };
        if optional && matches!(node.data, Data::Null) {
            written.insert(key.value.clone(), None);
        } else if let Some(value) = value(node, ty, &what, defects) {
            if let ("time_zone", Value::Text(name)) = (key.value.as_str(), &value) {
                zone(&At::new(name.clone(), node.place.clone()), defects);
            }
            written.insert(key.value.clone(), Some(value));
        }
    }
    (defects.len() == before).then_some(written)
}

fn field_type(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<(FieldType, bool)> {
    let text = node.line(&format!("the type of {what}"), defects)?;
    let (name, optional) = match text.value.strip_suffix('?') {
        Some(name) => (name.trim_end(), true),
        None => (text.value.as_str(), false),
    };
    if let Some((_, ty)) = FieldType::ALL.iter().find(|(word, _)| *word == name) {
        return Some((*ty, optional));
    }
    let words = || FieldType::ALL.iter().map(|(word, _)| *word);
    let guess = meant(name).or_else(|| nearest(name, words()));
    let help = match guess {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the types are {}", list_of(words())),
    };
    defects.push(
        Defect::new(text.place, format!("`{}` is not a type", quoted(name)))
            .label("unknown type")
            .help(help),
    );
    // Whoever uses the field is checked against what was surely meant.
    let (_, ty) = FieldType::ALL
        .iter()
        .find(|(word, _)| Some(*word) == guess)?;
    Some((*ty, optional))
}

/// Returns the word that a release writes for a type.
pub(crate) fn type_name(ty: FieldType) -> &'static str {
    let found = FieldType::ALL.iter().find(|(_, known)| *known == ty);
    found.map_or("string", |(word, _)| word)
}

/// Returns the type that somebody means who writes another system's word for it.
fn meant(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "boolean" | "yesno" | "ja/nee" => "bool",
        "integer" | "int" | "float" | "decimal" | "numeric" | "getal" => "number",
        "str" | "varchar" | "char" | "tekst" => "string",
        "datum" => "date",
        "timestamp" | "time" | "instant" | "tijd" => "datetime",
        "mail" | "address" | "emailaddress" => "email",
        "link" | "uri" => "url",
        "multiline" | "textarea" | "paragraph" => "text",
        _ => return None,
    })
}

/// Reads a value of type `ty`, as strictly as one that is posted.
pub(crate) fn value(
    node: &Node,
    ty: FieldType,
    what: &str,
    defects: &mut Vec<Defect>,
) -> Option<Value> {
    match ty {
        FieldType::Bool => node.bool(what, defects).map(|yes| Value::Bool(yes.value)),
        FieldType::Number => {
            if let Data::Quoted(text) = &node.data
                && crate::yaml::parse_number(text).is_some()
            {
                let defect = Defect::new(
                    node.place.clone(),
                    format!("{what} must be a number, and this is a text"),
                );
                defects.push(defect.help("leave the quotes out"));
                return None;
            }
            node.number(what, defects)
                .map(|number| Value::Number(number.value))
        }
        FieldType::Date
        | FieldType::DateTime
        | FieldType::Email
        | FieldType::String
        | FieldType::Text
        | FieldType::Url => {
            let text = strictly_text(node, what, defects)?;
            match parse(&text.value, ty) {
                Ok(value) => Some(value),
                Err(help) => {
                    let shown = quoted(&text.value);
                    let name = name(ty);
                    defects.push(
                        Defect::new(
                            text.place,
                            format!("{what} must be {name}, and `{shown}` is none"),
                        )
                        .help(help),
                    );
                    None
                }
            }
        }
    }
}

/// Reads a text; one without quotes must not look like something else, as a source would post it
/// so.
fn strictly_text(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<At<String>> {
    if let Data::Plain(text) = &node.data
        && matches!(node.data.name(), "a number" | "a yes-or-no")
    {
        let shown = quoted(text);
        defects.push(
            Defect::new(
                node.place.clone(),
                format!(
                    "{what} must be a text, and `{shown}` is {}",
                    node.data.name()
                ),
            )
            .help(format!("put it in quotes: \"{shown}\"")),
        );
        return None;
    }
    node.text(what, defects)
}

fn parse(text: &str, ty: FieldType) -> Result<Value, &'static str> {
    let whole = || Value::Text(text.to_owned());
    match ty {
        FieldType::Date => strict_date(text)
            .map(Value::Date)
            .ok_or("write a date as YYYY-MM-DD: `2027-02-12`"),
        FieldType::DateTime => text
            .parse::<Timestamp>()
            .map(Value::DateTime)
            .map_err(|_| "write a moment with its offset: `2027-02-12T09:30:00+01:00`"),
        FieldType::Email => match text.parse::<EmailAddress>() {
            Ok(_) => Ok(whole()),
            Err(journey::AddressError::Malformed) => {
                Err("write an address like anna@school.example")
            }
            Err(journey::AddressError::NotAscii) => {
                Err("write an address in plain letters; the domain in punycode (xn--…)")
            }
        },
        FieldType::Url if is_web_address(text) => Ok(whole()),
        FieldType::Url => Err("write a whole address that begins with https://"),
        FieldType::String if text.contains(char::is_control) => {
            Err("write one line; `text` is the type for several")
        }
        FieldType::String | FieldType::Text => Ok(whole()),
        FieldType::Bool | FieldType::Number => Err("write the value without quotes"),
    }
}

/// Reads `YYYY-MM-DD` and nothing else.
pub(crate) fn strict_date(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    text.parse().ok().filter(|_| shape)
}

/// Tells whether `text` is an absolute `http` or `https` address.
pub(crate) fn is_web_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    ["http", "https"].contains(&scheme.to_lowercase().as_str())
        && !host.is_empty()
        && host.starts_with(char::is_alphanumeric)
        && !text
            .contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
}

fn name(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Bool => "a yes-or-no",
        FieldType::Date => "a date",
        FieldType::DateTime => "a moment",
        FieldType::Email => "an e-mail address",
        FieldType::Number => "a number",
        FieldType::String => "a text of one line",
        FieldType::Text => "a text",
        FieldType::Url => "a web address",
    }
}
