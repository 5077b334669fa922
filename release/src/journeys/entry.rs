//! Reads who comes into a journey, and whether more than once.

use journey::Reentry;

use super::TriggerDoc;
use crate::Defect;
use crate::phrases::{condition, moment, period};
use crate::words::{list_of, nearest, not_yet};
use crate::yaml::{Data, Keys, Node, quoted};

/// Reads `trigger`; tells whether each of them could be read and is one that this version knows.
pub(super) fn triggers(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> (Vec<TriggerDoc>, bool) {
    let help = "write what lets people in: `trigger: { event: NAME }`";
    let Some(node) = keys.required("trigger", help, defects) else {
        return (Vec::new(), false);
    };
    if matches!(&node.data, Data::List(items) if items.is_empty()) {
        defects.push(Defect::new(node.place.clone(), "nothing lets people in").help(help));
    }
    let items = node.items();
    let triggers: Vec<_> = items
        .iter()
        .filter_map(|item| trigger(item, defects))
        .collect();
    let whole = triggers.len() == items.len() && !items.is_empty();
    repeated(&triggers, defects);
    (triggers, whole)
}

/// Says so if two triggers are the same: people would come in twice.
fn repeated(triggers: &[TriggerDoc], defects: &mut Vec<Defect>) {
    let filter = |trigger: &TriggerDoc| trigger.filter.as_ref().map(|read| read.value.clone());
    for (at, trigger) in triggers.iter().enumerate() {
        let first = triggers[..at].iter().find(|first| {
            first.event.value == trigger.event.value && filter(first) == filter(trigger)
        });
        if let Some(first) = first {
            defects.push(
                Defect::new(
                    trigger.event.place.clone(),
                    "two triggers of this journey are the same",
                )
                .label("again here")
                .help("remove one of them")
                .also(first.event.place.clone(), "first here"),
            );
        }
    }
}

fn trigger(node: &Node, defects: &mut Vec<Defect>) -> Option<TriggerDoc> {
    if let Data::Plain(name) | Data::Quoted(name) = &node.data {
        let shown = quoted(name);
        defects.push(
            Defect::new(
                node.place.clone(),
                "a trigger must say what kind of thing it is",
            )
            .help(format!("write `trigger: {{ event: {shown} }}`")),
        );
        return None;
    }
    let keys = Keys::of(node, "a trigger", &KEYS, defects)?;
    let kinds: Vec<&str> = KINDS
        .into_iter()
        .filter(|kind| keys.get(kind).is_some())
        .collect();
    let kind = match kinds.as_slice() {
        [kind] => *kind,
        [] => {
            let known = keys
                .entries()
                .iter()
                .all(|entry| KEYS.contains(&entry.key.value.as_str()));
            if known && !keys.cut_off() {
                let defect = Defect::new(
                    node.place.clone(),
                    "this trigger does not say what lets people in",
                );
                defects.push(defect.help(format!("give it one of {}", list_of(KINDS))));
            }
            return None;
        }
        [first, second, ..] => {
            let place = keys
                .entry(second)
                .map_or_else(|| keys.place(), |entry| &entry.key.place);
            defects.push(
                Defect::new(
                    place.clone(),
                    format!("a trigger is one thing, and this one has `{first}` and `{second}`"),
                )
                .help("write a list of triggers, each with a `- `: any one of them lets people in"),
            );
            return None;
        }
    };
    if let Some(every) = keys.entry("every")
        && kind != "date"
    {
        defects.push(
            Defect::new(every.key.place.clone(), "`every` belongs to `date`").help("leave it out"),
        );
    }
    let filter = keys
        .get("where")
        .map(|node| condition(node, "`where`", defects));
    let value = keys.get(kind)?;
    if kind != "event" {
        later(kind, value, &keys, defects);
        return None;
    }
    let event = value.line("`event`", defects)?;
    match filter {
        Some(None) => None,
        Some(filter) => Some(TriggerDoc { event, filter }),
        None => Some(TriggerDoc {
            event,
            filter: None,
        }),
    }
}

/// Checks the shape of a trigger that this version cannot honor, and says so.
fn later(kind: &str, value: &Node, keys: &Keys<'_>, defects: &mut Vec<Defect>) {
    match kind {
        "date" => {
            moment(value, "`date`", defects);
            if let Some(every) = keys.get("every") {
                every.one_of("`every`", &["year"], defects);
            }
        }
        "manual" => {
            value.bool("`manual`", defects);
        }
        _ => {
            value.line(&format!("`{kind}`"), defects);
        }
    }
    let place = keys
        .entry(kind)
        .map_or(&value.place, |entry| &entry.key.place);
    defects.push(not_yet(place.clone(), &format!("a `{kind}` trigger")));
}

/// Reads `reentry`.
pub(super) fn reentry(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<Reentry> {
    let help = "write `reentry: unlimited` if every event starts a run of its own, `reentry: never` if \
                everybody comes in once";
    let node = keys.required("reentry", help, defects)?;
    match &node.data {
        Data::Mapping(_) => {
            let keys = Keys::of(node, "`reentry`", &["after"], defects)?;
            let after = keys.required("after", "write `{ after: 180 days }`", defects)?;
            period(after, "`after`", defects)?;
            defects.push(not_yet(node.place.clone(), "`reentry: { after: … }`"));
            None
        }
        Data::Plain(word) | Data::Quoted(word) => match word.as_str() {
            "never" => Some(Reentry::Never),
            "unlimited" => Some(Reentry::Unlimited),
            "single" | "restart" => {
                defects.push(not_yet(node.place.clone(), &format!("`reentry: {word}`")));
                None
            }
            word => {
                let meant = match word {
                    "once" | "one" => Some("never"),
                    "always" | "multiple" | "onbeperkt" | "yes" | "true" => Some("unlimited"),
                    _ => nearest(word, REENTRIES),
                };
                let help = match meant {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write one of {}", list_of(REENTRIES)),
                };
                let what = format!(
                    "`{}` does not say whether somebody may come in again",
                    quoted(word)
                );
                defects.push(Defect::new(node.place.clone(), what).help(help));
                None
            }
        },
        Data::Broken | Data::List(_) | Data::Null => {
            node.wrong("`reentry`", "`never` or `unlimited`", defects);
            None
        }
    }
}

/// The kinds of triggers; all but the first are for later versions.
const KINDS: [&str; 8] = [
    "event", "date", "enters", "joins", "journey", "leaves", "manual", "tagged",
];

const KEYS: [&str; 10] = [
    "event", "date", "enters", "joins", "journey", "leaves", "manual", "tagged", "where", "every",
];

const REENTRIES: [&str; 4] = ["never", "unlimited", "single", "restart"];
