//! Reads the steps of a journey.

use journey::Absent;

use super::{SendDoc, StepDoc, Verb, later};
use crate::Defect;
use crate::audiences::audience;
use crate::names::{Spelling, spelled};
use crate::phrases::{condition, moment, period, wait};
use crate::words::{list_of, nearest, not_yet};
use crate::yaml::{At, Data, Entry, Keys, Mapping, Node, quoted};

/// Reads a list of steps.
pub(super) fn list(
    node: &Node,
    what: &str,
    depth: usize,
    defects: &mut Vec<Defect>,
) -> Vec<StepDoc> {
    if depth > DEPTH_MAX {
        let what = format!("steps are nested more than {DEPTH_MAX} deep");
        defects.push(Defect::new(node.place.clone(), what).help("split the journey"));
        return Vec::new();
    }
    if node.data.mapping().is_some() {
        let defect = Defect::new(
            node.place.clone(),
            format!("{what} must be a list of steps"),
        );
        defects.push(defect.help("begin each step with `- `"));
        return Vec::new();
    }
    let Some(items) = node.list(what, defects) else {
        return Vec::new();
    };
    if items.is_empty() {
        let defect = Defect::new(node.place.clone(), format!("{what} is empty"));
        defects.push(defect.help("write at least one step, or leave it out"));
    }
    items
        .iter()
        .map(|item| step(item, depth, defects))
        .collect()
}

fn step(node: &Node, depth: usize, defects: &mut Vec<Defect>) -> StepDoc {
    let unread = |id, branches| StepDoc {
        id,
        place: node.place.clone(),
        verb: Verb::Broken(branches),
    };
    let mapping = match &node.data {
        Data::Mapping(mapping) => mapping,
        Data::Plain(word) | Data::Quoted(word) => {
            let word = quoted(word);
            let known = VERBS.iter().chain(&later::VERBS).any(|verb| *verb == word);
            let help = if known {
                format!("write what it is about, after a `: `: `- {word}: …`")
            } else {
                "write a verb and what it is about: `- send: welkom`".to_owned()
            };
            defects.push(Defect::new(node.place.clone(), "this is not a step").help(help));
            return unread(None, Vec::new());
        }
        Data::Broken | Data::List(_) | Data::Null => {
            node.wrong(
                "a step",
                "a verb and what it is about; write for example `- send: welkom`",
                defects,
            );
            return unread(None, Vec::new());
        }
    };
    let id = mapping
        .get("id")
        .and_then(|node| node.line("the step's `id`", defects));
    if let Some(id) = &id {
        spelled(id, "a step", Spelling::Tag, defects);
    }
    let Some(entry) = verb(node, mapping, defects) else {
        let branches = mapping
            .entries
            .iter()
            .filter(|entry| ["then", "else", "steps"].contains(&entry.key.value.as_str()))
            .map(|entry| {
                list(
                    &entry.value,
                    &format!("`{}`", entry.key.value),
                    depth + 1,
                    defects,
                )
            })
            .collect();
        return unread(id, branches);
    };
    strangers(&entry.key.value, mapping, defects);
    StepDoc {
        id,
        place: entry.key.place.clone(),
        verb: doing(entry, mapping, depth, defects),
    }
}

/// Finds the one verb of a step.
fn verb<'m>(node: &Node, mapping: &'m Mapping, defects: &mut Vec<Defect>) -> Option<&'m Entry> {
    let is_verb = |entry: &&Entry| {
        let key = entry.key.value.as_str();
        VERBS.contains(&key) || later::VERBS.contains(&key)
    };
    let verbs: Vec<&Entry> = mapping.entries.iter().filter(is_verb).collect();
    match verbs.as_slice() {
        [verb] => return Some(verb),
        [first, second, ..] => defects.push(
            Defect::new(
                second.key.place.clone(),
                format!(
                    "a step does one thing, and this one has `{}` and `{}`",
                    first.key.value, second.key.value
                ),
            )
            .label("second verb")
            .help("begin a step of its own with `- `")
            .also(first.key.place.clone(), "first verb"),
        ),
        [] if mapping.cut_off => (),
        [] => defects.push(no_verb(node, mapping)),
    }
    None
}

fn no_verb(node: &Node, mapping: &Mapping) -> Defect {
    let all = || VERBS.iter().chain(&later::VERBS).copied();
    let guess = mapping.entries.iter().find_map(|entry| {
        let word = entry.key.value.as_str();
        let other = KEYS.contains(&word) || word == "id";
        nearest(word, all())
            .filter(|_| !other)
            .map(|near| (entry, near))
    });
    match guess {
        Some((entry, near)) => Defect::new(
            entry.key.place.clone(),
            format!("no step does `{}`", quoted(&entry.key.value)),
        )
        .label("unknown verb")
        .help(format!("did you mean `{near}`?")),
        None => {
            let belongs = mapping.entries.iter().find_map(|entry| {
                let owners = owners(&entry.key.value);
                (!owners.is_empty())
                    .then(|| format!("`{}` belongs to {}", entry.key.value, list_of(owners)))
            });
            let place = mapping
                .entries
                .first()
                .map_or(&node.place, |entry| &entry.key.place);
            let help = format!("give it one of {}", list_of(VERBS));
            Defect::new(place.clone(), "this step does not say what it does").help(match belongs {
                Some(belongs) => format!("{belongs}; {help}"),
                None => help,
            })
        }
    }
}

/// Says which keys of a step have nothing to do with its verb.
fn strangers(verb: &str, mapping: &Mapping, defects: &mut Vec<Defect>) {
    let own = own_keys(verb);
    for Entry { key, .. } in &mapping.entries {
        let name = key.value.as_str();
        if name == verb || name == "id" || own.contains(&name) {
            continue;
        }
        let owners = owners(name);
        let help = if ["from", "to", "expires", "over"].contains(&name) && verb == "send" {
            format!("write `send: {{ template: …, {name}: … }}`")
        } else if !owners.is_empty() {
            format!(
                "`{name}` belongs to {}; look at the indentation",
                list_of(owners)
            )
        } else {
            let known = own.iter().copied().chain([verb, "id"]);
            match nearest(name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it can have {}", list_of(known)),
            }
        };
        defects.push(
            Defect::new(
                key.place.clone(),
                format!("the step `{verb}` has no key `{}`", quoted(name)),
            )
            .label("unknown key")
            .help(help),
        );
    }
}

fn doing(entry: &Entry, mapping: &Mapping, depth: usize, defects: &mut Vec<Defect>) -> Verb {
    let node = &entry.value;
    match entry.key.value.as_str() {
        "exit" => exit(node, defects),
        "if" => branch(entry, mapping, depth, defects),
        "send" => send(node, defects).map_or_else(broken, |send| Verb::Send(Box::new(send))),
        "wait" => wait(node, "`wait`", defects)
            .map_or_else(broken, |read| Verb::Wait(Box::new(read.value))),
        "wait_until" => {
            let absent = mapping.get("absent").and_then(|node| absent(node, defects));
            let moment = moment(node, "`wait_until`", defects);
            moment.map_or_else(broken, |moment| Verb::WaitUntil {
                moment: Box::new(moment),
                absent,
            })
        }
        verb => {
            let place = entry.key.place.clone();
            defects.push(not_yet(place, &format!("the step `{verb}`")));
            Verb::Broken(inside(mapping, node, depth, defects))
        }
    }
}

fn broken() -> Verb {
    Verb::Broken(Vec::new())
}

fn exit(node: &Node, defects: &mut Vec<Defect>) -> Verb {
    let Some(reason) = node.line("the reason of an `exit`", defects) else {
        return broken();
    };
    if RESERVED_REASONS.contains(&reason.value.as_str()) {
        let what = format!("`{}` is a reason that only Waypost gives", reason.value);
        defects.push(Defect::new(reason.place, what).help("choose another word"));
        return broken();
    }
    Verb::Exit(reason.value)
}

fn branch(entry: &Entry, mapping: &Mapping, depth: usize, defects: &mut Vec<Defect>) -> Verb {
    let condition = condition(&entry.value, "`if`", defects);
    let mut steps = |key: &str| {
        let node = mapping.get(key);
        node.map(|node| list(node, &format!("`{key}`"), depth + 1, defects))
    };
    let (then, otherwise) = (steps("then"), steps("else"));
    if then.is_none() && otherwise.is_none() && !mapping.cut_off {
        defects.push(
            Defect::new(entry.key.place.clone(), "this `if` leads nowhere")
                .help("give it `then:` with steps, and `else:` where it needs one"),
        );
    }
    Verb::If {
        condition: condition.map(Box::new),
        then: then.unwrap_or_default(),
        otherwise: otherwise.unwrap_or_default(),
    }
}

fn send(node: &Node, defects: &mut Vec<Defect>) -> Option<SendDoc> {
    if !matches!(node.data, Data::Mapping(_)) {
        return Some(SendDoc {
            template: template(node, defects)?,
            from: None,
            to: None,
            expires: None,
        });
    }
    let known = ["template", "from", "to", "expires", "over"];
    let keys = Keys::of(node, "a send", &known, defects)?;
    if let Some(over) = keys.entry("over") {
        over.value.one_of("`over`", &["skip", "wait"], defects);
        defects.push(not_yet(over.key.place.clone(), "`over`"));
    }
    let from = keys
        .get("from")
        .and_then(|node| node.line("`from`", defects));
    let to = keys.get("to").map(|node| audience(node, 0, defects));
    let expires = keys
        .get("expires")
        .and_then(|node| period(node, "`expires`", defects));
    let help = "write which mail to send: `template: welkom`";
    let template = template(keys.required("template", help, defects)?, defects)?;
    Some(SendDoc {
        template,
        from,
        to,
        expires,
    })
}

/// Reads the name of a template, which has no extension and no language.
fn template(node: &Node, defects: &mut Vec<Defect>) -> Option<At<String>> {
    let name = node.line("the template of a `send`", defects)?;
    let extension = name.value.rsplit_once('.').map(|(_, extension)| extension);
    if let Some("md" | "mjml" | "html" | "txt") = extension {
        let short = name.value.split('.').next().unwrap_or_default();
        defects.push(
            Defect::new(name.place, "a template is named without its extension").help(format!(
                "write `send: {}`",
                short.rsplit('/').next().unwrap_or_default()
            )),
        );
        return None;
    }
    Some(name)
}

fn absent(node: &Node, defects: &mut Vec<Defect>) -> Option<Absent> {
    Some(
        match node.one_of("`absent`", &["continue", "exit"], defects)? {
            "exit" => Absent::Exit,
            _ => Absent::Continue,
        },
    )
}

/// Reads the steps inside a step that this version cannot do, so that their mistakes are told too.
fn inside(
    mapping: &Mapping,
    node: &Node,
    depth: usize,
    defects: &mut Vec<Defect>,
) -> Vec<Vec<StepDoc>> {
    let direct = ["then", "else"]
        .into_iter()
        .filter_map(|key| mapping.get(key));
    let cases = node.data.list().unwrap_or_default();
    let branches = mapping.get("branches").and_then(|node| node.data.mapping());
    let branches = branches.map_or(&[][..], |branches| &branches.entries);
    let nested = cases
        .iter()
        .chain(branches.iter().map(|entry| &entry.value))
        .filter_map(|inner| inner.data.mapping()?.get("steps"));
    direct
        .chain(nested)
        .map(|steps| list(steps, "these steps", depth + 1, defects))
        .collect()
}

/// Returns the keys that belong to a verb.
fn own_keys(verb: &str) -> &'static [&'static str] {
    OWN_KEYS
        .iter()
        .find(|(known, _)| *known == verb)
        .map_or(&[], |(_, keys)| keys)
}

/// Returns the verbs that a key belongs to.
fn owners(key: &str) -> Vec<&'static str> {
    OWN_KEYS
        .iter()
        .filter(|(_, keys)| keys.contains(&key))
        .map(|(verb, _)| *verb)
        .collect()
}

/// The verbs that this version can do.
const VERBS: [&str; 5] = ["send", "wait", "wait_until", "if", "exit"];

/// The keys that only some verbs have.
const KEYS: [&str; 8] = [
    "absent", "branches", "calendar", "else", "then", "where", "with", "within",
];

const OWN_KEYS: [(&str, &[&str]); 7] = [
    ("if", &["then", "else"]),
    ("wait_until", &["absent"]),
    ("window", &["calendar"]),
    ("wait_for", &["where", "within", "then", "else"]),
    ("case", &["else"]),
    ("split", &["branches"]),
    ("call", &["with"]),
];

/// Reasons for leaving that are not an author's.
const RESERVED_REASONS: [&str; 7] = [
    "absent",
    "ended",
    "exit_when",
    "finished",
    "goal",
    "restarted",
    "stopped",
];

/// How deep steps may stand inside each other.
const DEPTH_MAX: usize = 12;
