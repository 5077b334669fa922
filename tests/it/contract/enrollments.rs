//! Enrollments, what is written beside them, dates, and the index of who is due.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use engine::{Beside, Due, Exception, ExceptionKind, Overdue, Rewrite, Stored};
use jiff::Timestamp;
use journey::{ContactId, DateId, Enrollment, EntryId, Phase, Signals, Value};
use wire::{Armed, EnrollmentRecord, LastEntry};

use super::people::contact;
use super::{Stores, at, person, run, written};

pub(super) async fn somebody_enters_once(stores: &impl Stores) {
    let record = waiting("enters", "e1", at(10));
    let (who, id) = (&record.enrollment.contact, &record.enrollment.id);
    assert_eq!(stores.enrollment(who, id).await.unwrap(), None);
    let alone = Beside::default();
    assert_eq!(stores.enter(&record, &alone).await.unwrap(), Stored::Done);
    assert_eq!(
        stores.enter(&record, &alone).await.unwrap(),
        Stored::Conflict
    );
    let found = stores.enrollment(who, id).await.unwrap();
    assert_eq!(
        found,
        Some(EnrollmentRecord {
            version: 1,
            ..record
        })
    );
}

pub(super) async fn a_write_names_what_it_replaces(stores: &impl Stores) {
    let record = waiting("replaces", "e1", at(10));
    let (who, id) = (&record.enrollment.contact, &record.enrollment.id);
    // What is not there cannot be replaced.
    let absent = EnrollmentRecord {
        version: 1,
        ..record.clone()
    };
    assert_eq!(
        stores.replace(&absent, None).await.unwrap(),
        Stored::Conflict
    );
    written(stores.enter(&record, &Beside::default()).await.unwrap());
    let first = stores
        .enrollment(who, id)
        .await
        .unwrap()
        .expect("it entered");
    let mut later = first.clone();
    later.enrollment.phase = waits(at(20));
    assert_eq!(stores.replace(&later, None).await.unwrap(), Stored::Done);
    assert_eq!(
        stores.replace(&later, None).await.unwrap(),
        Stored::Conflict
    );
    let second = stores
        .enrollment(who, id)
        .await
        .unwrap()
        .expect("it is there");
    assert_eq!((second.version, second.due()), (2, Some(at(20))));
}

pub(super) async fn what_is_written_together_is_all_there_or_not_at_all(stores: &impl Stores) {
    let name = "together";
    let known = contact(name, "together@example.org");
    written(stores.put_contact(&known, None).await.unwrap());
    let record = waiting(name, "e1", at(10));
    let (who, id) = (
        record.enrollment.contact.clone(),
        record.enrollment.id.clone(),
    );
    let entry = EntryId::of("contract", None, &who);
    let beside = |replaces: u64, entered: Option<u64>| Beside {
        contact: Some(Rewrite {
            record: contact(name, "changed@example.org"),
            replaces,
        }),
        entry: Some((
            entry.clone(),
            LastEntry {
                at: at(0),
                enrollment: id.clone(),
                entries: 4,
            },
            entered,
        )),
    };
    // The contact is of another version, then the entry is: nothing is written.
    for stale in [beside(7, None), beside(1, Some(3))] {
        assert_eq!(
            stores.enter(&record, &stale).await.unwrap(),
            Stored::Conflict
        );
        assert_eq!(stores.enrollment(&who, &id).await.unwrap(), None);
        assert_eq!(stores.last_entry(&who, &entry).await.unwrap(), None);
        let found = stores.contacts(std::slice::from_ref(&who)).await.unwrap();
        assert_eq!((found[&who].version, &found[&who].value), (1, &known));
    }
    assert_eq!(
        stores.enter(&record, &beside(1, None)).await.unwrap(),
        Stored::Done
    );
    let entered = stores
        .last_entry(&who, &entry)
        .await
        .unwrap()
        .expect("it is noted");
    assert_eq!(
        (entered.version, entered.value.at, &entered.value.enrollment),
        (1, at(0), &id)
    );
    let found = stores.contacts(std::slice::from_ref(&who)).await.unwrap();
    assert_eq!(
        (
            found[&who].version,
            found[&who].value.contact.address.as_str()
        ),
        (2, "changed@example.org")
    );
}

pub(super) async fn a_move_and_its_contact_are_written_together(stores: &impl Stores) {
    let name = "moves";
    let known = contact(name, "moves@example.org");
    written(stores.put_contact(&known, None).await.unwrap());
    let record = waiting(name, "e1", at(10));
    let (who, id) = (
        record.enrollment.contact.clone(),
        record.enrollment.id.clone(),
    );
    written(stores.enter(&record, &Beside::default()).await.unwrap());
    let mut later = stores
        .enrollment(&who, &id)
        .await
        .unwrap()
        .expect("it entered");
    later.enrollment.phase = waits(at(20));
    let rewrite = |replaces: u64| Rewrite {
        record: known.clone(),
        replaces,
    };
    assert_eq!(
        stores.replace(&later, Some(&rewrite(7))).await.unwrap(),
        Stored::Conflict
    );
    let unmoved = stores
        .enrollment(&who, &id)
        .await
        .unwrap()
        .expect("it is there");
    assert_eq!(unmoved.due(), Some(at(10)));
    assert_eq!(
        stores.replace(&later, Some(&rewrite(1))).await.unwrap(),
        Stored::Done
    );
    let found = stores.contacts(std::slice::from_ref(&who)).await.unwrap();
    assert_eq!(found[&who].version, 2);
}

pub(super) async fn runs_that_are_over_are_not_among_those_on_their_way(stores: &impl Stores) {
    let name = "several";
    for (event, phase) in [
        ("e1", waits(at(10))),
        (
            "e2",
            Phase::Left {
                reason: "finished".to_owned(),
                at: at(1),
            },
        ),
        (
            "e3",
            Phase::Parked {
                step: "hello".to_owned(),
                reason: "x".to_owned(),
                at: at(1),
            },
        ),
    ] {
        let mut record = waiting(name, event, at(10));
        record.enrollment.phase = phase;
        written(stores.enter(&record, &Beside::default()).await.unwrap());
    }
    // Somebody else's, a date and an entry are none of theirs.
    written(
        stores
            .enter(&waiting("several-others", "e1", at(10)), &Beside::default())
            .await
            .unwrap(),
    );
    let who = person(name);
    let armed = Armed {
        journey: "contract".to_owned(),
        due: Some(at(500)),
        of: Some(Value::Text("then".to_owned())),
    };
    written(
        stores
            .arm(
                &who,
                &DateId::of("contract", "contact.since", &who),
                &armed,
                None,
            )
            .await
            .unwrap(),
    );
    let mut events: Vec<_> = stores
        .runs(&who)
        .await
        .unwrap()
        .into_iter()
        .map(|run| run.enrollment.event)
        .collect();
    events.sort();
    assert_eq!(events, ["e1", "e3"]);
}

pub(super) async fn the_index_shows_who_is_due_in_order_and_in_pages(stores: &impl Stores) {
    // Long before everything else here.
    let due = |number: i64| at(-10_000 + number % 7);
    let mut expected = Vec::new();
    for number in 0..20 {
        let record = waiting(&format!("due-{number}"), "e1", due(number));
        written(stores.enter(&record, &Beside::default()).await.unwrap());
        let run = record.enrollment;
        expected.push((due(number), Due::Run(run.id)));
    }
    let who = person("due-date");
    let date = DateId::of("contract", "contact.since", &who);
    let armed = Armed {
        journey: "contract".to_owned(),
        due: Some(due(3)),
        of: Some(Value::Text("then".to_owned())),
    };
    written(stores.arm(&who, &date, &armed, None).await.unwrap());
    expected.push((due(3), Due::Date(date)));
    written(
        stores
            .enter(&waiting("not-due", "e1", at(-9_000)), &Beside::default())
            .await
            .unwrap(),
    );
    stores.let_the_index_follow();

    let mut found = Vec::new();
    for shard in 0..stores.shards() {
        let mut after: Option<Overdue> = None;
        loop {
            let page = stores.due(shard, at(-9_990), after.as_ref()).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.clone());
            assert!(
                page.is_sorted_by_key(|one| one.due),
                "the longest overdue first"
            );
            found.extend(page.into_iter().map(|one| (one.due, one.what)));
        }
    }
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

pub(super) async fn a_date_is_set_and_taken_away_by_its_version(stores: &impl Stores) {
    let who = person("dated");
    let date = DateId::of("contract", "contact.since", &who);
    let armed = |due: i64| Armed {
        journey: "contract".to_owned(),
        due: Some(at(due)),
        of: Some(Value::Text("then".to_owned())),
    };
    assert_eq!(stores.armed(&who, &date).await.unwrap(), None);
    assert_eq!(
        stores.arm(&who, &date, &armed(900), Some(1)).await.unwrap(),
        Stored::Conflict
    );
    assert_eq!(
        stores.arm(&who, &date, &armed(900), None).await.unwrap(),
        Stored::Done
    );
    assert_eq!(
        stores.arm(&who, &date, &armed(901), None).await.unwrap(),
        Stored::Conflict
    );
    assert_eq!(
        stores.arm(&who, &date, &armed(901), Some(1)).await.unwrap(),
        Stored::Done
    );
    let found = stores.armed(&who, &date).await.unwrap().expect("it is set");
    assert_eq!((found.version, found.value), (2, armed(901)));
    assert_eq!(
        stores.disarm(&who, &date, 1).await.unwrap(),
        Stored::Conflict
    );
    assert_eq!(stores.disarm(&who, &date, 2).await.unwrap(), Stored::Done);
    assert_eq!(stores.armed(&who, &date).await.unwrap(), None);
}

pub(super) fn waiting(name: &str, event: &str, due: Timestamp) -> EnrollmentRecord {
    EnrollmentRecord {
        enrollment: Enrollment {
            id: run(name, event),
            contact: person(name),
            journey: "contract".to_owned(),
            plan: "p1".to_owned(),
            subject: None,
            event: event.to_owned(),
            entered: at(0),
            params: [].into(),
            notified: [].into(),
            signals: Signals::default(),
            hops: 0,
            campaign: false,
            phase: waits(due),
            path: Vec::new(),
        },
        pending: Vec::new(),
        enrolls: Vec::new(),
        changed: false,
        held: None,
        end: None,
        version: 0,
    }
}

fn waits(due: Timestamp) -> Phase {
    Phase::Waiting {
        step: "pause".to_owned(),
        due,
    }
}

pub(super) async fn a_refusal_stands(stores: &impl Stores) {
    let contact = ContactId::of("refused");
    let refused = async |cause: &str, journey: &str, contact: &ContactId| {
        let found = stores.is_refused(cause, journey, contact).await;
        found.unwrap()
    };
    for (cause, kind) in [
        ("entry", ExceptionKind::EntryRefused),
        ("reentry", ExceptionKind::ReentryRefused),
        ("else", ExceptionKind::Unresolved),
    ] {
        assert!(!refused(cause, "second", &contact).await);
        let exception = Exception {
            kind,
            event: cause.to_owned(),
            journey: Some("second".to_owned()),
            contact: Some(contact.clone()),
            reason: "single".to_owned(),
            at: at(0),
            body: None,
        };
        stores.record(&exception).await.unwrap();
        let stands = kind != ExceptionKind::Unresolved;
        assert_eq!(refused(cause, "second", &contact).await, stands, "{cause}");
        assert!(!refused(cause, "third", &contact).await);
        assert!(!refused(cause, "second", &ContactId::of("other")).await);
    }
}
