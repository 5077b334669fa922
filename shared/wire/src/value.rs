//! How values and declared fields are written.

use std::collections::BTreeMap;

use jiff::civil::Date;
use journey::{Field, FieldType, Value};
use serde::{Deserialize, Serialize};

use crate::Unreadable;

/// A [`Value`], marked with its kind so that a text that looks like a date stays a text.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ValueDoc {
    Bool(bool),
    Date(String),
    Time(String),
    List(Vec<String>),
    Num(f64),
    Text(String),
}

impl From<Value> for ValueDoc {
    fn from(value: Value) -> Self {
        match value {
            Value::Bool(bool) => Self::Bool(bool),
            Value::Date(date) => Self::Date(date.to_string()),
            Value::DateTime(at) => Self::Time(at.to_string()),
            Value::List(list) => Self::List(list),
            Value::Number(number) => Self::Num(number),
            Value::Text(text) => Self::Text(text),
        }
    }
}

impl TryFrom<ValueDoc> for Value {
    type Error = jiff::Error;

    fn try_from(doc: ValueDoc) -> Result<Self, jiff::Error> {
        let value = match doc {
            ValueDoc::Bool(bool) => Self::Bool(bool),
            ValueDoc::Date(text) => Self::Date(text.parse::<Date>()?),
            ValueDoc::Time(text) => Self::DateTime(text.parse()?),
            ValueDoc::List(list) => Self::List(list),
            ValueDoc::Num(number) => Self::Number(number),
            ValueDoc::Text(text) => Self::Text(text),
        };
        Ok(value)
    }
}

/// A [`Field`].
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct FieldDoc {
    #[serde(rename = "type")]
    ty: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<ValueDoc>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

impl From<Field> for FieldDoc {
    fn from(field: Field) -> Self {
        let word = FieldType::ALL.iter().find(|(_, ty)| *ty == field.ty);
        Self {
            ty: word.map_or("text", |(word, _)| word).to_owned(),
            optional: field.optional,
            default: field.default.map(ValueDoc::from),
            sensitive: field.sensitive,
        }
    }
}

impl TryFrom<FieldDoc> for Field {
    type Error = Unreadable;

    fn try_from(doc: FieldDoc) -> Result<Self, Unreadable> {
        let ty = FieldType::ALL
            .iter()
            .find(|(word, _)| *word == doc.ty)
            .map(|(_, ty)| *ty)
            .ok_or_else(|| Unreadable::new("a field's type"))?;
        Ok(Self {
            ty,
            optional: doc.optional,
            default: doc.default.map(Value::try_from).transpose()?,
            sensitive: doc.sensitive,
        })
    }
}

/// Writes values by name.
pub(crate) fn write_values(values: &BTreeMap<String, Value>) -> BTreeMap<String, ValueDoc> {
    let values = values.iter();
    values
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect()
}

/// Reads values by name.
pub(crate) fn read_values(
    docs: BTreeMap<String, ValueDoc>,
) -> Result<BTreeMap<String, Value>, Unreadable> {
    let docs = docs.into_iter();
    docs.map(|(name, doc)| Ok((name, doc.try_into()?)))
        .collect()
}

/// Writes declared fields by name.
pub(crate) fn write_fields(fields: &BTreeMap<String, Field>) -> BTreeMap<String, FieldDoc> {
    let fields = fields.iter();
    fields
        .map(|(name, field)| (name.clone(), field.clone().into()))
        .collect()
}

/// Reads declared fields by name.
pub(crate) fn read_fields(
    docs: BTreeMap<String, FieldDoc>,
) -> Result<BTreeMap<String, Field>, Unreadable> {
    let docs = docs.into_iter();
    docs.map(|(name, doc)| Ok((name, doc.try_into()?)))
        .collect()
}
