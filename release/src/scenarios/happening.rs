//! Reads what happens in a scenario.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use journey::{Deed, Field, Value};

use super::{at, send};
use crate::compile::{Compiled, Journey};
use crate::defect::Defect;
use crate::values::{set, value};
use crate::words::{list_of, nearest, unknown};
use crate::yaml::{Data, Entry, Keys, Mapping, Node};

/// Reads one happening: when, and what.
pub(super) fn read(
    node: &Node,
    compiled: &Compiled,
    journey: &Journey,
    zone: &TimeZone,
    defects: &mut Vec<Defect>,
) -> Option<(Timestamp, Deed)> {
    let known = ["at", "opened", "clicked", "link", "event", "data", "set"];
    let keys = Keys::of(node, "a happening", &known, defects)?;
    let at = at(&keys, zone, defects);
    let kinds = ["opened", "clicked", "event", "set"];
    let mut found = kinds.into_iter().filter_map(|kind| keys.entry(kind));
    let (Some(entry), None) = (found.next(), found.next()) else {
        // Whoever wrote a key that there is not has been told which there are.
        if keys.all_known() {
            let what = "a happening is one thing";
            let help = format!("give it one of {}", list_of(kinds));
            defects.push(Defect::new(node.place.clone(), what).help(help));
        }
        return None;
    };
    let kind = entry.key.value.as_str();
    for (key, owner) in [("link", "clicked"), ("data", "event")] {
        if let Some(stranger) = keys.entry(key).filter(|_| kind != owner) {
            let what = format!("`{key}` belongs to `{owner}`");
            defects.push(Defect::new(stranger.key.place.clone(), what).help("leave it out"));
        }
    }
    let deed = match kind {
        "set" => {
            let fields = &compiled.settings.fields;
            Deed::Set(set(&entry.value, fields, true, defects)?)
        }
        "event" => event(&entry.value, keys.get("data"), compiled, defects)?,
        _ => {
            let step = entry.value.line(&format!("`{kind}`"), defects)?;
            send(&step, journey, defects)?;
            let step = step.value;
            match kind {
                "opened" => Deed::Open(step),
                _ => {
                    let link = keys.get("link");
                    let link = link.map(|node| node.line("`link`", defects));
                    let link = match link {
                        Some(link) => link?.value,
                        None => String::new(),
                    };
                    Deed::Click { step, link }
                }
            }
        }
    };
    Some((at?, deed))
}

/// Reads an event with its data, as strictly as one that a source posts.
fn event(
    name: &Node,
    data: Option<&Node>,
    compiled: &Compiled,
    defects: &mut Vec<Defect>,
) -> Option<Deed> {
    let name = name.line("`event`", defects)?;
    let Some(event) = compiled.events.get(&name.value) else {
        let known = compiled.events.keys().map(String::as_str);
        defects.push(unknown(&name, "event", known, "declare it in events.yaml"));
        return None;
    };
    let before = defects.len();
    let mut found = Found::default();
    let data = data.filter(|data| !matches!(data.data, Data::Null));
    if let Some(data) = data {
        let mapping = data.mapping("`data`", defects)?;
        found.gather("", mapping, &event.params, defects);
    }
    let Found { mut params, meant } = found;
    let mut lacks = Vec::new();
    for (path, field) in &event.params {
        // One that was written wrong is not missing besides.
        if params.contains_key(path) || meant.contains(path) {
            continue;
        }
        if let Some(default) = &field.default {
            params.insert(path.clone(), default.clone());
        } else if field.required() {
            lacks.push(path.as_str());
        }
    }
    if !lacks.is_empty() {
        let what = format!("the data lacks {}", list_of(lacks));
        let place = data.map_or(&name.place, |data| &data.place);
        defects.push(Defect::new(place.clone(), what).help("the source would be refused"));
    }
    (defects.len() == before).then_some(Deed::Event {
        event: name.value,
        params,
    })
}

/// What the data of an event holds.
#[derive(Default)]
struct Found {
    params: BTreeMap<String, Value>,
    /// The parameters that were written in a wrong way, and reported.
    meant: BTreeSet<String>,
}

impl Found {
    /// Gathers the values by path, and says which of them are not declared.
    fn gather(
        &mut self,
        prefix: &str,
        mapping: &Mapping,
        declared: &BTreeMap<String, Field>,
        defects: &mut Vec<Defect>,
    ) {
        for Entry { key, value: node } in &mapping.entries {
            let path = format!("{prefix}{}", key.value);
            let group = format!("{path}.");
            let known = || declared.keys().map(String::as_str);
            let within = |group: &str| -> Vec<String> {
                let inner = known().filter(|known| known.starts_with(group));
                inner.map(str::to_owned).collect()
            };
            if let Some(field) = declared.get(&path) {
                if field.optional && matches!(node.data, Data::Null) {
                    continue;
                }
                match value(node, field.ty, &format!("`{path}`"), defects) {
                    Some(value) => drop(self.params.insert(path, value)),
                    None => drop(self.meant.insert(path)),
                }
            } else if !within(&group).is_empty() {
                let expected = "a group of values; write `{ name: value }`";
                match node.data.mapping() {
                    Some(inner) => self.gather(&group, inner, declared, defects),
                    None => {
                        node.wrong(&format!("`{path}`"), expected, defects);
                        self.meant.extend(within(&group));
                    }
                }
            } else {
                self.meant
                    .extend(nearest(&path, known()).map(str::to_owned));
                let mut whole = key.clone();
                whole.value = path;
                let declare = "declare it in events.yaml";
                defects.push(unknown(&whole, "parameter", known(), declare));
            }
        }
    }
}
