//! Reads the steps of a journey.

use super::verbs::doing;
use super::{StepDoc, Verb};
use crate::Defect;
use crate::names::{Spelling, spelled};
use crate::words::{list_of, nearest};
use crate::yaml::{Data, Entry, Mapping, Node, meant, quoted};

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
            let known = VERBS.contains(&word.as_str());
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
    let is_verb = |entry: &&Entry| VERBS.contains(&entry.key.value.as_str());
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
    let guess = mapping.entries.iter().find_map(|entry| {
        let word = entry.key.value.as_str();
        let other = KEYS.contains(&word) || word == "id";
        let help = || {
            translated(word).or_else(|| Some(format!("did you mean `{}`?", nearest(word, VERBS)?)))
        };
        Some((entry, help().filter(|_| !other)?))
    });
    match guess {
        Some((entry, help)) => Defect::new(
            entry.key.place.clone(),
            format!("no step does `{}`", quoted(&entry.key.value)),
        )
        .label("unknown verb")
        .help(help),
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

/// Says what does here what another system does under that name.
fn translated(word: &str) -> Option<String> {
    let word = word.to_lowercase().replace(['-', ' '], "_");
    if word == "notify" {
        return Some(
            "a mail to somebody else is a `send` with `to`: `send: { template: …, to: … }`"
                .to_owned(),
        );
    }
    if word == "unenroll" {
        return Some(
            "nothing takes the contact out of another journey: let that one say `exit_when`"
                .to_owned(),
        );
    }
    let (_, verb) = TRANSLATIONS.iter().find(|(foreign, _)| *foreign == word)?;
    Some(format!("did you mean `{verb}`?"))
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
            let known: Vec<&str> = own.iter().copied().chain([verb, "id"]).collect();
            match meant(name, &known) {
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

/// The verbs.
pub(crate) const VERBS: [&str; 18] = [
    "send",
    "wait",
    "wait_until",
    "window",
    "wait_for",
    "if",
    "case",
    "split",
    "jump",
    "exit",
    "tag",
    "untag",
    "join",
    "leave",
    "score",
    "set",
    "call",
    "enroll",
];

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

/// What other systems call what a verb does.
const TRANSLATIONS: [(&str, &str); 19] = [
    ("condition", "if"),
    ("delay", "wait"),
    ("email", "send"),
    ("end", "exit"),
    ("finish", "exit"),
    ("goto", "jump"),
    ("go_to", "jump"),
    ("mail", "send"),
    ("pause", "wait"),
    ("send_email", "send"),
    ("send_mail", "send"),
    ("sleep", "wait"),
    ("stop", "exit"),
    ("subscribe", "join"),
    ("unsubscribe", "leave"),
    ("update", "set"),
    ("wait_until_event", "wait_for"),
    ("webhook", "call"),
    ("start_journey", "enroll"),
];

/// How deep steps may stand inside each other.
const DEPTH_MAX: usize = 12;

/// Every key of a step that is no verb.
#[cfg(test)]
pub(crate) const STEP_KEYS: [&str; 9] = [
    "absent", "branches", "calendar", "else", "id", "then", "where", "with", "within",
];
