//! Reads the example of an event, as strictly as an event that a source posts.

use std::collections::{BTreeMap, BTreeSet};

use journey::Value;

use super::EventDoc;
use crate::Defect;
use crate::values::{type_name, value};
use crate::words::nearest;
use crate::yaml::{At, Data, Entry, Mapping, Node, quoted};

/// Reads the example; tells whether it matches the parameters.
pub(super) fn read(node: &Node, event: &mut EventDoc, defects: &mut Vec<Defect>) -> bool {
    let before = defects.len();
    let mut gathered = Gathered {
        event,
        found: BTreeMap::new(),
        meant: BTreeSet::new(),
    };
    let mut cut_off = false;
    if !matches!(node.data, Data::Null) {
        let Some(mapping) = node.mapping("`example`", defects) else {
            return false;
        };
        gathered.gather("", mapping, defects);
        cut_off = mapping.cut_off;
    }
    let Gathered { found, meant, .. } = gathered;
    let mut example = BTreeMap::new();
    for (path, param) in &event.params {
        match found.get(path) {
            Some(node) if param.value.optional && matches!(node.data, Data::Null) => (),
            Some(node) => {
                let value = value(node, param.value.ty, &format!("`{path}`"), defects);
                if !param.value.optional && value.as_ref().is_some_and(blank) {
                    defects.push(empty(path, node));
                }
                example.extend(value.map(|value| (path.clone(), value)));
            }
            None if param.value.default.is_some() => {
                let default = param.value.default.clone();
                example.extend(default.map(|value| (path.clone(), value)));
            }
            None if !param.value.always() || cut_off || meant.contains(path) => (),
            None => {
                let ty = type_name(param.value.ty);
                defects.push(
                    Defect::new(
                        node.place.clone(),
                        format!("the example lacks `{path}` ({})", pointer(path)),
                    )
                    .label("lacks a parameter")
                    .help(format!(
                        "add it; or declare that it may be absent: `{path}: {ty}?`"
                    ))
                    .also(param.place.clone(), "declared here"),
                );
            }
        }
    }
    event.example = example;
    defects.len() == before && !cut_off && event.doubtful.is_empty()
}

/// What an example holds.
struct Gathered<'e, 'n> {
    event: &'e EventDoc,
    /// What was written for each parameter.
    found: BTreeMap<String, &'n Node>,
    /// The parameters that were written in a wrong way, and reported.
    meant: BTreeSet<String>,
}

impl<'n> Gathered<'_, 'n> {
    /// Gathers the values by path, and says which of them are not declared.
    fn gather(&mut self, prefix: &str, mapping: &'n Mapping, defects: &mut Vec<Defect>) {
        for Entry { key, value } in &mapping.entries {
            let path = format!("{prefix}{}", key.value);
            let group = format!("{path}.");
            let params = || self.event.params.keys().map(String::as_str);
            let doubtful = self.event.doubtful.iter().map(String::as_str);
            let inner: BTreeSet<String> = params()
                .chain(doubtful)
                .filter(|param| param.starts_with(&group))
                .map(str::to_owned)
                .collect();
            if self.event.doubtful.contains(&path) {
                continue;
            }
            if self.event.params.contains_key(&path) {
                self.found.insert(path, value);
            } else if inner.is_empty() {
                let groups: BTreeSet<&str> = params().flat_map(outer).collect();
                let group = nearest(&path, groups).filter(|_| value.data.mapping().is_some());
                let near = group.or_else(|| nearest(&path, params()));
                defects.push(unknown(key, &path, near));
                if let Some(near) = near {
                    let inner = format!("{near}.");
                    let meant = params().filter(|path| *path == near || path.starts_with(&inner));
                    self.meant.extend(meant.map(str::to_owned));
                }
            } else if let Some(mapping) = value.data.mapping() {
                self.gather(&group, mapping, defects);
            } else {
                let expected = "a group of values; write `{ name: value }`";
                value.wrong(&format!("`{path}`"), expected, defects);
                self.meant.extend(inner);
            }
        }
    }
}

/// Returns the groups that a parameter lies in.
fn outer(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('.').map(|(dot, _)| &path[..dot])
}

/// Tells whether a mail could not show it.
fn blank(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.trim().is_empty())
}

fn empty(path: &str, node: &Node) -> Defect {
    Defect::new(
        node.place.clone(),
        format!("`{path}` is empty, and no mail can show that"),
    )
    .help("write what the source would post; a parameter that may be absent has a `?`")
}

fn unknown(key: &At<String>, path: &str, near: Option<&str>) -> Defect {
    let (shown, pointer) = (quoted(path), pointer(path));
    Defect::new(
        key.place.clone(),
        format!("the event has no parameter `{shown}` ({pointer})"),
    )
    .label("not declared")
    .help(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "declare it under `params`, or leave it out".to_owned(),
    })
}

/// Writes a path as a JSON Pointer (RFC 6901) into what a source posts.
fn pointer(path: &str) -> String {
    format!("/data/{}", quoted(path).replace('.', "/"))
}
