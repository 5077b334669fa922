//! The enrollments table, and its sparse index of what waits for a moment.
//!
//! | `enrollment` | what |
//! |---|---|
//! | `enr_…` | a run |
//! | `ent_…` | when the contact came into a journey last, where its `reentry` asks for that |
//! | `dat_…` | a date on which the contact comes into a journey |
//!
//! `shard` and `due` are there only while something waits, so the index holds nothing else.

use anyhow::anyhow;
use aws_sdk_dynamodb::types::AttributeValue;
use engine::{
    Beside, Dates, Due, DueIndex, Enrollments, Overdue, RUNS_KEPT, Rewrite, Stored, Versioned,
};
use jiff::Timestamp;
use journey::{ContactId, DateId, Enrollment, EnrollmentId, EntryId};
use wire::{Armed, EnrollmentRecord, LastEntry, Standing};

use crate::item::{Item, key, number, take_number, take_text, text};
use crate::writes::{Put, versioned};
use crate::{Aws, Setting};

impl Enrollments for Aws {
    async fn enrollment(
        &self,
        contact: &ContactId,
        id: &EnrollmentId,
    ) -> anyhow::Result<Option<EnrollmentRecord>> {
        let item = self.enrollments_item(contact, id.as_str()).await?;
        item.map(|item| record(contact, item)).transpose()
    }

    async fn runs(&self, contact: &ContactId) -> anyhow::Result<Vec<EnrollmentRecord>> {
        let mut found = Vec::new();
        let mut start = None;
        for _ in 0..PAGES_MAX {
            let query = self.dynamodb.query().consistent_read(true);
            let query = query
                .table_name(self.setting(Setting::EnrollmentsTable))
                .key_condition_expression("#c = :c AND begins_with(#e, :e)")
                .filter_expression("NOT contains(#doc, :over)")
                .expression_attribute_names("#c", "contact")
                .expression_attribute_names("#e", "enrollment")
                .expression_attribute_names("#doc", "doc")
                .expression_attribute_values(":c", text(contact.as_str()))
                .expression_attribute_values(":e", text(RUNS))
                .expression_attribute_values(":over", text(Standing::OVER));
            let page = query.set_exclusive_start_key(start).send().await?;
            let items = page.items.unwrap_or_default().into_iter();
            let records = items.map(|item| record(contact, item));
            found.extend(records.collect::<anyhow::Result<Vec<_>>>()?);
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
        Err(anyhow!("{contact} has more than {PAGES_MAX} MB of runs"))
    }

    async fn last_entry(
        &self,
        contact: &ContactId,
        id: &EntryId,
    ) -> anyhow::Result<Option<Versioned<LastEntry>>> {
        let item = self.enrollments_item(contact, id.as_str()).await?;
        item.map(|item| versioned(item, LastEntry::from_json))
            .transpose()
    }

    async fn enter(&self, record: &EnrollmentRecord, beside: &Beside) -> anyhow::Result<Stored> {
        let mut puts = vec![self.enrollment_put(record, 1)];
        if let Some(rewrite) = &beside.contact {
            puts.push(self.contact_put(&rewrite.record, Some(rewrite.replaces)));
        }
        if let Some(entry) = &beside.entry {
            puts.push(entry_put(&record.enrollment.contact, entry));
        }
        self.put_all(puts).await
    }

    async fn hand_over(
        &self,
        from: &EnrollmentRecord,
        to: &EnrollmentRecord,
        entry: Option<&(EntryId, LastEntry, Option<u64>)>,
    ) -> anyhow::Result<Stored> {
        let mut puts = vec![
            self.enrollment_put(from, from.version + 1),
            self.enrollment_put(to, 1),
        ];
        puts.extend(entry.map(|entry| entry_put(&to.enrollment.contact, entry)));
        self.put_all(puts).await
    }

    async fn replace(
        &self,
        record: &EnrollmentRecord,
        contact: Option<&Rewrite>,
    ) -> anyhow::Result<Stored> {
        let mut puts = vec![self.enrollment_put(record, record.version + 1)];
        if let Some(rewrite) = contact {
            puts.push(self.contact_put(&rewrite.record, Some(rewrite.replaces)));
        }
        self.put_all(puts).await
    }
}

impl Dates for Aws {
    async fn armed(
        &self,
        contact: &ContactId,
        id: &DateId,
    ) -> anyhow::Result<Option<Versioned<Armed>>> {
        let item = self.enrollments_item(contact, id.as_str()).await?;
        item.map(|item| versioned(item, Armed::from_json))
            .transpose()
    }

    async fn arm(
        &self,
        contact: &ContactId,
        id: &DateId,
        armed: &Armed,
        replaces: Option<u64>,
    ) -> anyhow::Result<Stored> {
        let mut item = enrollments_key(contact, id.as_str());
        if let Some(due) = armed.due {
            item.extend(due_key(id.shard(SHARDS), due));
        }
        let put = Put::new(item, armed.to_json(), replaces, "enrollment");
        self.put_all(vec![(Setting::EnrollmentsTable, put)]).await
    }

    async fn disarm(
        &self,
        contact: &ContactId,
        id: &DateId,
        version: u64,
    ) -> anyhow::Result<Stored> {
        let delete = self.dynamodb.delete_item();
        let delete = delete
            .table_name(self.setting(Setting::EnrollmentsTable))
            .set_key(Some(enrollments_key(contact, id.as_str())))
            .condition_expression("#v = :v")
            .expression_attribute_names("#v", "v")
            .expression_attribute_values(":v", number(version));
        match delete
            .send()
            .await
            .map_err(|error| error.into_service_error())
        {
            Ok(_) => Ok(Stored::Done),
            Err(error) if error.is_conditional_check_failed_exception() => Ok(Stored::Conflict),
            Err(error) => Err(error.into()),
        }
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
            let mut start = enrollments_key(&after.contact, after.what.as_str());
            start.extend(due_key(shard, after.due));
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
        page.into_iter().map(overdue).collect()
    }
}

impl Aws {
    async fn enrollments_item(
        &self,
        contact: &ContactId,
        id: &str,
    ) -> anyhow::Result<Option<Item>> {
        let get = self.dynamodb.get_item().consistent_read(true);
        let get = get
            .table_name(self.setting(Setting::EnrollmentsTable))
            .set_key(Some(enrollments_key(contact, id)));
        Ok(get.send().await?.item)
    }

    /// Returns how a record is written as `version`: a new one where that is 1, else in place of the one before.
    fn enrollment_put(&self, record: &EnrollmentRecord, version: u64) -> (Setting, Put) {
        let enrollment = &record.enrollment;
        let mut item = enrollments_key(&enrollment.contact, enrollment.id.as_str());
        if let Some(due) = record.due() {
            item.extend(due_key(enrollment.id.shard(SHARDS), due));
        }
        // Who may never come again must be remembered for as long.
        let end = enrollment.phase.end().filter(|_| !enters_once(enrollment));
        if let Some((_, at)) = end {
            let forget = at + RUNS_KEPT;
            item.insert("ttl".to_owned(), number(forget.as_second()));
        }
        let replaces = version.checked_sub(1).filter(|before| *before > 0);
        let put = Put::new(item, record.to_json(), replaces, "enrollment");
        (Setting::EnrollmentsTable, put)
    }
}

/// Returns how it is noted when a contact came in last.
fn entry_put(
    contact: &ContactId,
    (id, entry, replaces): &(EntryId, LastEntry, Option<u64>),
) -> (Setting, Put) {
    let item = enrollments_key(contact, id.as_str());
    let put = Put::new(item, entry.to_json(), *replaces, "enrollment");
    (Setting::EnrollmentsTable, put)
}

fn record(contact: &ContactId, mut item: Item) -> anyhow::Result<EnrollmentRecord> {
    let id = take_text(&mut item, "enrollment")?.parse()?;
    let version = take_number(&mut item, "v")?;
    let doc = take_text(&mut item, "doc")?;
    Ok(EnrollmentRecord::from_json(
        contact.clone(),
        id,
        version,
        &doc,
    )?)
}

fn overdue(mut item: Item) -> anyhow::Result<Overdue> {
    let name = take_text(&mut item, "enrollment")?;
    let what = match name.starts_with(RUNS) {
        true => Due::Run(name.parse()?),
        false => Due::Date(name.parse()?),
    };
    Ok(Overdue {
        contact: take_text(&mut item, "contact")?.parse()?,
        what,
        due: take_text(&mut item, "due")?.parse()?,
    })
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

fn enrollments_key(contact: &ContactId, id: &str) -> Item {
    key(("contact", contact.as_str()), ("enrollment", id))
}

fn due_key(shard: u8, due: Timestamp) -> [(String, AttributeValue); 2] {
    [
        ("shard".to_owned(), text(shard_name(shard))),
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
const PAGES_MAX: u8 = 200;
/// How the names of runs begin.
pub(crate) const RUNS: &str = "enr_";
