//! Which topics somebody was signed up for and has not confirmed yet.

use std::collections::BTreeMap;

use aws::{Shelf, Trace};
use engine::{Contacts, OptIn, Permission, Said, permission};
use jiff::Timestamp;
use journey::{ContactId, Settings};
use wire::Choices;

use crate::commands::contacts::{Kept, Who};
use crate::stack::Stack;

/// Finds them, each with when the source says that they agreed.
pub(super) async fn pending(
    stack: &Stack,
    settings: &Settings,
    (contact, who): (&ContactId, &Who),
    kept: &Kept,
) -> anyhow::Result<BTreeMap<String, Timestamp>> {
    let known = stack.aws().contacts(std::slice::from_ref(contact)).await?;
    let Some(known) = known.into_values().next() else {
        return Ok(BTreeMap::new());
    };
    let mut pending = BTreeMap::new();
    for topic in &settings.confirmed {
        let agreed = known.value.contact.consent.get(topic);
        let here = who.key(&known.value.contact.address);
        let by_address = kept.addresses.iter();
        let mut by_address = by_address.filter(|(key, _)| Some(key) == here.as_ref());
        let address = by_address.next().map(|(_, kept)| chosen(topic, kept));
        let (person, address) = (chosen(topic, &kept.traces)?, address.transpose()?.flatten());
        let said = Said {
            person: person.as_ref(),
            address: address.as_ref(),
        };
        let opt_in = OptIn::of(settings, topic);
        match (permission(opt_in, agreed, said, stack.now()), agreed) {
            (Permission::Unconfirmed, Some(agreed)) => {
                pending.insert(topic.clone(), agreed.at);
            }
            (
                Permission::Given
                | Permission::Missing
                | Permission::Quiet { .. }
                | Permission::Unconfirmed,
                _,
            ) => (),
        }
    }
    Ok(pending)
}

/// Returns what was chosen about a topic, among what is kept with a person under all their names, or with an address.
fn chosen(topic: &str, kept: &[Trace]) -> anyhow::Result<Option<Choices>> {
    let name = format!("topic#{topic}");
    let about = kept
        .iter()
        .filter(|one| one.shelf == Shelf::Choices && one.name == name);
    let mut docs = about.filter_map(|one| one.attributes.get("doc"));
    docs.try_fold(None, |all: Option<Choices>, doc| {
        let one = Choices::from_json(doc)?;
        Ok(Some(all.unwrap_or_default().merge(&one)))
    })
}
