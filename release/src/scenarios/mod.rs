//! Reads `tests/*.yaml`: scenarios, each with who it is about, what happens, and the whole story
//! that must come of it.
//!
//! A scenario that cannot be read does not keep a release from being published, nor the others from
//! being played.

mod happening;
mod person;
mod play;
mod story;
mod times;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use journey::{Deed, Script};

use crate::compile::{Compiled, Journey};
use crate::folder::{Folder, Unreadable};
use crate::render::{Color, render_all};
use crate::words::unknown;
use crate::yaml::{At, Keys, Node, parse};
use crate::{Defect, Place};

pub use person::contact;
pub use play::play;
pub use story::{Difference, Entry, Word, difference};
pub use times::time;

/// The scenarios of a release, as far as they can be read.
#[derive(Debug, Default)]
pub struct Scenarios {
    /// Those that can be played, in the order of the files.
    pub scenarios: Vec<Scenario>,
    /// What is wrong with the others.
    pub defects: Vec<Defect>,
    /// The texts of the files by path.
    pub sources: BTreeMap<String, String>,
}

impl Scenarios {
    /// Shows what is wrong with those that cannot be played, and how much.
    pub fn render(&self, color: Color) -> String {
        render_all(&self.defects, &self.sources, color)
    }
}

/// A scenario.
#[derive(Debug)]
pub struct Scenario {
    /// Where it stands.
    pub place: Place,
    /// What it is called.
    pub name: String,
    /// The journey it plays.
    pub journey: String,
    /// What is played.
    pub script: Script,
    /// The zone in which its times are written.
    pub zone: TimeZone,
    /// What must come of it, each with where it stands.
    pub expect: Vec<(Entry, Place)>,
    /// Where its expectations stand.
    pub expected_at: Place,
}

/// Reads the scenarios of the release in `dir`, which was compiled before.
///
/// # Errors
/// Fails only where `dir` cannot be read.
pub fn scenarios(dir: &Path, compiled: &Compiled) -> Result<Scenarios, Unreadable> {
    let folder = Folder::read(dir)?;
    let mut read = Scenarios::default();
    for (file, text) in folder.files {
        if !file.starts_with("tests/") {
            continue;
        }
        let root = parse(&file, &text, &mut read.defects);
        file_of(&root, compiled, &mut read);
        read.sources.insert(file, text);
    }
    let own = folder.defects.into_iter();
    let own = own.filter(|defect| defect.place.file.starts_with("tests/"));
    read.defects.extend(own);
    Ok(read)
}

fn file_of(root: &Node, compiled: &Compiled, read: &mut Scenarios) {
    let defects = &mut read.defects;
    let known = ["journey", "scenarios"];
    let Some(keys) = Keys::of(root, "a file of scenarios", &known, defects) else {
        return;
    };
    let name = keys.required("journey", "write which journey is played", defects);
    let name = name.and_then(|node| node.line("`journey`", defects));
    let list = keys.required("scenarios", "write at least one scenario", defects);
    let list = list.and_then(|node| node.list("`scenarios`", defects));
    let (Some(name), Some(list)) = (name, list) else {
        return;
    };
    let Some(journey) = compiled.journeys.get(&name.value) else {
        let known = compiled.journeys.keys().map(String::as_str);
        defects.push(unknown(&name, "journey", known, "write one in journeys/"));
        return;
    };
    let scene = Scene { compiled, journey };
    for node in list {
        read.scenarios.extend(scene.scenario(node, defects));
    }
}

/// What the scenarios of one file may name.
#[derive(Clone, Copy)]
struct Scene<'a> {
    compiled: &'a Compiled,
    journey: &'a Journey,
}

impl Scene<'_> {
    /// Reads one scenario; nothing where any of it cannot be read.
    fn scenario(self, node: &Node, defects: &mut Vec<Defect>) -> Option<Scenario> {
        let before = defects.len();
        let keys = Keys::of(node, "a scenario", &KEYS, defects)?;
        let name = keys.required("name", "write what it shows", defects);
        let name = name.and_then(|node| node.line("`name`", defects));
        let mut contact = person::read(keys.get("contact"), self.compiled, defects);
        person::consents(keys.get("consent"), self.compiled, &mut contact, defects);
        let zone = contact.zone(&self.compiled.settings.zone);
        let mut time = |key: &str| {
            let node = keys.get(key)?;
            times::moment(node, &format!("`{key}`"), &zone, defects)
        };
        let (enters, from, until) = (time("enters"), time("from"), time("until"));
        let happens = self.happens(&keys, &zone, from, defects);
        let expect = keys.required("expect", "write what comes of it: `expect:`", defects)?;
        let entries = expect.list("`expect`", defects);
        let entries = entries.into_iter().flatten().filter_map(|node| {
            let entry = story::entry(node, self.compiled, &zone, defects)?;
            Some((entry, node.place.clone()))
        });
        let entries = entries.collect();
        if enters.is_none() && from.is_none() && happens.is_empty() && defects.len() == before {
            let what = "nothing ever happens in this scenario";
            let help = "write when the contact enters: `enters: 2026-11-23 14:00`";
            defects.push(Defect::new(node.place.clone(), what).help(help));
        }
        (defects.len() == before).then_some(Scenario {
            place: keys
                .entry("name")
                .map_or(&node.place, |entry| &entry.value.place)
                .clone(),
            name: name?.value,
            journey: self.journey.plan.journey.clone(),
            script: Script {
                contact,
                enters,
                from,
                until,
                happens,
            },
            zone,
            expect: entries,
            expected_at: expect.place.clone(),
        })
    }

    fn happens(
        self,
        keys: &Keys<'_>,
        zone: &TimeZone,
        from: Option<Timestamp>,
        defects: &mut Vec<Defect>,
    ) -> Vec<(Timestamp, Deed)> {
        let Some(node) = keys.get("happens") else {
            return Vec::new();
        };
        let items = node.list("`happens`", defects).unwrap_or_default();
        let mut happens = Vec::new();
        for item in items {
            let Some((at, deed)) =
                happening::read(item, self.compiled, self.journey, zone, defects)
            else {
                continue;
            };
            // What lets somebody in would do so twice.
            if matches!(deed, Deed::Set(_)) && from.is_some_and(|from| at < from) {
                let what = "this is set before `from`, when the contact is first written down";
                let help = "set it at `from` or later, or let `from` begin earlier";
                defects.push(Defect::new(item.place.clone(), what).help(help));
            }
            happens.push((at, deed));
        }
        happens
    }
}

/// Reads when something is: `at`.
fn at(keys: &Keys<'_>, zone: &TimeZone, defects: &mut Vec<Defect>) -> Option<Timestamp> {
    let node = keys.required("at", "write when: `at: 2026-11-25 10:00`", defects)?;
    times::moment(node, "`at`", zone, defects)
}

/// Says that no send of the journey has that name.
fn send(name: &At<String>, journey: &Journey, defects: &mut Vec<Defect>) -> Option<()> {
    let steps = journey.plan.steps.iter();
    let sends = steps.filter(|step| step.action.send().is_some());
    let mut names = sends.map(|step| step.id.as_str());
    if names.clone().any(|known| known == name.value) {
        return Some(());
    }
    let declare = "a send is called by its `id`, else by its template";
    defects.push(unknown(name, "send", names.by_ref(), declare));
    None
}

pub(crate) const KEYS: [&str; 8] = [
    "name", "contact", "consent", "enters", "from", "until", "happens", "expect",
];
