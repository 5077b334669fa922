//! Checks the audiences and templates that no journey uses.
//!
//! They may be half of a journey that is being written, and may read an event that nobody has
//! declared yet; everything else they name must be there.

use std::collections::BTreeSet;

use crate::Defect;
use crate::audiences::{AudienceDoc, Form, each_part};
use crate::journeys::{JourneyDoc, TriggerDoc, each};
use crate::mails::{Variant, leniently};
use crate::names::Names;
use crate::plan::Declared;
use crate::scope::Known;

/// Checks the audiences and templates that none of `journeys` uses.
pub(crate) fn check(declared: Declared<'_>, journeys: &[JourneyDoc], defects: &mut Vec<Defect>) {
    let known = declared.all;
    let used = audiences_used(journeys, declared.audiences);
    for (name, doc) in declared.audiences.iter() {
        if !used.contains(name) {
            audience(&doc.value, known, defects);
        }
    }
    let mut sent = BTreeSet::new();
    for journey in journeys {
        each(&journey.steps, &mut |step| {
            sent.extend(step.send().map(|send| send.template.value.as_str()));
        });
    }
    for (name, template) in declared.mails.templates.iter() {
        for variant in template.value.variants.values() {
            if !sent.contains(name) {
                mail(declared, variant, defects);
            }
        }
    }
}

/// Checks a template for what nothing declares.
fn mail(declared: Declared<'_>, variant: &Variant, defects: &mut Vec<Defect>) {
    if let Some(parsed) = &variant.parsed {
        let layout = declared.mails.layout(variant, defects).unwrap_or_default();
        let locale = &declared.project.settings.locale;
        defects.extend(leniently(parsed, layout, declared.all, locale));
    }
}

fn audience(doc: &AudienceDoc, known: &Known, defects: &mut Vec<Defect>) {
    each_part(doc, &mut |part| match &part.form {
        Form::Where(condition) => known.ask(condition, &known.schema(), defects),
        Form::Address(_)
        | Form::AllOf(_)
        | Form::AnyOf(_)
        | Form::Broken
        | Form::List(_)
        | Form::Named(_)
        | Form::Not(_)
        | Form::Role { .. }
        | Form::Tag(_) => (),
    });
}

/// Returns the audiences that journeys name, and those that these name.
fn audiences_used<'a>(
    journeys: &'a [JourneyDoc],
    audiences: &'a Names<AudienceDoc>,
) -> BTreeSet<&'a str> {
    let mut ahead: Vec<&AudienceDoc> = Vec::new();
    for journey in journeys {
        ahead.extend(&journey.to);
        let entered = journey.triggers.iter().filter_map(TriggerDoc::audience);
        ahead.extend(entered);
        each(&journey.steps, &mut |step| {
            ahead.extend(step.send().and_then(|send| send.to.as_ref()));
        });
    }
    let mut used = BTreeSet::new();
    while let Some(doc) = ahead.pop() {
        each_part(doc, &mut |part| {
            if let Form::Named(name) = &part.form
                && used.insert(name.value.as_str())
                && let Some(next) = audiences.get(&name.value)
            {
                ahead.push(&next.value);
            }
        });
    }
    used
}
