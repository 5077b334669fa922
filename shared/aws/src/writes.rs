//! Writes that are done only where nobody was faster: one, or several or none.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put as TransactPut, TransactWriteItem};
use engine::{Stored, Versioned};

use crate::item::{Item, number, take_number, take_text, text};
use crate::{Aws, Setting};

/// A document to be written under its key, in place of a version of it or as a new one.
pub(crate) struct Put {
    item: Item,
    replaces: Option<u64>,
    /// An attribute of the key, which is there where anything is.
    key: &'static str,
}

impl Put {
    pub(crate) fn new(
        mut item: Item,
        doc: String,
        replaces: Option<u64>,
        key: &'static str,
    ) -> Self {
        item.insert("doc".to_owned(), text(doc));
        item.insert("v".to_owned(), number(replaces.unwrap_or_default() + 1));
        Self {
            item,
            replaces,
            key,
        }
    }

    /// Returns under which condition it may be written, and what the names and values in that stand for.
    fn condition(&self) -> (&'static str, (&'static str, &'static str), Option<u64>) {
        match self.replaces {
            Some(version) => ("#v = :v", ("#v", "v"), Some(version)),
            None => ("attribute_not_exists(#k)", ("#k", self.key), None),
        }
    }
}

impl Aws {
    /// Writes all of them or none; a single one costs half of what it costs in company.
    pub(crate) async fn put_all(&self, puts: Vec<(Setting, Put)>) -> anyhow::Result<Stored> {
        let mut puts = puts;
        if puts.len() > 1 {
            return self.put_together(puts).await;
        }
        match puts.pop() {
            Some((table, put)) => self.put_one(table, put).await,
            None => Ok(Stored::Done),
        }
    }

    async fn put_one(&self, table: Setting, put: Put) -> anyhow::Result<Stored> {
        let (condition, (name, attribute), version) = put.condition();
        let write = self.dynamodb.put_item();
        let mut write = write
            .table_name(self.setting(table))
            .set_item(Some(put.item))
            .condition_expression(condition)
            .expression_attribute_names(name, attribute);
        if let Some(version) = version {
            write = write.expression_attribute_values(":v", number(version));
        }
        match write
            .send()
            .await
            .map_err(|error| error.into_service_error())
        {
            Ok(_) => Ok(Stored::Done),
            Err(error) if error.is_conditional_check_failed_exception() => Ok(Stored::Conflict),
            Err(error) => Err(error.into()),
        }
    }

    async fn put_together(&self, puts: Vec<(Setting, Put)>) -> anyhow::Result<Stored> {
        let mut writes = Vec::new();
        for (table, put) in puts {
            let (condition, (name, attribute), version) = put.condition();
            let write = TransactPut::builder()
                .table_name(self.setting(table))
                .set_item(Some(put.item))
                .condition_expression(condition)
                .expression_attribute_names(name, attribute);
            let write = match version {
                Some(version) => write.expression_attribute_values(":v", number(version)),
                None => write,
            };
            writes.push(TransactWriteItem::builder().put(write.build()?).build());
        }
        let write = self.dynamodb.transact_write_items();
        let write = write.set_transact_items(Some(writes)).send().await;
        let Err(error) = write else {
            return Ok(Stored::Done);
        };
        let error = error.into_service_error();
        if let TransactWriteItemsError::TransactionCanceledException(canceled) = &error {
            let reasons = canceled.cancellation_reasons().iter();
            let mut codes = reasons.filter_map(|reason| reason.code());
            // Somebody wrote one of them before, or is writing it now.
            if codes.any(|code| LOST_RACES.contains(&code)) {
                return Ok(Stored::Conflict);
            }
        }
        Err(error.into())
    }
}

/// Reads a document with its version.
pub(crate) fn versioned<T, E>(
    mut item: Item,
    read: impl Fn(&str) -> Result<T, E>,
) -> anyhow::Result<Versioned<T>>
where
    E: Into<anyhow::Error>,
{
    let value = read(&take_text(&mut item, "doc")?).map_err(Into::into)?;
    let version = take_number(&mut item, "v")?;
    Ok(Versioned { value, version })
}

/// Why a transaction is canceled where somebody else was faster.
const LOST_RACES: [&str; 2] = ["ConditionalCheckFailed", "TransactionConflict"];
