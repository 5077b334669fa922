//! The story that a scenario expects, and how it differs from what came of it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use journey::{Change, Line, Refusal, Told, Value};

use super::at;
use crate::compile::Compiled;
use crate::defect::Defect;
use crate::values::set;
use crate::words::list_of;
use crate::yaml::{Keys, Node};

/// One thing that people would notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What, as the key of the scenario: `send`, `leaves` …
    pub what: &'static str,
    /// Which, as its value.
    pub word: Word,
}

/// The value of a key of a scenario.
#[derive(Clone, PartialEq)]
pub enum Word {
    /// Fields and what is written into them.
    Fields(BTreeMap<String, Option<Value>>),
    /// A number.
    Number(f64),
    /// A name.
    Text(String),
}

/// Shows what is written into fields too: the values of a scenario are made up.
impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| format!("{name}: {}", shown(value.as_ref())));
                write!(f, "{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            Self::Number(number) => write!(f, "{number:+}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "null".to_owned(),
        Some(Value::Bool(yes)) => yes.to_string(),
        Some(Value::Date(date)) => date.to_string(),
        Some(Value::DateTime(moment)) => moment.to_string(),
        Some(Value::List(list)) => format!("[{}]", list.join(", ")),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Text(text)) => text.clone(),
    }
}

/// Reads one expected entry.
pub(super) fn entry(
    node: &Node,
    compiled: &Compiled,
    zone: &TimeZone,
    defects: &mut Vec<Defect>,
) -> Option<Entry> {
    let known: Vec<&str> = ["at"].into_iter().chain(KEYS).collect();
    let keys = Keys::of(node, "an expectation", &known, defects)?;
    let at = at(&keys, zone, defects);
    let mut found = KEYS
        .into_iter()
        .filter_map(|key| Some((key, keys.get(key)?)));
    let (Some((what, value)), None) = (found.next(), found.next()) else {
        if keys.all_known() {
            let help = format!("give it one of {}", list_of(KEYS));
            defects.push(Defect::new(node.place.clone(), "an expectation is one thing").help(help));
        }
        return None;
    };
    let word = match what {
        "score" => Word::Number(value.number("`score`", defects)?.value),
        "set" => Word::Fields(set(value, &compiled.settings.fields, true, defects)?),
        "refused" => {
            let rules = Refusal::ALL.map(|(word, _)| word);
            let words: Vec<_> = ["circle"].into_iter().chain(rules).collect();
            Word::Text(value.one_of("`refused`", &words, defects)?.to_owned())
        }
        _ => Word::Text(value.line(&format!("`{what}`"), defects)?.value),
    };
    Some(Entry {
        at: at?,
        what,
        word,
    })
}

/// Returns what people would notice of a rehearsal.
pub(super) fn story(lines: &[Line]) -> Vec<Entry> {
    lines.iter().filter_map(noticed).collect()
}

fn noticed(line: &Line) -> Option<Entry> {
    let text = |text: &str| Word::Text(text.to_owned());
    let (what, word) = match &line.told {
        Told::Changed { change, .. } => match change {
            Change::Join(list) => ("join", text(list)),
            Change::Leave(list) => ("leave", text(list)),
            Change::Score(amount) => ("score", Word::Number(*amount)),
            Change::Set(fields) => ("set", Word::Fields(fields.clone())),
            Change::Tag(tag) => ("tag", text(tag)),
            Change::Untag(tag) => ("untag", text(tag)),
        },
        Told::Enrolls { journey, .. } => ("enroll", text(journey)),
        Told::Leaves(reason) => ("leaves", text(reason)),
        Told::Omits { step, why } => match why.as_str() {
            "expired" => ("expired", text(step)),
            "withheld" => ("withheld", text(step)),
            _ => ("skipped", text(step)),
        },
        Told::Parks { step, .. } => ("parked", text(step)),
        Told::Refused(refusal) => ("refused", text(refusal.as_str())),
        Told::Sends { step } => ("send", text(step)),
        Told::Called { .. }
        | Told::Enters(_)
        | Told::Holds { .. }
        | Told::Looks { .. }
        | Told::Waits { .. } => return None,
    };
    Some(Entry {
        at: line.at,
        what,
        word,
    })
}

/// Where a story first differs from the one that is expected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Difference {
    /// The entry of that number is another one.
    Other(usize),
    /// The story goes on after so many entries.
    More(usize),
    /// The story ends after so many entries.
    Less(usize),
}

/// Finds where `found` differs from what is expected.
pub fn difference(expected: &[Entry], found: &[Entry]) -> Option<Difference> {
    let first = expected
        .iter()
        .zip(found)
        .position(|(one, other)| one != other);
    match first {
        Some(at) => Some(Difference::Other(at)),
        None if expected.len() > found.len() => Some(Difference::Less(found.len())),
        None if expected.len() < found.len() => Some(Difference::More(expected.len())),
        None => None,
    }
}

/// What can be expected.
const KEYS: [&str; 14] = [
    "send", "skipped", "expired", "withheld", "tag", "untag", "join", "leave", "score", "set",
    "enroll", "refused", "leaves", "parked",
];
