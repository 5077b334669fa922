//! Those who turned out to be somebody else, and as what their runs went on.

use std::collections::BTreeSet;

use engine::Stored;
use journey::{ContactId, Enrollment, MERGED, Phase};
use wire::{ContactRecord, Profile};

use super::State;
use super::people::People;

impl People {
    /// Writes a contact in place of a version, and in place of another that it is that contact now.
    pub(super) fn merge(
        &mut self,
        (record, replaces): (&ContactRecord, u64),
        (merged, replaced): (&ContactId, Option<u64>),
    ) -> Stored {
        let version = |id| self.contacts.get(id).map(|known| known.version);
        let fits = version(&record.contact.id) == Some(replaces) && version(merged) == replaced;
        if !fits || self.merged.contains_key(merged) {
            return Stored::Conflict;
        }
        let into = record.contact.id.clone();
        let written = Profile::from_json(&Profile::merged(&into));
        assert_eq!(
            written.expect("what is written can be read"),
            Profile::Merged(into.clone())
        );
        self.put(record, Some(replaces));
        self.contacts.remove(merged);
        self.merged.insert(merged.clone(), into);
        Stored::Done
    }

    /// Returns the one name that somebody has by now.
    pub(crate) fn by_now<'a>(&'a self, id: &'a ContactId) -> &'a ContactId {
        let mut id = id;
        while let Some(into) = self.merged.get(id) {
            id = into;
        }
        id
    }

    /// Returns all names of somebody.
    pub(super) fn names(&self, one: &ContactId) -> Vec<ContactId> {
        let by_now = self.by_now(one);
        let old = self
            .merged
            .keys()
            .filter(|name| self.by_now(name) == by_now);
        old.chain([by_now]).cloned().collect()
    }

    /// Returns whether somebody is among these people, under the name of then or the one of now.
    pub(super) fn is_among(&self, one: &ContactId, people: &BTreeSet<ContactId>) -> bool {
        people.contains(one) || people.contains(self.by_now(one))
    }

    /// Returns those of some people who are mailed: of one under two names, one.
    pub(super) fn each_once(&self, people: Vec<ContactId>) -> Vec<ContactId> {
        let once = people.iter().filter(|one| {
            let by_now = self.by_now(one);
            by_now == *one || !people.contains(by_now)
        });
        once.cloned().collect()
    }
}

impl State {
    /// Returns the run of somebody who was merged into the contact of `run`, as which that goes on, if it does.
    pub(super) fn before_the_merge(&self, run: &Enrollment) -> Option<&Enrollment> {
        let mut runs = self.runs.all().map(|record| &record.enrollment);
        runs.find(|other| {
            let merged = matches!(&other.phase, Phase::Left { reason, .. } if reason == MERGED);
            merged
                && other.contact != run.contact
                && *self.people.by_now(&other.contact) == run.contact
                && (&other.journey, &other.subject, &other.event)
                    == (&run.journey, &run.subject, &run.event)
                && run.path.starts_with(&other.path)
        })
    }
}
