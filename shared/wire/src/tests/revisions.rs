//! Writes of a contact of which not everybody has heard yet.

use std::collections::BTreeMap;

use journey::{Before, ChangeId, ContactId, Revision, Value};

use super::samples::{address, at};

/// One write that made a contact known, and one that changed all there is to change.
pub(super) fn revisions() -> Vec<Revision> {
    vec![
        Revision {
            id: ChangeId::of(&ContactId::of("sot-17"), "e1"),
            at: at("2026-11-22T09:15:00Z"),
            hops: 0,
            before: Before {
                nothing: true,
                ..Before::default()
            },
            absorbed: None,
        },
        Revision {
            id: ChangeId::of(&ContactId::of("sot-17"), "e2"),
            at: at("2026-11-23T09:15:00Z"),
            hops: 2,
            before: Before {
                nothing: false,
                address: Some(address("anna@old.example")),
                full_name: Some("Ann".to_owned()),
                locale: Some(None),
                time_zone: Some(Some("Europe/Brussels".to_owned())),
                fields: BTreeMap::from([
                    ("a.bool".to_owned(), None),
                    ("b.date".to_owned(), Some(Value::Bool(true))),
                ]),
                scored: Some(Some(at("2026-11-20T09:15:00Z"))),
                lists: BTreeMap::from([("news".to_owned(), false)]),
                tags: BTreeMap::from([("old".to_owned(), true)]),
            },
            absorbed: Some(ContactId::of("sot-16")),
        },
    ]
}
