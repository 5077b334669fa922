//! Checks that a journey uses everything its events tell it.
//!
//! A text may be changed, but no parameter may get lost.

use std::collections::BTreeSet;

use journey::FieldType;

use super::Journey;
use crate::Defect;
use crate::words::{nearest, unknown};

/// Says which parameters nothing uses, and which are wrongly said to be unused.
pub(super) fn check(journey: &Journey<'_>, defects: &mut Vec<Defect>) {
    let doc = journey.doc;
    let allowed = |path: &str| doc.unused.iter().any(|unused| unused.value == path);
    for unused in &doc.unused {
        if journey.known.param(&unused.value).is_none() {
            if journey.known.complete() {
                let params = journey.known.params();
                let kind = "parameter of the journey's event";
                defects.push(unknown(unused, kind, params, "leave it out"));
            }
        } else if journey.used.contains(&unused.value) {
            let what = format!("`{}` is used, and `unused` says it is not", unused.value);
            defects.push(Defect::new(unused.place.clone(), what).help("take it out of `unused`"));
        }
    }
    if !journey.whole {
        return;
    }
    let params = || journey.known.params();
    let meant: BTreeSet<&str> = journey
        .used
        .iter()
        .filter(|path| journey.known.param(path).is_none())
        .filter_map(|path| nearest(path, params()))
        .collect();
    for (name, event) in journey.events {
        for (path, param) in &event.params {
            if journey.used.contains(path) || meant.contains(path.as_str()) || allowed(path) {
                continue;
            }
            defects.push(
                Defect::new(
                    param.place.clone(),
                    format!(
                        "nothing in the journey `{}` uses `{path}` of {}",
                        doc.name.value, name.value
                    ),
                )
                .label("used by no template, condition, date or audience")
                .help(format!(
                    "show it: `{}`; or allow it in the journey: `unused: [{path}]`",
                    shown(path, param.value.ty)
                ))
                .also(name.place.clone(), "lets people in"),
            );
        }
    }
}

/// Returns how a template shows a parameter of that type.
fn shown(path: &str, ty: FieldType) -> String {
    match ty {
        FieldType::Bool => format!("{{{{#if event.{path}}}}} … {{{{/if}}}}"),
        FieldType::Date | FieldType::DateTime => format!("{{{{date event.{path} \"long\"}}}}"),
        FieldType::Text => format!("{{{{paragraphs event.{path}}}}}"),
        FieldType::Email | FieldType::Number | FieldType::String | FieldType::Url => {
            format!("{{{{event.{path}}}}}")
        }
    }
}
