//! Enrollments with their due index, exceptions, and what is published.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use engine::{
    AddressKeys, Beside, Dates, Due, DueIndex, Enrollments, Overdue, Pages, Plans, Releases,
    Rewrite, Stored, Templates, Tickets, Versioned,
};
use jiff::{SignedDuration, Timestamp};
use journey::{Contact, ContactId, DateId, EnrollmentId, EntryId, Plan, Release, SendId};
use mail::Template;
use wire::{Armed, EnrollmentRecord, LastEntry, Ticket};

use super::{Bug, State, World};

/// Every run, what stands beside them, and the index of what waits.
#[derive(Default)]
pub(crate) struct Runs {
    pub(crate) rows: BTreeMap<(ContactId, EnrollmentId), EnrollmentRecord>,
    pub(crate) dates: BTreeMap<(ContactId, DateId), (u64, String)>,
    pub(crate) entries: BTreeMap<(ContactId, EntryId), (u64, String)>,
    /// Whom an operator lets try again.
    pub(super) mended: BTreeSet<EnrollmentId>,
    /// What the index shows, and since when: it follows the table after a moment.
    index: BTreeMap<String, Vec<(Timestamp, Option<Overdue>)>>,
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
    pub(super) fn store(&mut self, record: &EnrollmentRecord, version: u64) {
        let run = &record.enrollment;
        let key = (run.contact.clone(), run.id.clone());
        let (contact, id) = key.clone();
        let written = EnrollmentRecord::from_json(contact, id, version, &record.to_json());
        let mut written = written.expect("what is written can be read");
        if self.bug == Some(Bug::EffectsNotStored) {
            written.pending.clear();
            written.changed = false;
        }
        if self.bug == Some(Bug::EnrollsForgotten) {
            written.enrolls.clear();
        }
        self.runs.rows.insert(key, written);
        let what = Due::Run(run.id.clone());
        self.show(&run.contact, what, record.due());
        self.log(|| format!("  {} v{version} is {:?}", run.id, run.phase));
    }

    /// Forgets a person at once, as the command does one item after the other.
    pub(super) fn forget(&mut self, person: &ContactId) {
        self.people.forget(person, self.service.delivered.len());
        let runs = self
            .runs
            .rows
            .keys()
            .map(|(of, id)| (of, Due::Run(id.clone())));
        let dates = self
            .runs
            .dates
            .keys()
            .map(|(of, id)| (of, Due::Date(id.clone())));
        let gone = runs.chain(dates).filter(|(of, _)| *of == person);
        let gone: Vec<_> = gone.map(|(_, what)| what).collect();
        self.runs.rows.retain(|(of, _), _| of != person);
        self.runs.dates.retain(|(of, _), _| of != person);
        self.runs.entries.retain(|(of, _), _| of != person);
        for what in gone {
            self.show(person, what, None);
        }
    }

    /// Has the index show something, or not any more.
    fn show(&mut self, contact: &ContactId, what: Due, due: Option<Timestamp>) {
        let since = self.now + INDEX_LAG;
        let history = self.runs.index.entry(what.as_str().to_owned());
        let shown = due.map(|due| Overdue {
            contact: contact.clone(),
            what,
            due,
        });
        history.or_default().push((since, shown));
    }

    /// Returns whether what is written beside a run may be written.
    fn may_write(&self, contact: &ContactId, beside: &Beside) -> bool {
        let contact_fits = beside.contact.as_ref().is_none_or(|rewrite| {
            let known = self.people.contacts.get(&rewrite.record.contact.id);
            known.map(|known| known.version) == Some(rewrite.replaces)
        });
        contact_fits
            && beside.entry.as_ref().is_none_or(|(id, _, replaces)| {
                let entries = &self.runs.entries;
                let known = entries.get(&(contact.clone(), id.clone()));
                known.map(|(version, _)| *version) == *replaces
            })
    }

    fn write_beside(&mut self, contact: &ContactId, beside: &Beside) {
        let changes = self.bug != Some(Bug::ChangesNotWritten);
        if let Some(rewrite) = beside.contact.as_ref().filter(|_| changes) {
            let mut record = rewrite.record.clone();
            if self.bug == Some(Bug::ChangesNotTold) {
                record.unheard.clear();
            }
            self.people.put(&record, Some(rewrite.replaces));
        }
        let entries = self.bug != Some(Bug::EntriesForgotten);
        if let Some((id, entry, replaces)) = beside.entry.as_ref().filter(|_| entries) {
            let row = (replaces.unwrap_or_default() + 1, entry.to_json());
            let key = (contact.clone(), id.clone());
            self.runs.entries.insert(key, row);
        }
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

    fn runs(
        &self,
        contact: &ContactId,
    ) -> impl Future<Output = anyhow::Result<Vec<EnrollmentRecord>>> + Send {
        self.read("enrollments.runs", |state| {
            let rows = state.runs.all();
            let on_the_way = rows.filter(|row| {
                row.enrollment.contact == *contact && !row.enrollment.phase.is_over()
            });
            on_the_way.cloned().collect()
        })
    }

    async fn last_entry(
        &self,
        contact: &ContactId,
        id: &EntryId,
    ) -> anyhow::Result<Option<Versioned<LastEntry>>> {
        let key = (contact.clone(), id.clone());
        let found = self.read("enrollments.last_entry", |state| {
            state.runs.entries.get(&key).cloned()
        });
        let found = found.await?.map(|(version, json)| {
            let value = LastEntry::from_json(&json)?;
            anyhow::Ok(Versioned { value, version })
        });
        found.transpose()
    }

    fn enter(
        &self,
        record: &EnrollmentRecord,
        beside: &Beside,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("enrollments.enter", |state| {
            let run = &record.enrollment;
            let twice = state.bug == Some(Bug::EntersTwice);
            let there = state.runs.one(&run.contact, &run.id).is_some();
            if there && !twice || !state.may_write(&run.contact, beside) {
                return Stored::Conflict;
            }
            state.entered(record);
            state.write_beside(&run.contact, beside);
            state.store(record, 1);
            Stored::Done
        })
    }

    fn hand_over(
        &self,
        from: &EnrollmentRecord,
        to: &EnrollmentRecord,
        entry: Option<&(EntryId, LastEntry, Option<u64>)>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        let beside = Beside {
            contact: None,
            entry: entry.cloned(),
        };
        self.write("enrollments.hand_over", move |state| {
            let (old, new) = (&from.enrollment, &to.enrollment);
            let there = state.runs.one(&new.contact, &new.id).is_some();
            let Some(before) = state.runs.one(&old.contact, &old.id) else {
                return Stored::Conflict;
            };
            let fits = before.version == from.version && state.may_write(&new.contact, &beside);
            if there || !fits {
                return Stored::Conflict;
            }
            state.replaced(&before, from);
            state.entered(to);
            state.write_beside(&new.contact, &beside);
            state.store(from, before.version + 1);
            state.store(to, 1);
            Stored::Done
        })
    }

    fn replace(
        &self,
        record: &EnrollmentRecord,
        contact: Option<&Rewrite>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        let beside = Beside {
            contact: contact.cloned(),
            entry: None,
        };
        self.write("enrollments.replace", move |state| {
            let run = &record.enrollment;
            let Some(before) = state.runs.one(&run.contact, &run.id) else {
                return Stored::Conflict;
            };
            let blind = state.bug == Some(Bug::UnconditionalReplace);
            let fits = before.version == record.version && state.may_write(&run.contact, &beside);
            if !fits && !blind {
                return Stored::Conflict;
            }
            state.replaced(&before, record);
            state.write_beside(&run.contact, &beside);
            state.store(record, before.version + 1);
            Stored::Done
        })
    }
}

impl Dates for World {
    async fn armed(
        &self,
        contact: &ContactId,
        id: &DateId,
    ) -> anyhow::Result<Option<Versioned<Armed>>> {
        let key = (contact.clone(), id.clone());
        let found = self.read("dates.armed", |state| state.runs.dates.get(&key).cloned());
        let found = found.await?.map(|(version, json)| {
            let value = Armed::from_json(&json)?;
            anyhow::Ok(Versioned { value, version })
        });
        found.transpose()
    }

    fn arm(
        &self,
        contact: &ContactId,
        id: &DateId,
        armed: &Armed,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("dates.arm", move |state| {
            let key = (contact.clone(), id.clone());
            let known = state.runs.dates.get(&key).map(|(version, _)| *version);
            if known != replaces {
                return Stored::Conflict;
            }
            let row = (replaces.unwrap_or_default() + 1, armed.to_json());
            state.runs.dates.insert(key, row);
            state.show(contact, Due::Date(id.clone()), armed.due);
            Stored::Done
        })
    }

    fn disarm(
        &self,
        contact: &ContactId,
        id: &DateId,
        version: u64,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("dates.disarm", move |state| {
            let key = (contact.clone(), id.clone());
            let known = state.runs.dates.get(&key).map(|(version, _)| *version);
            if known != Some(version) {
                return Stored::Conflict;
            }
            state.runs.dates.remove(&key);
            state.show(contact, Due::Date(id.clone()), None);
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
            let of = |row: &Overdue| match &row.what {
                Due::Date(id) => id.shard(2),
                Due::Run(id) => id.shard(2),
            };
            let mut found: Vec<_> = state
                .runs
                .shown(state.now)
                .filter(|row| row.due <= until && of(row) == shard)
                .cloned()
                .collect();
            let key = |row: &Overdue| (row.due, row.what.as_str().to_owned());
            found.sort_by_key(key);
            let start = after.map_or(0, |after| {
                found.partition_point(|row| key(row) <= key(after))
            });
            found.split_off(start).into_iter().take(PAGE).collect()
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
    fn unsubscribe(&self, recipient: &Contact, topic: &str, send: &SendId) -> Option<String> {
        let ticket = Ticket {
            contact: recipient.id.clone(),
            address: self.address_key(&recipient.address).0,
            topic: topic.to_owned(),
            send: Some(send.clone()),
        };
        let token = self.state().tickets.seal(&ticket);
        Some(format!("https://pages.example/u/{token}"))
    }
}

impl Tickets for World {
    async fn open(&self, token: &str) -> anyhow::Result<Option<Ticket>> {
        Ok(self.state().tickets.open(token))
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
