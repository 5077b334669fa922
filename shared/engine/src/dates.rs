//! Lets a contact in on a date of theirs.

use journey::{ContactId, DateId, arm, rearm};

use crate::changed::set;
use crate::enter::enter_without_event;
use crate::fresh::Way;
use crate::walking::Walking;
use crate::{ContactBook, Dates, Exceptions, Failure, Firings, Halted, Outbox, Pulse, Stored};

/// Lets a contact in whose date has come, and sets it for the next time.
///
/// The release in force says what the date is for; a journey that is gone or counts from something else now lets
/// nobody in.
pub(crate) async fn date(
    io: &(impl Walking + ContactBook + Dates + Exceptions + Halted + Firings),
    pulse: &Pulse,
    (contact, id): (&ContactId, &DateId),
) -> Result<(), Failure> {
    let Some(armed) = io.armed(contact, id).await? else {
        return Ok(());
    };
    let journey = armed.value.journey.clone();
    let Some(due) = armed.value.due.filter(|due| *due <= io.now()) else {
        return Ok(());
    };
    let release = io.current().await?.map(|(_, release)| release);
    let entrance = release
        .as_ref()
        .and_then(|release| release.journeys.get(&journey));
    let trigger = entrance.and_then(|entrance| {
        let mut triggers = entrance.triggers.iter();
        triggers.find_map(|trigger| {
            let date = trigger.date(&journey, contact)?;
            (date.0 == *id).then_some((trigger, date))
        })
    });
    let known = io.contacts(std::slice::from_ref(contact)).await?;
    let person = known.into_values().next();
    // Whoever was merged into somebody has no dates of their own any more.
    let person = person.filter(|person| person.value.contact.id == *contact);
    let (Some(release), Some(entrance), Some((trigger, (_, moment, repeat))), Some(person)) =
        (&release, entrance, trigger, person)
    else {
        // A journey that comes again counts anew; where another was faster, it is theirs.
        let _: Stored = io.disarm(contact, id, armed.version).await?;
        return Ok(());
    };
    let known = person.value.contact.clone();
    let known = known.seen(&release.settings, io.now());
    let zone = known.zone(&release.settings.zone);
    let value = known.date(moment);
    // The field may have been written since, and this not have been heard of yet. Another clock alone moves no moment.
    if armed.value.of.is_none() || armed.value.of.as_ref() != value {
        let expected = arm(moment, repeat, value, &zone, due);
        if expected != Some(due) {
            return set(io, (contact, id), &journey, (expected, value)).await;
        }
    }
    let next = rearm(moment, repeat, value, &zone, due);
    let passes = trigger.passes(
        &known,
        &std::collections::BTreeMap::new(),
        &release.settings.zone,
        io.now(),
    );
    if passes {
        let cause = format!("{id} {due}");
        let plan = &entrance.plan;
        let mut outbox = Outbox::default();
        enter_without_event(
            io,
            pulse,
            (plan, None),
            (&cause, Way::default()),
            &person,
            &mut outbox,
        )
        .await?;
        // Once the date is set for the next time, nobody would order these mails again.
        outbox.finish(io).await?;
    }
    set(io, (contact, id), &journey, (next, value)).await
}
