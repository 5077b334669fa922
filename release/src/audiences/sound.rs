//! Checks the audiences of a release among themselves, whether a journey uses them or not.

use std::collections::BTreeSet;

use super::{AudienceDoc, Form};
use crate::Defect;
use crate::names::Names;

/// Says which audiences and lists are not declared, and which audiences contain themselves.
pub(crate) fn check(audiences: &Names<AudienceDoc>, lists: &Names<()>, defects: &mut Vec<Defect>) {
    for (name, doc) in audiences.iter() {
        each_part(&doc.value, &mut |part| match &part.form {
            Form::List(list) => {
                lists.find(list, defects);
            }
            Form::Named(other) => {
                audiences.find(other, defects);
            }
            Form::Address(_)
            | Form::AllOf(_)
            | Form::AnyOf(_)
            | Form::Broken
            | Form::Not(_)
            | Form::Role { .. }
            | Form::Tag(_)
            | Form::Where(_) => (),
        });
        let mut seen = BTreeSet::new();
        circle(
            name,
            audiences,
            &doc.value,
            (&mut vec![name], &mut seen),
            defects,
        );
    }
}

/// Says so if `doc` leads back to `start`; a circle is told once, at the first of its names.
fn circle<'a>(
    start: &str,
    audiences: &'a Names<AudienceDoc>,
    doc: &'a AudienceDoc,
    (path, seen): (&mut Vec<&'a str>, &mut BTreeSet<&'a str>),
    defects: &mut Vec<Defect>,
) {
    let mut names = Vec::new();
    each_part(doc, &mut |part| {
        if let Form::Named(name) = &part.form {
            names.push(name);
        }
    });
    for name in names {
        let text = name.value.as_str();
        if text == start {
            let round = path.join("` -> `");
            defects.push(
                Defect::new(
                    name.place.clone(),
                    format!("the audience `{start}` contains itself: `{round}` -> `{start}`"),
                )
                .help("take one of them out of the circle"),
            );
        } else if text > start
            && seen.insert(text)
            && let Some(next) = audiences.get(text)
        {
            path.push(text);
            circle(start, audiences, &next.value, (path, seen), defects);
            path.pop();
        }
    }
}

/// Calls `look` with an audience and everything inside it; names are not followed.
pub(crate) fn each_part<'a>(doc: &'a AudienceDoc, look: &mut impl FnMut(&'a AudienceDoc)) {
    look(doc);
    match &doc.form {
        Form::AllOf(parts) | Form::AnyOf(parts) => {
            for part in parts {
                each_part(part, look);
            }
        }
        Form::Not(part) => each_part(part, look),
        Form::Address(_)
        | Form::Broken
        | Form::List(_)
        | Form::Named(_)
        | Form::Role { .. }
        | Form::Tag(_)
        | Form::Where(_) => (),
    }
}
