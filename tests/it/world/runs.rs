//! Enrollments with their due index, exceptions, and what is published.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use engine::{
    DueIndex, Enrollments, Exception, Exceptions, Overdue, Pages, Plans, Releases, Stored,
    Templates,
};
use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, EnrollmentId, Plan, Release};
use mail::Template;
use wire::EnrollmentRecord;

use super::{Bug, State, World};

/// Every run, and the index of those who wait.
#[derive(Default)]
pub(crate) struct Runs {
    pub(crate) rows: BTreeMap<(ContactId, EnrollmentId), EnrollmentRecord>,
    /// What the index shows, and since when: it follows the table after a moment.
    pub(crate) index: BTreeMap<EnrollmentId, Vec<(Timestamp, Option<Overdue>)>>,
}

impl Runs {
    pub(crate) fn all(&self) -> impl Iterator<Item = &EnrollmentRecord> {
        self.rows.values()
    }

    pub(crate) fn one(&self, contact: &ContactId, id: &EnrollmentId) -> Option<EnrollmentRecord> {
        self.rows.get(&(contact.clone(), id.clone())).cloned()
    }

    /// Returns what the index shows at a moment.
    pub(crate) fn shown(&self, at: Timestamp) -> impl Iterator<Item = &Overdue> {
        let last = move |history: &'_ Vec<(Timestamp, Option<Overdue>)>| {
            history.iter().rposition(|(since, _)| *since <= at)
        };
        let rows = self.index.values();
        rows.filter_map(move |history| history[last(history)?].1.as_ref())
    }
}

impl State {
    fn store(&mut self, record: &EnrollmentRecord, version: u64) {
        let run = &record.enrollment;
        let key = (run.contact.clone(), run.id.clone());
        let (contact, id) = key.clone();
        let written = EnrollmentRecord::from_json(contact, id, version, &record.to_json());
        let mut written = written.expect("what is written can be read");
        if self.bug == Some(Bug::EffectsNotStored) {
            written.pending.clear();
        }
        self.runs.rows.insert(key, written);
        let shown = run.phase.due().map(|due| Overdue {
            contact: run.contact.clone(),
            enrollment: run.id.clone(),
            due,
        });
        let since = self.now + INDEX_LAG;
        let history = self.runs.index.entry(run.id.clone()).or_default();
        history.push((since, shown));
        self.log(|| format!("  {} v{version} is {:?}", run.id, run.phase));
    }
}

impl Enrollments for World {
    fn enrollment(
        &self,
        contact: &ContactId,
        id: &EnrollmentId,
    ) -> impl Future<Output = anyhow::Result<Option<EnrollmentRecord>>> + Send {
        self.read("enrollments.enrollment", |state| {
            state.runs.one(contact, id)
        })
    }

    fn enter(
        &self,
        record: &EnrollmentRecord,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("enrollments.enter", |state| {
            let run = &record.enrollment;
            let twice = state.bug == Some(Bug::EntersTwice);
            if state.runs.one(&run.contact, &run.id).is_some() && !twice {
                return Stored::Conflict;
            }
            state.entered(record);
            state.store(record, 1);
            Stored::Done
        })
    }

    fn replace(
        &self,
        record: &EnrollmentRecord,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("enrollments.replace", |state| {
            let run = &record.enrollment;
            let Some(before) = state.runs.one(&run.contact, &run.id) else {
                return Stored::Conflict;
            };
            let blind = state.bug == Some(Bug::UnconditionalReplace);
            if before.version != record.version && !blind {
                return Stored::Conflict;
            }
            state.replaced(&before, record);
            state.store(record, before.version + 1);
            Stored::Done
        })
    }
}

impl DueIndex for World {
    fn shards(&self) -> u8 {
        2
    }

    fn due(
        &self,
        shard: u8,
        until: Timestamp,
        after: Option<&Overdue>,
    ) -> impl Future<Output = anyhow::Result<Vec<Overdue>>> + Send {
        self.read("due_index.due", move |state| {
            let mut found: Vec<_> = state
                .runs
                .shown(state.now)
                .filter(|row| row.due <= until && row.enrollment.shard(2) == shard)
                .cloned()
                .collect();
            let key = |row: &Overdue| (row.due, row.enrollment.clone());
            found.sort_by_key(key);
            let start = after.map_or(0, |after| {
                found.partition_point(|row| key(row) <= key(after))
            });
            found.split_off(start).into_iter().take(PAGE).collect()
        })
    }
}

impl Exceptions for World {
    fn record(&self, exception: &Exception) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("exceptions.record", |state| {
            let Exception {
                kind,
                event,
                journey,
                contact,
                ..
            } = exception;
            let contact = contact.as_ref().map(ContactId::as_str);
            let key = format!("{} {event} {journey:?} {contact:?}", kind.as_str());
            state.exceptions.insert(key, exception.clone());
        })
    }
}

impl Releases for World {
    async fn current(&self) -> anyhow::Result<Option<(String, Arc<Release>)>> {
        let current = self.read("releases.current", |state| {
            let published = &state.published;
            (published.hash.clone(), Arc::clone(&published.release))
        });
        Ok(Some(current.await?))
    }

    async fn release(&self, hash: &str) -> anyhow::Result<Arc<Release>> {
        let release = self.read("releases.release", |state| {
            let published = &state.published;
            (published.hash == hash).then(|| Arc::clone(&published.release))
        });
        release.await?.context("there is no such release")
    }
}

impl Plans for World {
    async fn plan(&self, hash: &str) -> anyhow::Result<Arc<Plan>> {
        let plan = self.read("plans.plan", |state| {
            state.published.plans.get(hash).map(Arc::clone)
        });
        plan.await?.ok_or_else(|| anyhow!("there is no such plan"))
    }
}

impl Pages for World {
    fn unsubscribe(&self, _: &ContactId, topic: &str) -> Option<String> {
        Some(format!("https://pages.example/u/{topic}"))
    }
}

impl Templates for World {
    async fn template(&self, hash: &str) -> anyhow::Result<Arc<Template>> {
        let template = self.read("templates.template", |state| {
            state.published.templates.get(hash).map(Arc::clone)
        });
        template.await?.context("there is no such template")
    }
}

/// How far the index is behind the table.
const INDEX_LAG: SignedDuration = SignedDuration::from_secs(2);

/// So few that paging happens.
const PAGE: usize = 3;
