//! Checks and compiles a template where a journey sends it.

use std::collections::{BTreeMap, BTreeSet};

use super::trial::{self, Trial};
use super::{Mails, Template, Variant};
use crate::Defect;
use crate::events::EventDoc;
use crate::journeys::SendDoc;
use crate::scope::Known;
use crate::settings::Project;
use crate::template::{Context, Purpose};

/// Where a template is sent.
#[derive(Clone, Copy)]
pub(crate) struct Sending<'a> {
    /// What the project says.
    pub(crate) project: &'a Project,
    /// The release's templates and layouts.
    pub(crate) mails: &'a Mails,
    /// What is known in the journey.
    pub(crate) known: &'a Known,
    /// Whether the journey's mails are service or advertising.
    pub(crate) purpose: Purpose,
    /// The events that let people into the journey.
    pub(crate) events: &'a [&'a EventDoc],
}

/// A template that is sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Its texts by locale.
    pub(crate) sources: BTreeMap<Option<String>, mail::Source>,
    /// The event parameters that it reads, by path.
    pub(crate) params: BTreeSet<String>,
    /// The names of its links.
    pub(crate) links: BTreeSet<String>,
    /// Whether all of it could be read.
    pub(crate) whole: bool,
}

/// Checks the template of `send` in every language and compiles it.
pub(crate) fn sent(sending: Sending<'_>, send: &SendDoc, defects: &mut Vec<Defect>) -> Sent {
    let Some(template) = sending.mails.templates.find(&send.template, defects) else {
        return Sent::default();
    };
    let template: &Template = &template.value;
    let mut sent = Sent {
        whole: true,
        ..Sent::default()
    };
    for (locale, variant) in &template.variants {
        sent.whole &= variant.parsed.is_some();
        one(sending, locale.as_deref(), variant, &mut sent, defects);
    }
    sent
}

fn one(
    sending: Sending<'_>,
    locale: Option<&str>,
    variant: &Variant,
    sent: &mut Sent,
    defects: &mut Vec<Defect>,
) {
    let Some(parsed) = &variant.parsed else {
        return;
    };
    let params = parsed.paths();
    sent.params.extend(
        params
            .iter()
            .filter_map(|path| path.strip_prefix("event."))
            .map(str::to_owned),
    );
    let Ok(layout) = sending.mails.layout(variant, defects) else {
        return;
    };
    let paths = sending.known.template_paths(sending.purpose);
    let context = Context {
        paths: &paths,
        purpose: sending.purpose,
        locale: locale.unwrap_or(&sending.project.settings.locale),
    };
    if !sending.known.complete() || !sending.project.vars.complete() {
        return;
    }
    let found = parsed.check(layout, &context);
    if !found.is_empty() {
        defects.extend(found);
        return;
    }
    let compiled = match parsed.compile(layout, &context) {
        Ok(compiled) => compiled,
        Err(found) => {
            defects.extend(found);
            return;
        }
    };
    let trial = Trial {
        sending,
        place: &variant.place,
        locale: context.locale,
    };
    trial::play(trial, &compiled.source, defects);
    sent.links.extend(compiled.links);
    sent.sources
        .insert(locale.map(str::to_owned), compiled.source);
}
