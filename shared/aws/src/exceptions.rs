//! The events table: what was refused or could not be done; beside it `firings`, `surveys` and `statements`.

use anyhow::ensure;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use engine::{Exception, ExceptionKind, Exceptions};
use jiff::SignedDuration;
use journey::ContactId;

use crate::item::{Item, number, text};
use crate::{Aws, Setting};

impl Exceptions for Aws {
    async fn record(&self, exception: &Exception) -> anyhow::Result<()> {
        let kind = exception.kind.as_str();
        let journey = exception.journey.as_deref().unwrap_or_default();
        let contact = exception.contact.as_ref().map_or("", |id| id.as_str());
        let id = exception_id(&exception.event, exception.kind, journey, contact);
        let forget = exception.at + KEPT;
        let mut item = Item::from([
            ("id".to_owned(), text(id)),
            ("kind".to_owned(), text(kind)),
            ("event".to_owned(), text(&exception.event)),
            ("reason".to_owned(), text(&exception.reason)),
            ("at".to_owned(), text(exception.at.to_string())),
            ("ttl".to_owned(), number(forget.as_second())),
        ]);
        for (name, value) in [("journey", journey), ("contact", contact)] {
            if !value.is_empty() {
                item.insert(name.to_owned(), text(value));
            }
        }
        if let Some(body) = &exception.body {
            item.insert("body".to_owned(), text(body));
        }
        let put = self.dynamodb.put_item();
        let put = put.table_name(self.setting(Setting::EventsTable));
        put.set_item(Some(item)).send().await?;
        Ok(())
    }

    async fn is_refused(
        &self,
        cause: &str,
        journey: &str,
        contact: &ContactId,
    ) -> anyhow::Result<bool> {
        let kinds = [ExceptionKind::EntryRefused, ExceptionKind::ReentryRefused];
        let keys = kinds.map(|kind| exception_id(cause, kind, journey, contact.as_str()));
        let keys = keys.map(|id| Item::from([("id".to_owned(), text(id))]));
        let wanted = KeysAndAttributes::builder().consistent_read(true);
        let wanted = wanted.set_keys(Some(keys.into())).build()?;
        let table = self.setting(Setting::EventsTable);
        let get = self.dynamodb.batch_get_item();
        let answer = get.request_items(table, wanted).send().await?;
        ensure!(
            answer.unprocessed_keys.is_none_or(|left| left.is_empty()),
            "DynamoDB left out items of the events table"
        );
        let found = answer.responses.unwrap_or_default();
        Ok(found.get(table).is_some_and(|items| !items.is_empty()))
    }
}

/// Names an exception by what it is about, so that a repeat overwrites itself.
pub(crate) fn exception_id(
    event: &str,
    kind: ExceptionKind,
    journey: &str,
    contact: &str,
) -> String {
    format!("{event}#{}#{journey}#{contact}", kind.as_str())
}

const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);
