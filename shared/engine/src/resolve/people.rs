//! Turns the people of an event into contacts, and their roles into links.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::anyhow;
use journey::{Contact, ContactId, Release};
use wire::{Bond, Bonds, ContactRecord, Event, Posted, RoleBond};

use crate::{Bonding, ContactBook, Failure, Stored, Versioned};

/// Creates or updates the contacts whom an event names, and returns them, defaults filled in.
pub(super) async fn learn(
    io: &impl ContactBook,
    release: &Release,
    event: &Event,
) -> Result<BTreeMap<ContactId, Contact>, Failure> {
    // The same person may stand there twice, in two roles; a batch must not name anybody twice.
    let ids: BTreeSet<_> = event.people.iter().map(Posted::contact).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<_> = ids.into_iter().collect();
    let mut known = io.contacts(&ids).await?;
    let mut learned = BTreeMap::new();
    for posted in &event.people {
        let id = posted.contact();
        let contact = learn_one(io, event, posted, known.remove(&id)).await?;
        known.insert(id.clone(), contact.clone());
        let contact = contact.value.contact;
        learned.insert(id, contact.with_defaults(&release.settings.fields));
    }
    Ok(learned)
}

async fn learn_one(
    io: &impl ContactBook,
    event: &Event,
    posted: &Posted,
    known: Option<Versioned<ContactRecord>>,
) -> Result<Versioned<ContactRecord>, Failure> {
    let id = posted.contact();
    let mut known = known;
    for _ in 0..RACES_MAX {
        let Some(merged) = merge(known.as_ref().map(|known| &known.value), posted, event) else {
            return known.ok_or_else(|| Failure::Retry(anyhow!("{id} is gone")));
        };
        let moved = known
            .as_ref()
            .is_none_or(|known| known.value.contact.address != merged.contact.address);
        if moved {
            // Before the contact: an address that leads nowhere is harmless, a contact whom no
            // address leads to is not.
            io.note_address(&merged.contact.address, &id).await?;
        }
        let replaces = known.as_ref().map(|known| known.version);
        if io.put_contact(&merged, replaces).await? == Stored::Done {
            return Ok(Versioned {
                value: merged,
                version: replaces.unwrap_or_default() + 1,
            });
        }
        known = io.contacts(std::slice::from_ref(&id)).await?.remove(&id);
    }
    Err(Failure::Retry(anyhow!("{id} is being changed by others")))
}

/// Returns what the contact becomes; `None` where nothing changes.
///
/// An older event than the newest that changed the contact enrolls them but changes nothing.
fn merge(known: Option<&ContactRecord>, posted: &Posted, event: &Event) -> Option<ContactRecord> {
    let before = known.map(|known| &known.contact);
    if known.is_some_and(|known| event.timestamp < known.as_of) {
        return None;
    }
    let mut contact = before.cloned().unwrap_or_else(|| Contact {
        id: posted.contact(),
        source_id: posted.source_id.clone(),
        address: posted.address.clone(),
        full_name: posted.full_name.clone(),
        locale: None,
        time_zone: None,
        fields: BTreeMap::new(),
        tags: Default::default(),
        lists: Default::default(),
        consent: BTreeMap::new(),
    });
    contact.address = posted.address.clone();
    contact.full_name = posted.full_name.clone();
    contact.locale = posted.locale.clone().or(contact.locale);
    contact.time_zone = posted.time_zone.clone().or(contact.time_zone);
    contact.fields.extend(posted.fields.clone());
    contact.consent.extend(posted.consent.clone());
    for (switches, set) in [
        (&posted.lists, &mut contact.lists),
        (&posted.tags, &mut contact.tags),
    ] {
        for (name, on) in switches {
            if *on {
                set.insert(name.clone());
            } else {
                set.remove(name);
            }
        }
    }
    (before != Some(&contact)).then_some(ContactRecord {
        contact,
        as_of: event.timestamp,
    })
}

/// Links the people of an event to its subject, and returns everybody who is linked to it.
pub(super) async fn link(
    io: &impl ContactBook,
    event: &Event,
) -> Result<BTreeMap<ContactId, Bonds>, Failure> {
    for posted in &event.people {
        let standing = posted.bond == Bond::Standing
            || posted.bond == Bond::Unlinked && event.subject.is_none();
        for role in posted.roles.iter().filter(|_| standing) {
            let bonding = Bonding::Role(role);
            let known = io.bonds(bonding).await?.remove(&posted.contact());
            bind(io, bonding, event, posted, known).await?;
        }
    }
    let Some(subject) = &event.subject else {
        return Ok(BTreeMap::new());
    };
    let bonding = Bonding::Subject(subject);
    let mut linked = io.bonds(bonding).await?;
    for posted in event
        .people
        .iter()
        .filter(|posted| posted.bond != Bond::Standing)
    {
        let id = posted.contact();
        let known = linked.remove(&id);
        if let Some(bonds) = bind(io, bonding, event, posted, known).await? {
            linked.insert(id, bonds);
        }
    }
    Ok(linked
        .into_iter()
        .map(|(id, bonds)| (id, bonds.value))
        .collect())
}

async fn bind(
    io: &impl ContactBook,
    bonding: Bonding<'_>,
    event: &Event,
    posted: &Posted,
    known: Option<Versioned<Bonds>>,
) -> Result<Option<Versioned<Bonds>>, Failure> {
    let id = posted.contact();
    let mut known = known;
    for _ in 0..RACES_MAX {
        let Some(merged) = merge_bonds(known.as_ref().map(|known| &known.value), event, posted)
        else {
            return Ok(known);
        };
        let replaces = known.as_ref().map(|known| known.version);
        if io.put_bonds(bonding, &id, &merged, replaces).await? == Stored::Done {
            return Ok(Some(Versioned {
                value: merged,
                version: replaces.unwrap_or_default() + 1,
            }));
        }
        known = io.bonds(bonding).await?.remove(&id);
    }
    Err(Failure::Retry(anyhow!(
        "the links of {id} are being changed by others"
    )))
}

/// Returns what the links become; `None` where nothing changes.
fn merge_bonds(known: Option<&Bonds>, event: &Event, posted: &Posted) -> Option<Bonds> {
    let holds = posted.bond != Bond::Unlinked;
    let before = known.cloned().unwrap_or_default();
    let mut after = before.clone();
    // Without a role, an unlinked person loses every role.
    let roles = if posted.roles.is_empty() && !holds {
        before.roles.keys().cloned().collect()
    } else {
        posted.roles.clone()
    };
    for role in roles {
        let bond = after.roles.get(&role);
        if bond.is_some_and(|bond| event.timestamp < bond.as_of || bond.holds == holds) {
            continue;
        }
        let bond = RoleBond {
            holds,
            since: event.id.clone(),
            as_of: event.timestamp,
        };
        after.roles.insert(role, bond);
    }
    (after != before).then_some(after)
}

const RACES_MAX: u8 = 5;
