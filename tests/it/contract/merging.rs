//! Two who are one person, and a run that goes on under another name.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use engine::{Beside, Stored};
use journey::{Enrollment, EnrollmentId, EntryId, MERGED, Phase};
use wire::{EnrollmentRecord, LastEntry};

use super::enrollments::waiting;
use super::people::contact;
use super::{Stores, at, person, written};

pub(super) async fn whoever_is_merged_is_found_under_both_names(stores: &impl Stores) {
    let [one, two, three] = ["merge-1", "merge-2", "merge-3"];
    let record = |name: &str| contact(name, &format!("{name}@example.org"));
    let [first, second, third] = [one, two, three].map(record);
    written(stores.put_contact(&first, None).await.unwrap());
    written(stores.put_contact(&second, None).await.unwrap());
    written(stores.put_contact(&third, None).await.unwrap());

    let gone = &first.contact.id;
    // Another was faster on either side, or nothing was known of who is.
    for (replaces, replaced) in [(2, Some(1)), (1, Some(2)), (1, None)] {
        let stored = stores.merge(&second, replaces, gone, replaced).await;
        assert_eq!(stored.unwrap(), Stored::Conflict);
    }
    assert_eq!(
        stores.merge(&second, 1, gone, Some(1)).await.unwrap(),
        Stored::Done
    );
    let found = stores.contacts(std::slice::from_ref(gone)).await.unwrap();
    assert_eq!((found[gone].version, &found[gone].value), (2, &second));
    // Nobody comes back under the old name, whatever was known of it.
    for replaces in [None, Some(1)] {
        let stored = stores.put_contact(&first, replaces).await;
        assert_eq!(stored.unwrap(), Stored::Conflict);
    }

    // One leads to the next, and whoever was never heard of leads there, too.
    let next = &second.contact.id;
    written(stores.merge(&third, 1, next, Some(2)).await.unwrap());
    let unknown = person("merge-4");
    written(stores.merge(&third, 2, &unknown, None).await.unwrap());
    let all = [
        gone.clone(),
        next.clone(),
        unknown.clone(),
        third.contact.id.clone(),
        person("merge-5"),
    ];
    let found = stores.contacts(&all).await.unwrap();
    assert_eq!(found.len(), 4);
    for known in found.values() {
        assert_eq!((known.version, &known.value), (3, &third));
    }
}

pub(super) async fn a_run_and_as_what_it_goes_on_are_written_together(stores: &impl Stores) {
    let from = waiting("handed-1", "e1", at(10));
    written(stores.enter(&from, &Beside::default()).await.unwrap());
    let (old, survivor) = (&from.enrollment, person("handed-2"));
    let id = EnrollmentId::of("contract", None, &survivor, Some("e1"));
    let entry = EntryId::of("contract", None, &survivor);
    let noted = |version| {
        let last = LastEntry {
            at: at(3),
            enrollment: id.clone(),
            entries: 1,
        };
        (entry.clone(), last, version)
    };
    let onward = old.taken_over(&survivor, id.clone());
    let over = Enrollment {
        phase: Phase::Left {
            reason: MERGED.to_owned(),
            at: at(5),
        },
        ..old.clone()
    };
    let with = |enrollment, version| EnrollmentRecord {
        enrollment,
        version,
        ..from.clone()
    };
    let (to, over) = (with(onward, 1), |version| with(over.clone(), version));
    // Somebody moved it meanwhile, or came in meanwhile: then nothing of it is written.
    for (from, entry) in [(over(2), noted(None)), (over(1), noted(Some(1)))] {
        let stored = stores.hand_over(&from, &to, Some(&entry)).await;
        assert_eq!(stored.unwrap(), Stored::Conflict);
        assert_eq!(stores.enrollment(&survivor, &id).await.unwrap(), None);
    }
    let entry_of = noted(None);
    written(
        stores
            .hand_over(&over(1), &to, Some(&entry_of))
            .await
            .unwrap(),
    );
    assert_eq!(
        stores.enrollment(&survivor, &id).await.unwrap(),
        Some(to.clone())
    );
    let left = stores.enrollment(&old.contact, &old.id).await.unwrap();
    assert_eq!(left, Some(over(2)));
    let last = stores.last_entry(&survivor, &entry).await.unwrap().unwrap();
    assert_eq!((last.version, last.value), (1, entry_of.1));
    // Once is enough.
    let again = stores.hand_over(&over(2), &to, None).await;
    assert_eq!(again.unwrap(), Stored::Conflict);
}
