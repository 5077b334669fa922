//! Reads `journeys/*.yaml` as they were written; what they refer to is looked up later.

mod docs;
mod entry;
mod publish;
mod rules;
mod steps;
mod verbs;

use journey::{Publish, Silence};

use crate::Defect;
use crate::audiences::audience;
use crate::names::{Spelling, spelled};
use crate::phrases::period;
use crate::template::Purpose;
use crate::yaml::{At, Data, Keys, Node, quoted};

pub(crate) use docs::{
    AwaitedDoc, ChangeDoc, GoalDoc, JourneyDoc, OccasionDoc, SendDoc, SplitDoc, StepDoc,
    TriggerDoc, Verb, each,
};
#[cfg(test)]
pub(crate) use entry::KEYS as TRIGGER_KEYS;
#[cfg(test)]
pub(crate) use steps::{STEP_KEYS, VERBS};

/// Reads the journey of one file; `stem` is the file's name without its extension.
pub(crate) fn read(root: &Node, stem: &str, defects: &mut Vec<Defect>) -> Option<JourneyDoc> {
    if matches!(root.data, Data::Null) {
        let defect = Defect::new(root.place.clone(), "the file is empty");
        defects.push(defect.help("write a journey into it, or remove it"));
        return None;
    }
    let keys = Keys::guided(root, "a journey", &KEYS, of_project, defects)?;
    let name = keys
        .required(
            "journey",
            &format!("write its name: `journey: {stem}`"),
            defects,
        )
        .and_then(|node| node.line("`journey`", defects));
    if let Some(name) = &name {
        spelled(name, "a journey", Spelling::Slug, defects);
    }
    let name = name.unwrap_or_else(|| At::new(stem.to_owned(), root.place.clone()));
    let title = keys
        .get("title")
        .and_then(|node| node.line("`title`", defects));
    let purpose = purpose(&keys, defects);
    let topic = topic(&keys, purpose, defects);
    let confirms = confirms(&keys, purpose, defects);
    let purpose = match confirms {
        Some(_) => Some(Purpose::Confirming),
        // Whether its mails ask was said in a way that makes no sense, and reported.
        None if keys.get("confirms").is_some() || keys.misspelled("confirms") => None,
        None => purpose,
    };
    let (triggers, whole) = entry::triggers(&keys, defects);
    let to = keys.get("to").map(|node| audience(node, 0, defects));
    let reentry = entry::reentry(&keys, defects);
    let entries_max = entry::entries_max(&keys, defects);
    let (publish, stops): (Publish, _) = publish::publish(&keys, defects);
    let silence = keys.get("silence").and_then(|node| silence(node, defects));
    let send_window = rules::send_window(&keys, defects);
    let exit_when = rules::exit_when(&keys, defects);
    let goal = rules::goal(&keys, defects);
    let priority = rules::priority(&keys, defects);
    let pace = rules::pace(&keys, defects);
    let help = "write what the journey does: `steps:` with a line such as `- send: welkom`";
    let steps = keys
        .required("steps", help, defects)
        .map(|node| steps::list(node, "`steps`", 0, defects));
    Some(JourneyDoc {
        title: title.map_or_else(|| name.value.clone(), |title| title.value),
        name,
        purpose,
        topic,
        confirms,
        triggers,
        whole,
        to,
        reentry,
        entries_max,
        publish,
        stops,
        silence,
        send_window,
        exit_when,
        goal,
        priority,
        pace,
        steps: steps.unwrap_or_default(),
        unused: unused(&keys, defects),
    })
}

/// Says where the keys stand that hold for every journey.
fn of_project(key: &str) -> Option<String> {
    let written = match key {
        "at_most" => "marketing: { at_most: [3 per 7 days] }",
        "holdout" => "marketing: { holdout: { name: …, share: 5 } }",
        "warm_up" => "marketing: { warm_up: … }",
        "time_zone" => "time_zone: Europe/Amsterdam",
        "locale" | "senders" | "calendars" | "scoring" | "tracking" | "hooks" | "vars" => key,
        _ => return None,
    };
    Some(format!(
        "it holds for every journey, and stands in waypost.yaml: `{written}`"
    ))
}

fn purpose(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<Purpose> {
    let help = "write `kind: transactional` for service mails, `kind: marketing` for advertising";
    let node = keys.required("kind", help, defects)?;
    Some(
        match node.one_of("`kind`", &["transactional", "marketing"], defects)? {
            "marketing" => Purpose::Marketing,
            _ => Purpose::Transactional,
        },
    )
}

/// Reads the topic, which advertising has and service has not.
fn topic(
    keys: &Keys<'_>,
    purpose: Option<Purpose>,
    defects: &mut Vec<Defect>,
) -> Option<At<String>> {
    match (purpose, keys.entry("topic")) {
        (Some(Purpose::Transactional), Some(entry)) => {
            defects.push(
                Defect::new(
                    entry.key.place.clone(),
                    "a transactional journey has no `topic`: nobody can unsubscribe from it",
                )
                .help("leave `topic` out, or write `kind: marketing`"),
            );
            None
        }
        (Some(Purpose::Marketing), None) => {
            let help = "write what an unsubscribe from these mails withdraws: `topic: …`";
            keys.required("topic", help, defects);
            None
        }
        (_, Some(entry)) => entry.value.line("`topic`", defects),
        (_, None) => None,
    }
}

/// Reads the topic that the journey's mails ask people to confirm: a question is service, and no advertising.
fn confirms(
    keys: &Keys<'_>,
    purpose: Option<Purpose>,
    defects: &mut Vec<Defect>,
) -> Option<At<String>> {
    let entry = keys.entry("confirms")?;
    if purpose == Some(Purpose::Marketing) {
        let what = "advertising cannot ask whether it is wanted";
        let defect = Defect::new(entry.key.place.clone(), what);
        defects.push(defect.help("write `kind: transactional`, and no `topic`"));
        return None;
    }
    entry.value.line("`confirms`", defects)
}

/// Reads how long nobody may come in before an alarm rings.
fn silence(node: &Node, defects: &mut Vec<Defect>) -> Option<Silence> {
    match &node.data {
        Data::Plain(word) | Data::Quoted(word) if word == "never" => Some(Silence::Never),
        // Words without a number are no duration that was misspelled.
        Data::Plain(word) | Data::Quoted(word) if !word.contains(|c: char| c.is_ascii_digit()) => {
            let what = format!("`{}` does not say how long", quoted(word));
            let help = "write a duration such as `3 days`, or `never`";
            defects.push(Defect::new(node.place.clone(), what).help(help));
            None
        }
        Data::Broken
        | Data::List(_)
        | Data::Mapping(_)
        | Data::Null
        | Data::Plain(_)
        | Data::Quoted(_) => {
            period(node, "`silence`", defects).map(|period| Silence::After(period.value))
        }
    }
}

fn unused(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Vec<At<String>> {
    let Some(node) = keys.get("unused") else {
        return Vec::new();
    };
    let Some(items) = node.list("`unused`", defects) else {
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| item.line("an unused parameter", defects))
        .map(|path| {
            path.map(|path| {
                path.strip_prefix("event.")
                    .map(str::to_owned)
                    .unwrap_or(path)
            })
        })
        .collect()
}

pub(crate) const KEYS: [&str; 17] = [
    "journey",
    "title",
    "kind",
    "topic",
    "confirms",
    "trigger",
    "to",
    "reentry",
    "steps",
    "unused",
    "silence",
    "send_window",
    "exit_when",
    "goal",
    "publish",
    "priority",
    "pace",
];
