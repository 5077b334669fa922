//! The enrollments table, and its sparse index of those who wait.
//!
//! `shard` and `due` are there only while an enrollment waits, so the index holds nobody else.

use aws_sdk_dynamodb::types::AttributeValue;
use engine::{DueIndex, Enrollments, Overdue, Stored};
use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, Enrollment, EnrollmentId, Phase};
use wire::EnrollmentRecord;

use crate::item::{Item, key, number, take_number, take_text, text};
use crate::{Aws, Setting};

impl Enrollments for Aws {
    async fn enrollment(
        &self,
        contact: &ContactId,
        id: &EnrollmentId,
    ) -> anyhow::Result<Option<EnrollmentRecord>> {
        let get = self.dynamodb.get_item().consistent_read(true);
        let get = get
            .table_name(self.setting(Setting::EnrollmentsTable))
            .set_key(Some(enrollment_key(contact, id)));
        let Some(mut item) = get.send().await?.item else {
            return Ok(None);
        };
        let version = take_number(&mut item, "v")?;
        let doc = take_text(&mut item, "doc")?;
        let record = EnrollmentRecord::from_json(contact.clone(), id.clone(), version, &doc)?;
        Ok(Some(record))
    }

    async fn enter(&self, record: &EnrollmentRecord) -> anyhow::Result<Stored> {
        self.put_enrollment(record, 1).await
    }

    async fn replace(&self, record: &EnrollmentRecord) -> anyhow::Result<Stored> {
        self.put_enrollment(record, record.version + 1).await
    }
}

impl DueIndex for Aws {
    fn shards(&self) -> u8 {
        SHARDS
    }

    async fn due(
        &self,
        shard: u8,
        until: Timestamp,
        after: Option<&Overdue>,
    ) -> anyhow::Result<Vec<Overdue>> {
        let start = after.map(|after| {
            let mut start = enrollment_key(&after.contact, &after.enrollment);
            start.extend(due_key(&after.enrollment, after.due));
            start
        });
        let query = self.dynamodb.query();
        let query = query
            .table_name(self.setting(Setting::EnrollmentsTable))
            .index_name("due")
            .key_condition_expression("#s = :s AND #d <= :d")
            .expression_attribute_names("#s", "shard")
            .expression_attribute_names("#d", "due")
            .expression_attribute_values(":s", text(shard_name(shard)))
            .expression_attribute_values(":d", text(minute(until)))
            .set_exclusive_start_key(start);
        let page = query.send().await?.items.unwrap_or_default();
        let overdue = page.into_iter().map(|mut item| {
            Ok(Overdue {
                contact: take_text(&mut item, "contact")?.parse()?,
                enrollment: take_text(&mut item, "enrollment")?.parse()?,
                due: take_text(&mut item, "due")?.parse()?,
            })
        });
        overdue.collect()
    }
}

impl Aws {
    /// Writes a record as `version`: a new one where that is 1, else in place of the one before.
    async fn put_enrollment(
        &self,
        record: &EnrollmentRecord,
        version: u64,
    ) -> anyhow::Result<Stored> {
        let enrollment = &record.enrollment;
        let mut item = enrollment_key(&enrollment.contact, &enrollment.id);
        item.insert("v".to_owned(), number(version));
        item.insert("doc".to_owned(), text(record.to_json()));
        match &enrollment.phase {
            Phase::Holding { due, .. }
            | Phase::Met { since: due, .. }
            | Phase::Waiting { due, .. } => item.extend(due_key(&enrollment.id, *due)),
            // Who may never come again must be remembered for as long.
            Phase::Left { .. } if enters_once(enrollment) => (),
            Phase::Left { at, .. } => {
                let forget = *at + KEPT_AFTER_THE_END;
                item.insert("ttl".to_owned(), number(forget.as_second()));
            }
            Phase::Calling { .. }
            | Phase::Entered
            | Phase::Parked { .. }
            | Phase::Sending { .. } => (),
        }
        let put = self.dynamodb.put_item();
        let put = put
            .table_name(self.setting(Setting::EnrollmentsTable))
            .set_item(Some(item));
        let put = if version == 1 {
            put.condition_expression("attribute_not_exists(#e)")
                .expression_attribute_names("#e", "enrollment")
        } else {
            put.condition_expression("#v = :v")
                .expression_attribute_names("#v", "v")
                .expression_attribute_values(":v", number(version - 1))
        };
        match put.send().await.map_err(|error| error.into_service_error()) {
            Ok(_) => Ok(Stored::Done),
            Err(error) if error.is_conditional_check_failed_exception() => Ok(Stored::Conflict),
            Err(error) => Err(error.into()),
        }
    }
}

/// Returns whether this is the one run that its contact ever has: `reentry: never`.
fn enters_once(enrollment: &Enrollment) -> bool {
    let Enrollment {
        contact,
        id,
        journey,
        subject,
        ..
    } = enrollment;
    *id == EnrollmentId::of(journey, subject.as_deref(), contact, None)
}

fn enrollment_key(contact: &ContactId, id: &EnrollmentId) -> Item {
    key(("contact", contact.as_str()), ("enrollment", id.as_str()))
}

fn due_key(id: &EnrollmentId, due: Timestamp) -> [(String, AttributeValue); 2] {
    [
        ("shard".to_owned(), text(shard_name(id.shard(SHARDS)))),
        ("due".to_owned(), text(minute(due))),
    ]
}

pub(crate) fn shard_name(shard: u8) -> String {
    format!("{shard:02}")
}

/// Writes a moment so that texts sort as moments do.
pub(crate) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:00Z").to_string()
}

/// One partition of an index takes 1,000 writes a second.
const SHARDS: u8 = 16;
const KEPT_AFTER_THE_END: SignedDuration = SignedDuration::from_hours(90 * 24);
