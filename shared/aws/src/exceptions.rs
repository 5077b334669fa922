//! The events table: only what was refused or could not be done.

use engine::{Exception, ExceptionKind, Exceptions};
use jiff::SignedDuration;

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
