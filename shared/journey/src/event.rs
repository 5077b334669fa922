//! What a source may tell us.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Audience, Condition, Field, Hook, Plan, Settings, Silence};

/// A kind of event, as a release declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct EventType {
    /// What people call it.
    pub title: String,
    /// When the source posts it, in words.
    pub when: String,
    /// Its parameters, by path (`Person.FullName`).
    pub params: BTreeMap<String, Field>,
}

/// What intake and resolve need to know of a whole release.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    /// What the project says about itself and about contacts.
    pub settings: Settings,
    /// What the source may post, by type.
    pub events: BTreeMap<String, EventType>,
    /// The lists a contact may be on.
    pub lists: BTreeSet<String>,
    /// The topics a contact may consent to, each with what people read about it.
    pub topics: BTreeMap<String, String>,
    /// The systems that are told what happens, by name.
    pub hooks: BTreeMap<String, Hook>,
    /// The journeys that events let people into, by name.
    pub journeys: BTreeMap<String, Entrance>,
}

/// How people come into one journey.
#[derive(Clone, Debug, PartialEq)]
pub struct Entrance {
    /// The content hash of the version that is published.
    pub plan: String,
    /// See [`Plan::triggers`].
    pub triggers: Vec<crate::Trigger>,
    /// See [`Plan::to`].
    pub to: Option<Audience>,
    /// When it counts as silent, where its author says so.
    pub silence: Option<Silence>,
}

impl Entrance {
    /// Describes the way into `plan`, whose content hash is `hash`.
    pub fn to(plan: &Plan, hash: String) -> Self {
        Self {
            plan: hash,
            triggers: plan.triggers.clone(),
            to: plan.to.clone(),
            silence: None,
        }
    }

    /// Returns the conditions under which `event` lets somebody in: none when it does not.
    pub fn on<'a>(&'a self, event: &'a str) -> impl Iterator<Item = Option<&'a Condition>> {
        self.triggers
            .iter()
            .filter(move |trigger| trigger.event() == Some(event))
            .map(|trigger| trigger.filter.as_ref())
    }
}
