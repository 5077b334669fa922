//! Reads `events.yaml` and `events/*.yaml`: what a source may post.

mod example;

use std::collections::{BTreeMap, BTreeSet};

use journey::{Field, Reading, Value};

use crate::Defect;
use crate::names::{Names, Spelling, mended};
use crate::values::field;
use crate::words::nearest;
use crate::yaml::{At, Data, Entry, Keys, Node, quoted};

/// An event that a source may post.
#[derive(Debug)]
pub(crate) struct EventDoc {
    /// What people call it; its name where nobody said.
    pub(crate) title: String,
    /// When the source posts it, in words.
    pub(crate) when: String,
    /// Its parameters by path.
    pub(crate) params: BTreeMap<String, At<Field>>,
    /// Whether it is certain what it can hold: no name is misspelled, no file breaks off.
    pub(crate) complete: bool,
    /// The parameters that are declared in a way that makes no sense, and reported.
    pub(crate) doubtful: BTreeSet<String>,
    /// One value for each parameter that it shows.
    pub(crate) example: BTreeMap<String, Value>,
    /// Whether the example can stand for a real event.
    pub(crate) sound: bool,
}

impl EventDoc {
    /// Returns what a condition can read of it while it comes.
    pub(crate) fn signals(&self) -> impl Iterator<Item = (String, Reading)> {
        self.params.iter().map(|(path, param)| {
            let reading = Reading {
                kind: param.value.ty.kind(),
                always: param.value.always(),
            };
            (format!("signal.{path}"), reading)
        })
    }
}

/// Begins the collection of a release's events.
pub(crate) fn none() -> Names<EventDoc> {
    Names::new("event", "declare it in events.yaml")
}

/// Reads the events of one file.
pub(crate) fn read(root: &Node, events: &mut Names<EventDoc>, defects: &mut Vec<Defect>) {
    if matches!(root.data, Data::Null) {
        return;
    }
    let root = root.unwrapped("events", defects);
    let Some(mapping) = root.mapping("the list of events", defects) else {
        events.incomplete();
        return;
    };
    if mapping.cut_off {
        events.incomplete();
    }
    for entry in &mapping.entries {
        let name = mended(&entry.key, "an event", Spelling::Event, defects);
        let event = event(entry, defects);
        events.add(name, event, defects);
    }
}

fn event(entry: &Entry, defects: &mut Vec<Defect>) -> EventDoc {
    let mut event = EventDoc {
        title: entry.key.value.clone(),
        when: String::new(),
        params: BTreeMap::new(),
        complete: false,
        doubtful: BTreeSet::new(),
        example: BTreeMap::new(),
        sound: false,
    };
    if matches!(entry.value.data, Data::Null) {
        event.complete = true;
        event.sound = true;
        return event;
    }
    let known = ["title", "when", "params", "example"];
    let Some(keys) = Keys::of(&entry.value, "an event", &known, defects) else {
        return event;
    };
    if let Some(title) = keys
        .get("title")
        .and_then(|node| node.line("`title`", defects))
    {
        event.title = title.value;
    }
    if let Some(when) = keys
        .get("when")
        .and_then(|node| node.text("`when`", defects))
    {
        event.when = when.value;
    }
    event.complete = !keys.cut_off() && !keys.misspelled("params");
    if let Some(node) = keys.get("params") {
        params(node, &mut event, defects);
    }
    if !event.complete {
        return event;
    }
    match keys.get("example") {
        Some(node) => event.sound = example::read(node, &mut event, defects),
        None => match event.params.values().find(|param| param.value.always()) {
            None => event.sound = true,
            Some(_) => {
                keys.required(
                    "example",
                    "give one value for each parameter: mails are tried out with it",
                    defects,
                );
            }
        },
    }
    event
}

/// Reads the parameters.
fn params(node: &Node, event: &mut EventDoc, defects: &mut Vec<Defect>) {
    if matches!(node.data, Data::Null) {
        return;
    }
    let Some(mapping) = node.mapping("`params`", defects) else {
        event.complete = false;
        return;
    };
    event.complete &= !mapping.cut_off;
    for entry in &mapping.entries {
        let name = mended(&entry.key, "a parameter", Spelling::Path, defects);
        let what = format!("`{}`", quoted(&name.value));
        if name.value.split('.').count() > PATH_DEPTH_MAX {
            let what = format!("{what} has more than {PATH_DEPTH_MAX} parts");
            defects.push(Defect::new(name.place.clone(), what).help("shorten the path"));
        }
        if nested(&entry.value) {
            defects.push(nested_params(entry));
            event.doubtful.extend(inner_paths(entry));
        } else if let Some(field) = field(&entry.value, &what, defects) {
            let before = defects.len();
            clash(&name, &event.params, defects);
            // Under another name it may be used all over the place.
            event.complete &= defects.len() == before && name == entry.key;
            event.params.insert(name.value, At::new(field, name.place));
        } else {
            event.doubtful.insert(name.value);
        }
    }
    if mapping.entries.len() > PARAMS_MAX {
        let what = format!("an event has more than {PARAMS_MAX} parameters");
        let defect = Defect::new(node.place.clone(), what);
        defects.push(defect.help("post only what mails and conditions need"));
    }
}

/// Returns the paths of parameters that were written nested.
fn inner_paths(entry: &Entry) -> Vec<String> {
    let inner = entry.value.data.mapping().map(|inner| &inner.entries);
    let inner = inner.into_iter().flatten();
    inner
        .map(|inner| format!("{}.{}", entry.key.value, inner.key.value))
        .collect()
}

/// Tells whether parameters were written nested, as in an example, and not as dotted paths.
fn nested(node: &Node) -> bool {
    node.data.mapping().is_some_and(|mapping| {
        let own = ["type", "default", "sensitive"];
        let is_own = |entry: &Entry| nearest(&entry.key.value, own).is_some();
        !mapping.entries.is_empty() && !mapping.entries.iter().any(is_own)
    })
}

fn nested_params(entry: &Entry) -> Defect {
    let name = &entry.key.value;
    let inner = entry
        .value
        .data
        .mapping()
        .and_then(|inner| inner.entries.first());
    let inner = inner.map_or("Name", |inner| inner.key.value.as_str());
    Defect::new(
        entry.key.place.clone(),
        format!("`{}` needs a `type`", quoted(name)),
    )
    .help(format!(
        "write each parameter with its whole path: `{name}.{inner}: string`; or {{ type: string }}"
    ))
}

/// Says so if one of two names is a value and a group of values at once.
fn clash(name: &At<String>, params: &BTreeMap<String, At<Field>>, defects: &mut Vec<Defect>) {
    let inside = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    let other = params
        .iter()
        .find(|(other, _)| inside(other, &name.value) || inside(&name.value, other));
    if let Some((other, place)) = other {
        defects.push(
            Defect::new(
                name.place.clone(),
                format!("`{other}` and `{}` cannot both be values", name.value),
            )
            .help("one of them would have to be a value and a group of values at once")
            .also(place.place.clone(), "the other one"),
        );
    }
}

/// How many parts a parameter's path may have.
const PATH_DEPTH_MAX: usize = 6;

/// How many parameters an event may have.
const PARAMS_MAX: usize = 200;
