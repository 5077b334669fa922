//! Gathers everybody whom an event may reach.

use std::collections::{BTreeMap, BTreeSet};

use journey::{Audience, Contact, ContactId, Crowd, Person, Plan, Settings};
use wire::{Bond, Bonds, Event, Posted};

use crate::{Bonding, Clock, ContactBook, Failure};

/// Gathers those whom the event names, those linked to its subject, and those whom an audience of
/// one of the `plans` asks for by standing role or by address.
pub(crate) async fn crowd(
    io: &(impl Clock + ContactBook),
    settings: &Settings,
    event: &Event,
    plans: &[&Plan],
    posted: BTreeMap<ContactId, Contact>,
    linked: BTreeMap<ContactId, Bonds>,
) -> Result<Crowd, Failure> {
    let audiences: Vec<_> = plans.iter().flat_map(|plan| audiences(plan)).collect();
    let mut standing: BTreeMap<ContactId, Bonds> = BTreeMap::new();
    let roles: BTreeSet<_> = audiences
        .iter()
        .flat_map(|one| one.standing_roles())
        .collect();
    for role in roles {
        for (id, bonds) in io.bonds(Bonding::Role(role)).await? {
            standing.entry(id).or_default().join(bonds.value);
        }
    }
    let params: BTreeSet<_> = audiences
        .iter()
        .flat_map(|one| one.address_params())
        .collect();
    let mut addressed = Vec::new();
    for address in params
        .into_iter()
        .filter_map(|param| event.params.get(param))
    {
        if let Some(address) = journey::address(address) {
            addressed.extend(io.contacts_at(&address).await?);
        }
    }

    let mut contacts = posted;
    let missing: BTreeSet<_> = linked
        .keys()
        .chain(standing.keys())
        .chain(&addressed)
        .filter(|id| !contacts.contains_key(*id))
        .cloned()
        .collect();
    if !missing.is_empty() {
        let missing: Vec<_> = missing.into_iter().collect();
        for (id, known) in io.contacts(&missing).await? {
            let contact = known.value.contact;
            // Whoever was merged into somebody holds their roles as that one.
            if let Some(bonds) = standing.remove(&id) {
                standing.entry(contact.id.clone()).or_default().join(bonds);
            }
            contacts.insert(contact.id.clone(), contact.seen(settings, io.now()));
        }
    }
    let people = contacts.into_iter().map(|(id, contact)| {
        let person = Person {
            named: is_named(event, &id),
            posted: posted_roles(event, &id),
            linked: linked.get(&id).map_or_else(BTreeSet::new, |bonds| {
                held(bonds, |since| since != event.id)
            }),
            standing: standing
                .get(&id)
                .map_or_else(BTreeSet::new, |bonds| held(bonds, |_| true)),
            contact,
        };
        (id, person)
    });
    Ok(Crowd {
        people: people.collect(),
    })
}

/// Gathers those whom an audience of `plan` may reach where somebody comes in without an event: about the subject of the run
/// that lets them in, if it has one.
pub(crate) async fn crowd_without_event(
    io: &(impl Clock + ContactBook),
    event: &Event,
    plan: &Plan,
    contact: &Contact,
) -> Result<Crowd, Failure> {
    let settings = &plan.settings;
    let who = [(contact.id.clone(), contact.clone())].into();
    let asked = !audiences(plan).is_empty();
    let linked = match event.subject.as_deref().filter(|_| asked) {
        Some(subject) => io.bonds(Bonding::Subject(subject)).await?,
        None => BTreeMap::new(),
    };
    let linked = linked.into_iter().map(|(id, bonds)| (id, bonds.value));
    let (contacts, linked) = gather(io, settings, who, linked.collect()).await?;
    crowd(io, settings, event, &[plan], contacts, linked).await
}

/// Returns those who are linked to a subject under the one name they have by now, and what is known of them as far as
/// it is not known yet.
pub(crate) async fn gather(
    io: &(impl Clock + ContactBook),
    settings: &Settings,
    contacts: BTreeMap<ContactId, Contact>,
    linked: BTreeMap<ContactId, Bonds>,
) -> Result<(BTreeMap<ContactId, Contact>, BTreeMap<ContactId, Bonds>), Failure> {
    let mut contacts = contacts;
    let unknown = linked.keys().filter(|id| !contacts.contains_key(*id));
    let unknown: Vec<_> = unknown.cloned().collect();
    if unknown.is_empty() {
        return Ok((contacts, linked));
    }
    let mut linked = linked;
    for (id, known) in io.contacts(&unknown).await? {
        let contact = known.value.contact.seen(settings, io.now());
        if contact.id != id {
            let bonds = linked.remove(&id).unwrap_or_default();
            linked.entry(contact.id.clone()).or_default().join(bonds);
        }
        contacts.insert(contact.id.clone(), contact);
    }
    Ok((contacts, linked))
}

/// Returns the audiences that a plan resolves when somebody enters.
fn audiences(plan: &Plan) -> Vec<&Audience> {
    let sends = plan.steps.iter().filter_map(|step| step.action.send());
    let own = sends.filter_map(|send| send.to.as_ref());
    plan.to.iter().chain(own).collect()
}

/// Returns the roles that still hold and that began with an event that `counts`.
fn held(bonds: &Bonds, counts: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let held = bonds
        .roles
        .iter()
        .filter(|(_, bond)| bond.holds && counts(&bond.since));
    held.map(|(role, _)| role.clone()).collect()
}

/// Returns whether the event names somebody otherwise than to say that they are no longer concerned.
fn is_named(event: &Event, id: &ContactId) -> bool {
    let mut people = event.people.iter();
    people.any(|posted| posted.bond != Bond::Unlinked && posted.contact() == *id)
}

fn posted_roles(event: &Event, id: &ContactId) -> BTreeSet<String> {
    let named = event
        .people
        .iter()
        .filter(|posted| posted.bond != Bond::Unlinked && posted.contact() == *id);
    named
        .flat_map(|posted: &Posted| posted.roles.clone())
        .collect()
}
