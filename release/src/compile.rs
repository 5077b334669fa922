//! The way from a folder to what is published: read everything, check everything, compile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use journey::{EventType, Hook, Plan, Settings, Silence, Value};

use crate::Defect;
use crate::audiences::{self, AudienceDoc};
use crate::enrolls;
use crate::events::{self, EventDoc};
use crate::folder::{Folder, Unreadable};
use crate::idle;
use crate::journeys::{self, JourneyDoc};
use crate::mails;
use crate::names::Names;
use crate::plan::{Declared, Sources, plan};
use crate::render::{Color, render_all, summary};
use crate::scope::Known;
use crate::settings::{self, Project};
use crate::yaml::{Node, parse};

/// A release without defects.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// What the project says about itself and about contacts.
    pub settings: Settings,
    /// What the source may post, by type.
    pub events: BTreeMap<String, EventType>,
    /// One value for each parameter that an event's example shows, by type and path.
    pub examples: BTreeMap<String, BTreeMap<String, Value>>,
    /// The lists a contact may be on.
    pub lists: BTreeSet<String>,
    /// The topics a contact may consent to, each with what people read about it.
    pub topics: BTreeMap<String, String>,
    /// The systems that are told what happens, by name.
    pub hooks: BTreeMap<String, Hook>,
    /// The domains that mails come from: each must be verified with SES.
    pub sender_domains: BTreeSet<String>,
    /// The journeys by name.
    pub journeys: BTreeMap<String, Journey>,
}

/// A journey that can be published.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// Its plan, without [`Plan::templates`]: whoever stores the texts knows their hashes.
    pub plan: Plan,
    /// The texts of its mails, by template and locale; `None` is the release's own language.
    pub templates: BTreeMap<(String, Option<String>), mail::Source>,
    /// When it counts as silent, where its author says so.
    pub silence: Option<Silence>,
}

/// A release that cannot be published.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Its folder cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Its files have defects.
    #[error("{}", .0.summary())]
    Rejected(Rejection),
}

/// Everything that is wrong with a release.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// The defects, sorted by file and place; never empty.
    pub defects: Vec<Defect>,
    /// The files' texts by path, to show the defects in.
    pub sources: BTreeMap<String, String>,
}

impl Rejection {
    /// Shows the defects, the first [`SHOWN_MAX`] of them, and how many there are.
    pub fn render(&self, color: Color) -> String {
        render_all(&self.defects, &self.sources, color)
    }

    /// Says how many defects there are, in how many files.
    pub fn summary(&self) -> String {
        summary(&self.defects)
    }
}

/// Reads the release in `dir`, checks all of it and compiles it.
///
/// # Errors
/// Fails with every defect at once, or because `dir` cannot be read.
pub fn compile(dir: &Path) -> Result<Compiled, Failure> {
    let mut folder = Folder::read(dir)?;
    let mut defects = std::mem::take(&mut folder.defects);
    defects.extend(settings::missing(dir, &folder));
    let compiled =
        Release::read(&folder.files, &folder.unreadable, &mut defects).compile(&mut defects);
    match (compiled, defects.is_empty()) {
        (Some(compiled), true) => Ok(compiled),
        _ => Err(Failure::Rejected(Rejection {
            defects: sorted(defects),
            sources: folder.files.into_iter().chain(folder.shown).collect(),
        })),
    }
}

/// Returns the texts of the files of the release in `dir` by path, to point into.
///
/// # Errors
/// Fails if `dir` cannot be read.
pub fn sources(dir: &Path) -> Result<BTreeMap<String, String>, Unreadable> {
    Ok(Folder::read(dir)?.files)
}

/// Sorts defects as somebody reads files, each once: one mistake can be met on several ways.
fn sorted(defects: Vec<Defect>) -> Vec<Defect> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Defect> = Vec::new();
    for defect in defects {
        let span = &defect.place.span;
        let key = (
            defect.place.file.clone(),
            (span.start, span.end),
            defect.what.clone(),
        );
        if seen.insert(key) {
            kept.push(defect);
        }
    }
    kept.sort_by(|one, other| {
        let key = |defect: &Defect| (defect.place.file.clone(), defect.place.span.start);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.what.cmp(&other.what))
    });
    kept
}

/// A release as it was written.
struct Release {
    project: Project,
    events: Names<EventDoc>,
    audiences: Names<AudienceDoc>,
    mails: mails::Mails,
    /// In the order of the files; a name that is taken twice was reported.
    journeys: Vec<JourneyDoc>,
}

impl Release {
    fn read(
        files: &BTreeMap<String, String>,
        unreadable: &[String],
        defects: &mut Vec<Defect>,
    ) -> Self {
        let mut events = events::none();
        let mut audiences = audiences::none();
        for file in unreadable {
            match file.split(['/', '.']).next() {
                Some("events") => events.incomplete(),
                Some("audiences") => audiences.incomplete(),
                _ => (),
            }
        }
        let mut project = None;
        let mut journeys = Vec::new();
        let own = files
            .iter()
            .filter(|(file, _)| !file.starts_with(SCENARIOS));
        for (file, text) in own.filter(|(file, _)| file.ends_with(".yaml")) {
            let root = parse(file, text, defects);
            match file.split('/').next() {
                Some("waypost.yaml") => project = Some(settings::read(&root, defects)),
                Some("events.yaml" | "events") => events::read(&root, &mut events, defects),
                Some("audiences.yaml") => audiences::read(&root, &mut audiences, defects),
                Some("journeys") => journeys.extend(journey(file, &root, defects)),
                _ => (),
            }
        }
        let project = project.unwrap_or_else(Project::unknown);
        let names = distinct(&journeys, defects);
        enrolls::check(&journeys, &names, defects);
        audiences::check(&audiences, &project.lists, defects);
        let mails = mails::read(files, unreadable, defects);
        Self {
            project,
            events,
            audiences,
            mails,
            journeys,
        }
    }

    fn compile(self, defects: &mut Vec<Defect>) -> Option<Compiled> {
        let all = Known::of_all(&self.project, &self.events);
        let declared = Declared {
            project: &self.project,
            events: &self.events,
            audiences: &self.audiences,
            mails: &self.mails,
            all: &all,
        };
        let plans: Vec<Option<(Plan, Sources)>> = self
            .journeys
            .iter()
            .map(|doc| plan(declared, doc, defects))
            .collect();
        idle::check(declared, &self.journeys, defects);
        let plans = plans.into_iter().collect::<Option<Vec<_>>>()?;
        let docs = self.journeys.into_iter();
        let journeys = plans.into_iter().zip(docs).map(|((plan, templates), doc)| {
            let journey = Journey {
                plan,
                templates,
                silence: doc.silence,
            };
            (journey.plan.journey.clone(), journey)
        });
        let senders = self
            .project
            .senders
            .iter()
            .filter_map(|(_, sender)| sender.value.as_ref());
        Some(Compiled {
            sender_domains: senders
                .map(|sender| sender.address.domain().to_owned())
                .collect(),
            journeys: journeys.collect(),
            lists: self.project.lists.names().map(str::to_owned).collect(),
            topics: self
                .project
                .topics
                .iter()
                .map(|(name, about)| (name.to_owned(), about.value.clone()))
                .collect(),
            hooks: self
                .project
                .hooks
                .iter()
                .filter_map(|(name, hook)| Some((name.to_owned(), hook.value.clone()?)))
                .collect(),
            examples: self
                .events
                .iter()
                .map(|(name, event)| (name.to_owned(), event.value.example.clone()))
                .collect(),
            events: self
                .events
                .iter()
                .map(|(name, event)| (name.to_owned(), event_type(&event.value)))
                .collect(),
            settings: self.project.settings,
        })
    }
}

/// Reads one journey.
fn journey(file: &str, root: &Node, defects: &mut Vec<Defect>) -> Option<JourneyDoc> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.strip_suffix(".yaml").unwrap_or(name);
    journeys::read(root, stem, defects)
}

/// Says which journeys have the same name, and whether there are too many.
fn distinct(journeys: &[JourneyDoc], defects: &mut Vec<Defect>) -> Names<()> {
    let mut names = Names::new("journey", "");
    for (at, journey) in journeys.iter().enumerate() {
        names.add(journey.name.clone(), (), defects);
        if at == JOURNEYS_MAX {
            let what = format!("a release has at most {JOURNEYS_MAX} journeys");
            let defect = Defect::new(journey.name.place.clone(), what);
            defects.push(defect.help("split it into several releases"));
        }
    }
    names
}

/// Reads the events of one `events.yaml`, such as the one that is shipped; those with defects are left out.
pub fn events_in(text: &str) -> BTreeMap<String, EventType> {
    let mut defects = Vec::new();
    let mut events = events::none();
    let root = parse("events.yaml", text, &mut defects);
    events::read(&root, &mut events, &mut defects);
    let events = events.iter();
    events
        .map(|(name, event)| (name.to_owned(), event_type(&event.value)))
        .collect()
}

fn event_type(doc: &EventDoc) -> EventType {
    EventType {
        title: doc.title.clone(),
        when: doc.when.clone(),
        params: doc
            .params
            .iter()
            .map(|(path, param)| (path.clone(), param.value.clone()))
            .collect(),
    }
}

/// The folder of the scenarios, which are read by whoever plays them.
const SCENARIOS: &str = "tests/";

/// How many journeys a release may have.
const JOURNEYS_MAX: usize = 500;
