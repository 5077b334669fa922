//! Who is meant by a name: some have had others before.

use std::borrow::Cow;
use std::collections::BTreeMap;

use journey::{Contact, ContactId};
use wire::{Bond, Bonds, ContactRecord, Event, Posted};

use crate::Versioned;

/// Names those by the one name they have by now who were merged into somebody.
pub(super) fn renamed<'a>(
    event: &'a Event,
    known: &BTreeMap<ContactId, Versioned<ContactRecord>>,
) -> Cow<'a, Event> {
    let survivor = |posted: &Posted| Some(&known.get(&posted.contact())?.value.contact);
    let is_old = |posted: &Posted| survivor(posted).is_some_and(|one| one.id != posted.contact());
    if !event.people.iter().any(is_old) {
        return Cow::Borrowed(event);
    }
    let people = event.people.iter().map(|posted| match survivor(posted) {
        Some(survivor) => under(posted, survivor),
        None => posted.clone(),
    });
    Cow::Owned(Event {
        people: people.collect(),
        ..event.clone()
    })
}

/// Returns a person as posted under the one name they have by now.
///
/// Whoever still uses an old name knows them less well: what they are called and where their mail goes is taken from
/// under the name that stands.
pub(super) fn under(posted: &Posted, survivor: &Contact) -> Posted {
    match survivor.id == posted.contact() {
        true => posted.clone(),
        false => Posted {
            source_id: survivor.source_id.clone(),
            address: survivor.address.clone(),
            full_name: survivor.full_name.clone(),
            locale: None,
            time_zone: None,
            ..posted.clone()
        },
    }
}

/// Takes out what is held by somebody under the name that stands, and, where it is to end, under all that they had.
pub(super) fn names(
    posted: &Posted,
    people: &BTreeMap<ContactId, Contact>,
    held: &mut BTreeMap<ContactId, Versioned<Bonds>>,
) -> Vec<(ContactId, Option<Versioned<Bonds>>)> {
    let id = posted.contact();
    let known = held.remove(&id);
    let mut names = vec![(id, known)];
    if posted.bond == Bond::Unlinked {
        let person = people.get(&posted.contact());
        let old = person.into_iter().flat_map(|person| &person.absorbed);
        names.extend(old.filter_map(|id| Some((id.clone(), Some(held.remove(id)?)))));
    }
    names
}
