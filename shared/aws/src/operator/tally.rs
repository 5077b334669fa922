//! Reads what statistics are made of: how far runs came, and what became of mails; nobody's name.

use std::collections::BTreeSet;

use anyhow::Context;
use engine::Fact;
use futures_util::{StreamExt, TryStreamExt, stream};
use journey::EnrollmentId;
use wire::Passage;

use crate::enrollments::RUNS;
use crate::item::{Item, take_text, text};
use crate::ledger::facts;
use crate::{Aws, Setting};

/// What became of one mail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailFacts {
    /// The run that sent it.
    pub enrollment: EnrollmentId,
    /// The step that sent it.
    pub step: String,
    /// Whether it is for whoever walks the journey; else a colleague is told.
    pub own: bool,
    /// Whether SES took it; nobody knows yet, or ever, where not.
    pub accepted: bool,
    /// What became of it then.
    pub facts: BTreeSet<Fact>,
}

impl Aws {
    /// Reads how far every run came that is kept.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or a newer version of Waypost wrote an enrollment.
    pub async fn passages(&self) -> anyhow::Result<Vec<(EnrollmentId, Passage)>> {
        let wanted = (Setting::EnrollmentsTable, "enrollment", "doc", Some(RUNS));
        self.read_whole(wanted, |mut item| {
            let id = take_text(&mut item, "enrollment")?.parse()?;
            Ok((id, Passage::from_json(&take_text(&mut item, "doc")?)?))
        })
        .await
    }

    /// Reads what became of every mail in the ledger that may have left.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn posted(&self) -> anyhow::Result<Vec<MailFacts>> {
        let wanted = (Setting::SendsTable, "send", "facts", None);
        let mails = self
            .read_whole(wanted, |mut item| {
                let facts = facts(&item);
                let state = take_text(&mut item, "state")?;
                let posted = MailFacts {
                    enrollment: take_text(&mut item, "enrollment")?.parse()?,
                    step: take_text(&mut item, "step")?,
                    own: take_text(&mut item, "contact")? == take_text(&mut item, "traveler")?,
                    accepted: state == "accepted",
                    facts,
                };
                Ok((state != "released").then_some(posted))
            })
            .await?;
        Ok(mails.into_iter().flatten().collect())
    }

    /// Reads a table whole, in parallel; only what is made of the items is held.
    async fn read_whole<T>(
        &self,
        (table, sort, value, begins): (Setting, &str, &str, Option<&str>),
        make: impl Fn(Item) -> anyhow::Result<T>,
    ) -> anyhow::Result<Vec<T>> {
        let segments = (0..SEGMENTS).map(async |segment| {
            let mut made = Vec::new();
            let mut start = None;
            loop {
                let scan = self.dynamodb.scan().segment(segment);
                let mut scan = scan
                    .total_segments(SEGMENTS)
                    .table_name(self.setting(table))
                    .expression_attribute_names("#sort", sort)
                    .expression_attribute_names("#value", value);
                scan = match begins {
                    Some(begins) => scan
                        .projection_expression("#sort, #value")
                        .filter_expression("begins_with(#sort, :begins)")
                        .expression_attribute_values(":begins", text(begins)),
                    None => scan
                        .projection_expression(
                            "#sort, #value, #run, #state, #step, #who, #traveler",
                        )
                        .expression_attribute_names("#run", "enrollment")
                        .expression_attribute_names("#who", "contact")
                        .expression_attribute_names("#traveler", "traveler")
                        .expression_attribute_names("#state", "state")
                        .expression_attribute_names("#step", "step"),
                };
                let page = scan.set_exclusive_start_key(start).send().await;
                let page = page.context("a table cannot be read")?;
                for item in page.items.unwrap_or_default() {
                    made.push(make(item)?);
                }
                start = page.last_evaluated_key;
                if start.is_none() {
                    return anyhow::Ok(made);
                }
            }
        });
        let segments: Vec<Vec<T>> = stream::iter(segments)
            .buffer_unordered(AT_ONCE_MAX)
            .try_collect()
            .await?;
        Ok(segments.into_iter().flatten().collect())
    }
}

const SEGMENTS: i32 = 8;
const AT_ONCE_MAX: usize = 8;
