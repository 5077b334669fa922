//! How the journeys of a folder stand: drafts, checked, or published.

use std::collections::BTreeMap;
use std::path::Path;

use release::{Failure, Rejection};

use crate::edition::Edition;

/// A release's folder, as far as its journeys stand.
pub(super) enum Folder {
    /// It has no defects.
    Checked(Box<Edition>),
    /// It has: nothing of it can be published. How many each of its journeys' files has, by journey.
    Draft(BTreeMap<String, usize>),
}

/// How a journey of a folder stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// It has no defects, and this version of it is not the one in force.
    Checked,
    /// It cannot be published: its own file has so many defects, or other files have.
    Draft { defects: usize },
    /// This version of it is in force.
    Published,
    /// The folder does not have it: to publish would withdraw it.
    Removed,
}

impl Folder {
    /// Reads a folder.
    ///
    /// # Errors
    /// Fails where it cannot be read at all.
    pub(super) fn read(dir: &Path) -> anyhow::Result<Self> {
        match release::compile(dir) {
            Ok(compiled) => {
                let publication = release::seal(&compiled);
                Ok(Self::Checked(Box::new(Edition::of(&publication)?)))
            }
            Err(Failure::Rejected(rejection)) => Ok(Self::Draft(drafts(&rejection))),
            Err(error @ Failure::Unreadable(_)) => Err(error.into()),
        }
    }

    /// Returns the names of its journeys.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Self::Checked(edition) => edition.plans.keys().map(String::as_str).collect(),
            Self::Draft(drafts) => drafts.keys().map(String::as_str).collect(),
        }
    }

    /// Returns how a journey stands whose plan in force has this content hash.
    pub(super) fn state(&self, journey: &str, in_force: Option<&str>) -> Option<State> {
        let state = match self {
            Self::Checked(edition) => match edition.plan_hash(journey) {
                Some(hash) if in_force == Some(hash) => State::Published,
                Some(_) => State::Checked,
                None => State::Removed,
            },
            Self::Draft(drafts) => match drafts.get(journey) {
                Some(defects) => State::Draft { defects: *defects },
                None => State::Removed,
            },
        };
        // One that is neither here nor in force is only being finished.
        (state != State::Removed || in_force.is_some()).then_some(state)
    }
}

/// Counts the defects in the files of journeys, by journey.
fn drafts(rejection: &Rejection) -> BTreeMap<String, usize> {
    let files = rejection.sources.iter();
    let files = files.filter(|(file, _)| file.starts_with("journeys/") && file.ends_with(".yaml"));
    let drafts = files.map(|(file, text)| {
        let defects = rejection.defects.iter();
        let own = defects.filter(|defect| defect.place.file == *file).count();
        (name(file, text), own)
    });
    drafts.collect()
}

/// Returns a journey's name: what its file says, else the file's own.
fn name(file: &str, text: &str) -> String {
    let said = text.lines().find_map(|line| line.strip_prefix("journey:"));
    let said = said.map(|rest| rest.split('#').next().unwrap_or_default());
    let said = said.map(|rest| rest.trim().trim_matches(['"', '\'']));
    let stem = file.rsplit('/').next().unwrap_or(file);
    let stem = stem.strip_suffix(".yaml").unwrap_or(stem);
    match said {
        Some(said) if !said.is_empty() => said.to_owned(),
        _ => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_journey_with_defects_still_has_a_name() {
        for (text, found) in [
            ("journey: welkom\nkind: x\n", "welkom"),
            ("# first\njourney: \"welkom\"  # the first\n", "welkom"),
            ("kind: x\n", "a"),
            ("journey:\n", "a"),
        ] {
            assert_eq!(name("journeys/deep/a.yaml", text), found, "{text}");
        }
    }
}
