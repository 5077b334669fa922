//! Seals a compiled release: every text under its content hash, every plan naming its texts.

use journey::{Entrance, Plan, Release};
use wire::{Publication, TemplateDoc};

use crate::{Compiled, Journey};

/// Turns a compiled release into what is published.
///
/// The same files give the same hashes, so publishing them again changes nothing.
pub fn seal(compiled: &Compiled) -> Publication {
    let mut publication = Publication::default();
    let journeys = compiled.journeys.iter().map(|(name, journey)| {
        let plan = plan(journey, &mut publication);
        let hash = publication.add(wire::plan_to_json(&plan));
        let entrance = Entrance {
            silence: journey.silence.clone(),
            ..Entrance::to(&plan, hash)
        };
        (name.clone(), entrance)
    });
    let release = Release {
        journeys: journeys.collect(),
        settings: compiled.settings.clone(),
        events: compiled.events.clone(),
        lists: compiled.lists.clone(),
        topics: compiled.topics.clone(),
        hooks: compiled.hooks.clone(),
    };
    publication.release = publication.add(wire::release_to_json(&release));
    publication
}

fn plan(journey: &Journey, publication: &mut Publication) -> Plan {
    let templates = journey.templates.iter().map(|(name, source)| {
        let doc = TemplateDoc::new(
            source.subject.clone(),
            source.preheader.clone(),
            source.html.clone(),
            source.text.clone(),
        );
        (name.clone(), publication.add(doc.to_json()))
    });
    Plan {
        templates: templates.collect(),
        ..journey.plan.clone()
    }
}
