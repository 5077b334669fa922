//! A run that begins: its name, what it carries, and whom it will notify.

use std::collections::BTreeMap;

use journey::{
    ContactId, Crowd, Enrollment, EnrollmentId, Happening, Phase, Plan, Reentry, Scene, Signals,
};
use wire::Event;

/// By which way somebody comes in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Way {
    /// How many journeys led there.
    pub(crate) hops: u8,
    /// Whether so many others come with them that their advertising leaves in the evening.
    pub(crate) campaign: bool,
}

impl Way {
    /// The way of one person who has come through so many journeys.
    pub(crate) fn alone(hops: u8) -> Self {
        Self {
            hops,
            campaign: false,
        }
    }
}

/// Begins the run that `event` starts.
pub(crate) fn fresh(
    hash: &str,
    scene: &Scene<'_>,
    (event, way): (&Event, Way),
    crowd: &Crowd,
) -> Enrollment {
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
        hops: way.hops,
        campaign: way.campaign,
        phase: Phase::Entered,
        path: Vec::new(),
    }
}

/// Names the run that `event` starts for `contact`.
pub(crate) fn run(plan: &Plan, event: &Event, contact: &ContactId) -> EnrollmentId {
    run_of(plan, (event.subject.as_deref(), &event.id), contact)
}

/// Names the run that an event about `subject` starts for `contact`.
pub(crate) fn run_of(
    plan: &Plan,
    (subject, event): (Option<&str>, &str),
    contact: &ContactId,
) -> EnrollmentId {
    let once = match plan.reentry {
        Reentry::Never => None,
        Reentry::After(_) | Reentry::Restart | Reentry::Single | Reentry::Unlimited => Some(event),
    };
    EnrollmentId::of(&plan.journey, subject, contact, once)
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
