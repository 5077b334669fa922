//! Who is on their way, by journey and by the number of the version they came in on.

use std::collections::BTreeMap;

use aws::{Aws, InFlight};
use serde::Serialize;
use wire::History;

use crate::edition::short;

/// Those who are on their way, by journey; the newest version first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Runs(BTreeMap<String, Vec<Group>>);

/// Those who are on their way in one version of a journey.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Group {
    /// Its number; none where it is too old to be remembered.
    pub(crate) version: Option<u32>,
    /// Its content hash.
    pub(crate) plan: String,
    /// Who wait for a moment or for something to happen.
    pub(crate) waiting: u64,
    /// Whose mail is on its way.
    pub(crate) sending: u64,
    /// Who cannot go on until something is mended.
    pub(crate) parked: u64,
}

impl Group {
    /// Names the version.
    pub(crate) fn label(&self) -> String {
        version(self.version, &self.plan)
    }

    /// Returns how many they are.
    pub(crate) fn total(&self) -> u64 {
        self.waiting + self.sending + self.parked
    }
}

/// Names a version: by its number, else by its hash.
pub(crate) fn version(number: Option<u32>, plan: &str) -> String {
    match number {
        Some(number) => format!("@{number}"),
        None => short(plan).to_owned(),
    }
}

impl Runs {
    /// Counts them.
    ///
    /// # Errors
    /// Fails where AWS does.
    pub(crate) async fn count(aws: &Aws, history: &History) -> anyhow::Result<Self> {
        Ok(Self::of(aws.in_flight().await?, history))
    }

    pub(crate) fn of(counts: BTreeMap<(String, String), InFlight>, history: &History) -> Self {
        let mut runs: BTreeMap<String, Vec<Group>> = BTreeMap::new();
        for ((journey, plan), count) in counts {
            let group = Group {
                version: history.version(&journey, &plan),
                plan,
                waiting: count.waiting,
                sending: count.sending,
                parked: count.parked,
            };
            runs.entry(journey).or_default().push(group);
        }
        for groups in runs.values_mut() {
            groups
                .sort_by(|one, other| (other.version, &other.plan).cmp(&(one.version, &one.plan)));
        }
        Self(runs)
    }

    /// Returns those in one journey.
    pub(crate) fn within(&self, journey: &str) -> &[Group] {
        self.0.get(journey).map_or(&[], Vec::as_slice)
    }

    /// Returns the names of the journeys in which somebody is on their way.
    pub(crate) fn journeys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Says how many are in a journey, by version: `3 @2, 1 @1`.
    pub(crate) fn show(&self, journey: &str) -> String {
        let groups = self.within(journey).iter();
        let shown = groups.map(|group| format!("{} {}", group.total(), group.label()));
        shown.collect::<Vec<_>>().join(", ")
    }
}
