//! Turns the people of an event into contacts, and their roles into links.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::anyhow;
use jiff::Timestamp;
use journey::{Before, ChangeId, Consent, Contact, ContactId, Occasion, Release, Revision, SCORE};
use wire::{Bond, Bonds, Choice, Choices, Chosen, ContactRecord, Event, Move, Posted, RoleBond};

use super::absorb::{absorb, take_choice};
use super::names::{names, renamed, under};
use crate::rewrite::revise;
use crate::{
    Bonding, ChoiceBook, Clock, ContactBook, Exceptions, Failure, Moves, Stored, Versioned,
};

/// Whom an event names.
#[derive(Default)]
pub(super) struct Learned {
    /// They, with declared defaults filled in.
    pub(super) contacts: BTreeMap<ContactId, Contact>,
    /// Those of whom nothing was known before.
    pub(super) new: BTreeSet<ContactId>,
    /// Those of them who turned out to be others as well, of which not everybody has heard yet.
    pub(super) merged: Vec<Versioned<ContactRecord>>,
}

/// Creates or updates the contacts whom an event names, and lets everybody hear of what that changes; returns the event
/// as it reads with everybody under the one name that they have by now.
pub(super) async fn learn<'a>(
    io: &(impl Clock + ContactBook + ChoiceBook + Exceptions + Moves),
    release: &Release,
    event: &'a Event,
) -> Result<(Learned, Cow<'a, Event>), Failure> {
    // The same person may stand there twice, in two roles; a batch must not name anybody twice.
    let ids: BTreeSet<_> = event.people.iter().map(Posted::contact).collect();
    if ids.is_empty() {
        return Ok((Learned::default(), Cow::Borrowed(event)));
    }
    let ids: Vec<_> = ids.into_iter().collect();
    let mut known = io.contacts(&ids).await?;
    let mut learned = Learned::default();
    let mut taken_back = Vec::new();
    for posted in &event.people {
        let id = posted.contact();
        let before = known.remove(&id);
        if before.is_none() {
            learned.new.insert(id.clone());
        }
        let contact = learn_one(io, release, event, posted, before).await?;
        let contact = absorb(io, event, posted, contact).await?;
        taken_back.extend(take_back(io, &contact.value.contact, posted).await?);
        known.insert(id, contact);
    }
    if event.people.iter().any(|posted| !posted.merged.is_empty()) {
        // Others of the event may have turned out to be somebody by it.
        known = io.contacts(&ids).await?;
    }
    let event = renamed(event, &known);
    // Where two names are one person's, what was written last is how they are.
    let mut people: BTreeMap<ContactId, Versioned<ContactRecord>> = BTreeMap::new();
    for one in known.into_values() {
        let id = one.value.contact.id.clone();
        if people
            .get(&id)
            .is_none_or(|other| other.version < one.version)
        {
            people.insert(id, one);
        }
    }
    let known = people;
    let people = known
        .values()
        .filter(|known| !known.value.unheard.is_empty());
    let moves = people.map(|known| Move::Changed {
        contact: known.value.contact.id.clone(),
    });
    let moves: Vec<_> = moves.chain(taken_back).collect();
    if !moves.is_empty() {
        io.move_on(&moves).await?;
    }
    let settings = &release.settings;
    let merges = |known: &&Versioned<ContactRecord>| {
        let mut unheard = known.value.unheard.iter();
        unheard.any(|revision| revision.absorbed.is_some())
    };
    learned.merged = known.values().filter(merges).cloned().collect();
    let people = known.into_iter();
    learned.contacts = people
        .map(|(id, known)| (id, known.value.contact.seen(settings, io.now())))
        .collect();
    Ok((learned, event))
}

/// Keeps what somebody took back at the source as a choice of theirs: it is looked at last before a mail leaves, outlives
/// the person, and is held against what others who share their address say. Returns who is to hear of it: the runs that
/// end by it, once, however often a source says the same.
async fn take_back(
    io: &(impl ChoiceBook + Moves),
    contact: &Contact,
    posted: &Posted,
) -> Result<Vec<Move>, Failure> {
    let mut moves = Vec::new();
    for (topic, proof) in &posted.consent {
        // What they agreed to since holds.
        let agrees = contact.consent.get(topic).is_some_and(Consent::is_given);
        let Some(at) = proof.withdrawn.filter(|_| !proof.is_given() && !agrees) else {
            continue;
        };
        let mut no = Choices::default();
        no.add(Choice {
            at,
            how: proof.how.clone(),
            what: Chosen::Out,
            shown: None,
        });
        if take_choice(io, (&contact.id, topic), &no).await? {
            moves.push(Move::Chose {
                contact: contact.id.clone(),
                topic: topic.clone(),
            });
        }
    }
    Ok(moves)
}

/// Returns whether a contact who has only just become known can concern a journey.
fn is_awaited(release: &Release) -> bool {
    let mut entrances = release.journeys.values();
    entrances.any(|entrance| {
        let mut triggers = entrance.triggers.iter();
        triggers.any(|trigger| match trigger.on {
            Occasion::Date { .. }
            | Occasion::Enters(_)
            | Occasion::Joins(_)
            | Occasion::Leaves(_)
            | Occasion::OptedIn(_)
            | Occasion::Tagged(_)
            | Occasion::Untagged(_) => true,
            Occasion::Event(_) | Occasion::Journey(_) | Occasion::Manual => false,
        })
    })
}

async fn learn_one(
    io: &(impl Clock + ContactBook),
    release: &Release,
    event: &Event,
    posted: &Posted,
    known: Option<Versioned<ContactRecord>>,
) -> Result<Versioned<ContactRecord>, Failure> {
    let id = posted.contact();
    let mut known = known;
    for _ in 0..RACES_MAX {
        let before = known.as_ref().map(|known| &known.value);
        let posted = match before {
            Some(before) => &under(posted, &before.contact),
            None => posted,
        };
        let Some(contact) = merge(before, posted, event) else {
            return known.ok_or_else(|| Failure::Retry(anyhow!("{id} is gone")));
        };
        let merged = record(release, event, before, (contact, io.now()))?;
        let moved = known
            .as_ref()
            .is_none_or(|known| known.value.contact.address != merged.contact.address);
        if moved {
            // Before the contact: an address that leads nowhere is harmless, a contact whom no
            // address leads to is not.
            io.note_address(&merged.contact.address, &merged.contact.id)
                .await?;
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

/// Returns what is written of a contact, with what that changes for others to hear.
fn record(
    release: &Release,
    event: &Event,
    before: Option<&ContactRecord>,
    (contact, now): (Contact, Timestamp),
) -> Result<ContactRecord, Failure> {
    let written = match before {
        Some(before) => revise(before.clone(), contact.clone(), (&event.id, 0, now))?,
        None => {
            let revision = Revision {
                id: ChangeId::of(&contact.id, &event.id),
                at: now,
                hops: 0,
                before: Before::of(None, &contact),
                absorbed: None,
            };
            Some(ContactRecord {
                contact: contact.clone(),
                as_of: event.timestamp,
                counted: BTreeSet::new(),
                unheard: is_awaited(release)
                    .then_some(revision)
                    .into_iter()
                    .collect(),
            })
        }
    };
    let written = written.ok_or_else(|| Failure::Retry(anyhow!("{} changed", contact.id)))?;
    let known = before.map_or(event.timestamp, |before| before.as_of);
    Ok(ContactRecord {
        as_of: event.timestamp.max(known),
        ..written
    })
}

/// Returns what the contact becomes; `None` where nothing changes.
///
/// An older event than the newest that changed the contact enrolls them but changes nothing, except for what they agreed
/// to, which carries its own date.
fn merge(known: Option<&ContactRecord>, posted: &Posted, event: &Event) -> Option<Contact> {
    let before = known.map(|known| &known.contact);
    if let Some(known) = known.filter(|known| event.timestamp < known.as_of) {
        let mut contact = known.contact.clone();
        agree(&mut contact, posted, known.as_of);
        return (known.contact != contact).then_some(contact);
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
        absorbed: BTreeSet::new(),
        scored: None,
    });
    contact.address = posted.address.clone();
    contact.full_name = posted.full_name.clone();
    contact.locale = posted.locale.clone().or(contact.locale);
    contact.time_zone = posted.time_zone.clone().or(contact.time_zone);
    if posted.fields.contains_key(SCORE) {
        contact.scored = Some(event.timestamp);
    }
    contact.fields.extend(posted.fields.clone());
    contact
        .fields
        .retain(|name, _| !posted.cleared.contains(name));
    agree(&mut contact, posted, event.timestamp);
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
    (before != Some(&contact)).then_some(contact)
}

/// Notes what the source says that somebody agreed to.
fn agree(contact: &mut Contact, posted: &Posted, now: Timestamp) {
    for (topic, proof) in posted.consent.clone() {
        contact.agree(topic, proof, now);
    }
}

/// Links the people of an event to its subject, and returns everybody who is linked to it.
pub(super) async fn link(
    io: &impl ContactBook,
    event: &Event,
    people: &BTreeMap<ContactId, Contact>,
) -> Result<BTreeMap<ContactId, Bonds>, Failure> {
    for posted in &event.people {
        let standing = posted.bond == Bond::Standing
            || posted.bond == Bond::Unlinked && event.subject.is_none();
        for role in posted.roles.iter().filter(|_| standing) {
            let bonding = Bonding::Role(role);
            let mut held = io.bonds(bonding).await?;
            for (id, known) in names(posted, people, &mut held) {
                bind(io, bonding, event, (posted, &id), known).await?;
            }
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
        for (id, known) in names(posted, people, &mut linked) {
            if let Some(bonds) = bind(io, bonding, event, (posted, &id), known).await? {
                linked.insert(id, bonds);
            }
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
    (posted, id): (&Posted, &ContactId),
    known: Option<Versioned<Bonds>>,
) -> Result<Option<Versioned<Bonds>>, Failure> {
    let mut known = known;
    for _ in 0..RACES_MAX {
        let Some(merged) = merge_bonds(known.as_ref().map(|known| &known.value), event, posted)
        else {
            return Ok(known);
        };
        let replaces = known.as_ref().map(|known| known.version);
        if io.put_bonds(bonding, id, &merged, replaces).await? == Stored::Done {
            return Ok(Some(Versioned {
                value: merged,
                version: replaces.unwrap_or_default() + 1,
            }));
        }
        known = io.bonds(bonding).await?.remove(id);
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
