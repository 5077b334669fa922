//! Changes a contact as the steps of a run say.

use anyhow::anyhow;
use jiff::Timestamp;
use journey::{Before, Change, ChangeId, Contact, Effect, Revision, Settings};
use wire::ContactRecord;

use crate::{Failure, Rewrite, Versioned};

/// Takes the changes of the contact out of `effects`, in order.
pub(crate) fn changes(effects: &[Effect]) -> Vec<&Change> {
    let changes = effects.iter().filter_map(|effect| match effect {
        Effect::Change { change, .. } => Some(change),
        Effect::Alarm(_) | Effect::Call { .. } | Effect::Enroll(_) | Effect::Order(_) => None,
    });
    changes.collect()
}

/// Makes `changes` of a contact; returns nothing where they are as they should be already.
///
/// `cause` names the decision, so that deciding the same again changes the same.
pub(crate) fn rewrite(
    settings: &Settings,
    person: &Versioned<ContactRecord>,
    changes: &[&Change],
    (cause, hops, now): (&str, u8, Timestamp),
) -> Result<Option<Rewrite>, Failure> {
    let before = &person.value.contact;
    let mut contact = before.clone();
    for change in changes {
        change.apply(&mut contact, settings, now);
    }
    revise(person.value.clone(), contact, (cause, hops, now)).map(|record| {
        record.map(|record| Rewrite {
            record,
            replaces: person.version,
        })
    })
}

/// Writes `after` into a record, with what that changes for others to hear; nothing where it changes nothing.
pub(crate) fn revise(
    record: ContactRecord,
    after: Contact,
    (cause, hops, at): (&str, u8, Timestamp),
) -> Result<Option<ContactRecord>, Failure> {
    let before = Before::of(Some(&record.contact), &after);
    if record.contact == after {
        return Ok(None);
    }
    let id = &after.id;
    if record.unheard.len() >= UNHEARD_MAX {
        let error = anyhow!("{id} is written faster than others can hear of it");
        return Err(Failure::Retry(error));
    }
    let mut unheard = record.unheard;
    if !before.is_nothing_changed() {
        unheard.push(Revision {
            id: ChangeId::of(id, cause),
            at,
            hops,
            before,
            absorbed: None,
        });
    }
    Ok(Some(ContactRecord {
        contact: after,
        unheard,
        ..record
    }))
}

/// Far more than are ever written before the first of them was heard of.
pub(crate) const UNHEARD_MAX: usize = 32;
