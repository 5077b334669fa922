//! Looks up what the rules of a journey name.

use journey::{Condition, Goal, Limits, Rules};

use super::{Journey, params};
use crate::Defect;
use crate::journeys::GoalDoc;
use crate::phrases::Read;
use crate::template::Purpose;
use crate::window;
use crate::yaml::At;

impl Journey<'_> {
    /// Checks the topic that the journey's mails ask people to confirm.
    pub(super) fn confirms(&self, defects: &mut Vec<Defect>) {
        let project = self.declared.project;
        if let Some(topic) = &self.doc.confirms
            && project.topics.find(topic, defects).is_some()
            && !project.settings.confirmed.contains(&topic.value)
        {
            let what = format!("the topic `{}` needs nobody to confirm it", topic.value);
            let help = format!(
                "write in waypost.yaml: `{}: {{ about: …, opt_in: double }}`",
                topic.value
            );
            defects.push(Defect::new(topic.place.clone(), what).help(help));
        }
    }

    /// Checks the rules; nothing if one of them names what is not there.
    pub(super) fn rules(&mut self, defects: &mut Vec<Defect>) -> Option<Rules> {
        let doc = self.doc;
        let project = self.declared.project;
        let send_window = doc.send_window.as_ref();
        let send_window = send_window.map(|hours| hours.resolve(&project.calendars, defects));
        let limits = match doc.purpose {
            Some(Purpose::Marketing) => Limits {
                pace: doc
                    .pace
                    .as_ref()
                    .map(|pace| pace.value)
                    .or(project.limits.pace),
                ..project.limits.clone()
            },
            Some(Purpose::Confirming | Purpose::Transactional) | None => Limits::default(),
        };
        if let (Some(pace), Some(Purpose::Confirming | Purpose::Transactional)) =
            (&doc.pace, &doc.purpose)
        {
            let what = "only advertising waits in a line; a service mail leaves at once";
            let help = "take `pace` away, or write `kind: marketing`";
            defects.push(Defect::new(pace.place.clone(), what).help(help));
        }
        if let (Some(Some(own)), Some(all)) = (&send_window, &limits.send_window)
            && let Some(hours) = &doc.send_window
        {
            window::meet(&[own, all], &hours.place, defects);
        }
        let goal = doc.goal.as_ref();
        let goal = goal.map(|goal| self.goal(goal, defects));
        Some(Rules {
            stops: doc.stops.is_some(),
            send_window: match send_window {
                Some(hours) => Some(hours?),
                None => None,
            },
            exit_when: doc.exit_when.as_ref().map(|read| read.value.clone()),
            goal: match goal {
                Some(goal) => Some(goal?),
                None => None,
            },
            priority: doc
                .priority
                .as_ref()
                .map(|priority| priority.value)
                .unwrap_or_default(),
            confirms: doc.confirms.as_ref().map(|topic| topic.value.clone()),
            limits,
        })
    }

    fn goal(&mut self, doc: &GoalDoc, defects: &mut Vec<Defect>) -> Option<Goal> {
        self.foreign(&doc.event, doc.filter.as_ref(), defects)?;
        Some(Goal {
            event: doc.event.value.clone(),
            filter: doc.filter.as_ref().map(|read| read.value.clone()),
            within: doc.within.clone(),
            exit: doc.exit,
        })
    }

    /// Checks an event that a journey waits for, and what must hold of it.
    pub(super) fn foreign(
        &mut self,
        event: &At<String>,
        filter: Option<&Read<Condition>>,
        defects: &mut Vec<Defect>,
    ) -> Option<()> {
        let found = self.declared.events.find(event, defects);
        let Some(filter) = filter else {
            return found.map(|_| ());
        };
        let used = params(filter.value.paths());
        self.used.extend(used.iter().cloned());
        self.read_by_steps.extend(used);
        let found = found?;
        let mut schema = self.known.schema();
        schema.fields.extend(found.value.signals());
        schema.sends.extend(self.sends());
        if found.value.complete {
            self.known.ask(filter, &schema, defects);
        }
        Some(())
    }
}
