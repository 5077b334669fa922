//! Finds everything that is kept about one person, and erases it.
//!
//! Links to subjects, standing roles and addresses lead to a person, not from them: so the table of contacts is read
//! whole for those, which only a command has time for.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use aws_sdk_dynamodb::types::AttributeValue;
use engine::{AddressKey, ExceptionKind};
use futures_util::{StreamExt, TryStreamExt, stream};
use journey::ContactId;

use crate::enrollments::RUNS;
use crate::item::{Item, text};
use crate::{Aws, Setting};

/// What kind of thing is kept about a person, in the order in which they are to be erased.
///
/// First what is found by the words of the profile, then the profile: whoever loads the person from then on does
/// nothing more for them. Last what leads to the person from an address: whoever was interrupted still finds them by it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Shelf {
    /// A refused post that names them.
    Posts,
    /// What is known about them.
    Profile,
    /// Their ways through journeys, with what the events said.
    Runs,
    /// The dates on which they come into journeys.
    Dates,
    /// When they came into journeys last.
    Entries,
    /// When they were sent advertising.
    Advertising,
    /// What they chose about topics.
    Choices,
    /// Which mails there were for them: the ledger.
    Mails,
    /// Their roles.
    Roles,
    /// Why journeys did not let them in.
    Refusals,
    /// Which addresses they have had, as HMACs.
    Addresses,
}

impl Shelf {
    /// Every kind, and what it is called in what programs read.
    pub const ALL: [(Self, &str); 11] = [
        (Self::Posts, "posts"),
        (Self::Profile, "profile"),
        (Self::Runs, "runs"),
        (Self::Dates, "dates"),
        (Self::Entries, "entries"),
        (Self::Advertising, "advertising"),
        (Self::Choices, "choices"),
        (Self::Mails, "mails"),
        (Self::Roles, "roles"),
        (Self::Refusals, "refusals"),
        (Self::Addresses, "addresses"),
    ];
}

/// One thing that is kept about a person.
#[derive(Clone, PartialEq)]
pub struct Trace {
    /// What kind of thing.
    pub shelf: Shelf,
    /// What tells it from others of its kind: a run, a topic, a subject.
    pub name: String,
    /// Everything that is stored with it, as text.
    pub attributes: BTreeMap<String, String>,
    table: Setting,
    key: Item,
}

/// All of it is personal data.
impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trace")
            .field("shelf", &self.shelf)
            .finish_non_exhaustive()
    }
}

impl Aws {
    /// Finds everything that is kept about a person, in the order in which it is to be erased; `names` says whether
    /// the body of a refused post names them.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, and where more is kept than about any person.
    pub async fn traces(
        &self,
        contact: &ContactId,
        names: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Vec<Trace>> {
        let mut found = Vec::new();
        for table in [
            Setting::ContactsTable,
            Setting::EnrollmentsTable,
            Setting::SendsTable,
        ] {
            let items = self.kept_under(table, contact.as_str()).await?.into_iter();
            found.extend(items.map(|item| trace(table, item)));
        }
        let links = self.leading_to(contact).await?.into_iter();
        found.extend(links.map(|item| trace(Setting::ContactsTable, item)));
        let events = self.put_away(contact, names).await?.into_iter();
        found.extend(events.map(|item| trace(Setting::EventsTable, item)));
        found.sort_by(|one, other| (one.shelf, &one.name).cmp(&(other.shelf, &other.name)));
        if found.len() > TRACES_MAX {
            bail!("more than {TRACES_MAX} items are kept about {contact}: that is no person");
        }
        Ok(found)
    }

    /// Returns what is kept with an address whoever has it: choices by topic, and whether it may not be mailed.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn kept_with(&self, address: &AddressKey) -> anyhow::Result<Vec<Trace>> {
        let name = format!("{ADDRESS}{}", address.0);
        let items = self.kept_under(Setting::ContactsTable, &name).await?;
        let traces = items
            .into_iter()
            .map(|item| trace(Setting::ContactsTable, item));
        // Who has had it is somebody's own.
        Ok(traces
            .filter(|trace| trace.shelf != Shelf::Addresses)
            .collect())
    }

    /// Finds who has an address, or has had it.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn people_at(&self, address: &AddressKey) -> anyhow::Result<Vec<ContactId>> {
        let name = format!("{ADDRESS}{}", address.0);
        let items = self.kept_under(Setting::ContactsTable, &name).await?;
        let people = items.iter().map(|item| word(item, "item"));
        Ok(people.filter_map(|item| item.parse().ok()).collect())
    }

    /// Erases one thing; where it is gone already, that is as good.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn erase(&self, trace: &Trace) -> anyhow::Result<()> {
        let delete = self.dynamodb.delete_item();
        let delete = delete.table_name(self.setting(trace.table));
        let delete = delete.set_key(Some(trace.key.clone()));
        delete.send().await.context("cannot erase an item")?;
        Ok(())
    }

    /// Reads a partition of a table that is kept by contact.
    async fn kept_under(&self, table: Setting, partition: &str) -> anyhow::Result<Vec<Item>> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let query = self.dynamodb.query().consistent_read(true);
            let query = query
                .table_name(self.setting(table))
                .key_condition_expression("#c = :c")
                .expression_attribute_names("#c", "contact")
                .expression_attribute_values(":c", text(partition));
            let page = query.set_exclusive_start_key(start).send().await;
            let page = page.context("cannot read a table")?;
            found.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() || found.len() > TRACES_MAX {
                return Ok(found);
            }
        }
    }

    /// Finds what leads to a person: subjects, standing roles, addresses.
    async fn leading_to(&self, contact: &ContactId) -> anyhow::Result<Vec<Item>> {
        let segments = (0..SEGMENTS).map(async |segment| {
            let mut found = Vec::new();
            let mut start = None;
            loop {
                let scan = self.dynamodb.scan().consistent_read(true);
                let scan = scan
                    .segment(segment)
                    .total_segments(SEGMENTS)
                    .table_name(self.setting(Setting::ContactsTable))
                    .filter_expression("#i = :c")
                    .expression_attribute_names("#i", "item")
                    .expression_attribute_values(":c", text(contact.as_str()));
                let page = scan.set_exclusive_start_key(start).send().await;
                let page = page.context("the contacts table")?;
                found.extend(page.items.unwrap_or_default());
                start = page.last_evaluated_key;
                if start.is_none() {
                    return anyhow::Ok(found);
                }
            }
        });
        let segments: Vec<Vec<Item>> = stream::iter(segments)
            .buffer_unordered(AT_ONCE_MAX)
            .try_collect()
            .await?;
        Ok(segments.into_iter().flatten().collect())
    }

    /// Finds what the events table says of a person.
    async fn put_away(
        &self,
        contact: &ContactId,
        names: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Vec<Item>> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let scan = self.dynamodb.scan().consistent_read(true);
            let scan = scan
                .table_name(self.setting(Setting::EventsTable))
                .filter_expression("#c = :c OR attribute_exists(#body)")
                .expression_attribute_names("#body", "body")
                .expression_attribute_names("#c", "contact")
                .expression_attribute_values(":c", text(contact.as_str()));
            let page = scan.set_exclusive_start_key(start).send().await;
            let page = page.context("the events table")?;
            let items = page.items.unwrap_or_default().into_iter();
            found.extend(items.filter(|item| {
                let about = word(item, "contact") == contact.as_str();
                about || names(word(item, "body"))
            }));
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }
}

fn trace(table: Setting, item: Item) -> Trace {
    let partition = word(&item, "contact");
    let (shelf, name, sort) = if table == Setting::EnrollmentsTable {
        let name = word(&item, "enrollment");
        let shelf = match name {
            _ if name.starts_with(RUNS) => Shelf::Runs,
            _ if name.starts_with("dat_") => Shelf::Dates,
            _ => Shelf::Entries,
        };
        (shelf, name, "enrollment")
    } else if table == Setting::SendsTable {
        (Shelf::Mails, word(&item, "send"), "send")
    } else if table == Setting::EventsTable {
        let refused = word(&item, "kind") == ExceptionKind::Refused.as_str();
        let shelf = if refused {
            Shelf::Posts
        } else {
            Shelf::Refusals
        };
        (shelf, word(&item, "event"), "")
    } else {
        let (shelf, name) = known(partition, word(&item, "item"));
        (shelf, name, "item")
    };
    let key_names: &[&str] = match sort {
        "" => &["id"],
        sort => &["contact", sort],
    };
    let name = name.to_owned();
    let key = key_names.iter().filter_map(|name| {
        let value = item.get(*name)?;
        Some(((*name).to_owned(), value.clone()))
    });
    Trace {
        shelf,
        name,
        key: key.collect(),
        table,
        attributes: item.into_iter().filter_map(told).collect(),
    }
}

/// Tells the kinds of things in the contacts table apart.
fn known<'a>(partition: &'a str, item: &'a str) -> (Shelf, &'a str) {
    if let Some(address) = partition.strip_prefix(ADDRESS) {
        return match item {
            SUPPRESSION => (Shelf::Choices, SUPPRESSION),
            _ if item.starts_with(TOPIC) => (Shelf::Choices, item),
            _ => (Shelf::Addresses, address),
        };
    }
    match item {
        "profile" => (Shelf::Profile, item),
        "mailed" => (Shelf::Advertising, item),
        _ if item.starts_with(TOPIC) => (Shelf::Choices, item),
        _ => (Shelf::Roles, partition),
    }
}

fn word<'a>(item: &'a Item, name: &str) -> &'a str {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.map_or("", String::as_str)
}

fn told((name, value): (String, AttributeValue)) -> Option<(String, String)> {
    if let Ok(words) = value.as_ss() {
        return Some((name, words.join(" ")));
    }
    let text = value.as_s().or_else(|_| value.as_n()).ok()?;
    Some((name, text.clone()))
}

const ADDRESS: &str = "address#";
const SUPPRESSION: &str = "suppression";
const TOPIC: &str = "topic#";
const SEGMENTS: i32 = 8;
const AT_ONCE_MAX: usize = 8;
/// Far more than a life with journeys leaves behind.
const TRACES_MAX: usize = 100_000;
