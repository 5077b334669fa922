//! Checks and compiles a template where a journey sends it.

use std::collections::{BTreeMap, BTreeSet};

use super::trial::{self, Trial};
use super::{Mails, Template, Variant};
use crate::Defect;
use crate::events::EventDoc;
use crate::journeys::SendDoc;
use crate::scope::Known;
use crate::settings::Project;
use crate::template::{Context, Layout, Parsed, Purpose};

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
    pub(crate) purpose: Option<Purpose>,
    /// The events that let people into the journey.
    pub(crate) events: &'a [&'a EventDoc],
    /// Whether these are all that do, so that `known` says exactly what is there.
    pub(crate) exact: bool,
}

/// A template that is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    /// Its texts by locale.
    pub(crate) sources: BTreeMap<Option<String>, mail::Source>,
    /// The event parameters that it reads, by path.
    pub(crate) params: BTreeSet<String>,
    /// Whether it reads a field of a person that is sensitive.
    pub(crate) sensitive: bool,
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
    let fields = &sending.project.settings.fields;
    sent.sensitive |= params.iter().any(|path| {
        let person = ["contact.", "recipient."];
        let name = person.iter().find_map(|person| path.strip_prefix(person));
        let field = name.and_then(|name| fields.get(name));
        field.is_some_and(|field| field.sensitive)
    });
    let known = sending.known;
    let language = locale.unwrap_or(&sending.project.settings.locale);
    let Ok(layout) = sending.mails.layout(variant, defects) else {
        defects.extend(leniently(parsed, None, known, language));
        return;
    };
    let Some(purpose) = sending.purpose.filter(|_| sending.exact) else {
        defects.extend(leniently(parsed, layout, known, language));
        return;
    };
    if !known.complete() || !known.sure(params.iter().map(String::as_str)) {
        return;
    }
    let paths = known.template_paths(purpose);
    let context = Context {
        paths: &paths,
        purpose,
        locale: language,
    };
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
        purpose,
        locale: language,
    };
    trial::play(trial, &compiled.source, defects);
    sent.links.extend(compiled.links);
    sent.sources
        .insert(locale.map(str::to_owned), compiled.source);
}

/// Finds what nothing in the release declares, for a template of which nobody knows when it is
/// sent.
pub(crate) fn leniently(
    parsed: &Parsed,
    layout: Option<&Layout>,
    known: &Known,
    locale: &str,
) -> Vec<Defect> {
    let used = parsed.paths();
    if !known.complete() || !known.sure(used.iter().map(String::as_str)) {
        return Vec::new();
    }
    // As if there were every link, and no duty to show one: the journey may be the one that cannot be read.
    let mut paths = known.template_paths(Purpose::Marketing);
    paths.extend(
        known
            .template_paths(Purpose::Confirming)
            .remove_entry(CONFIRM),
    );
    let context = Context {
        paths: &paths,
        purpose: Purpose::Transactional,
        locale,
    };
    parsed.check(layout, &context)
}

/// The link that only mails have which ask people to confirm.
const CONFIRM: &str = "links.confirm";
