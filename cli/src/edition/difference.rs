//! What publishing would change, from one edition to the next. Pure: it looks at nothing but the two.

use std::collections::{BTreeMap, BTreeSet};

use journey::{Plan, Publish, Release};
use serde::Serialize;
use wire::History;

use super::Edition;

/// What publishing would change.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Difference {
    /// Every journey of either edition, by name.
    pub(crate) journeys: BTreeMap<String, Line>,
    /// The events.
    pub(crate) events: Names,
    /// The texts of mails: a template, and its language where that is not the project's.
    pub(crate) templates: Names,
    /// What the project says about itself and about contacts.
    pub(crate) settings: Names,
}

/// What becomes of one journey.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Line {
    /// What people call it.
    pub(crate) title: String,
    /// What happens to it.
    pub(crate) change: Change,
    /// The number of the version in force.
    pub(crate) before: Option<u32>,
    /// The number of the version that would be in force.
    pub(crate) after: Option<u32>,
    /// What of it changes.
    pub(crate) what: Vec<String>,
}

/// What happens to a journey.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Change {
    /// There is another version; those inside finish on theirs.
    Changed,
    /// It was not there.
    New,
    /// It stays as it is.
    Unchanged,
    /// It is not there any more: nobody comes in, those inside finish.
    Withdrawn,
}

/// Names of things that are only in one edition, or not the same in both.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub(crate) struct Names {
    pub(crate) new: Vec<String>,
    pub(crate) changed: Vec<String>,
    pub(crate) withdrawn: Vec<String>,
}

impl Names {
    /// Returns whether nothing differs.
    pub(crate) fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.withdrawn.is_empty()
    }
}

/// Compares what is in force, if anything is, with what would be.
pub(crate) fn difference(
    before: Option<&Edition>,
    after: &Edition,
    history: &History,
) -> Difference {
    let plans = |edition: Option<&Edition>| edition.map(|edition| edition.plans.clone());
    let old = plans(before).unwrap_or_default();
    let names: BTreeSet<_> = old.keys().chain(after.plans.keys()).collect();
    let journeys = names.into_iter().map(|name| {
        let line = line(name, before, after, history);
        (name.clone(), line)
    });
    let release = before.map(|edition| &edition.release);
    let events = release.map(|release| release.events.clone());
    Difference {
        journeys: journeys.collect(),
        events: compare(&events.unwrap_or_default(), &after.release.events),
        templates: compare(&texts(&old), &texts(&after.plans)),
        settings: compare(
            &release.map(settings).unwrap_or_default(),
            &settings(&after.release),
        ),
    }
}

fn line(name: &str, before: Option<&Edition>, after: &Edition, history: &History) -> Line {
    let old = before.and_then(|edition| edition.plans.get(name));
    let new = after.plans.get(name);
    let number = |edition: Option<&Edition>| {
        let hash = edition?.plan_hash(name)?;
        Some(history.number(name, hash))
    };
    let hashes = [before, Some(after)].map(|edition| edition?.plan_hash(name));
    let change = match (old, new) {
        (_, None) => Change::Withdrawn,
        (None, Some(_)) => Change::New,
        (Some(_), Some(_)) if hashes[0] == hashes[1] => Change::Unchanged,
        (Some(_), Some(_)) => Change::Changed,
    };
    let what = match (change, old, new) {
        (Change::Changed, Some(old), Some(new)) => what(old, new),
        _ => Vec::new(),
    };
    Line {
        title: new
            .or(old)
            .map(|plan| plan.title.clone())
            .unwrap_or_default(),
        change,
        before: number(before),
        after: number(Some(after)),
        what,
    }
}

/// Names what differs between two versions of a journey.
fn what(old: &Plan, new: &Plan) -> Vec<String> {
    let pairs = [
        ("title", old.title != new.title),
        ("kind", old.purpose != new.purpose),
        (
            "who comes in",
            old.triggers != new.triggers || old.to != new.to || old.reentry != new.reentry,
        ),
        ("publish", old.publish != new.publish),
        ("rules", old.rules != new.rules),
        ("steps", old.steps != new.steps),
        ("parameters", old.params != new.params),
        ("settings", old.settings != new.settings),
    ];
    let mut what: Vec<_> = pairs
        .into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| name.to_owned())
        .collect();
    let of = |plan: &Plan| texts(&BTreeMap::from([(String::new(), plan.clone())]));
    let mails = compare(&of(old), &of(new));
    let mails = [mails.new, mails.changed, mails.withdrawn].concat();
    what.extend(mails.into_iter().map(|name| format!("mail {name}")));
    what
}

/// Returns the texts of mails: their hashes by the names of template and language.
fn texts(plans: &BTreeMap<String, Plan>) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ((name, locale), hash) in plans.values().flat_map(|plan| &plan.templates) {
        let name = match locale {
            None => name.clone(),
            Some(locale) => format!("{name}.{locale}"),
        };
        texts.entry(name).or_default().insert(hash.clone());
    }
    texts
}

/// Returns what a project says, by the names in waypost.yaml.
fn settings(release: &Release) -> BTreeMap<String, String> {
    let settings = &release.settings;
    let mut said = BTreeMap::from([
        ("organisation".to_owned(), settings.organization.clone()),
        ("locale".to_owned(), settings.locale.clone()),
        ("time_zone".to_owned(), format!("{:?}", settings.zone)),
    ]);
    let vars = settings.vars.iter();
    said.extend(vars.map(|(name, value)| (format!("vars.{name}"), format!("{value:?}"))));
    let fields = settings.fields.iter();
    said.extend(
        fields.map(|(name, field)| (format!("contact field {name}"), format!("{field:?}"))),
    );
    let lists = release.lists.iter();
    said.extend(lists.map(|name| (format!("list {name}"), String::new())));
    let topics = release.topics.iter();
    said.extend(topics.map(|(name, about)| (format!("topic {name}"), about.clone())));
    said
}

fn compare<T: PartialEq>(old: &BTreeMap<String, T>, new: &BTreeMap<String, T>) -> Names {
    let mut names = Names::default();
    for (name, value) in new {
        match old.get(name) {
            None => names.new.push(name.clone()),
            Some(known) if known != value => names.changed.push(name.clone()),
            Some(_) => (),
        }
    }
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    names.withdrawn.extend(gone.cloned());
    names
}

/// Says from when until when people may come in; nothing where they always may.
pub(crate) fn window(publish: &Publish) -> Option<String> {
    match (publish.from, publish.until) {
        (None, None) => None,
        (Some(from), None) => Some(format!("from {from}")),
        (None, Some(until)) => Some(format!("until {until}")),
        (Some(from), Some(until)) => Some(format!("{from} until {until}")),
    }
}
