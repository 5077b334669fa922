//! The mails of a release as pictures to look at: each journey's sends, with each event and language.

mod audience;
mod page;
mod scene;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;
use journey::{Action, Settings};
use mail::{Mail, Template};
use release::{Compiled, Journey};

use crate::folder::slug;

pub(crate) use audience::everyone;
pub(crate) use page::page;

/// One mail as somebody could get it.
#[derive(Debug)]
pub(crate) struct Picture {
    /// The journey's name.
    pub(crate) journey: String,
    /// What people call the journey.
    pub(crate) title: String,
    /// The template's name.
    pub(crate) template: String,
    /// The language.
    pub(crate) locale: String,
    /// The event whose example fills it in; none where the journey begins with something else.
    pub(crate) event: Option<String>,
    /// Who gets it, in words.
    pub(crate) to: String,
    /// Whom it is from, in words.
    pub(crate) from: String,
    /// The name of its files, without an extension.
    pub(crate) file: String,
    /// The mail, or why there is none.
    pub(crate) mail: Result<Mail, String>,
}

/// Makes every mail that the journeys of a release can send, as it would be `now`.
pub(crate) fn pictures(compiled: &Compiled, now: Timestamp) -> Vec<Picture> {
    compiled
        .journeys
        .values()
        .flat_map(|journey| of_journey(compiled, journey, now))
        .collect()
}

fn of_journey(compiled: &Compiled, journey: &Journey, now: Timestamp) -> Vec<Picture> {
    let plan = &journey.plan;
    let triggers = plan.triggers.iter();
    let events: BTreeSet<_> = triggers.filter_map(|trigger| trigger.event()).collect();
    let mut begun: Vec<Option<&str>> = events.into_iter().map(Some).collect();
    if begun.is_empty() {
        // A date, a list, a tag: there is nothing but the contact to fill a mail in with.
        begun.push(None);
    }
    let mut pictures = Vec::new();
    for step in &plan.steps {
        let Action::Send { send, .. } = &step.action else {
            continue;
        };
        let variants = journey
            .templates
            .iter()
            .filter(|((name, _), _)| *name == send.template);
        for ((_, locale), source) in variants {
            for event in &begun {
                let scene = scene::Scene {
                    compiled,
                    plan,
                    event: *event,
                    locale: locale.as_deref().unwrap_or(&compiled.settings.locale),
                    now,
                };
                let several = event.filter(|_| begun.len() > 1).map(slug);
                let parts = [
                    Some(slug(&plan.journey)),
                    Some(slug(&step.id)),
                    several,
                    locale.clone(),
                ];
                pictures.push(Picture {
                    journey: plan.journey.clone(),
                    title: plan.title.clone(),
                    template: send.template.clone(),
                    locale: scene.locale.to_owned(),
                    event: event.map(str::to_owned),
                    to: match send.to.as_ref().or(plan.to.as_ref()) {
                        None if event.is_none() => "whoever comes into the journey".to_owned(),
                        audience => everyone(audience),
                    },
                    from: format!("{} <{}>", send.from.name, send.from.address.as_str()),
                    file: parts.into_iter().flatten().collect::<Vec<_>>().join("."),
                    mail: mail_of(source, &scene),
                });
            }
        }
    }
    pictures
}

fn mail_of(source: &mail::Source, scene: &scene::Scene<'_>) -> Result<Mail, String> {
    let template = Template::compile(source).map_err(|error| error.to_string())?;
    let scope = scene.scope().map_err(|error| error.to_string())?;
    template.render(&scope).map_err(|error| error.to_string())
}

/// Returns what to call a release.
fn name(settings: &Settings) -> &str {
    &settings.organization
}
