//! Lets those who are on their way hear of an event.

use std::collections::BTreeSet;

use journey::{ContactId, Input, Release, Signal};
use wire::Event;

use crate::advance::step;
use crate::merging::follow;
use crate::walking::Walking;
use crate::{Failure, Outbox, Plans};

/// Lets the runs of `concerned` hear of an event about the same subject; returns whether there is one that listens.
pub(super) async fn hear(
    io: &impl Walking,
    event: &Event,
    concerned: BTreeSet<&ContactId>,
    outbox: &mut Outbox,
) -> Result<bool, Failure> {
    let mut heard = false;
    for id in concerned {
        for record in io.runs(id).await? {
            let run = &record.enrollment;
            // What lets somebody in is nothing new to them.
            if run.subject != event.subject || run.event == event.id {
                continue;
            }
            let plan = io.plan(&run.plan).await?;
            if !plan.hears(&event.ty) {
                continue;
            }
            heard = true;
            let known = io.contacts(std::slice::from_ref(id)).await?;
            let Some(person) = known.into_values().next() else {
                continue;
            };
            let record = follow(io, &plan, record, &person, outbox).await?;
            let input = Input::Signal(Signal::Event {
                id: event.id.clone(),
                event: event.ty.clone(),
                params: event.params.clone(),
            });
            step(io, &plan, person, (record, input), outbox).await?;
        }
    }
    Ok(heard)
}

/// Returns whether any journey of a release listens for events of this type, once somebody is in it.
pub(super) async fn is_heard_of(
    io: &impl Plans,
    release: &Release,
    event: &Event,
) -> Result<bool, Failure> {
    for entrance in release.journeys.values() {
        if io.plan(&entrance.plan).await?.hears(&event.ty) {
            return Ok(true);
        }
    }
    Ok(false)
}
