//! What conditions, moments, audiences and templates of one journey can know.

use std::collections::{BTreeMap, BTreeSet};

use journey::{BUILT_IN, Condition, Field, FieldType, Kind, Presence, Reading, Schema, Value};

use crate::events::EventDoc;
use crate::names::Names;
use crate::phrases::Read;
use crate::settings::Project;
use crate::template;
use crate::yaml::At;
use crate::{Defect, Place};

/// Everything that is declared and can be read in one journey.
#[derive(Debug)]
pub(crate) struct Known {
    /// Contact fields, built-in ones included: name -> reading.
    contact: BTreeMap<String, Seen>,
    /// The parameters of the journey's events.
    params: BTreeMap<String, Field>,
    vars: BTreeMap<String, Kind>,
    /// Paths that are declared in a way that makes no sense, and reported.
    doubtful: BTreeSet<String>,
    /// Whether every declaration could be read, so that an unknown name is a mistake.
    complete: bool,
    /// Whether it is all that any event has, and not what some certain events have.
    union: bool,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    kind: Kind,
    always: bool,
    sensitive: bool,
    multi_line: bool,
}

impl Known {
    /// Gathers what a journey with these events can read.
    ///
    /// A parameter is always there only if every one of the events has it.
    pub(crate) fn of(
        project: &Project,
        events: &[(&At<String>, &EventDoc)],
        defects: &mut Vec<Defect>,
    ) -> Self {
        let vars = project.settings.vars.iter();
        let mut known = Self {
            contact: contact(project),
            params: BTreeMap::new(),
            vars: vars
                .map(|(name, value)| (name.clone(), value.kind()))
                .collect(),
            doubtful: doubtful(project, events),
            union: false,
            complete: project.fields.complete()
                && project.vars.complete()
                && events.iter().all(|(_, event)| event.complete),
        };
        for (name, event) in events {
            for (path, param) in &event.params {
                known.param_of(path, &param.value, name, defects);
            }
        }
        for (path, field) in &mut known.params {
            if events
                .iter()
                .any(|(_, event)| !event.params.contains_key(path))
            {
                field.optional = true;
                field.default = None;
            }
        }
        known
    }

    /// Takes every parameter for one that may be absent.
    pub(crate) fn perhaps(mut self) -> Self {
        for field in self.params.values_mut() {
            field.optional = true;
            field.default = None;
        }
        self
    }

    /// Gathers all that a release declares, as if all of it were always there.
    pub(crate) fn of_all(project: &Project, events: &Names<EventDoc>) -> Self {
        let docs: Vec<(At<String>, &EventDoc)> = events
            .iter()
            .map(|(name, event)| (At::new(name.to_owned(), event.place.clone()), &event.value))
            .collect();
        let all: Vec<_> = docs.iter().map(|(name, event)| (name, *event)).collect();
        let mut known = Self::of(project, &all, &mut Vec::new());
        known.union = true;
        known.complete &= events.complete();
        for seen in known.contact.values_mut() {
            seen.always = true;
        }
        for field in known.params.values_mut() {
            field.optional = false;
        }
        known
    }

    /// Says what would leave a condition without an answer; `schema` is [`schema`](Self::schema)
    /// with sends.
    pub(crate) fn ask(
        &self,
        condition: &Read<Condition>,
        schema: &Schema,
        defects: &mut Vec<Defect>,
    ) {
        if self.complete && self.sure(condition.value.paths()) {
            condition.check(schema, defects);
        }
    }

    /// Tells whether what reads `paths` can be checked.
    ///
    /// It cannot if one of them is declared in a way that makes no sense, nor if it belongs to an
    /// event that nobody has declared yet and that no journey waits for.
    pub(crate) fn sure<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> bool {
        let foreign = |path: &str| match path.strip_prefix("event.") {
            Some(param) => self.union && !self.params.contains_key(param),
            None => false,
        };
        !paths
            .into_iter()
            .any(|path| self.doubtful.contains(path) || foreign(path))
    }

    fn param_of(
        &mut self,
        path: &str,
        field: &Field,
        event: &At<String>,
        defects: &mut Vec<Defect>,
    ) {
        let Some(other) = self.params.get_mut(path) else {
            self.params.insert(path.to_owned(), field.clone());
            return;
        };
        if other.ty.kind() != field.ty.kind() {
            defects.push(mixed(path, &event.place, &event.value));
            return;
        }
        if field.ty == FieldType::Text {
            other.ty = FieldType::Text;
        }
        other.sensitive |= field.sensitive;
        if !field.always() {
            other.optional = true;
            other.default = None;
        }
    }

    /// Returns whether all declarations could be read, so that an unknown name is a mistake.
    pub(crate) fn complete(&self) -> bool {
        self.complete
    }

    /// Returns how the parameter at `path` is declared.
    pub(crate) fn param(&self, path: &str) -> Option<&Field> {
        self.params.get(path)
    }

    /// Returns the paths of the parameters.
    pub(crate) fn params(&self) -> impl Iterator<Item = &str> {
        self.params.keys().map(String::as_str)
    }

    /// Returns the parameters whose paths are in `wanted`.
    pub(crate) fn params_in(&self, wanted: &BTreeSet<String>) -> BTreeMap<String, Field> {
        self.params
            .iter()
            .filter(|(path, _)| wanted.contains(*path))
            .map(|(path, field)| (path.clone(), field.clone()))
            .collect()
    }

    /// Returns what a condition can read before any mail was sent.
    pub(crate) fn schema(&self) -> Schema {
        let contact = self.contact.iter().map(|(name, seen)| {
            let reading = Reading {
                kind: seen.kind,
                always: seen.always,
            };
            (format!("contact.{name}"), reading)
        });
        let params = self.params.iter().map(|(path, field)| {
            let reading = Reading {
                kind: field.ty.kind(),
                always: field.always(),
            };
            (format!("event.{path}"), reading)
        });
        Schema {
            fields: contact.chain(params).collect(),
            sends: BTreeSet::new(),
        }
    }

    /// Returns what a template can read.
    pub(crate) fn template_paths(
        &self,
        purpose: template::Purpose,
    ) -> BTreeMap<String, template::Known> {
        let mut paths = BTreeMap::new();
        for (name, seen) in &self.contact {
            let known = template::Known {
                kind: seen.kind,
                always: seen.always,
                sensitive: seen.sensitive,
                multi_line: seen.multi_line,
            };
            paths.insert(format!("contact.{name}"), known);
            paths.insert(format!("recipient.{name}"), known);
        }
        for (path, field) in &self.params {
            let known = template::Known {
                kind: field.ty.kind(),
                always: field.always(),
                sensitive: field.sensitive,
                multi_line: field.ty == FieldType::Text,
            };
            paths.insert(format!("event.{path}"), known);
        }
        let plain = |kind: Kind, always: bool| template::Known {
            kind,
            always,
            sensitive: false,
            multi_line: false,
        };
        for (name, kind) in &self.vars {
            paths.insert(format!("vars.{name}"), plain(*kind, true));
        }
        let marketing = purpose == template::Purpose::Marketing;
        for link in ["unsubscribe", "preferences"] {
            paths.insert(format!("links.{link}"), plain(Kind::Text, marketing));
        }
        let confirming = purpose == template::Purpose::Confirming;
        paths.insert("links.confirm".to_owned(), plain(Kind::Text, confirming));
        paths.insert("links.browser".to_owned(), plain(Kind::Text, false));
        for path in &self.doubtful {
            paths.insert(path.clone(), plain(Kind::Text, true));
        }
        paths
    }

    /// Returns made-up values for everything a contact can have; without the optional ones if
    /// `bare`.
    pub(crate) fn sample_contact(
        &self,
        locale: &str,
        bare: bool,
    ) -> BTreeMap<String, Option<Value>> {
        self.contact
            .iter()
            .map(|(name, seen)| {
                let value = match name.as_str() {
                    "email" => Value::Text("anna@school.example".to_owned()),
                    "full_name" => Value::Text("Anna Bakker".to_owned()),
                    "locale" => Value::Text(locale.to_owned()),
                    "time_zone" => Value::Text("Europe/Amsterdam".to_owned()),
                    _ => sample(seen.kind),
                };
                (name.clone(), (seen.always || !bare).then_some(value))
            })
            .collect()
    }
}

fn contact(project: &Project) -> BTreeMap<String, Seen> {
    let built_in = BUILT_IN.iter().map(|(name, kind, presence)| {
        let seen = Seen {
            kind: *kind,
            always: *presence == Presence::Always,
            sensitive: false,
            multi_line: false,
        };
        ((*name).to_owned(), seen)
    });
    let declared = project.settings.fields.iter().map(|(name, field)| {
        let seen = Seen {
            kind: field.ty.kind(),
            always: field.always(),
            sensitive: field.sensitive,
            multi_line: field.ty == FieldType::Text,
        };
        (name.clone(), seen)
    });
    built_in.chain(declared).collect()
}

fn doubtful(project: &Project, events: &[(&At<String>, &EventDoc)]) -> BTreeSet<String> {
    let contact = project.doubtful.iter();
    let recipient = contact.clone().filter_map(|path| {
        let field = path.strip_prefix("contact.")?;
        Some(format!("recipient.{field}"))
    });
    let params = events.iter().flat_map(|(_, event)| &event.doubtful);
    contact
        .cloned()
        .chain(recipient)
        .chain(params.map(|path| format!("event.{path}")))
        .collect()
}

/// Makes up a value.
fn sample(kind: Kind) -> Value {
    match kind {
        Kind::Bool => Value::Bool(true),
        Kind::Date => Value::Date(jiff::civil::date(2027, 2, 12)),
        Kind::DateTime => Value::DateTime(jiff::Timestamp::UNIX_EPOCH),
        Kind::List => Value::List(vec!["vip".to_owned()]),
        Kind::Number => Value::Number(5.0),
        Kind::Text => Value::Text("Anna".to_owned()),
    }
}

fn mixed(path: &str, place: &Place, event: &str) -> Defect {
    Defect::new(
        place.clone(),
        format!(
            "`event.{path}` is something else in `{event}` than in another event of this journey"
        ),
    )
    .help("give it the same type in events.yaml, or write a journey for each event")
}
