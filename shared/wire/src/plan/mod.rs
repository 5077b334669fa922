//! How journeys, releases and templates are stored: content-addressed and immutable.
//!
//! Conditions, durations and moments are stored in the author's own words and parsed when a plan is
//! loaded: what a person reads in a scan is what somebody wrote.

mod audience;
mod change;
mod entry;
mod release;
mod rules;
mod settings;
mod steps;
mod template;

use std::collections::BTreeMap;

use jiff::civil::Date;
use journey::{Field, Plan, Publish};
use serde::{Deserialize, Serialize};

use crate::Unreadable;
use crate::value::{FieldDoc, read_fields, write_fields};
use audience::AudienceDoc;
use entry::{ReentryDoc, TriggerDoc};
use rules::RulesDoc;
use settings::{PurposeDoc, SettingsDoc};
use steps::StepDoc;

pub use release::{release_from_json, release_to_json};
pub use template::TemplateDoc;

/// Writes a plan.
pub fn plan_to_json(plan: &Plan) -> String {
    let templates = plan.templates.iter();
    let templates = templates.map(|((name, locale), hash)| TemplateRef {
        name: name.clone(),
        locale: locale.clone(),
        hash: hash.clone(),
    });
    crate::to_json(&Doc {
        v: 1,
        journey: plan.journey.clone(),
        title: plan.title.clone(),
        purpose: PurposeDoc::from(&plan.purpose),
        triggers: plan.triggers.iter().map(TriggerDoc::from).collect(),
        to: plan.to.as_ref().map(AudienceDoc::from),
        reentry: ReentryDoc::from(&plan.reentry),
        entries_max: plan.entries_max,
        publish: PublishDoc::of(plan.publish),
        rules: RulesDoc::of(&plan.rules),
        steps: plan.steps.iter().map(StepDoc::from).collect(),
        params: write_fields(&plan.params),
        settings: SettingsDoc::from(&plan.settings),
        templates: templates.collect(),
    })
}

/// Reads a plan of any version that was ever written.
pub fn plan_from_json(json: &str) -> Result<Plan, Unreadable> {
    let doc: Doc = serde_json::from_str(json)?;
    crate::version(doc.v, 1)?;
    let triggers = doc.triggers.into_iter().map(TryInto::try_into);
    let steps = doc.steps.into_iter().map(TryInto::try_into);
    let templates = doc.templates.into_iter();
    let params: BTreeMap<String, Field> = read_fields(doc.params)?;
    Ok(Plan {
        journey: doc.journey,
        title: doc.title,
        purpose: doc.purpose.into(),
        triggers: triggers.collect::<Result<_, Unreadable>>()?,
        to: doc.to.map(TryInto::try_into).transpose()?,
        reentry: doc.reentry.try_into()?,
        entries_max: doc.entries_max,
        publish: doc.publish.unwrap_or_default().read()?,
        rules: doc.rules.unwrap_or_default().read()?,
        steps: steps.collect::<Result<_, Unreadable>>()?,
        params,
        settings: doc.settings.try_into()?,
        templates: templates
            .map(|template| ((template.name, template.locale), template.hash))
            .collect(),
    })
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    journey: String,
    title: String,
    purpose: PurposeDoc,
    triggers: Vec<TriggerDoc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<AudienceDoc>,
    reentry: ReentryDoc,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entries_max: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    publish: Option<PublishDoc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rules: Option<RulesDoc>,
    steps: Vec<StepDoc>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, FieldDoc>,
    settings: SettingsDoc,
    templates: Vec<TemplateRef>,
}

/// A [`Publish`]; absent where it bounds nothing.
#[derive(Default, Deserialize, Serialize)]
struct PublishDoc {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl PublishDoc {
    fn of(publish: Publish) -> Option<Self> {
        let text = |day: Date| day.to_string();
        (publish != Publish::default()).then(|| Self {
            from: publish.from.map(text),
            until: publish.until.map(text),
        })
    }

    fn read(self) -> Result<Publish, Unreadable> {
        let day = |text: Option<String>| {
            let day = text.map(|text| text.parse()).transpose();
            day.map_err(|_| Unreadable::new("a day of `publish`"))
        };
        Ok(Publish {
            from: day(self.from)?,
            until: day(self.until)?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct TemplateRef {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    hash: String,
}
