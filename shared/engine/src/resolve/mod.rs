//! Resolves an event: who is concerned, which journeys it lets them into, and their first steps.

mod absorb;
mod enter;
mod heard;
mod names;
mod people;

use std::collections::BTreeSet;
use std::sync::Arc;

use journey::{Crowd, Entrance, Happening, Known, Plan, Release};
use wire::{Event, EventsMessage};

use crate::changed::merged;
use crate::crowd::{crowd, gather};
use crate::walking::Walking;
use crate::{
    Alarms, Calls, ChoiceBook, Clock, ContactBook, Enrollments, Exception, ExceptionKind,
    Exceptions, Failure, Firings, Halted, Metrics, Moves, Orders, Plans, Pulse, Releases,
};

pub use enter::Entering;

/// What became of a post.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Resolved {
    /// Enrollments that were written.
    pub entered: u32,
    /// Enrollments that were there already: a repeat.
    pub repeated: u32,
    /// Journeys that were meant and for which nobody could be found, or to whom entry was refused.
    pub refused: u32,
}

/// Resolves every event of a post.
///
/// The mails that its enrollments order are left in `entering`, so that a batch of posts can order
/// them in one message; the post may be acknowledged after [`Entering::finish`]. So are the events, all but the
/// first, that come when no time is left: they become a post of their own.
pub async fn resolve(
    io: &(
         impl Clock
         + Releases
         + Plans
         + ContactBook
         + ChoiceBook
         + Enrollments
         + Exceptions
         + Halted
         + Firings
         + Orders
         + Calls
         + Moves
         + Alarms
         + Metrics
     ),
    pulse: &Pulse,
    message: &EventsMessage,
    entering: &mut Entering,
    is_time_left: impl Fn() -> bool,
) -> Result<(), Failure> {
    let release = io.release(&message.release).await?;
    for (at, event) in message.events.iter().enumerate() {
        if at > 0 && !is_time_left() {
            let rest = message.events[at..].to_vec();
            let (left, all) = (rest.len(), message.events.len());
            tracing::info!("No time is left for {left} of {all} events: they are posted again");
            entering.leave(EventsMessage {
                release: message.release.clone(),
                events: rest,
            });
            break;
        }
        resolve_event(io, pulse, &release, event, entering).await?;
    }
    Ok(())
}

async fn resolve_event(
    io: &(impl Walking + ContactBook + ChoiceBook + Exceptions + Halted + Firings),
    pulse: &Pulse,
    release: &Release,
    event: &Event,
    entering: &mut Entering,
) -> Result<(), Failure> {
    let (learned, event) = people::learn(io, release, event).await?;
    let event = &*event;
    let outbox = &mut entering.outbox;
    // What was under way of others who turned out to be one of them is theirs before they come in themselves.
    for person in &learned.merged {
        merged(io, person, outbox).await?;
    }
    let linked = people::link(io, event, &learned.contacts).await?;
    let new = learned.new.clone();
    let (contacts, linked) = gather(io, &release.settings, learned.contacts, linked).await?;
    // Those who are on their way hear of it before anybody comes in, under whatever name.
    let others = contacts.values().flat_map(|contact| &contact.absorbed);
    let concerned = contacts.keys().chain(others);
    let concerned = concerned.filter(|id| !new.contains(*id)).collect();
    let heard = heard::hear(io, event, concerned, outbox).await?;
    let mut opened: Vec<(&Entrance, Arc<Plan>)> = Vec::new();
    for entrance in release.journeys.values() {
        if entrance.on(&event.ty).next().is_some() {
            opened.push((entrance, io.plan(&entrance.plan).await?));
        }
    }
    // Whoever turned out to be somebody else is what came of it.
    let merges = event.people.iter().any(|one| !one.merged.is_empty());
    let ends_in_nothing = opened.is_empty() && !heard && !merges;
    if ends_in_nothing && !heard::is_heard_of(io, release, event).await? {
        let exception = (
            ExceptionKind::Unresolved,
            "no journey starts with this event",
        );
        return unentered(io, event, None, exception, entering).await;
    }
    if opened.is_empty() {
        return Ok(());
    }
    let plans: Vec<_> = opened.iter().map(|(_, plan)| &**plan).collect();
    let crowd = crowd(io, &release.settings, event, &plans, contacts, linked).await?;

    for (entrance, plan) in &opened {
        let_in(io, pulse, (entrance, plan), event, &crowd, entering).await?;
    }
    Ok(())
}

/// Lets those into one journey whom its audience and its filters choose, if it takes people in now.
async fn let_in(
    io: &(impl Walking + Exceptions + Halted + Firings),
    pulse: &Pulse,
    (entrance, plan): (&Entrance, &Plan),
    event: &Event,
    crowd: &Crowd,
    entering: &mut Entering,
) -> Result<(), Failure> {
    let zone = &plan.settings.zone;
    let happening = Happening {
        params: &event.params,
        zone,
        now: io.now(),
    };
    let chosen: Vec<_> = match &plan.to {
        Some(audience) => audience.of(crowd, &happening),
        None => crowd
            .people
            .values()
            .filter(|person| person.named)
            .map(|person| &person.contact)
            .collect(),
    };
    let nobody = chosen.is_empty();
    let open = plan.publish.is_open(happening.now, zone);
    let mut admitted = BTreeSet::new();
    let mut turned_away = BTreeSet::new();
    for contact in chosen {
        let known = Known::new(contact, &event.params, zone, happening.now);
        let admits = entrance
            .on(&event.ty)
            .any(|filter| filter.is_none_or(|filter| filter.holds(&known)));
        if admits && open {
            admitted.insert(&contact.id);
            let hash = &entrance.plan;
            entering
                .enter(io, (hash, plan), event, contact, crowd)
                .await?;
        } else if admits {
            turned_away.insert(&contact.id);
        }
    }
    // Whoever comes at the wrong time shows that the source still tells of it.
    if !admitted.is_empty() || !turned_away.is_empty() {
        pulse.beat(io, &plan.journey).await;
    }
    let mut resumed = false;
    for id in crowd.people.keys().filter(|id| !admitted.contains(id)) {
        if entering.resume(io, plan, event, id).await? {
            turned_away.remove(id);
            resumed = true;
        }
    }
    if !turned_away.is_empty() {
        let exception = (ExceptionKind::EntryRefused, "publish");
        unentered(io, event, Some(&plan.journey), exception, entering).await?;
    } else if nobody && !resumed {
        let exception = (
            ExceptionKind::Unresolved,
            "nobody is in the journey's audience",
        );
        unentered(io, event, Some(&plan.journey), exception, entering).await?;
    }
    Ok(())
}

/// Records that an event let nobody in whom it was meant to.
async fn unentered(
    io: &(impl Clock + Exceptions),
    event: &Event,
    journey: Option<&str>,
    (kind, reason): (ExceptionKind, &str),
    entering: &mut Entering,
) -> Result<(), Failure> {
    entering.resolved.refused += 1;
    io.record(&Exception {
        kind,
        event: event.id.clone(),
        journey: journey.map(str::to_owned),
        contact: None,
        reason: reason.to_owned(),
        at: io.now(),
        body: None,
    })
    .await?;
    Ok(())
}
