//! Contacts, their roles, what advertising they got, what they chose, and which addresses are forbidden.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use std::collections::{BTreeMap, BTreeSet};

use engine::{AddressKey, Bonding, Holder, Stored, Suppression};
use journey::{Contact, SendId};
use wire::{
    Bonds, Choice, Choices, Chosen, ContactRecord, Mailed, RoleBond, Shown, SuppressionReason,
};

use super::{Stores, at, person, run, written};

pub(super) async fn a_contact_is_replaced_by_version(stores: &impl Stores) {
    let record = contact("anna", "anna@example.org");
    let id = record.contact.id.clone();
    assert!(
        stores
            .contacts(std::slice::from_ref(&id))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        stores.put_contact(&record, Some(1)).await.unwrap(),
        Stored::Conflict
    );
    assert_eq!(
        stores.put_contact(&record, None).await.unwrap(),
        Stored::Done
    );
    assert_eq!(
        stores.put_contact(&record, None).await.unwrap(),
        Stored::Conflict
    );
    let moved = contact("anna", "anna@elsewhere.example");
    assert_eq!(
        stores.put_contact(&moved, Some(1)).await.unwrap(),
        Stored::Done
    );
    let found = stores
        .contacts(&[id.clone(), person("nobody")])
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[&id].version, &found[&id].value), (2, &moved));
}

pub(super) async fn roles_are_found_by_what_they_are_held_for(stores: &impl Stores) {
    let (one, other) = (person("bond-1"), person("bond-2"));
    let subject = Bonding::Subject("pupil-7");
    assert_eq!(
        stores
            .put_bonds(subject, &one, &bonds("PARENT"), None)
            .await
            .unwrap(),
        Stored::Done
    );
    assert_eq!(
        stores
            .put_bonds(subject, &one, &bonds("PARENT"), None)
            .await
            .unwrap(),
        Stored::Conflict
    );
    assert_eq!(
        stores
            .put_bonds(subject, &one, &bonds("TUTOR"), Some(1))
            .await
            .unwrap(),
        Stored::Done
    );
    written(
        stores
            .put_bonds(subject, &other, &bonds("PARENT"), None)
            .await
            .unwrap(),
    );
    written(
        stores
            .put_bonds(Bonding::Role("PARENT"), &other, &bonds("PARENT"), None)
            .await
            .unwrap(),
    );
    // A subject that is called as a role is another thing.
    written(
        stores
            .put_bonds(Bonding::Subject("PARENT"), &one, &bonds("PARENT"), None)
            .await
            .unwrap(),
    );
    let found = stores.bonds(subject).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[&one].version, &found[&one].value),
        (2, &bonds("TUTOR"))
    );
    let holders: Vec<_> = stores
        .bonds(Bonding::Role("PARENT"))
        .await
        .unwrap()
        .into_keys()
        .collect();
    assert_eq!(holders, [other]);
    assert!(
        stores
            .bonds(Bonding::Subject("pupil-8"))
            .await
            .unwrap()
            .is_empty()
    );
}

pub(super) async fn what_advertising_somebody_got_is_replaced_by_version(stores: &impl Stores) {
    let who = person("mailed");
    let send = SendId::of(&run("mailed", "e1"), "hello", &who);
    let mailed = |minute: i64| Mailed {
        mails: BTreeMap::from([(send.clone(), at(minute))]),
        places: BTreeMap::from([(send.clone(), [("minute".to_owned(), at(minute + 1))].into())]),
    };
    assert_eq!(stores.mailed(&who).await.unwrap(), None);
    assert_eq!(
        stores.put_mailed(&who, &mailed(0), None).await.unwrap(),
        Stored::Done
    );
    assert_eq!(
        stores.put_mailed(&who, &mailed(1), None).await.unwrap(),
        Stored::Conflict
    );
    assert_eq!(
        stores.put_mailed(&who, &mailed(1), Some(1)).await.unwrap(),
        Stored::Done
    );
    let found = stores.mailed(&who).await.unwrap().expect("it is noted");
    assert_eq!((found.version, found.value), (2, mailed(1)));
}

pub(super) async fn nobody_gets_a_place_that_another_has(stores: &impl Stores) {
    let line = "minute#600 welcome";
    assert_eq!(stores.next_place(line).await.unwrap(), None);
    for (first, place) in [(5, 5), (5, 6), (0, 7), (20, 20), (20, 21), (8, 22)] {
        let taken = stores.take_place(line, first).await;
        assert_eq!(taken.unwrap(), place, "from {first} on");
    }
    assert_eq!(stores.next_place(line).await.unwrap(), Some(23));
    assert_eq!(stores.next_place("day#other").await.unwrap(), None);
}

pub(super) async fn choices_are_kept_by_holder_and_topic(stores: &impl Stores) {
    let mut left = Choices::default();
    left.add(Choice {
        at: at(0),
        how: "page".to_owned(),
        what: Chosen::Out,
        shown: None,
    });
    let contact = Holder::Contact(person("chooses"));
    let address = Holder::Address(AddressKey("chooses".to_owned()));
    for holder in [&contact, &address] {
        assert_eq!(
            stores
                .put_choices(holder, "news", &left, None)
                .await
                .unwrap(),
            Stored::Done
        );
        assert_eq!(
            stores
                .put_choices(holder, "news", &left, None)
                .await
                .unwrap(),
            Stored::Conflict
        );
    }
    written(
        stores
            .put_choices(&contact, "offers", &left, None)
            .await
            .unwrap(),
    );
    let mut back = left.clone();
    back.add(Choice {
        at: at(1),
        how: "page".to_owned(),
        what: Chosen::In,
        shown: Some(Shown {
            text: "Our news".to_owned(),
            release: "5f0c".to_owned(),
        }),
    });
    assert_eq!(
        stores
            .put_choices(&contact, "news", &back, Some(1))
            .await
            .unwrap(),
        Stored::Done
    );
    let found = stores
        .choices(&contact, "news")
        .await
        .unwrap()
        .expect("it is kept");
    assert_eq!((found.version, &found.value), (2, &back));
    let found = stores
        .choices(&address, "news")
        .await
        .unwrap()
        .expect("it is kept");
    assert_eq!((found.version, &found.value), (1, &left));
    assert_eq!(stores.choices(&address, "offers").await.unwrap(), None);
    let all: Vec<_> = stores
        .all_choices(&contact)
        .await
        .unwrap()
        .into_keys()
        .collect();
    assert_eq!(all, ["news", "offers"]);
}

pub(super) async fn an_address_is_forbidden_for_a_reason(stores: &impl Stores) {
    let address = AddressKey("forbidden".to_owned());
    let none = Suppression::default();
    assert_eq!(stores.suppression(&address).await.unwrap(), none);
    let day = "2026-11-30".parse().unwrap();
    stores.bounced_softly(&address, day).await.unwrap();
    let (bounced, complained) = (SuppressionReason::Bounced, SuppressionReason::Complained);
    for (reason, kept) in [
        (bounced, "bounced"),
        (bounced, "bounced"),
        (complained, "complained"),
        (bounced, "complained"),
    ] {
        stores.suppress(&address, reason).await.unwrap();
        let found = stores.suppression(&address).await.unwrap();
        assert_eq!(found.reason.as_deref(), Some(kept), "after {reason:?}");
        assert_eq!(found.soft_bounces, BTreeSet::from([day]));
    }
    let other = AddressKey("other".to_owned());
    assert_eq!(stores.suppression(&other).await.unwrap(), none);
}

pub(super) async fn soft_bounces_are_remembered_for_thirty_days(stores: &impl Stores) {
    let address = AddressKey("full".to_owned());
    let bounced = async |day: &str| {
        let day = day.parse().unwrap();
        stores.bounced_softly(&address, day).await.unwrap();
        let found = stores.suppression(&address).await.unwrap();
        assert_eq!(found.reason, None);
        let days = found.soft_bounces.iter();
        days.map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(bounced("2026-11-30").await, "2026-11-30");
    assert_eq!(bounced("2026-11-30").await, "2026-11-30");
    assert_eq!(bounced("2026-12-29").await, "2026-11-30 2026-12-29");
    assert_eq!(bounced("2026-12-30").await, "2026-12-29 2026-12-30");
}

fn bonds(role: &str) -> Bonds {
    let bond = RoleBond {
        holds: true,
        since: "e1".to_owned(),
        as_of: at(0),
    };
    Bonds {
        roles: BTreeMap::from([(role.to_owned(), bond)]),
    }
}

pub(super) fn contact(name: &str, address: &str) -> ContactRecord {
    ContactRecord {
        contact: Contact {
            id: person(name),
            source_id: name.to_owned(),
            address: address.parse().expect("an address"),
            full_name: name.to_owned(),
            locale: Some("nl".to_owned()),
            time_zone: None,
            fields: [].into(),
            tags: ["vip".to_owned()].into(),
            lists: [].into(),
            consent: [].into(),
            absorbed: [].into(),
            scored: Some(at(0)),
        },
        as_of: at(0),
        counted: Default::default(),
        unheard: Vec::new(),
    }
}
