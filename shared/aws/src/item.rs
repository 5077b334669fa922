//! Items of DynamoDB tables.
//!
//! An item has attributes for what is a key, a condition or an index; everything else is one JSON
//! document, `doc`, whose format `wire` pins. Names always go through `#` placeholders: some of the
//! most natural ones are reserved words.

use std::collections::HashMap;

use anyhow::Context;
use aws_sdk_dynamodb::types::AttributeValue;

/// An item, or a key.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Makes a text attribute.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// Makes a number attribute.
pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Makes a key of two texts.
pub(crate) fn key((partition, first): (&str, &str), (sort, second): (&str, &str)) -> Item {
    HashMap::from([
        (partition.to_owned(), text(first)),
        (sort.to_owned(), text(second)),
    ])
}

/// Takes a text attribute.
pub(crate) fn take_text(item: &mut Item, name: &str) -> anyhow::Result<String> {
    match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(anyhow::anyhow!("an item has no text `{name}`")),
    }
}

/// Takes a number attribute.
pub(crate) fn take_number<N>(item: &mut Item, name: &str) -> anyhow::Result<N>
where
    N: std::str::FromStr,
    N::Err: std::error::Error + Send + Sync + 'static,
{
    match item.remove(name) {
        Some(AttributeValue::N(number)) => number
            .parse()
            .with_context(|| format!("`{name}` is no number of its kind")),
        _ => Err(anyhow::anyhow!("an item has no number `{name}`")),
    }
}
