//! Reads who comes into a journey, and whether more than once.

use journey::{Reentry, Repeat};

use super::{OccasionDoc, TriggerDoc};
use crate::Defect;
use crate::audiences::audience;
use crate::phrases::{condition, moment, period};
use crate::words::{list_of, nearest};
use crate::yaml::{At, Data, Keys, Mapping, Node, quoted};

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
        let first = triggers[..at]
            .iter()
            .find(|first| same(&first.on, &trigger.on) && filter(first) == filter(trigger));
        if let Some(first) = first {
            defects.push(
                Defect::new(
                    trigger.place.clone(),
                    "two triggers of this journey are the same",
                )
                .label("again here")
                .help("remove one of them")
                .also(first.place.clone(), "first here"),
            );
        }
    }
}

/// Tells whether two triggers wait for the same.
fn same(one: &OccasionDoc, other: &OccasionDoc) -> bool {
    match (one, other) {
        (
            OccasionDoc::Date { moment, repeat },
            OccasionDoc::Date {
                moment: other,
                repeat: again,
            },
        ) => moment.value.means(&other.value) && repeat == again,
        (OccasionDoc::Enters(one), OccasionDoc::Enters(other)) => one.same(other),
        (OccasionDoc::Event(one), OccasionDoc::Event(other))
        | (OccasionDoc::Joins(one), OccasionDoc::Joins(other))
        | (OccasionDoc::Journey(one), OccasionDoc::Journey(other))
        | (OccasionDoc::Leaves(one), OccasionDoc::Leaves(other))
        | (OccasionDoc::OptedIn(one), OccasionDoc::OptedIn(other)) => one.value == other.value,
        (OccasionDoc::Tagged(one), OccasionDoc::Tagged(other))
        | (OccasionDoc::Untagged(one), OccasionDoc::Untagged(other)) => one == other,
        (OccasionDoc::Manual, OccasionDoc::Manual) => true,
        (
            OccasionDoc::Date { .. }
            | OccasionDoc::Enters(_)
            | OccasionDoc::Event(_)
            | OccasionDoc::Joins(_)
            | OccasionDoc::Journey(_)
            | OccasionDoc::Leaves(_)
            | OccasionDoc::Manual
            | OccasionDoc::OptedIn(_)
            | OccasionDoc::Tagged(_)
            | OccasionDoc::Untagged(_),
            _,
        ) => false,
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
    let guide = |key: &str| misplaced(key, node.data.mapping()?);
    let keys = Keys::guided(node, "a trigger", &KEYS, guide, defects)?;
    let kind = kind(node, &keys, defects)?;
    if let Some(every) = keys.entry("every")
        && kind != "date"
    {
        defects.push(
            Defect::new(every.key.place.clone(), "`every` belongs to `date`").help("leave it out"),
        );
    }
    if let Some(filter) = keys.entry("where")
        && let Some((chosen, help)) = unfiltered(kind)
    {
        let what = format!("`where` has no meaning where {chosen}");
        defects.push(Defect::new(filter.key.place.clone(), what).help(help));
    }
    let filter = keys
        .get("where")
        .map(|node| condition(node, "`where`", defects));
    let on = occasion(kind, &keys, defects)?;
    if keys.misspelled("where") {
        return None;
    }
    let place = match &on {
        OccasionDoc::Event(event) => event.place.clone(),
        OccasionDoc::Date { .. }
        | OccasionDoc::Enters(_)
        | OccasionDoc::Joins(_)
        | OccasionDoc::Journey(_)
        | OccasionDoc::Leaves(_)
        | OccasionDoc::Manual
        | OccasionDoc::OptedIn(_)
        | OccasionDoc::Tagged(_)
        | OccasionDoc::Untagged(_) => keys.entry(kind)?.key.place.clone(),
    };
    Some(TriggerDoc {
        place,
        on,
        filter: match filter {
            Some(filter) => Some(filter?),
            None => None,
        },
    })
}

/// Says where the time of day of a date stands.
fn misplaced(key: &str, mapping: &Mapping) -> Option<String> {
    let date = mapping.get("date")?.data.word()?;
    let time = mapping.get(key)?.data.word()?;
    (key == "at").then(|| {
        format!(
            "write it behind the date: `date: {} at {}`",
            quoted(date),
            quoted(time)
        )
    })
}

/// Says who has chosen already, so that a trigger asks for nothing else, and where to choose instead.
fn unfiltered(kind: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        "journey" => Some((
            "another journey's step lets people in",
            "put an `if` around the step `enroll` in that journey",
        )),
        "manual" => Some((
            "people are let in by hand",
            "leave it out and let in those who are meant; or begin with an `if` whose `else` is an `exit`",
        )),
        _ => None,
    }
}

/// Finds the one kind that a trigger is of.
fn kind(node: &Node, keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<&'static str> {
    let kinds: Vec<&str> = KINDS
        .into_iter()
        .filter(|kind| keys.get(kind).is_some())
        .collect();
    match kinds.as_slice() {
        [kind] => return Some(*kind),
        [] => {
            if keys.all_known() && !keys.cut_off() {
                let defect = Defect::new(
                    node.place.clone(),
                    "this trigger does not say what lets people in",
                );
                defects.push(defect.help(format!("give it one of {}", list_of(KINDS))));
            }
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
        }
    }
    None
}

/// Reads what has to happen.
fn occasion(kind: &str, keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<OccasionDoc> {
    let entry = keys.entry(kind)?;
    let node = &entry.value;
    if let (Data::List(items), false) = (&node.data, matches!(kind, "enters" | "date" | "manual")) {
        let words: Vec<_> = items.iter().filter_map(|item| item.data.word()).collect();
        let each = words
            .iter()
            .map(|word| format!("`- {{ {kind}: {} }}`", quoted(word)));
        let help = match words.as_slice() {
            [] => format!("write a list of triggers, each `- {{ {kind}: … }}`"),
            [one] => format!("write `{kind}: {}`", quoted(one)),
            _ => format!(
                "write a list of triggers under `trigger:`: {}",
                each.collect::<Vec<_>>().join(", ")
            ),
        };
        let what = format!("a trigger has one `{kind}`, and this is a list");
        defects.push(Defect::new(node.place.clone(), what).help(help));
        return None;
    }
    let mut line = || node.line(&format!("`{kind}`"), defects);
    Some(match kind {
        "event" => OccasionDoc::Event(line()?),
        "joins" => OccasionDoc::Joins(line()?),
        "leaves" => OccasionDoc::Leaves(line()?),
        "opted_in" => OccasionDoc::OptedIn(line()?),
        "tagged" => OccasionDoc::Tagged(line()?.value),
        "untagged" => OccasionDoc::Untagged(line()?.value),
        "enters" => OccasionDoc::Enters(audience(node, 0, defects)),
        "date" => {
            let every = keys.get("every");
            let every = every.map(|node| node.one_of("`every`", &["year"], defects));
            let moment = moment(node, "`date`", defects)?;
            let repeat = match every {
                Some(every) => every.map(|_| Repeat::Yearly)?,
                None => Repeat::Never,
            };
            OccasionDoc::Date {
                moment: Box::new(moment),
                repeat,
            }
        }
        "manual" => {
            let manual = node.bool("`manual`", defects)?;
            if !manual.value {
                let defect = Defect::new(manual.place, "this trigger lets nobody in");
                defects.push(defect.help("write `manual: true`, or leave it out"));
                return None;
            }
            OccasionDoc::Manual
        }
        _ => OccasionDoc::Journey(line()?),
    })
}

/// Reads how often somebody may come in at most.
pub(super) fn entries_max(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<u16> {
    let node = keys.get("reentry")?;
    let Data::Mapping(mapping) = &node.data else {
        return None;
    };
    // What else stands there has been complained of.
    let mut entries = mapping.entries.iter();
    let most = entries.find(|entry| entry.key.value == "at_most")?;
    let most = most.value.whole("`at_most`", 1..ENTRIES_MAX, defects)?;
    u16::try_from(most.value).ok()
}

/// Reads `reentry`.
pub(super) fn reentry(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<At<Reentry>> {
    let help = "write `reentry: unlimited` if every event starts a run of its own, `reentry: never` if \
                everybody comes in once";
    let node = keys.required("reentry", help, defects)?;
    match &node.data {
        Data::Mapping(_) => {
            let keys = Keys::of(node, "`reentry`", &["after", "at_most"], defects)?;
            if keys.get("at_most").is_some() && keys.get("after").is_none() {
                return Some(At::new(Reentry::Unlimited, node.place.clone()));
            }
            let help = "write `{ after: 180 days }` or `{ at_most: 3 }`";
            let after = keys.required("after", help, defects)?;
            let after = period(after, "`after`", defects)?.value;
            Some(At::new(Reentry::After(after), node.place.clone()))
        }
        Data::Plain(word) | Data::Quoted(word) => match word.as_str() {
            "never" => Some(At::new(Reentry::Never, node.place.clone())),
            "restart" => Some(At::new(Reentry::Restart, node.place.clone())),
            "single" => Some(At::new(Reentry::Single, node.place.clone())),
            "unlimited" => Some(At::new(Reentry::Unlimited, node.place.clone())),
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

/// The kinds of triggers.
const KINDS: [&str; 10] = [
    "event", "date", "enters", "joins", "journey", "leaves", "manual", "opted_in", "tagged",
    "untagged",
];

pub(crate) const KEYS: [&str; 12] = [
    "event", "date", "enters", "joins", "journey", "leaves", "manual", "opted_in", "tagged",
    "untagged", "where", "every",
];

/// Whoever comes in so often comes in as often as it happens.
const ENTRIES_MAX: i64 = 10_000;
const REENTRIES: [&str; 4] = ["never", "unlimited", "single", "restart"];
