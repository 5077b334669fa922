//! The contacts table: people, their links, and what is known about addresses.
//!
//! | `contact` | `item` | what |
//! |---|---|---|
//! | `con_…` | `profile` | a person, or into whom they were merged |
//! | `con_…` | `mailed` | when a person was sent advertising, where a project caps that, and their turns in lines |
//! | `con_…` | `topic#<name>` | what a person chose about a topic, whatever their address is by now |
//! | `line#<name>` | `end` | the next place in a line of advertising |
//! | `subject#<id>` | `con_…` | the roles in which a person is linked to a subject |
//! | `role#<name>` | `con_…` | a person who holds a role whatever the subject |
//! | `address#<HMAC>` | `con_…` | somebody who has had an address |
//! | `address#<HMAC>` | `topic#<name>` | what whoever has the address chose about a topic; survives erasure |
//! | `address#<HMAC>` | `suppression` | an address that must not be written to, or on which days mails to it bounced for now; survives erasure |

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use engine::{
    AddressKey, AddressKeys, Bonding, ChoiceBook, Chosen, ContactBook, Contacts, Holder, Stored,
    Suppression, SuppressionBook, Suppressions, Versioned,
};
use jiff::civil::Date;
use journey::{ContactId, EmailAddress};
use wire::{Bonds, Choices, ContactRecord, Profile, SuppressionReason};

use crate::item::{Item, key, take_number, take_text, text};
use crate::writes::{Put, versioned};
use crate::{Aws, Setting};

impl Contacts for Aws {
    async fn contacts(
        &self,
        ids: &[ContactId],
    ) -> anyhow::Result<BTreeMap<ContactId, Versioned<ContactRecord>>> {
        let mut found = BTreeMap::new();
        // Who is asked for, by the name under which they are looked for.
        let mut wanted: BTreeMap<ContactId, Vec<ContactId>> = BTreeMap::new();
        for id in ids {
            wanted.entry(id.clone()).or_default().push(id.clone());
        }
        for _ in 0..MERGES_MAX {
            let names: Vec<_> = wanted.keys().cloned().collect();
            let mut merged: BTreeMap<ContactId, Vec<ContactId>> = BTreeMap::new();
            for (name, profile, version) in self.profiles(&names).await? {
                let asked = wanted.remove(&name).unwrap_or_default();
                match profile {
                    Profile::Merged(into) => merged.entry(into).or_default().extend(asked),
                    Profile::Person(record) => found.extend(asked.into_iter().map(|id| {
                        let value = (*record).clone();
                        (id, Versioned { value, version })
                    })),
                }
            }
            if merged.is_empty() {
                return Ok(found);
            }
            wanted = merged;
        }
        Err(anyhow!(
            "somebody was merged into another more than {MERGES_MAX} times"
        ))
    }
}

impl ContactBook for Aws {
    async fn put_contact(
        &self,
        record: &ContactRecord,
        replaces: Option<u64>,
    ) -> anyhow::Result<Stored> {
        self.put_all(vec![self.contact_put(record, replaces)]).await
    }

    async fn merge(
        &self,
        record: &ContactRecord,
        replaces: u64,
        merged: &ContactId,
        replaced: Option<u64>,
    ) -> anyhow::Result<Stored> {
        let key = contact_key(merged.as_str(), PROFILE);
        let gone = Put::new(
            key,
            Profile::merged(&record.contact.id),
            replaced,
            "contact",
        );
        let puts = vec![
            self.contact_put(record, Some(replaces)),
            (Setting::ContactsTable, gone),
        ];
        self.put_all(puts).await
    }

    async fn bonds(
        &self,
        bonding: Bonding<'_>,
    ) -> anyhow::Result<BTreeMap<ContactId, Versioned<Bonds>>> {
        let mut found = BTreeMap::new();
        for mut item in self.partition(&partition(bonding)).await? {
            let id: ContactId = take_text(&mut item, "item")?.parse()?;
            let value = Bonds::from_json(&take_text(&mut item, "doc")?)?;
            let version = take_number(&mut item, "v")?;
            found.insert(id, Versioned { value, version });
        }
        Ok(found)
    }

    async fn put_bonds(
        &self,
        bonding: Bonding<'_>,
        contact: &ContactId,
        bonds: &Bonds,
        replaces: Option<u64>,
    ) -> anyhow::Result<Stored> {
        let key = contact_key(&partition(bonding), contact.as_str());
        let put = Put::new(key, bonds.to_json(), replaces, "contact");
        self.put_all(vec![(Setting::ContactsTable, put)]).await
    }

    async fn contacts_at(&self, address: &EmailAddress) -> anyhow::Result<Vec<ContactId>> {
        let items = self.partition(&self.address_partition(address)).await?;
        let ids = items.into_iter().filter_map(|mut item| {
            let id = take_text(&mut item, "item").ok()?;
            let person = id != SUPPRESSION && !id.starts_with(TOPIC);
            person.then(|| id.parse().context("an address leads nowhere"))
        });
        ids.collect()
    }

    async fn note_address(
        &self,
        address: &EmailAddress,
        contact: &ContactId,
    ) -> anyhow::Result<()> {
        let key = contact_key(&self.address_partition(address), contact.as_str());
        let put = self.dynamodb.put_item();
        let put = put.table_name(self.setting(Setting::ContactsTable));
        put.set_item(Some(key)).send().await?;
        Ok(())
    }
}

impl Chosen for Aws {
    async fn choices(
        &self,
        holder: &Holder,
        topic: &str,
    ) -> anyhow::Result<Option<Versioned<Choices>>> {
        let item = self.item(choices_key(holder, topic)).await?;
        item.map(|item| versioned(item, Choices::from_json))
            .transpose()
    }
}

impl ChoiceBook for Aws {
    async fn all_choices(
        &self,
        holder: &Holder,
    ) -> anyhow::Result<BTreeMap<String, Versioned<Choices>>> {
        let items = self.partition(&choices_partition(holder)).await?;
        let mut found = BTreeMap::new();
        for mut item in items {
            let name = take_text(&mut item, "item")?;
            if let Some(topic) = name.strip_prefix(TOPIC) {
                found.insert(topic.to_owned(), versioned(item, Choices::from_json)?);
            }
        }
        Ok(found)
    }

    async fn put_choices(
        &self,
        holder: &Holder,
        topic: &str,
        choices: &Choices,
        replaces: Option<u64>,
    ) -> anyhow::Result<Stored> {
        let key = choices_key(holder, topic);
        let put = Put::new(key, choices.to_json(), replaces, "contact");
        self.put_all(vec![(Setting::ContactsTable, put)]).await
    }
}

impl AddressKeys for Aws {
    fn address_key(&self, address: &EmailAddress) -> AddressKey {
        let hasher = self.addresses.as_ref();
        AddressKey(hasher.map_or_else(String::new, |hasher| hasher.hash(address)))
    }
}

impl Suppressions for Aws {
    async fn suppression(&self, address: &AddressKey) -> anyhow::Result<Suppression> {
        let mut item = self.item(suppression_key(address)).await?;
        let item = item.get_or_insert_default();
        let slots = (0..Suppression::DAYS_KEPT).map(|slot| format!("{SOFT}{slot}"));
        let days = slots.filter_map(|slot| take_text(item, &slot).ok());
        let days = days.map(|day| Ok(day.parse()?));
        Ok(Suppression {
            soft_bounces: days.collect::<anyhow::Result<_>>()?,
            reason: take_text(item, "reason").ok(),
        })
    }
}

impl SuppressionBook for Aws {
    async fn bounced_softly(&self, address: &AddressKey, day: Date) -> anyhow::Result<()> {
        // As many attributes as days are kept, each used again and again: the item stays small for ever.
        let since = day.since(Date::constant(1970, 1, 1))?.get_days();
        let slot = format!("{SOFT}{}", since.rem_euclid(Suppression::DAYS_KEPT));
        let update = self.dynamodb.update_item();
        let update = update
            .table_name(self.setting(Setting::ContactsTable))
            .set_key(Some(suppression_key(address)))
            .update_expression("SET #slot = :day")
            .expression_attribute_names("#slot", slot)
            .expression_attribute_values(":day", text(day.to_string()));
        update.send().await?;
        Ok(())
    }

    async fn suppress(
        &self,
        address: &AddressKey,
        reason: SuppressionReason,
    ) -> anyhow::Result<()> {
        let set = match reason {
            SuppressionReason::Bounced => "SET #reason = if_not_exists(#reason, :reason)",
            SuppressionReason::Complained => "SET #reason = :reason",
        };
        let update = self.dynamodb.update_item();
        let update = update
            .table_name(self.setting(Setting::ContactsTable))
            .set_key(Some(suppression_key(address)))
            .update_expression(set)
            .expression_attribute_names("#reason", "reason")
            .expression_attribute_values(":reason", text(reason.as_str()));
        update.send().await?;
        Ok(())
    }
}

impl Aws {
    /// Reads what stands under names of contacts, with its version.
    async fn profiles(&self, ids: &[ContactId]) -> anyhow::Result<Vec<(ContactId, Profile, u64)>> {
        let mut items = Vec::new();
        if let [id] = ids {
            items.extend(self.item(contact_key(id.as_str(), PROFILE)).await?);
        } else {
            for chunk in ids.chunks(BATCH_GET_MAX) {
                let keys = chunk.iter().map(|id| contact_key(id.as_str(), PROFILE));
                items.extend(self.items(keys.collect()).await?);
            }
        }
        let profiles = items.into_iter().map(|mut item| {
            let name = take_text(&mut item, "contact")?.parse()?;
            let profile = Profile::from_json(&take_text(&mut item, "doc")?)?;
            Ok((name, profile, take_number(&mut item, "v")?))
        });
        profiles.collect()
    }

    pub(crate) async fn item(&self, key: Item) -> anyhow::Result<Option<Item>> {
        let get = self.dynamodb.get_item().consistent_read(true);
        let get = get.table_name(self.setting(Setting::ContactsTable));
        Ok(get.set_key(Some(key)).send().await?.item)
    }

    /// Reads up to [`BATCH_GET_MAX`] items, asking again for those that DynamoDB left out.
    async fn items(&self, keys: Vec<Item>) -> anyhow::Result<Vec<Item>> {
        let table = self.setting(Setting::ContactsTable);
        let mut found = Vec::new();
        let mut left = keys;
        for _ in 0..BATCH_GETS_MAX {
            if left.is_empty() {
                return Ok(found);
            }
            let wanted = KeysAndAttributes::builder().consistent_read(true);
            let wanted = wanted.set_keys(Some(std::mem::take(&mut left))).build()?;
            let get = self.dynamodb.batch_get_item().request_items(table, wanted);
            let answer = get.send().await?;
            let mut tables = answer.responses.unwrap_or_default();
            found.extend(tables.remove(table).unwrap_or_default());
            let mut rest = answer.unprocessed_keys.unwrap_or_default();
            left = rest.remove(table).map(|rest| rest.keys).unwrap_or_default();
        }
        Err(anyhow!("DynamoDB keeps leaving out contacts"))
    }

    /// Reads a whole partition, strongly consistent.
    async fn partition(&self, partition: &str) -> anyhow::Result<Vec<Item>> {
        let mut found = Vec::new();
        let mut start = None;
        for _ in 0..PAGES_MAX {
            let query = self.dynamodb.query().consistent_read(true);
            let query = query
                .table_name(self.setting(Setting::ContactsTable))
                .key_condition_expression("#c = :c")
                .expression_attribute_names("#c", "contact")
                .expression_attribute_values(":c", text(partition));
            let page = query.set_exclusive_start_key(start).send().await?;
            found.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
        Err(anyhow!(
            "a partition of contacts is larger than {PAGES_MAX} MB"
        ))
    }

    /// Returns how a contact is written.
    pub(crate) fn contact_put(
        &self,
        record: &ContactRecord,
        replaces: Option<u64>,
    ) -> (Setting, Put) {
        let key = contact_key(record.contact.id.as_str(), PROFILE);
        let put = Put::new(key, record.to_json(), replaces, "contact");
        (Setting::ContactsTable, put)
    }

    fn address_partition(&self, address: &EmailAddress) -> String {
        format!("address#{}", self.address_key(address).0)
    }
}

pub(crate) fn contact_key(contact: &str, item: &str) -> Item {
    key(("contact", contact), ("item", item))
}

fn suppression_key(address: &AddressKey) -> Item {
    contact_key(&format!("address#{}", address.0), SUPPRESSION)
}

fn choices_key(holder: &Holder, topic: &str) -> Item {
    contact_key(&choices_partition(holder), &format!("{TOPIC}{topic}"))
}

fn choices_partition(holder: &Holder) -> String {
    match holder {
        Holder::Address(address) => format!("address#{}", address.0),
        Holder::Contact(contact) => contact.as_str().to_owned(),
    }
}

fn partition(bonding: Bonding<'_>) -> String {
    match bonding {
        Bonding::Role(role) => format!("role#{role}"),
        Bonding::Subject(subject) => format!("subject#{subject}"),
    }
}

/// More names than the engine lets one person have, one after another.
const MERGES_MAX: u8 = 128;
const PROFILE: &str = "profile";
/// What the names of choices begin with.
const TOPIC: &str = "topic#";
const SUPPRESSION: &str = "suppression";
/// What the names of the days of soft bounces begin with.
const SOFT: &str = "soft";
const BATCH_GET_MAX: usize = 100;
const BATCH_GETS_MAX: u8 = 8;
const PAGES_MAX: u8 = 16;
