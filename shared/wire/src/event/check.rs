//! Holds a post against what the release declares.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use journey::{ContactId, EmailAddress, Field, FieldType, Release, Value, nearest};
use serde_json::{Map, Value as Json};

use super::read::{DraftPerson, MERGED_MAX, escape};
use super::{Bond, Draft, Event, Posted};
use crate::{Fault, Problem};

/// Turns drafts into events.
///
/// # Errors
///
/// A 422 that names everything that is wrong, in all of them: an array is taken whole or not at all.
pub fn check(drafts: Vec<Draft>, release: &Release) -> Result<Vec<Event>, Problem> {
    let mut checker = Checker {
        release,
        faults: Vec::new(),
    };
    checker.ids(&drafts);
    let events: Vec<_> = drafts
        .into_iter()
        .filter_map(|draft| checker.event(draft))
        .collect();
    if checker.faults.is_empty() {
        Ok(events)
    } else {
        Err(Problem::with_faults(
            422,
            "The event is refused",
            checker.faults,
        ))
    }
}

struct Checker<'a> {
    release: &'a Release,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn event(&mut self, draft: Draft) -> Option<Event> {
        let pointer = draft.pointer;
        for key in &draft.unknown {
            let at = format!("{pointer}/{}", escape(key));
            let fault = Fault::new(at, format!("an event has no `{key}`"));
            self.faults
                .push(fault.did_you_mean(nearest(key, EVENT_KEYS)));
        }
        let Some(ty) = self.release.events.get(&draft.ty) else {
            let fault = Fault::new(
                format!("{pointer}/type"),
                format!("no event is called `{}`: case counts", draft.ty),
            );
            let known = self.release.events.keys().map(String::as_str);
            self.faults
                .push(fault.did_you_mean(nearest(&draft.ty, known)));
            return None;
        };
        let (mut params, _) = self.values(&draft.data, &ty.params, &format!("{pointer}/data"));
        self.demand(&mut params, &ty.params, &format!("{pointer}/data"));
        let people = draft.people.into_iter().enumerate();
        let people: Vec<_> = people
            .filter_map(|(index, person)| {
                let pointer = format!("{pointer}/people/{index}");
                let person = self.person(person, &pointer)?;
                Some((pointer, person))
            })
            .collect();
        self.addresses(&people);
        self.merged(&people);
        Some(Event {
            id: draft.id,
            ty: draft.ty,
            timestamp: draft.timestamp,
            subject: draft.subject,
            params,
            people: people.into_iter().map(|(_, person)| person).collect(),
        })
    }

    fn person(&mut self, person: DraftPerson, pointer: &str) -> Option<Posted> {
        for key in &person.unknown {
            let at = format!("{pointer}/{}", escape(key));
            let fault = Fault::new(
                at,
                format!("a person has no `{key}`; declared fields go into `fields`"),
            );
            self.faults
                .push(fault.did_you_mean(nearest(key, PERSON_KEYS)));
        }
        let lists = self.release.lists.iter().map(String::as_str).collect();
        self.names(
            person.lists.keys(),
            &lists,
            &format!("{pointer}/lists"),
            "list",
        );
        let topics = self.release.topics.keys().map(String::as_str).collect();
        self.names(
            person.consent.keys(),
            &topics,
            &format!("{pointer}/consent"),
            "topic",
        );
        let declared = &self.release.settings.fields;
        let (fields, mut cleared) =
            self.values(&person.fields, declared, &format!("{pointer}/fields"));
        // What everybody must have is not taken from anybody.
        cleared.retain(|name| declared.get(name).is_some_and(|field| !field.required()));
        let address = match person.email.parse::<EmailAddress>() {
            Ok(address) => Some(address),
            Err(error) => {
                self.faults
                    .push(Fault::new(format!("{pointer}/email"), error.to_string()));
                None
            }
        };
        let bond = match (person.unlink, person.standing) {
            (true, _) => Bond::Unlinked,
            (false, true) => Bond::Standing,
            (false, false) => Bond::Linked,
        };
        Some(Posted {
            source_id: person.id,
            roles: person.roles.into_iter().collect(),
            address: address?,
            full_name: person.full_name.trim().to_owned(),
            locale: person.locale,
            time_zone: person.time_zone,
            fields,
            cleared,
            lists: person.lists,
            tags: person.tags,
            consent: person.consent,
            bond,
            merged: person.merged.into_iter().collect(),
        })
    }

    /// One id with two addresses in one event cannot be right.
    fn addresses(&mut self, people: &[(String, Posted)]) {
        let mut seen: BTreeMap<ContactId, &EmailAddress> = BTreeMap::new();
        for (pointer, person) in people {
            let first = seen.entry(person.contact()).or_insert(&person.address);
            if *first != &person.address {
                let detail = "this id stands here with another address already";
                self.faults
                    .push(Fault::new(format!("{pointer}/email"), detail));
            }
        }
    }

    /// Whoever is merged into somebody is nobody else, and nobody besides.
    fn merged(&mut self, people: &[(String, Posted)]) {
        let mut seen: BTreeSet<&str> = people
            .iter()
            .map(|(_, one)| one.source_id.as_str())
            .collect();
        let merged = people
            .iter()
            .map(|(_, one)| one.merged.len())
            .sum::<usize>();
        if let (Some((pointer, _)), true) = (people.first(), merged > MERGED_MAX) {
            let detail = format!("at most {MERGED_MAX} are merged by one event");
            self.faults
                .push(Fault::new(format!("{pointer}/merged"), detail));
        }
        for (pointer, person) in people {
            for id in &person.merged {
                if !seen.insert(id) {
                    let detail = "this id stands here for another person, too";
                    self.faults
                        .push(Fault::new(format!("{pointer}/merged"), detail));
                }
            }
        }
    }

    /// Two events of one post must not bear one id: one of them would be taken for a repeat.
    fn ids(&mut self, drafts: &[Draft]) {
        let mut seen = BTreeSet::new();
        for draft in drafts {
            if !seen.insert(&draft.id) {
                let at = format!("{}/id", draft.pointer);
                let detail = "another event of this post has the same id";
                self.faults.push(Fault::new(at, detail));
            }
        }
    }

    fn names<'n>(
        &mut self,
        given: impl Iterator<Item = &'n String>,
        known: &BTreeSet<&str>,
        pointer: &str,
        what: &str,
    ) {
        for name in given.filter(|name| !known.contains(name.as_str())) {
            let at = format!("{pointer}/{}", escape(name));
            let fault = Fault::new(at, format!("no {what} is called `{name}`"));
            self.faults
                .push(fault.did_you_mean(nearest(name, known.iter().copied())));
        }
    }

    /// Reads every value that is declared, and finds those that are not; returns apart which of them are `null`.
    fn values(
        &mut self,
        json: &Map<String, Json>,
        declared: &BTreeMap<String, Field>,
        pointer: &str,
    ) -> (BTreeMap<String, Value>, BTreeSet<String>) {
        let mut found = Found::default();
        self.collect(json, declared, "", pointer, 0, &mut found);
        let Found { values, mut nulls } = found;
        nulls.retain(|path| !values.contains_key(path));
        (values, nulls)
    }

    fn collect(
        &mut self,
        json: &Map<String, Json>,
        declared: &BTreeMap<String, Field>,
        prefix: &str,
        pointer: &str,
        depth: u8,
        found: &mut Found,
    ) {
        for (key, value) in json {
            let path = format!("{prefix}{key}");
            let pointer = format!("{pointer}/{}", escape(key));
            let inside = format!("{path}.");
            if let Some(field) = declared.get(&path) {
                match parse(value, field.ty) {
                    Ok(Some(_)) if found.values.contains_key(&path) => self
                        .faults
                        .push(Fault::new(pointer, format!("`{path}` stands here twice"))),
                    Ok(Some(value)) => {
                        found.values.insert(path, value);
                    }
                    Ok(None) => {
                        found.nulls.insert(path);
                    }
                    Err(detail) => self
                        .faults
                        .push(Fault::new(pointer, format!("`{path}` {detail}"))),
                }
            } else if let Json::Object(map) = value
                && depth < DEPTH_MAX
                && declared.keys().any(|name| name.starts_with(&inside))
            {
                self.collect(map, declared, &inside, &pointer, depth + 1, found);
            } else if declared.keys().any(|name| name.starts_with(&inside)) {
                let detail = format!("`{path}` is an object, {{…}}");
                self.faults.push(Fault::new(pointer, detail));
            } else {
                let fault = Fault::new(pointer, format!("nothing called `{path}` is declared"));
                let known = declared.keys().map(String::as_str);
                self.faults.push(fault.did_you_mean(nearest(&path, known)));
            }
        }
    }

    /// Finds declared parameters that are not there, and fills in defaults.
    fn demand(
        &mut self,
        found: &mut BTreeMap<String, Value>,
        declared: &BTreeMap<String, Field>,
        pointer: &str,
    ) {
        for (path, field) in declared {
            if found.contains_key(path) || field.optional && field.default.is_none() {
                continue;
            }
            if let Some(default) = &field.default {
                found.insert(path.clone(), default.clone());
                continue;
            }
            let at = format!(
                "{pointer}/{}",
                path.split('.').map(escape).collect::<Vec<_>>().join("/")
            );
            // A value of the wrong type is there, after all.
            if !self.faults.iter().any(|fault| fault.pointer == at) {
                self.faults
                    .push(Fault::new(at, format!("`{path}` is missing")));
            }
        }
    }
}

/// What stands in an object, by path.
#[derive(Default)]
struct Found {
    values: BTreeMap<String, Value>,
    nulls: BTreeSet<String>,
}

/// Reads one value; `null` is none.
fn parse(json: &Json, ty: FieldType) -> Result<Option<Value>, &'static str> {
    if json.is_null() {
        return Ok(None);
    }
    let text = json.as_str().filter(|text| text.len() <= TEXT_MAX);
    let value = match ty {
        FieldType::Bool => json.as_bool().map(Value::Bool).ok_or("is true or false"),
        FieldType::Number => json
            .as_f64()
            .filter(|number| number.is_finite())
            .map(Value::Number)
            .ok_or("is a number"),
        FieldType::Date => text
            .filter(|text| text.len() == "YYYY-MM-DD".len())
            .and_then(|text| text.parse::<Date>().ok())
            .map(Value::Date)
            .ok_or("is a date like 2026-12-01"),
        FieldType::DateTime => text
            .and_then(|text| text.parse().ok())
            .map(Value::DateTime)
            .ok_or("is a time with its offset, like 2026-12-01T09:00:00+01:00"),
        FieldType::Email => match text.map(str::parse::<EmailAddress>) {
            Some(Ok(address)) => Ok(Value::Text(address.as_str().to_owned())),
            _ => Err("is an e-mail address that SES can mail"),
        },
        FieldType::Url => text
            .filter(|text| is_url(text))
            .map(|text| Value::Text(text.to_owned()))
            .ok_or("is an address that begins with https:// or http://"),
        FieldType::String | FieldType::Text => text
            .map(|text| Value::Text(text.to_owned()))
            .ok_or("is a text of at most 64 KiB"),
    };
    value.map(Some)
}

/// Returns whether `text` is an absolute web address without anything that could break out of a link.
pub(crate) fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && text.len() <= URL_MAX)
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"`\\".contains(c))
}

const EVENT_KEYS: [&str; 6] = ["data", "id", "people", "subject", "timestamp", "type"];
const PERSON_KEYS: [&str; 13] = [
    "consent",
    "email",
    "fields",
    "full_name",
    "id",
    "lists",
    "locale",
    "merged",
    "role",
    "standing",
    "tags",
    "time_zone",
    "unlink",
];
const DEPTH_MAX: u8 = 8;
const TEXT_MAX: usize = 64 * 1024;
const URL_MAX: usize = 2048;
