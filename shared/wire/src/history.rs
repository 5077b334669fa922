//! What was published so far, and under which numbers: `welkom@7`.
//!
//! It lies beside the releases under its content hash, and the pointer to the release in force names
//! it: so both change in one write.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Unreadable, time};

/// What was published so far.
///
/// **Invariant:** it is bounded: of very many versions and publications only the newest are kept.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct History {
    /// Who put which release in force when; the newest is the last.
    pub publications: Vec<Published>,
    journeys: BTreeMap<String, Versions>,
}

/// A release that was put in force.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Published {
    /// Its content hash.
    pub release: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// The versions of one journey.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Versions {
    /// The highest number that was given; numbers are never given twice.
    last: u32,
    /// Numbers and the content hashes of their plans; the newest is the last.
    plans: Vec<(u32, String)>,
}

impl History {
    /// Returns the number of a version, unless it is too old to be remembered.
    pub fn version(&self, journey: &str, plan: &str) -> Option<u32> {
        let known = &self.journeys.get(journey)?.plans;
        let found = known.iter().find(|(_, hash)| hash == plan);
        found.map(|(number, _)| *number)
    }

    /// Returns the number that a version has or would get.
    pub fn number(&self, journey: &str, plan: &str) -> u32 {
        self.version(journey, plan).unwrap_or_else(|| {
            let last = self.journeys.get(journey).map_or(0, |known| known.last);
            last + 1
        })
    }

    /// Notes that a release was put in force; its journeys are given as name and content hash of the plan.
    ///
    /// A plan that was published before keeps the number it had.
    pub fn note<'a>(
        &mut self,
        published: Published,
        journeys: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        for (journey, plan) in journeys {
            let number = self.number(journey, plan);
            let known = self.journeys.entry(journey.to_owned()).or_default();
            known.last = known.last.max(number);
            // The newest is forgotten last, also when it is an old one that came back.
            known.plans.retain(|(one, _)| *one != number);
            known.plans.push((number, plan.to_owned()));
        }
        self.publications.push(published);
    }

    /// Writes it, as much of it as fits.
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        for versions_max in VERSIONS_MAX {
            json = self.newest(versions_max);
            if json.len() <= BYTES_MAX {
                break;
            }
        }
        json
    }

    fn newest(&self, versions_max: usize) -> String {
        let published = &self.publications;
        let published = &published[published.len().saturating_sub(PUBLICATIONS_MAX)..];
        let journeys = self.journeys.iter().map(|(name, known)| {
            let plans = &known.plans[known.plans.len().saturating_sub(versions_max)..];
            let doc = VersionsDoc {
                last: known.last,
                plans: plans.to_vec(),
            };
            (name.clone(), doc)
        });
        crate::to_json(&Doc {
            v: 1,
            publications: published.iter().map(PublishedDoc::from).collect(),
            journeys: journeys.collect(),
        })
    }

    /// Reads one of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: Doc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let journeys = doc.journeys.into_iter().map(|(name, doc)| {
            let versions = Versions {
                last: doc.last,
                plans: doc.plans,
            };
            (name, versions)
        });
        Ok(Self {
            publications: doc.publications.into_iter().map(Published::from).collect(),
            journeys: journeys.collect(),
        })
    }
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    publications: Vec<PublishedDoc>,
    journeys: BTreeMap<String, VersionsDoc>,
}

#[derive(Deserialize, Serialize)]
struct PublishedDoc {
    release: String,
    #[serde(with = "time")]
    at: Timestamp,
    by: String,
}

impl From<&Published> for PublishedDoc {
    fn from(published: &Published) -> Self {
        let Published { release, at, by } = published.clone();
        Self { release, at, by }
    }
}

impl From<PublishedDoc> for Published {
    fn from(PublishedDoc { release, at, by }: PublishedDoc) -> Self {
        Self { release, at, by }
    }
}

#[derive(Deserialize, Serialize)]
struct VersionsDoc {
    last: u32,
    plans: Vec<(u32, String)>,
}

const PUBLICATIONS_MAX: usize = 50;
/// How many versions of a journey are remembered: fewer where there are very many journeys.
const VERSIONS_MAX: [usize; 4] = [50, 20, 8, 2];
/// It has an item to itself, which holds 400 KB.
const BYTES_MAX: usize = 200 * 1024;

#[cfg(test)]
mod tests {
    use super::{History, Published};

    fn published(release: &str) -> Published {
        Published {
            release: release.to_owned(),
            at: "2026-11-26T01:00:00Z".parse().unwrap(),
            by: "els".to_owned(),
        }
    }

    #[test]
    fn a_plan_has_one_number_for_ever_and_a_number_one_plan() {
        let mut history = History::default();
        assert_eq!(history.number("welkom", "aa"), 1);
        history.note(published("r1"), [("welkom", "aa")]);
        history.note(published("r2"), [("welkom", "bb"), ("other", "aa")]);
        // Withdrawn, and back as it was before.
        history.note(published("r3"), [("other", "aa")]);
        history.note(published("r1"), [("welkom", "aa")]);
        assert_eq!(history.version("welkom", "aa"), Some(1));
        assert_eq!(history.version("welkom", "bb"), Some(2));
        assert_eq!(history.version("other", "aa"), Some(1));
        assert_eq!(history.version("welkom", "cc"), None);
        assert_eq!(history.number("welkom", "cc"), 3);
        assert_eq!(History::from_json(&history.to_json()).unwrap(), history);
    }

    #[test]
    fn it_is_written_as_it_always_was() {
        let mut history = History::default();
        history.note(published("r1"), [("welkom", "aa")]);
        expect_test::expect![[r#"{"v":1,"publications":[{"release":"r1","at":"2026-11-26T01:00:00Z","by":"els"}],"journeys":{"welkom":{"last":1,"plans":[[1,"aa"]]}}}"#]]
            .assert_eq(&history.to_json());
    }

    #[test]
    fn however_much_is_published_it_fits_into_an_item() {
        let mut history = History::default();
        let names: Vec<_> = (0..500)
            .map(|at| format!("a-journey-with-quite-a-long-name-{at}"))
            .collect();
        for round in 0..60 {
            let hash = format!("{round:032}");
            let journeys = names.iter().map(|name| (name.as_str(), hash.as_str()));
            history.note(published(&hash), journeys);
        }
        let json = history.to_json();
        assert!(json.len() < 390 * 1024, "{}", json.len());
        let read = History::from_json(&json).unwrap();
        assert_eq!(read.publications.len(), 50);
        assert_eq!(read.version(&names[7], &format!("{:032}", 59)), Some(60));
        assert_eq!(
            read.number(&names[7], "new"),
            61,
            "no number is given twice"
        );
    }
}
