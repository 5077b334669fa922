//! Lets the runs of somebody who turned out to be somebody else go on with who they are.
//!
//! A run rests with its contact until what is on its way has arrived; then the next look at it hands it over. The
//! journey's `reentry` decides as if the survivor came in when the run began: who is in already, or may never come
//! again, goes on as they were, and the run is over.

use anyhow::anyhow;
use journey::{
    ALREADY_IN, Contact, EnrollmentId, EntryId, Input, MERGED, Period, Plan, Reentry, Scene,
    Signal, end_as_other,
};
use wire::{Cause, EnrollmentRecord, LastEntry, Move};

use crate::effects::{pass_on, settle};
use crate::fresh::run_of;
use crate::results::{announce, of_decision, of_entry};
use crate::walking::Walking;
use crate::{Enrollments, Failure, Moves, Outbox, Stored, Versioned};

/// Returns the run in which somebody goes on, if `record` is of somebody who was merged into `person`; else `record`.
///
/// What is on its way, or over without having gone on, stays as it is.
pub(crate) async fn follow(
    io: &impl Walking,
    plan: &Plan,
    record: EnrollmentRecord,
    person: &Versioned<wire::ContactRecord>,
    outbox: &mut Outbox,
) -> Result<EnrollmentRecord, Failure> {
    let survivor = &person.value.contact;
    let mut record = record;
    for _ in 0..RACES_MAX {
        let run = &record.enrollment;
        if run.contact == survivor.id || run.phase.is_under_way() {
            return Ok(record);
        }
        let subject = run.subject.as_deref();
        let id = run_of(plan, (subject, &run.event), &survivor.id);
        let there = io.enrollment(&survivor.id, &id).await?;
        if run.phase.is_over() {
            let onward = there.filter(|there| there.enrollment.event == run.event);
            return Ok(onward.unwrap_or(record));
        }
        let admitted = match there {
            Some(_) => None,
            None => admitted(io, plan, (&record, &id), survivor).await?,
        };
        // What this overwrites, nobody would order again.
        let written = Input::Signal(Signal::Written);
        pass_on(io, plan, (&record, person), &written).await?;
        match hand_over(io, plan, (&record, &id), survivor, admitted).await? {
            (Stored::Done, onward) => {
                if let Some(onward) = &onward {
                    outbox.tell([of_entry(&onward.enrollment)]);
                    settle(io, plan, onward, outbox).await?;
                }
                return Ok(onward.unwrap_or(record));
            }
            (Stored::Conflict, _) => match io.enrollment(&run.contact, &run.id).await? {
                Some(newer) => record = newer,
                None => return Ok(record),
            },
        }
    }
    let id = &record.enrollment.id;
    Err(Failure::Retry(anyhow!("{id} moved meanwhile")))
}

/// Has a run looked at once more that came to rest with somebody who was merged into `survivor` meanwhile.
pub(crate) async fn look_again(
    io: &impl Moves,
    record: &EnrollmentRecord,
    survivor: &Contact,
) -> Result<(), Failure> {
    let run = &record.enrollment;
    if run.contact == survivor.id || run.phase.is_over() || run.phase.is_under_way() {
        return Ok(());
    }
    let again = Move::Run {
        contact: run.contact.clone(),
        enrollment: run.id.clone(),
        cause: Cause::Due,
    };
    Ok(io.move_on(&[again]).await?)
}

/// What is noted of an entry: under which name, what, and in place of which version.
type Noted = (EntryId, LastEntry, Option<u64>);

/// Returns what is to be noted where `survivor` may go on with a run; nothing where they may not.
async fn admitted(
    io: &impl Enrollments,
    plan: &Plan,
    (record, id): (&EnrollmentRecord, &EnrollmentId),
    survivor: &Contact,
) -> anyhow::Result<Option<Option<Noted>>> {
    let period = match &plan.reentry {
        Reentry::Never | Reentry::Unlimited => return Ok(Some(None)),
        Reentry::After(period) => Some(period),
        Reentry::Restart | Reentry::Single => None,
    };
    let run = &record.enrollment;
    let entry = EntryId::of(&plan.journey, run.subject.as_deref(), &survivor.id);
    let last = io.last_entry(&survivor.id, &entry).await?;
    if let Some(last) = &last {
        let earlier = io.enrollment(&survivor.id, &last.value.enrollment).await?;
        let running = earlier.is_some_and(|earlier| !earlier.enrollment.phase.is_over());
        let close = period
            .is_some_and(|period| are_close(plan, period, survivor, [last.value.at, run.entered]));
        if running || close {
            return Ok(None);
        }
    }
    let last_at = last.as_ref().map(|last| last.value.at);
    let this = LastEntry {
        at: last_at.map_or(run.entered, |at| at.max(run.entered)),
        enrollment: id.clone(),
        // It is the same entry, which counts under the name that it was made under.
        entries: last.as_ref().map_or(0, |last| last.value.entries),
    };
    Ok(Some(Some((entry, this, last.map(|last| last.version)))))
}

/// Returns whether less than `period` lies between two entries.
fn are_close(
    plan: &Plan,
    period: &Period,
    survivor: &Contact,
    entries: [jiff::Timestamp; 2],
) -> bool {
    let [first, second] = [entries[0].min(entries[1]), entries[0].max(entries[1])];
    second < period.after(first, &survivor.zone(&plan.settings.zone))
}

/// Stores that a run is over, and as what it goes on, if it does.
async fn hand_over(
    io: &impl Walking,
    plan: &Plan,
    (record, id): (&EnrollmentRecord, &EnrollmentId),
    survivor: &Contact,
    admitted: Option<Option<Noted>>,
) -> Result<(Stored, Option<EnrollmentRecord>), Failure> {
    let run = record.enrollment.clone();
    let scene = Scene {
        plan,
        contact: survivor,
        mailed: &[],
        now: io.now(),
    };
    let onward = admitted
        .is_some()
        .then(|| run.taken_over(&survivor.id, id.clone()));
    let reason = match admitted {
        Some(_) => MERGED,
        None => ALREADY_IN,
    };
    let over = end_as_other(&scene, run, reason);
    announce(io, &of_decision(plan, Some(&record.enrollment), &over)).await?;
    let with = |enrollment, end, version| EnrollmentRecord {
        enrollment,
        pending: Vec::new(),
        enrolls: Vec::new(),
        changed: false,
        end,
        held: None,
        version,
    };
    let over = with(over, None, record.version);
    let Some(onward) = onward else {
        return Ok((io.replace(&over, None).await?, None));
    };
    let onward = with(onward, record.end, 1);
    let entry = admitted.flatten();
    let stored = io.hand_over(&over, &onward, entry.as_ref()).await?;
    Ok((stored, Some(onward)))
}

const RACES_MAX: u8 = 5;
