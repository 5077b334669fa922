//! Which topics somebody was signed up for and has not confirmed yet.

use std::collections::BTreeMap;

use aws::{Shelf, Trace};
use engine::{Contacts, OptIn, Permission, permission};
use jiff::Timestamp;
use journey::{ContactId, Settings};
use wire::Choices;

use crate::commands::contacts::Kept;
use crate::stack::Stack;

/// Finds them, each with when the source says that they agreed.
pub(super) async fn pending(
    stack: &Stack,
    settings: &Settings,
    contact: &ContactId,
    kept: &Kept,
) -> anyhow::Result<BTreeMap<String, Timestamp>> {
    let known = stack.aws().contacts(std::slice::from_ref(contact)).await?;
    let Some(known) = known.into_values().next() else {
        return Ok(BTreeMap::new());
    };
    let mut pending = BTreeMap::new();
    for topic in &settings.confirmed {
        let agreed = known.value.contact.consent.get(topic);
        let chosen = chosen(topic, kept)?;
        let opt_in = OptIn::of(settings, topic);
        match (permission(opt_in, agreed, &chosen, stack.now()), agreed) {
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

/// Returns what they chose about a topic, themselves and by each of their addresses.
fn chosen(topic: &str, kept: &Kept) -> anyhow::Result<Vec<Choices>> {
    let name = format!("topic#{topic}");
    let by_address = kept.addresses.iter().flat_map(|(_, kept)| kept);
    let all = kept.traces.iter().chain(by_address);
    let about = all.filter(|one| one.shelf == Shelf::Choices && one.name == name);
    let docs = about.filter_map(|one: &Trace| one.attributes.get("doc"));
    let chosen = docs.map(|doc| Ok(Choices::from_json(doc)?));
    chosen.collect()
}
