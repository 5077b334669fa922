//! How a release is stored: what intake and resolve need of it, and which plans it is made of.

use std::collections::{BTreeMap, BTreeSet};

use journey::{Entrance, EventType, Hook, Period, Release, ResultKind, Silence};
use serde::{Deserialize, Serialize};

use super::audience::AudienceDoc;
use super::entry::TriggerDoc;
use super::settings::SettingsDoc;
use crate::Unreadable;
use crate::value::{FieldDoc, read_fields, write_fields};

/// Writes a release.
pub fn release_to_json(release: &Release) -> String {
    let events = release.events.iter().map(|(name, event)| {
        let doc = EventDoc {
            title: event.title.clone(),
            when: event.when.clone(),
            params: write_fields(&event.params),
        };
        (name.clone(), doc)
    });
    let journeys = release.journeys.iter().map(|(name, entrance)| {
        let doc = EntranceDoc {
            plan: entrance.plan.clone(),
            triggers: entrance.triggers.iter().map(TriggerDoc::from).collect(),
            to: entrance.to.as_ref().map(AudienceDoc::from),
            silence: entrance.silence.as_ref().map(silence),
        };
        (name.clone(), doc)
    });
    crate::to_json(&Doc {
        v: 1,
        settings: SettingsDoc::from(&release.settings),
        events: events.collect(),
        lists: release.lists.clone(),
        topics: release.topics.clone(),
        hooks: release.hooks.iter().map(write_hook).collect(),
        journeys: journeys.collect(),
    })
}

/// Reads a release of any version that was ever written.
pub fn release_from_json(json: &str) -> Result<Release, Unreadable> {
    let doc: Doc = serde_json::from_str(json)?;
    crate::version(doc.v, 1)?;
    let events = doc.events.into_iter().map(|(name, doc)| {
        let event = EventType {
            title: doc.title,
            when: doc.when,
            params: read_fields(doc.params)?,
        };
        Ok((name, event))
    });
    let journeys = doc.journeys.into_iter().map(|(name, doc)| {
        let triggers = doc.triggers.into_iter().map(TryInto::try_into);
        let entrance = Entrance {
            plan: doc.plan,
            triggers: triggers.collect::<Result<_, Unreadable>>()?,
            to: doc.to.map(TryInto::try_into).transpose()?,
            silence: doc.silence.as_deref().map(read_silence).transpose()?,
        };
        Ok((name, entrance))
    });
    Ok(Release {
        settings: doc.settings.try_into()?,
        events: events.collect::<Result<_, Unreadable>>()?,
        lists: doc.lists,
        topics: doc.topics,
        hooks: doc.hooks.into_iter().map(read_hook).collect(),
        journeys: journeys.collect::<Result<_, Unreadable>>()?,
    })
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    settings: SettingsDoc,
    events: BTreeMap<String, EventDoc>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    lists: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    topics: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    hooks: BTreeMap<String, HookDoc>,
    journeys: BTreeMap<String, EntranceDoc>,
}

#[derive(Deserialize, Serialize)]
struct HookDoc {
    url: String,
    secret: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    results: Vec<String>,
}

#[derive(Deserialize, Serialize)]
struct EventDoc {
    title: String,
    when: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, FieldDoc>,
}

#[derive(Deserialize, Serialize)]
struct EntranceDoc {
    plan: String,
    triggers: Vec<TriggerDoc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<AudienceDoc>,
    /// `never`, or a duration in the author's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    silence: Option<String>,
}

fn write_hook((name, hook): (&String, &Hook)) -> (String, HookDoc) {
    let results = hook.results.iter().map(|kind| kind.as_str().to_owned());
    let doc = HookDoc {
        url: hook.url.clone(),
        secret: hook.secret.clone(),
        results: results.collect(),
    };
    (name.clone(), doc)
}

fn read_hook((name, doc): (String, HookDoc)) -> (String, Hook) {
    let results = doc.results.iter();
    let hook = Hook {
        url: doc.url,
        secret: doc.secret,
        // Of a kind that only a newer version knows, this one cannot tell.
        results: results
            .filter_map(|word| ResultKind::from_word(word))
            .collect(),
    };
    (name, hook)
}

fn silence(silence: &Silence) -> String {
    match silence {
        Silence::After(period) => period.as_str().to_owned(),
        Silence::Never => NEVER.to_owned(),
    }
}

fn read_silence(text: &str) -> Result<Silence, Unreadable> {
    if text == NEVER {
        return Ok(Silence::Never);
    }
    let period = Period::parse(text);
    let period = period.map_err(|_| Unreadable::new("how long a journey may be silent"))?;
    Ok(Silence::After(period))
}

const NEVER: &str = "never";
