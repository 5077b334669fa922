//! Contacts, links and suppressions, as a table with conditional writes keeps them.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use anyhow::{anyhow, ensure};
use engine::{
    AddressKey, AddressKeys, Bonding, ChoiceBook, Chosen, ContactBook, Contacts, Holder, Pressure,
    Stored, Suppression, SuppressionBook, Suppressions, Versioned,
};
use jiff::civil::Date;
use journey::{ContactId, EmailAddress};
use wire::{Bonds, Choices, ContactRecord, Mailed, SuppressionReason};

use super::{Bug, World};

/// What is known about people.
#[derive(Default)]
pub(crate) struct People {
    pub(crate) contacts: BTreeMap<ContactId, Versioned<ContactRecord>>,
    /// Who was merged into whom.
    pub(crate) merged: BTreeMap<ContactId, ContactId>,
    pub(crate) bonds: BTreeMap<String, BTreeMap<ContactId, (u64, String)>>,
    pub(crate) addresses: BTreeMap<EmailAddress, BTreeSet<ContactId>>,
    pub(crate) mailed: BTreeMap<ContactId, Versioned<Mailed>>,
    /// The next place in each line.
    pub(crate) lines: BTreeMap<String, u64>,
    pub(crate) choices: BTreeMap<(Holder, String), Versioned<Choices>>,
    /// Who was forgotten, and how many mails had been delivered by then.
    pub(crate) forgotten: BTreeMap<ContactId, usize>,
    /// How many writes were done.
    pub(crate) writes: u64,
}

impl People {
    /// Writes a contact in place of a version.
    pub(crate) fn put(&mut self, record: &ContactRecord, replaces: Option<u64>) {
        let written = ContactRecord::from_json(&record.to_json());
        let row = Versioned {
            value: written.expect("what is written can be read"),
            version: replaces.unwrap_or_default() + 1,
        };
        self.contacts.insert(record.contact.id.clone(), row);
        self.writes += 1;
    }

    /// Forgets a person, but what is kept with their address.
    pub(super) fn forget(&mut self, person: &ContactId, delivered: usize) {
        self.contacts.remove(person);
        self.mailed.remove(person);
        let own = Holder::Contact(person.clone());
        self.choices.retain(|(holder, _), _| *holder != own);
        for held in self.bonds.values_mut() {
            held.remove(person);
        }
        for had in self.addresses.values_mut() {
            had.remove(person);
        }
        self.forgotten.insert(person.clone(), delivered);
    }

    pub(crate) fn contact(&self, id: &ContactId) -> Option<ContactRecord> {
        Some(self.contacts.get(id)?.value.clone())
    }
}

impl Contacts for World {
    async fn contacts(
        &self,
        ids: &[ContactId],
    ) -> anyhow::Result<BTreeMap<ContactId, Versioned<ContactRecord>>> {
        let unique: BTreeSet<_> = ids.iter().collect();
        ensure!(
            unique.len() == ids.len(),
            "DynamoDB refuses a batch that names a key twice"
        );
        let found = self.read("contacts.contacts", |state| {
            let found = ids.iter().filter_map(|id| {
                let name = state.people.by_now(id);
                let mut found = state.people.contacts.get(name)?.clone();
                if state.bug == Some(Bug::MixesPeopleUp) {
                    let (_, other) = state.people.contacts.first_key_value()?;
                    found.value.contact = other.value.contact.clone();
                }
                Some((id.clone(), found))
            });
            found.collect()
        });
        found.await
    }
}

impl ContactBook for World {
    fn put_contact(
        &self,
        record: &ContactRecord,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("contacts.put_contact", move |state| {
            let id = &record.contact.id;
            let known = state.people.contacts.get(id).map(|known| known.version);
            if known != replaces || state.people.merged.contains_key(id) {
                return Stored::Conflict;
            }
            let mut record = record.clone();
            if state.bug == Some(Bug::ChangesNotTold) {
                record.unheard.clear();
            }
            state.people.put(&record, replaces);
            Stored::Done
        })
    }

    fn merge(
        &self,
        record: &ContactRecord,
        replaces: u64,
        merged: &ContactId,
        replaced: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("contacts.merge", move |state| {
            let people = &mut state.people;
            people.merge((record, replaces), (merged, replaced))
        })
    }

    async fn bonds(
        &self,
        bonding: Bonding<'_>,
    ) -> anyhow::Result<BTreeMap<ContactId, Versioned<Bonds>>> {
        let found = self.read("contacts.bonds", |state| {
            let found = state.people.bonds.get(&key(bonding)).into_iter().flatten();
            found
                .map(|(id, (version, json))| {
                    let value = Bonds::from_json(json).map_err(|error| anyhow!(error))?;
                    let version = *version;
                    Ok((id.clone(), Versioned { value, version }))
                })
                .collect()
        });
        found.await?
    }

    fn put_bonds(
        &self,
        bonding: Bonding<'_>,
        contact: &ContactId,
        bonds: &Bonds,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("contacts.put_bonds", move |state| {
            let rows = state.people.bonds.entry(key(bonding)).or_default();
            if rows.get(contact).map(|(version, _)| *version) != replaces {
                return Stored::Conflict;
            }
            let row = (replaces.unwrap_or_default() + 1, bonds.to_json());
            rows.insert(contact.clone(), row);
            state.people.writes += 1;
            Stored::Done
        })
    }

    fn contacts_at(
        &self,
        address: &EmailAddress,
    ) -> impl Future<Output = anyhow::Result<Vec<ContactId>>> + Send {
        self.read("contacts.contacts_at", |state| {
            let found = state.people.addresses.get(address).into_iter().flatten();
            found.cloned().collect()
        })
    }

    fn note_address(
        &self,
        address: &EmailAddress,
        contact: &ContactId,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("contacts.note_address", |state| {
            let known = state.people.addresses.entry(address.clone()).or_default();
            known.insert(contact.clone());
        })
    }
}

impl Pressure for World {
    fn mailed(
        &self,
        contact: &ContactId,
    ) -> impl Future<Output = anyhow::Result<Option<Versioned<Mailed>>>> + Send {
        self.read("pressure.mailed", |state| {
            state.people.mailed.get(contact).cloned()
        })
    }

    fn put_mailed(
        &self,
        contact: &ContactId,
        mailed: &Mailed,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("pressure.put_mailed", move |state| {
            let known = state.people.mailed.get(contact).map(|known| known.version);
            if known != replaces {
                return Stored::Conflict;
            }
            let written = Mailed::from_json(&mailed.to_json());
            let row = Versioned {
                value: written.expect("what is written can be read"),
                version: replaces.unwrap_or_default() + 1,
            };
            if state.bug != Some(Bug::CapsForgotten) {
                state.people.mailed.insert(contact.clone(), row);
            }
            Stored::Done
        })
    }

    fn take_place(
        &self,
        line: &str,
        first: u64,
    ) -> impl Future<Output = anyhow::Result<u64>> + Send {
        self.write("pressure.take_place", move |state| {
            let next = state.people.lines.entry(line.to_owned()).or_default();
            let place = first.max(*next);
            *next = place + 1;
            place
        })
    }

    fn next_place(&self, line: &str) -> impl Future<Output = anyhow::Result<Option<u64>>> + Send {
        self.read("pressure.next_place", |state| {
            state.people.lines.get(line).copied()
        })
    }
}

impl Chosen for World {
    async fn choices(
        &self,
        holder: &Holder,
        topic: &str,
    ) -> anyhow::Result<Option<Versioned<Choices>>> {
        let key = (holder.clone(), topic.to_owned());
        self.read("chosen.choices", |state| {
            state.people.choices.get(&key).cloned()
        })
        .await
    }
}

impl ChoiceBook for World {
    fn all_choices(
        &self,
        holder: &Holder,
    ) -> impl Future<Output = anyhow::Result<BTreeMap<String, Versioned<Choices>>>> + Send {
        self.read("chosen.all_choices", move |state| {
            let all = state.people.choices.iter();
            let of_one = all.filter(|((known, _), _)| known == holder);
            of_one
                .map(|((_, topic), choices)| (topic.clone(), choices.clone()))
                .collect()
        })
    }

    fn put_choices(
        &self,
        holder: &Holder,
        topic: &str,
        choices: &Choices,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        let key = (holder.clone(), topic.to_owned());
        self.write("chosen.put_choices", move |state| {
            if state.people.choices.get(&key).map(|known| known.version) != replaces {
                return Stored::Conflict;
            }
            let written = Choices::from_json(&choices.to_json());
            let row = Versioned {
                value: written.expect("what is written can be read"),
                version: replaces.unwrap_or_default() + 1,
            };
            if state.bug != Some(Bug::UnsubscribesForgotten) {
                state.people.choices.insert(key, row);
            }
            Stored::Done
        })
    }
}

impl AddressKeys for World {
    fn address_key(&self, address: &EmailAddress) -> AddressKey {
        let digits = address.as_str().bytes().map(|byte| format!("{byte:02x}"));
        AddressKey(digits.collect())
    }
}

impl Suppressions for World {
    fn suppression(
        &self,
        address: &AddressKey,
    ) -> impl Future<Output = anyhow::Result<Suppression>> + Send {
        self.read("suppressions.suppression", |state| {
            let blind = state.bug == Some(Bug::NoLookBeforeTheClaim);
            let found = state.suppressed.get(address).filter(|_| !blind);
            let look = (state.current, address.clone());
            state.service.looked.insert(look, found.is_some());
            let soft = state.soft_bounces.get(address);
            Suppression {
                reason: found.map(|reason| reason.as_str().to_owned()),
                soft_bounces: soft.cloned().unwrap_or_default(),
            }
        })
    }
}

impl SuppressionBook for World {
    fn bounced_softly(
        &self,
        address: &AddressKey,
        day: Date,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("suppressions.bounced_softly", move |state| {
            let days = state.soft_bounces.entry(address.clone()).or_default();
            days.retain(|known| (day - *known).get_days() % Suppression::DAYS_KEPT != 0);
            days.insert(day);
        })
    }

    fn suppress(
        &self,
        address: &AddressKey,
        reason: SuppressionReason,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("suppressions.suppress", move |state| {
            let known = state.suppressed.entry(address.clone()).or_insert(reason);
            *known = reason.max(*known);
        })
    }
}

fn key(bonding: Bonding<'_>) -> String {
    match bonding {
        Bonding::Role(role) => format!("role#{role}"),
        Bonding::Subject(subject) => format!("subject#{subject}"),
    }
}
