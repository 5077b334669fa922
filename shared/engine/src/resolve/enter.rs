//! Lets one person into one journey.

use std::collections::BTreeMap;

use anyhow::anyhow;
use journey::{
    Contact, ContactId, Crowd, Enrollment, EnrollmentId, Happening, Input, Phase, Plan, Reentry,
    Scene, Signals,
};
use wire::{EnrollmentRecord, Event, EventsMessage};

use super::Resolved;
use crate::effects::{alarm, orders};
use crate::{
    Alarms, Clock, Enrollments, Events, Exception, ExceptionKind, Exceptions, Failure, Lane,
    Metric, Metrics, Moves, Orders, Outbox, Stored,
};

/// The enrollments of some posts, and the mails that they order.
#[derive(Debug, Default)]
pub struct Entering {
    /// What became of them so far.
    pub resolved: Resolved,
    outbox: Outbox,
    left: Vec<EventsMessage>,
}

impl Entering {
    /// Keeps events for [`Self::finish`] to put back.
    pub(super) fn leave(&mut self, rest: EventsMessage) {
        self.left.push(rest);
    }

    /// Stores `contact` in the journey of `plan`, already at its first rest: one write is entry,
    /// deduplication and state.
    pub(super) async fn enter(
        &mut self,
        io: &(impl Clock + Enrollments + Exceptions + Moves + Alarms + Metrics),
        (hash, plan): (&str, &Plan),
        event: &Event,
        contact: &Contact,
        crowd: &Crowd,
    ) -> Result<(), Failure> {
        let now = io.now();
        let scene = Scene {
            plan,
            contact,
            mailed: &[],
            now,
        };
        let enrollment = fresh(hash, &scene, event, crowd);
        let decision = journey::advance(&scene, enrollment, Input::Start);
        let mut record = EnrollmentRecord {
            pending: orders(&decision.effects),
            enrollment: decision.enrollment,
            version: 1,
        };
        match io.enter(&record).await? {
            Stored::Done => {
                self.resolved.entered += 1;
                if let Phase::Parked { .. } = record.enrollment.phase {
                    io.count(Metric::ParkedEnrollments, 1);
                }
            }
            Stored::Conflict => {
                let Enrollment { contact, id, .. } = &record.enrollment;
                let found = io.enrollment(contact, id).await?;
                record = found.ok_or_else(|| anyhow!("{id} is gone"))?;
                if record.enrollment.event != event.id {
                    return self.refuse(io, event, &record.enrollment).await;
                }
                self.resolved.repeated += 1;
            }
        }
        self.drive(io, plan, record).await
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
        self.drive(io, plan, record).await?;
        Ok(true)
    }

    /// Keeps the mails that `record` orders for [`Self::finish`], and sets its alarm clock.
    async fn drive(
        &mut self,
        io: &(impl Clock + Moves + Alarms),
        plan: &Plan,
        record: EnrollmentRecord,
    ) -> Result<(), Failure> {
        let lane = Lane::from(&plan.purpose);
        self.outbox.add(lane, record.pending);
        alarm(io, &record.enrollment).await?;
        Ok(())
    }

    /// Orders the mails of all of them: one message for many, once every enrollment is stored. Puts back the events
    /// for which no time was left.
    pub async fn finish(&self, io: &(impl Orders + Events)) -> Result<(), Failure> {
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
        running: &Enrollment,
    ) -> Result<(), Failure> {
        self.resolved.refused += 1;
        io.record(&Exception {
            kind: ExceptionKind::ReentryRefused,
            event: event.id.clone(),
            journey: Some(running.journey.clone()),
            contact: Some(running.contact.clone()),
            reason: "never".to_owned(),
            at: io.now(),
            body: None,
        })
        .await?;
        Ok(())
    }
}

fn fresh(hash: &str, scene: &Scene<'_>, event: &Event, crowd: &Crowd) -> Enrollment {
    let Scene {
        plan, contact, now, ..
    } = *scene;
    let mut params = event.params.clone();
    params.retain(|path, _| plan.params.contains_key(path));
    Enrollment {
        id: run(plan, event, &contact.id),
        contact: contact.id.clone(),
        journey: plan.journey.clone(),
        plan: hash.to_owned(),
        subject: event.subject.clone(),
        event: event.id.clone(),
        entered: now,
        params,
        notified: notified(scene, event, crowd),
        signals: Signals::default(),
        phase: Phase::Entered,
        path: Vec::new(),
    }
}

/// Names the run that `event` starts for `contact`.
fn run(plan: &Plan, event: &Event, contact: &ContactId) -> EnrollmentId {
    let once = match plan.reentry {
        Reentry::Never => None,
        Reentry::After(_) | Reentry::Restart | Reentry::Single | Reentry::Unlimited => {
            Some(event.id.as_str())
        }
    };
    EnrollmentId::of(&plan.journey, event.subject.as_deref(), contact, once)
}

/// Resolves, on entry, who gets the mails of steps that have a `to:` of their own.
fn notified(scene: &Scene<'_>, event: &Event, crowd: &Crowd) -> BTreeMap<String, Vec<ContactId>> {
    let happening = Happening {
        params: &event.params,
        zone: &scene.plan.settings.zone,
        now: scene.now,
    };
    let own = scene
        .plan
        .steps
        .iter()
        .filter_map(|step| Some((step, step.action.send()?.to.as_ref()?)));
    let own = own.map(|(step, audience)| {
        let people = audience.of(crowd, &happening).into_iter();
        (
            step.id.clone(),
            people.map(|contact| contact.id.clone()).collect(),
        )
    });
    own.collect()
}
