//! Reads `journeys/*.yaml` as they were written; what they refer to is looked up later.

mod entry;
mod later;
mod publish;
mod steps;

use journey::{Absent, Condition, Moment, Period, Publish, Reentry, Wait};

use crate::audiences::{AudienceDoc, audience};
use crate::names::{Spelling, spelled};
use crate::phrases::Read;
use crate::template::Purpose;
use crate::yaml::{At, Data, Keys, Node};
use crate::{Defect, Place};

/// A journey as it was written.
#[derive(Debug)]
pub(crate) struct JourneyDoc {
    /// Its name; the file's where it has none.
    pub(crate) name: At<String>,
    /// What people call it.
    pub(crate) title: String,
    /// Whether its mails are service or advertising.
    pub(crate) purpose: Option<Purpose>,
    /// What an unsubscribe withdraws.
    pub(crate) topic: Option<At<String>>,
    /// What lets people in.
    pub(crate) triggers: Vec<TriggerDoc>,
    /// Whether every trigger could be read and is one that this version knows.
    pub(crate) whole: bool,
    /// Who is enrolled.
    pub(crate) to: Option<AudienceDoc>,
    /// Whether somebody may come in again.
    pub(crate) reentry: Option<Reentry>,
    /// From when until when people may come in.
    pub(crate) publish: Publish,
    /// Conditions of keys that later versions honor.
    pub(crate) conditions: Vec<Read<Condition>>,
    /// The steps.
    pub(crate) steps: Vec<StepDoc>,
    /// The parameters that nothing needs to use.
    pub(crate) unused: Vec<At<String>>,
}

/// An event that lets people in, as it was written.
#[derive(Debug)]
pub(crate) struct TriggerDoc {
    /// The event's type.
    pub(crate) event: At<String>,
    /// What must hold besides.
    pub(crate) filter: Option<Read<Condition>>,
}

/// A step as it was written.
#[derive(Debug)]
pub(crate) struct StepDoc {
    /// The name it was given.
    pub(crate) id: Option<At<String>>,
    /// Where it stands: its verb.
    pub(crate) place: Place,
    /// What it does.
    pub(crate) verb: Verb,
}

/// What a step does, as it was written.
#[derive(Debug)]
pub(crate) enum Verb {
    /// Something that has been reported, with the steps inside it.
    Broken(Vec<Vec<StepDoc>>),
    /// `exit: reason`
    Exit(String),
    /// `if: condition`
    If {
        condition: Option<Box<Read<Condition>>>,
        then: Vec<StepDoc>,
        otherwise: Vec<StepDoc>,
    },
    /// `send: template`
    Send(Box<SendDoc>),
    /// `wait: 3 days`
    Wait(Box<Wait>),
    /// `wait_until: moment`
    WaitUntil {
        moment: Box<Read<Moment>>,
        absent: Option<Absent>,
    },
}

/// A mail as it was written.
#[derive(Debug)]
pub(crate) struct SendDoc {
    /// The template's name.
    pub(crate) template: At<String>,
    /// The sender's name.
    pub(crate) from: Option<At<String>>,
    /// Who gets it instead of the contact.
    pub(crate) to: Option<AudienceDoc>,
    /// How late it may be.
    pub(crate) expires: Option<Read<Period>>,
}

impl StepDoc {
    /// Returns the lists of steps inside it.
    pub(crate) fn branches(&self) -> Vec<&[Self]> {
        match &self.verb {
            Verb::Broken(branches) => branches.iter().map(Vec::as_slice).collect(),
            Verb::If {
                then, otherwise, ..
            } => vec![then, otherwise],
            Verb::Exit(_) | Verb::Send(_) | Verb::Wait(_) | Verb::WaitUntil { .. } => Vec::new(),
        }
    }

    /// Returns what a send is called: by its id, else by its template.
    pub(crate) fn send_id(&self) -> Option<&At<String>> {
        match &self.verb {
            Verb::Send(send) => Some(self.id.as_ref().unwrap_or(&send.template)),
            Verb::Broken(_)
            | Verb::Exit(_)
            | Verb::If { .. }
            | Verb::Wait(_)
            | Verb::WaitUntil { .. } => None,
        }
    }
}

/// Calls `look` with each of `steps` and those inside them, in the order of the file.
pub(crate) fn each<'s>(steps: &'s [StepDoc], look: &mut impl FnMut(&'s StepDoc)) {
    for step in steps {
        look(step);
        for branch in step.branches() {
            each(branch, look);
        }
    }
}

/// Reads the journey of one file; `stem` is the file's name without its extension.
pub(crate) fn read(root: &Node, stem: &str, defects: &mut Vec<Defect>) -> Option<JourneyDoc> {
    if matches!(root.data, Data::Null) {
        let defect = Defect::new(root.place.clone(), "the file is empty");
        defects.push(defect.help("write a journey into it, or remove it"));
        return None;
    }
    let keys = Keys::of(root, "a journey", &KEYS, defects)?;
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
    let (triggers, whole) = entry::triggers(&keys, defects);
    let to = keys.get("to").map(|node| audience(node, 0, defects));
    let reentry = entry::reentry(&keys, defects);
    let publish = publish::publish(&keys, defects);
    let conditions = later::keys(&keys, defects);
    let help = "write what the journey does: `steps:` with a line such as `- send: welkom`";
    let steps = keys
        .required("steps", help, defects)
        .map(|node| steps::list(node, "`steps`", 0, defects));
    Some(JourneyDoc {
        title: title.map_or_else(|| name.value.clone(), |title| title.value),
        name,
        purpose,
        topic,
        triggers,
        whole,
        to,
        reentry,
        publish,
        conditions,
        steps: steps.unwrap_or_default(),
        unused: unused(&keys, defects),
    })
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

const KEYS: [&str; 14] = [
    "journey",
    "title",
    "kind",
    "topic",
    "trigger",
    "to",
    "reentry",
    "steps",
    "unused",
    "send_window",
    "exit_when",
    "goal",
    "publish",
    "priority",
];
