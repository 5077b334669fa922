//! Who has had which address, when journeys started, and how far everybody was gone through.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use std::collections::BTreeSet;

use engine::Stored;
use journey::{ContactId, EmailAddress, Fired};
use wire::Survey;

use super::people::contact;
use super::{Stores, at, person, written};

pub(super) async fn whoever_ever_had_an_address_is_found_by_it(stores: &impl Stores) {
    let [shared, old]: [EmailAddress; 2] =
        ["family@example.org", "old@example.org"].map(|address| address.parse().unwrap());
    let (one, other) = (person("noted-1"), person("noted-2"));
    for (address, contact) in [
        (&shared, &one),
        (&shared, &other),
        (&shared, &one),
        (&old, &one),
    ] {
        stores.note_address(address, contact).await.unwrap();
    }
    let at_it = async |address| -> BTreeSet<ContactId> {
        let found = stores.contacts_at(address).await.unwrap();
        let all: BTreeSet<_> = found.iter().cloned().collect();
        assert_eq!(all.len(), found.len(), "nobody twice");
        all
    };
    assert_eq!(at_it(&shared).await, [one.clone(), other].into());
    assert_eq!(at_it(&old).await, [one].into());
    assert!(
        at_it(&"nobody@example.org".parse().unwrap())
            .await
            .is_empty()
    );
    // The same address, the same name; and it cannot be read from the name.
    let name = stores.address_key(&shared);
    assert_eq!(stores.address_key(&shared), name);
    assert_ne!(stores.address_key(&old), name);
    assert!(!name.0.contains("family") && !name.0.is_empty());
}

pub(super) async fn it_is_known_when_journeys_started(stores: &impl Stores) {
    assert!(stores.fired(&["started"]).await.unwrap().is_empty());
    for minute in [0, 7] {
        let fired = Fired::once(at(minute));
        stores.put_fired("started", &fired).await.unwrap();
    }
    let found = stores.fired(&["started", "never"]).await.unwrap();
    assert_eq!(found, [("started".to_owned(), Fired::once(at(7)))].into());
}

pub(super) async fn everybody_is_gone_through_once_and_how_far_stands_by_version(
    stores: &impl Stores,
) {
    for name in ["surveyed-1", "surveyed-2", "surveyed-3"] {
        let record = contact(name, "surveyed@example.org");
        written(stores.put_contact(&record, None).await.unwrap());
    }
    let (mut met, mut after) = (Vec::new(), Some(String::new()));
    while let Some(from) = after {
        let (some, next) = stores.known_after(&from).await.unwrap();
        met.extend(some);
        after = next;
    }
    let once: BTreeSet<_> = met.iter().cloned().collect();
    assert_eq!(once.len(), met.len());
    for name in ["surveyed-1", "surveyed-2", "surveyed-3"] {
        assert!(once.contains(&person(name)), "{name}");
    }

    assert!(stores.survey().await.unwrap().is_none());
    let begun = Survey {
        triggers: ["birthday".to_owned()].into(),
        after: Some("somebody".to_owned()),
    };
    let conflict = stores.put_survey(&begun, Some(1)).await.unwrap();
    assert_eq!(conflict, Stored::Conflict);
    written(stores.put_survey(&begun, None).await.unwrap());
    let conflict = stores.put_survey(&begun, None).await.unwrap();
    assert_eq!(conflict, Stored::Conflict);
    let done = Survey {
        after: None,
        ..begun
    };
    written(stores.put_survey(&done, Some(1)).await.unwrap());
    let found = stores.survey().await.unwrap().unwrap();
    assert_eq!((found.version, found.value), (2, done));
}
