//! Looks up what the triggers of a journey name.

use journey::{Occasion, Trigger};

use super::{Journey, params};
use crate::Defect;
use crate::audiences::{AudienceDoc, Resolver};
use crate::journeys::{OccasionDoc, TriggerDoc};
use crate::phrases::Read;
use crate::scope::Known;

impl Journey<'_> {
    /// Checks what lets people in; nothing if one of them names what is not there.
    pub(super) fn triggers(&mut self, defects: &mut Vec<Defect>) -> Option<Vec<Trigger>> {
        let doc = self.doc;
        let triggers = doc.triggers.iter().map(|trigger| {
            let on = self.occasion(trigger, defects);
            if let Some(filter) = &trigger.filter {
                self.filter(trigger, filter, defects);
            }
            Some(Trigger {
                on: on?,
                filter: trigger.filter.as_ref().map(|filter| filter.value.clone()),
            })
        });
        let triggers: Vec<_> = triggers.collect();
        triggers.into_iter().collect()
    }

    /// Checks what must hold besides: it knows the contact, and the event if there is one.
    fn filter(
        &mut self,
        trigger: &TriggerDoc,
        filter: &Read<journey::Condition>,
        defects: &mut Vec<Defect>,
    ) {
        let event = trigger
            .event()
            .and_then(|event| self.events.iter().find(|(name, _)| *name == event));
        let project = self.declared.project;
        let own = match (trigger.event(), event) {
            (Some(_), Some(event)) => Some(Known::of(project, &[*event], &mut Vec::new())),
            (Some(_), None) => None,
            (None, _) => Some(Known::of(project, &[], &mut Vec::new())),
        };
        let known = own.as_ref().unwrap_or(self.declared.all);
        known.ask(filter, &known.schema(), defects);
        self.used.extend(params(filter.value.paths()));
    }

    fn occasion(&mut self, trigger: &TriggerDoc, defects: &mut Vec<Defect>) -> Option<Occasion> {
        let lists = &self.declared.project.lists;
        Some(match &trigger.on {
            OccasionDoc::Date { moment, repeat } => {
                let known = Known::of(self.declared.project, &[], &mut Vec::new());
                if known.complete() && known.sure(moment.value.path()) {
                    moment.check(&known.schema(), defects);
                }
                if moment.value.path().is_none() {
                    let what = "a date trigger is counted from a field of the contact";
                    defects.push(
                        Defect::new(moment.phrase.place.clone(), what)
                            .help("write one such as `contact.date_of_birth at 09:00`"),
                    );
                    return None;
                }
                Occasion::Date {
                    moment: moment.value.clone(),
                    repeat: *repeat,
                }
            }
            OccasionDoc::Enters(doc) => Occasion::Enters(self.members(doc, defects)?),
            OccasionDoc::Event(event) => Occasion::Event(event.value.clone()),
            OccasionDoc::Joins(list) => {
                lists.find(list, defects);
                Occasion::Joins(list.value.clone())
            }
            OccasionDoc::Journey(journey) => Occasion::Journey(journey.value.clone()),
            OccasionDoc::Leaves(list) => {
                lists.find(list, defects);
                Occasion::Leaves(list.value.clone())
            }
            OccasionDoc::Manual => Occasion::Manual,
            OccasionDoc::OptedIn(topic) => {
                self.declared.project.topics.find(topic, defects);
                Occasion::OptedIn(topic.value.clone())
            }
            OccasionDoc::Tagged(tag) => Occasion::Tagged(tag.clone()),
            OccasionDoc::Untagged(tag) => Occasion::Untagged(tag.clone()),
        })
    }

    fn members(&self, doc: &AudienceDoc, defects: &mut Vec<Defect>) -> Option<journey::Audience> {
        let known = Known::of(self.declared.project, &[], &mut Vec::new());
        let resolver = Resolver {
            audiences: self.declared.audiences,
            lists: &self.declared.project.lists,
            known: &known,
            used: &doc.place,
        };
        resolver.members(doc, defects)
    }
}
