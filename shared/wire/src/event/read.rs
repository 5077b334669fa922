//! Takes a post apart: JSON of the right shape, whatever it says.

mod consent;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::{Fault, Problem};

/// A post of the right shape, not yet held against a release.
pub struct Draft {
    pub(super) id: String,
    pub(super) pointer: String,
    pub(super) ty: String,
    pub(super) timestamp: Timestamp,
    pub(super) subject: Option<String>,
    pub(super) data: Map<String, Json>,
    pub(super) people: Vec<DraftPerson>,
    /// Keys that no event has.
    pub(super) unknown: Vec<String>,
}

/// A person as posted, with the keys that are held against the release.
pub(super) struct DraftPerson {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) full_name: String,
    pub(super) roles: Vec<String>,
    pub(super) locale: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) fields: Map<String, Json>,
    pub(super) lists: BTreeMap<String, bool>,
    pub(super) tags: BTreeMap<String, bool>,
    pub(super) consent: BTreeMap<String, journey::Consent>,
    pub(super) merged: Vec<String>,
    pub(super) unlink: bool,
    pub(super) standing: bool,
    pub(super) unknown: Vec<String>,
}

/// Reads the body of a post whose `webhook-id` is `id` and that was posted at `posted`.
///
/// # Errors
///
/// A 400 that names every place of the wrong shape.
pub fn read(body: &[u8], id: &str, posted: Timestamp) -> Result<Vec<Draft>, Problem> {
    let json: Json = serde_json::from_slice(body).map_err(|error| {
        let detail = format!(
            "the body is not JSON: line {}, column {}",
            error.line(),
            error.column()
        );
        Problem::with_faults(400, SHAPE, vec![Fault::new("", detail)])
    })?;

    let mut reader = Reader {
        faults: Vec::new(),
        posted,
    };
    let drafts = match json {
        Json::Array(items) if items.is_empty() || items.len() > EVENTS_MAX => {
            let detail = format!(
                "an array holds 1 to {EVENTS_MAX} events, not {}",
                items.len()
            );
            reader.faults.push(Fault::new("", detail));
            Vec::new()
        }
        Json::Array(items) => {
            let items = items.into_iter().enumerate();
            items
                .filter_map(|(index, item)| {
                    reader.event(
                        item,
                        format!("/{index}"),
                        &format!("{id}.{index}"),
                        posted,
                        true,
                    )
                })
                .collect()
        }
        one
        @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_)) => {
            reader
                .event(one, String::new(), id, posted, false)
                .into_iter()
                .collect()
        }
    };
    if reader.faults.is_empty() {
        Ok(drafts)
    } else {
        Err(Problem::with_faults(400, SHAPE, reader.faults))
    }
}

/// Reads keys, and keeps what is wrong with them.
struct Reader {
    faults: Vec<Fault>,
    /// When the body was posted.
    posted: Timestamp,
}

impl Reader {
    fn event(
        &mut self,
        json: Json,
        pointer: String,
        id: &str,
        posted: Timestamp,
        own_id: bool,
    ) -> Option<Draft> {
        let mut map = self.object(json, &pointer, "an event")?;
        let given = self.name(&mut map, &pointer, "id", ID_MAX);
        let id = given.filter(|_| own_id).unwrap_or_else(|| id.to_owned());
        let Some(ty) = self.text(&mut map, &pointer, "type", NAME_MAX) else {
            self.missing(&pointer, "type", "the event's type");
            return None;
        };
        let timestamp = self.moment(&mut map, &pointer, "timestamp");
        let subject = self.name(&mut map, &pointer, "subject", SUBJECT_MAX);
        let data = match map.remove("data") {
            None | Some(Json::Null) => Map::new(),
            Some(data) => self.object(data, &format!("{pointer}/data"), "`data`")?,
        };
        let people = match map.remove("people") {
            None | Some(Json::Null) => Vec::new(),
            Some(Json::Array(people)) if people.len() <= PEOPLE_MAX => people,
            Some(_) => {
                self.fault(
                    &pointer,
                    "people",
                    format!("`people` is an array of at most {PEOPLE_MAX} persons"),
                );
                Vec::new()
            }
        };
        let people = people.into_iter().enumerate();
        let people = people
            .filter_map(|(index, person)| self.person(person, &format!("{pointer}/people/{index}")))
            .collect();
        Some(Draft {
            id,
            ty,
            timestamp: timestamp.unwrap_or(posted),
            subject,
            data,
            people,
            unknown: map.into_iter().map(|(key, _)| key).collect(),
            pointer,
        })
    }

    fn person(&mut self, json: Json, pointer: &str) -> Option<DraftPerson> {
        let mut map = self.object(json, pointer, "a person")?;
        let mut required = |reader: &mut Self, key, what| {
            let text = reader.text(&mut map, pointer, key, TEXT_MAX);
            let text = text.filter(|text| !text.trim().is_empty());
            if text.is_none() {
                reader.missing(pointer, key, what);
            }
            text
        };
        let id = required(self, "id", "the source's own id for the person");
        let email = required(self, "email", "the person's address");
        let full_name = required(self, "full_name", "what to call the person");

        let roles = self.roles(map.remove("role"), pointer);
        let fields = match map.remove("fields") {
            None | Some(Json::Null) => Map::new(),
            Some(fields) => {
                let pointer = format!("{pointer}/fields");
                self.object(fields, &pointer, "`fields`")
                    .unwrap_or_default()
            }
        };
        let person = DraftPerson {
            id: id?,
            email: email?,
            full_name: full_name?,
            roles,
            locale: self.text(&mut map, pointer, "locale", LOCALE_MAX),
            time_zone: self.text(&mut map, pointer, "time_zone", NAME_MAX),
            fields,
            lists: self.switches(map.remove("lists"), pointer, "lists"),
            tags: self.switches(map.remove("tags"), pointer, "tags"),
            consent: self.consent(map.remove("consent"), pointer),
            merged: self.merged(map.remove("merged"), pointer),
            unlink: self.switch(map.remove("unlink"), pointer, "unlink"),
            standing: self.switch(map.remove("standing"), pointer, "standing"),
            unknown: map.into_iter().map(|(key, _)| key).collect(),
        };
        if person.unlink && person.standing {
            self.fault(
                pointer,
                "unlink",
                "a person is `unlink` or `standing`, not both".to_owned(),
            );
        }
        Some(person)
    }

    fn roles(&mut self, json: Option<Json>, pointer: &str) -> Vec<String> {
        let roles = match json {
            None | Some(Json::Null) => return Vec::new(),
            Some(Json::String(role)) => vec![Json::String(role)],
            Some(Json::Array(roles)) => roles,
            Some(other) => vec![other],
        };
        let names: Vec<_> = roles
            .iter()
            .filter_map(Json::as_str)
            .filter(|role| !role.is_empty() && role.len() <= NAME_MAX)
            .map(str::to_owned)
            .collect();
        if names.len() != roles.len() || names.len() > ROLES_MAX {
            let detail = format!("`role` is a name or a list of at most {ROLES_MAX} names");
            self.fault(pointer, "role", detail);
        }
        names
    }

    fn merged(&mut self, json: Option<Json>, pointer: &str) -> Vec<String> {
        let given = match json {
            None | Some(Json::Null) => return Vec::new(),
            Some(Json::Array(given)) => given,
            Some(other) => vec![other],
        };
        let ids: Vec<_> = given
            .iter()
            .filter_map(Json::as_str)
            .filter(|id| !id.trim().is_empty() && id.len() <= TEXT_MAX)
            .map(str::to_owned)
            .collect();
        if ids.len() != given.len() || ids.len() > MERGED_MAX {
            let detail = format!(
                "`merged` is a list of at most {MERGED_MAX} ids, of those who were the same person"
            );
            self.fault(pointer, "merged", detail);
        }
        ids
    }

    fn switches(&mut self, json: Option<Json>, pointer: &str, key: &str) -> BTreeMap<String, bool> {
        let map = match json {
            None | Some(Json::Null) => return BTreeMap::new(),
            Some(Json::Object(map)) => map,
            Some(_) => Map::from_iter([(String::new(), Json::Null)]),
        };
        let switches: BTreeMap<_, _> = map
            .iter()
            .filter(|(name, _)| !name.is_empty() && name.len() <= NAME_MAX)
            .filter_map(|(name, on)| Some((name.clone(), on.as_bool()?)))
            .collect();
        if switches.len() != map.len() || switches.len() > SWITCHES_MAX {
            let detail =
                format!(r#"`{key}` is like {{"name": true}}, at most {SWITCHES_MAX} names"#);
            self.fault(pointer, key, detail);
        }
        switches
    }

    fn switch(&mut self, json: Option<Json>, pointer: &str, key: &str) -> bool {
        match json {
            None | Some(Json::Null) => false,
            Some(Json::Bool(on)) => on,
            Some(_) => {
                self.fault(pointer, key, format!("`{key}` is true or false"));
                false
            }
        }
    }

    fn moment(
        &mut self,
        map: &mut Map<String, Json>,
        pointer: &str,
        key: &str,
    ) -> Option<Timestamp> {
        let text = self.text(map, pointer, key, NAME_MAX)?;
        let at = text.parse().ok();
        if at.is_none() {
            let detail =
                format!("`{key}` is a time with its offset, like 2026-11-22T10:15:00+01:00");
            self.fault(pointer, key, detail);
        }
        at
    }

    /// Takes a text; `null` is the same as nothing.
    fn text(
        &mut self,
        map: &mut Map<String, Json>,
        pointer: &str,
        key: &str,
        length_max: usize,
    ) -> Option<String> {
        match map.remove(key)? {
            Json::Null => None,
            Json::String(text) if text.chars().count() <= length_max => Some(text),
            Json::Bool(_)
            | Json::Number(_)
            | Json::String(_)
            | Json::Array(_)
            | Json::Object(_) => {
                let detail = format!("`{key}` is a text of at most {length_max} characters");
                self.fault(pointer, key, detail);
                None
            }
        }
    }

    /// Takes a text that names something: nothing at all names everything alike.
    fn name(
        &mut self,
        map: &mut Map<String, Json>,
        pointer: &str,
        key: &str,
        length_max: usize,
    ) -> Option<String> {
        let name = self.text(map, pointer, key, length_max)?;
        if name.trim().is_empty() {
            let detail = format!("`{key}` is empty: leave it out, or name something");
            self.fault(pointer, key, detail);
            return None;
        }
        Some(name)
    }

    fn object(&mut self, json: Json, pointer: &str, what: &str) -> Option<Map<String, Json>> {
        match json {
            Json::Object(map) => Some(map),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                let detail = format!("{what} is an object, {{…}}");
                self.faults.push(Fault::new(pointer, detail));
                None
            }
        }
    }

    fn missing(&mut self, pointer: &str, key: &str, what: &str) {
        let at = format!("{pointer}/{key}");
        if !self.faults.iter().any(|fault| fault.pointer == at) {
            self.fault(pointer, key, format!("`{key}` is missing: {what}"));
        }
    }

    fn fault(&mut self, pointer: &str, key: &str, detail: String) {
        self.faults
            .push(Fault::new(format!("{pointer}/{key}"), detail));
    }
}

/// Writes a key as a part of a JSON Pointer.
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

const SHAPE: &str = "The post is not an event";
const EVENTS_MAX: usize = 100;
const PEOPLE_MAX: usize = 100;
pub(super) const MERGED_MAX: usize = 20;
const ROLES_MAX: usize = 20;
const SWITCHES_MAX: usize = 100;
const ID_MAX: usize = 256;
const SUBJECT_MAX: usize = 128;
const NAME_MAX: usize = 128;
const LOCALE_MAX: usize = 35;
const TEXT_MAX: usize = 1024;
