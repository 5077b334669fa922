//! Reads the refused posts that were kept, and notes that they were replayed.

use std::collections::HashMap;

use anyhow::Context;
use engine::ExceptionKind;
use jiff::Timestamp;

use crate::exceptions::exception_id;
use crate::item::{Item, take_text, text};
use crate::{Aws, Setting};

/// A refused post that was kept.
#[derive(Clone, Eq, PartialEq)]
pub struct Kept {
    /// The id under which it was posted.
    pub event: String,
    /// Why it was refused.
    pub reason: String,
    /// When it was posted.
    pub at: Timestamp,
    /// When it was replayed, if it was.
    pub replayed: Option<Timestamp>,
    /// What was posted, where that was asked for and is still there.
    pub body: Option<String>,
}

/// What was posted is personal data.
impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept")
            .field("event", &self.event)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Aws {
    /// Lists the refused posts that were kept, the oldest first, without what they say.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn kept(&self) -> anyhow::Result<Vec<Kept>> {
        let mut kept = Vec::new();
        let mut start = None;
        loop {
            let scan = self.dynamodb.scan();
            let scan = scan
                .table_name(self.setting(Setting::EventsTable))
                .projection_expression("#event, #reason, #at, #replayed")
                .filter_expression("#kind = :kind")
                .expression_attribute_names("#at", "at")
                .expression_attribute_names("#event", "event")
                .expression_attribute_names("#kind", "kind")
                .expression_attribute_names("#reason", "reason")
                .expression_attribute_names("#replayed", "replayed")
                .expression_attribute_values(":kind", text(ExceptionKind::Refused.as_str()))
                .set_exclusive_start_key(start);
            let page = scan.send().await.context("the events table")?;
            for item in page.items.unwrap_or_default() {
                kept.push(read(item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        kept.sort_by(|one, other| (one.at, &one.event).cmp(&(other.at, &other.event)));
        Ok(kept)
    }

    /// Returns a refused post, with what it says unless it was replayed.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn kept_post(&self, event: &str) -> anyhow::Result<Option<Kept>> {
        let get = self.dynamodb.get_item().consistent_read(true);
        let get = get
            .table_name(self.setting(Setting::EventsTable))
            .set_key(Some(key(event)));
        let item = get.send().await.context("the events table")?.item;
        item.map(read).transpose()
    }

    /// Notes that a post was replayed, and forgets what it says; not where it was refused anew since.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn mark_replayed(&self, kept: &Kept, now: Timestamp) -> anyhow::Result<()> {
        let update = self.dynamodb.update_item();
        let update = update
            .table_name(self.setting(Setting::EventsTable))
            .set_key(Some(key(&kept.event)))
            .update_expression("SET #replayed = :now REMOVE #body")
            .condition_expression("#at = :at")
            .expression_attribute_names("#at", "at")
            .expression_attribute_names("#body", "body")
            .expression_attribute_names("#replayed", "replayed")
            .expression_attribute_values(":at", text(kept.at.to_string()))
            .expression_attribute_values(":now", text(now.to_string()));
        let updated = update.send().await;
        match updated.map_err(|error| error.into_service_error()) {
            Ok(_) => Ok(()),
            Err(error) if error.is_conditional_check_failed_exception() => Ok(()),
            Err(error) => Err(anyhow::Error::from(error).context("the events table")),
        }
    }
}

fn key(event: &str) -> Item {
    let id = exception_id(event, ExceptionKind::Refused, "", "");
    HashMap::from([("id".to_owned(), text(id))])
}

fn read(mut item: Item) -> anyhow::Result<Kept> {
    Ok(Kept {
        event: take_text(&mut item, "event")?,
        reason: take_text(&mut item, "reason")?,
        at: take_text(&mut item, "at")?.parse()?,
        replayed: take_text(&mut item, "replayed")
            .ok()
            .map(|at| at.parse())
            .transpose()?,
        body: take_text(&mut item, "body").ok(),
    })
}
