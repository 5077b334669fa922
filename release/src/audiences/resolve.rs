//! Turns an audience as written into one that can be asked, for one journey.

use journey::{Audience, FieldType};

use super::{AudienceDoc, DEPTH_MAX, Form};
use crate::names::Names;
use crate::scope::Known;
use crate::words::{not_yet, unknown};
use crate::yaml::At;
use crate::{Defect, Place};

/// What an audience may refer to where it is used.
#[derive(Clone, Copy)]
pub(crate) struct Resolver<'a> {
    /// The audiences with a name.
    pub(crate) audiences: &'a Names<AudienceDoc>,
    /// The lists that are declared.
    pub(crate) lists: &'a Names<()>,
    /// What is known of contacts and of the events that lead here.
    pub(crate) known: &'a Known,
    /// Where it is used.
    pub(crate) used: &'a Place,
}

impl Resolver<'_> {
    /// Resolves the names in `doc` and checks what it reads.
    pub(crate) fn audience(self, doc: &AudienceDoc, defects: &mut Vec<Defect>) -> Option<Audience> {
        let before = defects.len();
        let mut left = PARTS_MAX;
        let audience = self.resolve(doc, &[], &mut left, defects);
        if left == 0 {
            let what = format!("this audience has more than {PARTS_MAX} parts, names written out");
            defects.push(Defect::new(self.used.clone(), what).help("name fewer audiences"));
            return None;
        }
        if defects.len() == before {
            self.countable(doc, 0, defects);
        }
        audience
    }

    /// Resolves an audience of whose members every one is seen by what is known of them alone.
    pub(crate) fn members(self, doc: &AudienceDoc, defects: &mut Vec<Defect>) -> Option<Audience> {
        let mut left = PARTS_MAX;
        let audience = self.resolve(doc, &[], &mut left, defects)?;
        if audience.asks_for_event() {
            let what = "nobody enters an audience by a role or an address of an event";
            defects.push(
                Defect::new(doc.place.clone(), what)
                    .help("write a list, a tag, or `{ where: condition }`")
                    .also(self.used.clone(), "used here"),
            );
            return None;
        }
        Some(audience)
    }

    /// Resolves one part; `path` are the names that led to it, and `left` how many parts there may
    /// still be.
    fn resolve(
        self,
        doc: &AudienceDoc,
        path: &[&str],
        left: &mut usize,
        defects: &mut Vec<Defect>,
    ) -> Option<Audience> {
        *left = left.saturating_sub(1);
        if *left == 0 {
            return None;
        }
        Some(match &doc.form {
            Form::Address(param) => Audience::Address {
                param: self.address(param, defects)?,
            },
            Form::AllOf(parts) => Audience::AllOf(self.parts(parts, path, left, defects)?),
            Form::AnyOf(parts) => Audience::AnyOf(self.parts(parts, path, left, defects)?),
            Form::Broken => return None,
            Form::List(name) => {
                self.lists.find(name, defects);
                Audience::List(name.value.clone())
            }
            Form::Named(name) => return self.named(name, path, left, defects),
            Form::Not(part) => Audience::Not(Box::new(self.resolve(part, path, left, defects)?)),
            Form::Role {
                role,
                linked,
                standing,
            } => Audience::Role {
                role: role.clone(),
                linked: *linked,
                standing: *standing,
            },
            Form::Tag(tag) => Audience::Tag(tag.clone()),
            Form::Where(condition) => {
                self.known.ask(condition, &self.known.schema(), defects);
                Audience::Where(condition.value.clone())
            }
        })
    }

    fn parts(
        self,
        parts: &[AudienceDoc],
        path: &[&str],
        left: &mut usize,
        defects: &mut Vec<Defect>,
    ) -> Option<Vec<Audience>> {
        let resolved: Vec<_> = parts
            .iter()
            .map(|part| self.resolve(part, path, left, defects))
            .collect();
        resolved.into_iter().collect()
    }

    fn named(
        self,
        name: &At<String>,
        path: &[&str],
        left: &mut usize,
        defects: &mut Vec<Defect>,
    ) -> Option<Audience> {
        // A circle was told when the audiences were checked among themselves.
        if path.contains(&name.value.as_str()) || path.len() > DEPTH_MAX {
            return None;
        }
        let found = self.audiences.find(name, defects)?;
        let path = [path, &[name.value.as_str()]].concat();
        self.resolve(&found.value, &path, left, defects)
    }

    /// Checks that `param` is an address that the journey's events carry.
    fn address(self, param: &At<String>, defects: &mut Vec<Defect>) -> Option<String> {
        match self.known.param(&param.value) {
            Some(field) if field.ty == FieldType::Email => return Some(param.value.clone()),
            Some(_) => defects.push(
                Defect::new(
                    param.place.clone(),
                    format!("`event.{}` is not declared as an address", param.value),
                )
                .help("give the parameter the type `email` in events.yaml")
                .also(self.used.clone(), "used here"),
            ),
            None if self.known.complete() => defects.push(
                unknown(
                    param,
                    "parameter of the journey's event",
                    self.known.params(),
                    "declare it in events.yaml",
                )
                .also(self.used.clone(), "used here"),
            ),
            None => (),
        }
        None
    }

    /// Says which part would need a look at every contact there is.
    fn countable(self, doc: &AudienceDoc, depth: usize, defects: &mut Vec<Defect>) {
        let what = match &doc.form {
            Form::Address(_) | Form::Role { .. } | Form::Broken => return,
            Form::AnyOf(parts) => {
                for part in parts {
                    self.countable(part, depth, defects);
                }
                return;
            }
            Form::AllOf(parts) => {
                let counts = |part| {
                    let mut found = Vec::new();
                    self.countable(part, depth, &mut found);
                    found.is_empty()
                };
                if parts.iter().any(counts) {
                    return;
                }
                "mailing everybody who passes a filter"
            }
            Form::Named(name) => {
                if let Some(found) = self.audiences.get(&name.value)
                    && depth <= DEPTH_MAX
                {
                    self.countable(&found.value, depth + 1, defects);
                }
                return;
            }
            Form::List(_) => "mailing everybody on a list",
            Form::Not(_) => "mailing everybody who is not in an audience",
            Form::Tag(_) => "mailing everybody with a tag",
            Form::Where(_) => "mailing everybody for whom a condition holds",
        };
        defects.push(
            not_yet(doc.place.clone(), what)
                .help("use it inside `all_of`, beside a `role` or an `address`, as a filter")
                .also(self.used.clone(), "used here"),
        );
    }
}

/// How many parts an audience may have once every name is written out: a few names of names can
/// stand for billions.
const PARTS_MAX: usize = 1_000;
