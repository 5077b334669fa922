//! What a mail is made of when nobody gets it: an event's example and a made-up recipient.

use std::collections::BTreeMap;

use jiff::Timestamp;
use journey::{Contact, ContactId, Field, FieldType, Kind, Plan, Purpose, Value};
use mail::{Locale, Scope, ScopeError, put};
use release::Compiled;
use serde_json::{Map, Value as Json};

/// One mail's circumstances.
pub(super) struct Scene<'a> {
    /// The release.
    pub(super) compiled: &'a Compiled,
    /// The journey.
    pub(super) plan: &'a Plan,
    /// The event whose example fills the mail in, if one begins the journey.
    pub(super) event: Option<&'a str>,
    /// The language.
    pub(super) locale: &'a str,
    /// When it is.
    pub(super) now: Timestamp,
}

impl Scene<'_> {
    /// Gathers what the template sees.
    pub(super) fn scope(&self) -> Result<Scope, ScopeError> {
        let settings = &self.compiled.settings;
        let person = Json::Object(self.person()?);
        let vars = settings
            .vars
            .iter()
            .map(|(name, value)| (name.as_str(), Some(value)));
        let links = LINKS.map(|(name, url)| (name, self.link(name, url)));
        let mut values = Map::new();
        values.insert("contact".to_owned(), person.clone());
        values.insert("event".to_owned(), Json::Object(self.params()?));
        values.insert(
            "links".to_owned(),
            Json::Object(group(
                links.iter().map(|(name, url)| (*name, url.as_ref())),
            )?),
        );
        values.insert("recipient".to_owned(), person);
        values.insert("vars".to_owned(), Json::Object(group(vars)?));

        let today = self.now.to_zoned(settings.zone.clone()).date();
        let locale = Locale::first_known([self.locale, &settings.locale]);
        Scope::new(values, locale, settings.zone.clone(), today)
    }

    /// Returns the parameters that the journey reads, from the event's example.
    fn params(&self) -> Result<Map<String, Json>, ScopeError> {
        let example = self
            .event
            .and_then(|event| self.compiled.examples.get(event));
        let declared = self.event.and_then(|event| self.compiled.events.get(event));
        let declared = declared.map(|event| &event.params);
        let mut shown = BTreeMap::new();
        // A journey with several events may read a parameter that this one does not have: it is absent.
        for (path, field) in &self.plan.params {
            let field = declared
                .and_then(|declared| declared.get(path))
                .unwrap_or(field);
            let value = example.and_then(|example| example.get(path)).cloned();
            let value = value.or_else(|| field.default.clone());
            let value = if field.sensitive {
                value.map(hide)
            } else {
                value
            };
            shown.insert(path.as_str(), value);
        }
        group(shown.iter().map(|(path, value)| (*path, value.as_ref())))
    }

    fn person(&self) -> Result<Map<String, Json>, ScopeError> {
        let settings = &self.compiled.settings;
        let declared = settings.fields.iter();
        let sampled = declared.map(|(name, field)| (name.clone(), sample(name, field)));
        let contact = Contact {
            id: ContactId::of(SOURCE_ID),
            source_id: SOURCE_ID.to_owned(),
            address: match ADDRESS.parse() {
                Ok(address) => address,
                Err(_) => unreachable!("the made-up address is one"),
            },
            full_name: FULL_NAME.to_owned(),
            locale: Some(self.locale.to_owned()),
            time_zone: settings.zone.iana_name().map(str::to_owned),
            fields: sampled.collect(),
            tags: std::collections::BTreeSet::new(),
            lists: self.compiled.lists.clone(),
            consent: BTreeMap::new(),
            absorbed: Default::default(),
            scored: None,
        };
        let known = contact.values();
        let names = settings.fields.keys().map(String::as_str);
        let names = names
            .chain(known.keys().map(String::as_str))
            .chain(["time_zone"]);
        group(names.map(|name| (name, known.get(name))))
    }

    /// Returns a link of a kind that this mail would have.
    fn link(&self, name: &str, url: &str) -> Option<Value> {
        let there = match self.plan.purpose {
            Purpose::Marketing { .. } => name != "confirm" && !url.is_empty(),
            Purpose::Transactional => name == "confirm" && self.plan.rules.confirms.is_some(),
        };
        there.then(|| Value::Text(url.to_owned()))
    }
}

fn group<'a>(
    values: impl IntoIterator<Item = (&'a str, Option<&'a Value>)>,
) -> Result<Map<String, Json>, ScopeError> {
    let mut group = Map::new();
    for (path, value) in values {
        put(&mut group, path, value)?;
    }
    Ok(group)
}

/// Returns a value that says nothing, of the same kind.
fn hide(value: Value) -> Value {
    match value.kind() {
        Kind::Bool => Value::Bool(false),
        Kind::Date => Value::Date(jiff::civil::date(1900, 1, 1)),
        Kind::DateTime => Value::DateTime(Timestamp::UNIX_EPOCH),
        Kind::List => Value::List(vec![DOTS.to_owned()]),
        Kind::Number => Value::Number(0.0),
        Kind::Text => Value::Text(DOTS.to_owned()),
    }
}

/// Makes up what a contact's field could hold.
fn sample(name: &str, field: &Field) -> Value {
    if let Some(default) = &field.default {
        return default.clone();
    }
    let text = |text: &str| Value::Text(text.to_owned());
    let value = match field.ty {
        FieldType::Bool => Value::Bool(true),
        FieldType::Date => Value::Date(jiff::civil::date(1990, 5, 17)),
        FieldType::DateTime => Value::DateTime(Timestamp::UNIX_EPOCH),
        FieldType::Email => text(ADDRESS),
        FieldType::Number => Value::Number(7.0),
        FieldType::String | FieldType::Text if name.contains("first") => text(FIRST_NAME),
        FieldType::String | FieldType::Text => text(&name.replace('_', " ")),
        FieldType::Url => text("https://www.example/"),
    };
    if field.sensitive { hide(value) } else { value }
}

const SOURCE_ID: &str = "preview-1";
const FIRST_NAME: &str = "Robin";
const FULL_NAME: &str = "Robin Jansen";
const ADDRESS: &str = "robin@post.example";
const DOTS: &str = "••••••••";

/// The pages for recipients; the preview's own lead nowhere.
const LINKS: [(&str, &str); 4] = [
    ("browser", ""),
    ("confirm", "https://mail.example/confirm"),
    ("preferences", "https://mail.example/preferences"),
    ("unsubscribe", "https://mail.example/unsubscribe"),
];
