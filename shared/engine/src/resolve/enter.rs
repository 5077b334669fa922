//! Lets those into journeys whom an event concerns, a batch of posts at a time.

use anyhow::anyhow;
use journey::{Contact, ContactId, Crowd, Plan};
use wire::{Event, EventsMessage};

use super::Resolved;
use crate::enter::{Entered, arrived, enter};
use crate::fresh::Way;
use crate::fresh::run;
use crate::walking::Walking;
use crate::{
    Alarms, Calls, Clock, Enrollments, Events, Exception, ExceptionKind, Exceptions, Failure,
    Halted, Moves, Orders, Outbox, Releases,
};

/// The enrollments of some posts, and the mails that they order.
#[derive(Debug, Default)]
pub struct Entering {
    /// What became of them so far.
    pub resolved: Resolved,
    pub(super) outbox: Outbox,
    left: Vec<EventsMessage>,
}

impl Entering {
    /// Keeps events for [`Self::finish`] to put back.
    pub fn leave(&mut self, rest: EventsMessage) {
        self.left.push(rest);
    }

    /// Lets `contact` into the journey of `plan`.
    pub(super) async fn enter(
        &mut self,
        io: &(impl Walking + Exceptions + Halted),
        (hash, plan): (&str, &Plan),
        event: &Event,
        contact: &Contact,
        crowd: &Crowd,
    ) -> Result<(), Failure> {
        let outbox = &mut self.outbox;
        match enter(
            io,
            (hash, plan),
            (event, Way::default()),
            contact,
            crowd,
            outbox,
        )
        .await?
        {
            Entered::Done => self.resolved.entered += 1,
            Entered::Refused(refusal) => {
                self.refuse(io, event, (plan, &contact.id), refusal).await?;
            }
            Entered::Repeated => self.resolved.repeated += 1,
        }
        Ok(())
    }

    /// Drives on the run that an earlier delivery of `event` may have started for somebody whom this
    /// one would not let in; returns whether there is one.
    ///
    /// Between the two, another event may have changed what the filter or the audience looks at, and
    /// whoever crashed then left a mail that nobody else would order.
    pub(super) async fn resume(
        &mut self,
        io: &(impl Clock + Enrollments + Moves + Alarms),
        plan: &Plan,
        event: &Event,
        contact: &ContactId,
    ) -> Result<bool, Failure> {
        let found = io.enrollment(contact, &run(plan, event, contact)).await?;
        let Some(record) = found.filter(|found| found.enrollment.event == event.id) else {
            return Ok(false);
        };
        self.resolved.repeated += 1;
        arrived(io, plan, &record, &mut self.outbox).await?;
        Ok(true)
    }

    /// Orders the mails of all of them: one message for many, once every enrollment is stored. Puts back the events
    /// for which no time was left.
    pub async fn finish(
        &self,
        io: &(impl Orders + Calls + Events + Releases),
    ) -> Result<(), Failure> {
        self.outbox.finish(io).await?;
        for rest in &self.left {
            let put = io.accept(rest).await;
            put.map_err(|why| anyhow!("what no time was left for could not be put back: {why:?}"))?;
        }
        Ok(())
    }

    async fn refuse(
        &mut self,
        io: &(impl Clock + Exceptions),
        event: &Event,
        (plan, contact): (&Plan, &ContactId),
        refusal: &str,
    ) -> Result<(), Failure> {
        self.resolved.refused += 1;
        io.record(&Exception {
            kind: ExceptionKind::ReentryRefused,
            event: event.id.clone(),
            journey: Some(plan.journey.clone()),
            contact: Some(contact.clone()),
            reason: refusal.to_owned(),
            at: io.now(),
            body: None,
        })
        .await?;
        Ok(())
    }
}
