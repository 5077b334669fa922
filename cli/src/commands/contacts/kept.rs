//! Finds a person by an address or an id, and gathers what is kept about them.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use aws::{Shelf, Trace};
use engine::{AddressKey, Contacts};
use journey::{ContactId, EmailAddress};
use serde_json::Value;
use wire::{AddressHasher, ContactRecord};

use crate::stack::Stack;
use crate::words;

/// Whoever was asked for, as far as they are known.
pub(crate) struct Who {
    /// The person; nobody where only an address is known.
    pub(crate) contact: Option<ContactId>,
    /// Those who were merged into them: what is kept under those names is theirs.
    merged: BTreeSet<ContactId>,
    /// What they are known by to the source.
    pub(crate) source_id: Option<String>,
    /// Their addresses, as far as they can be read.
    addresses: BTreeSet<EmailAddress>,
    /// All of theirs that were found so far, as they are stored: once they are erased nothing leads there.
    had: BTreeSet<AddressKey>,
    /// How the stack hashes addresses; nothing where it has no key yet.
    hasher: Option<AddressHasher>,
}

/// Everything that is kept about somebody.
pub(crate) struct Kept {
    /// Their own, in the order in which it is to be erased.
    pub(crate) traces: Vec<Trace>,
    /// What is kept with each address that they have or have had.
    pub(crate) addresses: Vec<(AddressKey, Vec<Trace>)>,
}

impl Who {
    /// Finds who has the address, has had it, or is known by the id: the source's, or ours (`con_…`).
    ///
    /// # Errors
    /// Fails where AWS does; asks for an id where several people have had the address.
    pub(crate) async fn find(stack: &Stack, asked: &str) -> anyhow::Result<Self> {
        let asked = asked.trim();
        let key = stack.operator().parameter("address-key").await?;
        let hasher = key.as_deref().map(AddressHasher::parse).transpose()?;
        let mut who = Self {
            contact: None,
            merged: BTreeSet::new(),
            source_id: None,
            addresses: BTreeSet::new(),
            had: BTreeSet::new(),
            hasher,
        };
        let mut found = BTreeSet::new();
        let by_id = ContactId::of(asked);
        let known = stack.aws().contacts(std::slice::from_ref(&by_id)).await?;
        found.extend(known.into_values().map(|known| known.value.contact.id));
        let typed: Vec<_> = asked.parse::<ContactId>().ok().into_iter().collect();
        found.extend(by_now(stack, typed).await?);
        if let Some(address) = address(asked)? {
            let key = who.key(&address).with_context(|| {
                format!(
                    "{} hashes no addresses yet: type `waypost secret`, or say the source's id",
                    stack.name()
                )
            })?;
            let names: Vec<_> = stack.aws().people_at(&key).await?.into_iter().collect();
            found.extend(by_now(stack, names).await?);
            who.addresses.insert(address);
        } else if found.is_empty() {
            // Who was erased halfway is found by the id alone.
            found.insert(by_id.clone());
        }
        if found.len() > 1 {
            return Err(several(stack, found).await?);
        }
        who.contact = found.pop_first();
        if who.contact.as_ref() == Some(&by_id) {
            who.source_id = Some(asked.to_owned());
        }
        who.learn(stack).await?;
        Ok(who)
    }

    /// Reads their own words out of the profile, by which the rest is found.
    async fn learn(&mut self, stack: &Stack) -> anyhow::Result<()> {
        let Some(contact) = &self.contact else {
            return Ok(());
        };
        let known = stack.aws().contacts(std::slice::from_ref(contact)).await?;
        if let Some(known) = known.into_values().next() {
            self.know(&known.value);
        }
        Ok(())
    }

    fn know(&mut self, known: &ContactRecord) {
        self.source_id = Some(known.contact.source_id.clone());
        self.addresses.insert(known.contact.address.clone());
        self.merged.extend(known.contact.absorbed.iter().cloned());
    }

    /// Gathers what is kept now.
    ///
    /// # Errors
    /// Fails where AWS does.
    pub(crate) async fn gather(&mut self, stack: &Stack) -> anyhow::Result<Kept> {
        self.learn(stack).await?;
        let mut traces = Vec::new();
        // What was left under older names first: whoever is interrupted still finds it by the name that stands.
        for contact in self.merged.iter().chain(&self.contact) {
            let found = stack.aws().traces(contact, |body| self.names(body));
            for trace in found.await? {
                // A refused post may name both.
                if !traces.contains(&trace) {
                    traces.push(trace);
                }
            }
        }
        let had = traces.iter().filter(|one| one.shelf == Shelf::Addresses);
        self.had.extend(had.map(|one| AddressKey(one.name.clone())));
        self.had.extend(self.keys());
        let mut addresses = Vec::new();
        for key in &self.had {
            let kept = stack.aws().kept_with(key).await?;
            addresses.push((key.clone(), kept));
        }
        Ok(Kept { traces, addresses })
    }

    /// Returns whether something is kept under a name that is theirs no more.
    pub(crate) fn is_under_an_old_name(&self, trace: &Trace) -> bool {
        let name = trace.attributes.get("contact");
        let name = name.and_then(|name| name.parse().ok());
        name.is_some_and(|name| self.merged.contains(&name))
    }

    /// Returns the addresses that are readable, as they are stored.
    pub(crate) fn keys(&self) -> Vec<AddressKey> {
        let keys = self.addresses.iter().filter_map(|one| self.key(one));
        keys.collect()
    }

    /// Returns an address as it is stored; nothing where the stack has no key yet.
    pub(crate) fn key(&self, address: &EmailAddress) -> Option<AddressKey> {
        let hasher = self.hasher.as_ref()?;
        Some(AddressKey(hasher.hash(address)))
    }

    /// Returns whether a refused post names them: by an address anywhere, or among its people by their id.
    fn names(&self, body: &str) -> bool {
        let lower = body.to_lowercase();
        let mut addresses = self.addresses.iter();
        addresses.any(|address| mentions(&lower, address.as_str()))
            || serde_json::from_str::<Value>(body).is_ok_and(|event| {
                let is_theirs = |id: &str| {
                    self.source_id.as_deref() == Some(id)
                        || self.merged.contains(&ContactId::of(id))
                };
                has_person(&event, &is_theirs)
            })
    }
}

/// Returns people under the one name that each has by now.
async fn by_now(stack: &Stack, names: Vec<ContactId>) -> anyhow::Result<BTreeSet<ContactId>> {
    let known = stack.aws().contacts(&names).await?;
    let names = names.into_iter().map(|name| match known.get(&name) {
        Some(known) => known.value.contact.id.clone(),
        None => name,
    });
    Ok(names.collect())
}

/// Reads an address, where one was typed.
fn address(asked: &str) -> anyhow::Result<Option<EmailAddress>> {
    if !asked.contains('@') {
        return Ok(None);
    }
    match asked.parse() {
        Ok(address) => Ok(Some(address)),
        Err(error) => bail!("`{asked}` is no address: {error}; say an address or the source's id"),
    }
}

/// Says that an address leads to several people, and what to type instead.
async fn several(stack: &Stack, people: BTreeSet<ContactId>) -> anyhow::Result<anyhow::Error> {
    let ids: Vec<_> = people.into_iter().take(SHOWN_MAX).collect();
    let known = stack.aws().contacts(&ids).await?;
    let names = ids.iter().map(|id| match known.get(id) {
        Some(known) => known.value.contact.source_id.clone(),
        None => id.to_string(),
    });
    let names = words::list(names, "and");
    Ok(anyhow::anyhow!(
        "several people have that address or have had it: {names}; say which of them by the id"
    ))
}

/// Returns whether an address stands in a text by itself, not as a part of a longer one.
fn mentions(text: &str, address: &str) -> bool {
    let longer = |c: char| c.is_ascii_alphanumeric() || "._%+-@".contains(c);
    text.match_indices(address).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + address.len()..].chars();
        let ends = match after.next() {
            Some('.') => !after.next().is_some_and(longer),
            Some(next) => !longer(next),
            None => true,
        };
        ends && !before.is_some_and(longer)
    })
}

fn has_person(value: &Value, is_theirs: &impl Fn(&str) -> bool) -> bool {
    if let Some(events) = value.as_array() {
        return events.iter().any(|event| has_person(event, is_theirs));
    }
    let people = value.get("people").and_then(Value::as_array);
    people.into_iter().flatten().any(|person| {
        let id = match person.get("id") {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            Some(_) | None => return false,
        };
        is_theirs(&id)
    })
}

const SHOWN_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{has_person, mentions};

    #[test]
    fn an_address_is_found_by_itself_and_not_within_a_longer_one() {
        for (text, found) in [
            ("anna@x.nl", true),
            ("{\"email\":\"anna@x.nl\"}", true),
            ("write to <anna@x.nl>.", true),
            ("it is anna@x.nl.", true),
            ("joanna@x.nl", false),
            ("anna@x.nl.example", false),
            ("anna@x.nlx and anna@x.nl", true),
            ("", false),
        ] {
            assert_eq!(mentions(text, "anna@x.nl"), found, "{text}");
        }
    }

    #[test]
    fn a_person_is_found_among_the_people_of_one_event_or_several() {
        let event = json!({ "people": [{ "id": "a" }, { "id": 7 }] });
        assert!(has_person(&event, &|id| id == "a") && has_person(&event, &|id| id == "7"));
        assert!(has_person(&json!([{}, event]), &|id| id == "a"));
        let elsewhere = json!({ "id": "a", "data": { "id": "a" } });
        assert!(!has_person(&elsewhere, &|_| true));
    }
}
