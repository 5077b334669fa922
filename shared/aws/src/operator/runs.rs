//! Counts who is on their way, and finds those who were parked.

use std::collections::BTreeMap;

use anyhow::Context;
use engine::DueIndex;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use journey::{ContactId, EnrollmentId, Phase};
use wire::{Passage, Standing};

use crate::enrollments::{RUNS, minute, shard_name};
use crate::item::{Item, take_text, text};
use crate::{Aws, Setting};

/// How many are on their way in one version of one journey.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct InFlight {
    /// Who wait for a moment or for something to happen.
    pub waiting: u64,
    /// Whose mail is on its way to SES.
    pub sending: u64,
    /// Who cannot go on until somebody has mended something.
    pub parked: u64,
}

impl InFlight {
    /// Returns how many are on their way.
    pub fn total(&self) -> u64 {
        self.waiting + self.sending + self.parked
    }

    fn add(&mut self, phase: &Phase) {
        match phase {
            Phase::Left { .. } => (),
            Phase::Parked { .. } => self.parked += 1,
            Phase::Calling { .. } | Phase::Entered | Phase::Sending { .. } => self.sending += 1,
            Phase::Holding { .. } | Phase::Met { .. } | Phase::Waiting { .. } => self.waiting += 1,
        }
    }
}

/// Somebody who cannot go on until something is mended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parked {
    /// Who travels.
    pub contact: ContactId,
    /// The run.
    pub enrollment: EnrollmentId,
    /// The journey's name.
    pub journey: String,
    /// The content hash of the version.
    pub plan: String,
    /// The step that could not be done.
    pub step: String,
    /// Why not.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// Somebody who is on their way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Traveler {
    /// Who.
    pub contact: ContactId,
    /// Their run.
    pub enrollment: EnrollmentId,
    /// How far they came.
    pub passage: Passage,
}

impl Aws {
    /// Counts who is on their way, by journey and content hash of its version.
    ///
    /// It reads the whole table, in parallel; only what says where somebody stands leaves DynamoDB's
    /// filter, and nobody who has left.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or a newer version of Waypost wrote an enrollment.
    pub async fn in_flight(&self) -> anyhow::Result<BTreeMap<(String, String), InFlight>> {
        let filter = ("NOT contains(#doc, :part)", Standing::OVER);
        let mut counts: BTreeMap<(String, String), InFlight> = BTreeMap::new();
        for mut item in self.scan(filter, "#doc").await? {
            let standing = Standing::from_json(&take_text(&mut item, "doc")?)?;
            if !matches!(standing.phase, Phase::Left { .. }) {
                let version = (standing.journey, standing.plan);
                counts.entry(version).or_default().add(&standing.phase);
            }
        }
        Ok(counts)
    }

    /// Finds those who were parked, the longest first.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or a newer version of Waypost wrote an enrollment.
    pub async fn parked(&self) -> anyhow::Result<Vec<Parked>> {
        let filter = ("contains(#doc, :part)", Standing::PARKED);
        let mut parked = Vec::new();
        for mut item in self.scan(filter, "#contact, #enrollment, #doc").await? {
            let standing = Standing::from_json(&take_text(&mut item, "doc")?)?;
            if let Phase::Parked { step, reason, at } = standing.phase {
                parked.push(Parked {
                    contact: take_text(&mut item, "contact")?.parse()?,
                    enrollment: take_text(&mut item, "enrollment")?.parse()?,
                    journey: standing.journey,
                    plan: standing.plan,
                    step,
                    reason,
                    at,
                });
            }
        }
        parked.sort_by(|one, other| (one.at, &one.enrollment).cmp(&(other.at, &other.enrollment)));
        Ok(parked)
    }

    /// Finds the runs of a journey that are on their way, or one of them by its name.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or a newer version of Waypost wrote an enrollment.
    pub async fn running(
        &self,
        journey: Option<&str>,
        run: Option<&EnrollmentId>,
    ) -> anyhow::Result<Vec<(ContactId, EnrollmentId, String)>> {
        let filter = ("NOT contains(#doc, :part)", Standing::OVER);
        let mut found = Vec::new();
        for mut item in self.scan(filter, "#contact, #enrollment, #doc").await? {
            let id: EnrollmentId = take_text(&mut item, "enrollment")?.parse()?;
            let standing = Standing::from_json(&take_text(&mut item, "doc")?)?;
            let over = matches!(standing.phase, Phase::Left { .. });
            let wanted = journey.is_none_or(|name| name == standing.journey);
            if !over && wanted && run.is_none_or(|run| *run == id) {
                let contact = take_text(&mut item, "contact")?.parse()?;
                found.push((contact, id, standing.journey));
            }
        }
        found.sort();
        Ok(found)
    }

    /// Finds where those stand who are on their way in a journey, the longest there first.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or a newer version of Waypost wrote an enrollment.
    pub async fn standing(&self, journey: &str) -> anyhow::Result<Vec<Traveler>> {
        let filter = ("NOT contains(#doc, :part)", Standing::OVER);
        let mut found = Vec::new();
        for mut item in self.scan(filter, "#contact, #enrollment, #doc").await? {
            let doc = take_text(&mut item, "doc")?;
            let passage = Passage::from_json(&doc)?;
            if passage.journey == journey && !passage.phase.is_over() {
                let contact: ContactId = take_text(&mut item, "contact")?.parse()?;
                let enrollment: EnrollmentId = take_text(&mut item, "enrollment")?.parse()?;
                found.push(Traveler {
                    contact,
                    enrollment,
                    passage,
                });
            }
        }
        found.sort_by_key(|one| {
            let last = one.passage.path.last().map(|taken| taken.at);
            (last, one.enrollment.clone())
        });
        Ok(found)
    }

    /// Returns since when the one waits who should have been moved on first; nothing where nobody is
    /// overdue.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn oldest_due(&self, now: Timestamp) -> anyhow::Result<Option<Timestamp>> {
        let firsts = (0..self.shards()).map(|shard| self.first_due(shard, now));
        let firsts: Vec<Option<Timestamp>> = stream::iter(firsts)
            .buffer_unordered(AT_ONCE_MAX)
            .try_collect()
            .await?;
        Ok(firsts.into_iter().flatten().min())
    }

    async fn first_due(&self, shard: u8, now: Timestamp) -> anyhow::Result<Option<Timestamp>> {
        let query = self.dynamodb.query().index_name("due").limit(1);
        let query = query
            .table_name(self.setting(Setting::EnrollmentsTable))
            .key_condition_expression("#s = :s AND #d <= :d")
            .expression_attribute_names("#s", "shard")
            .expression_attribute_names("#d", "due")
            .expression_attribute_values(":s", text(shard_name(shard)))
            .expression_attribute_values(":d", text(minute(now)));
        let page = query.send().await.context("the enrollments table")?;
        let Some(mut item) = page.items.unwrap_or_default().pop() else {
            return Ok(None);
        };
        Ok(Some(take_text(&mut item, "due")?.parse()?))
    }

    /// Reads those enrollments in whose document a part does, or does not, stand.
    pub(super) async fn scan(
        &self,
        filter: (&str, &str),
        attributes: &str,
    ) -> anyhow::Result<Vec<Item>> {
        let segments = (0..SEGMENTS).map(|segment| self.segment(segment, filter, attributes));
        let segments: Vec<Vec<Item>> = stream::iter(segments)
            .buffer_unordered(AT_ONCE_MAX)
            .try_collect()
            .await?;
        Ok(segments.into_iter().flatten().collect())
    }

    async fn segment(
        &self,
        segment: i32,
        (filter, part): (&str, &str),
        attributes: &str,
    ) -> anyhow::Result<Vec<Item>> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let scan = self.dynamodb.scan().segment(segment);
            let mut scan = scan
                .total_segments(SEGMENTS)
                .table_name(self.setting(Setting::EnrollmentsTable))
                .projection_expression(attributes)
                .filter_expression(format!("begins_with(#enrollment, :runs) AND {filter}"))
                .expression_attribute_names("#doc", "doc")
                .expression_attribute_names("#enrollment", "enrollment")
                .expression_attribute_values(":runs", text(RUNS))
                .expression_attribute_values(":part", text(part))
                .set_exclusive_start_key(start);
            if attributes.contains("#contact") {
                scan = scan.expression_attribute_names("#contact", "contact");
            }
            let page = scan.send().await.context("the enrollments table")?;
            items.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }
}

const SEGMENTS: i32 = 8;
const AT_ONCE_MAX: usize = 8;
