//! What a release says, whole: its own text and the plans that it names.

mod catalogue;
mod difference;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use aws::{Aws, InForce};
use journey::{Plan, Release};
use wire::Publication;

pub(crate) use catalogue::{Missing, missing};
pub(crate) use difference::{Change, Difference, Names, difference, window};

/// A release with its plans.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edition {
    /// Its content hash.
    pub(crate) hash: String,
    /// What intake and resolve know of it.
    pub(crate) release: Release,
    /// The plans, by journey.
    pub(crate) plans: BTreeMap<String, Plan>,
}

impl Edition {
    /// Reads what is about to be published.
    ///
    /// # Errors
    /// Fails where a text is missing, which is a mistake of ours.
    pub(crate) fn of(publication: &Publication) -> anyhow::Result<Self> {
        let texts: BTreeMap<_, _> = publication.texts.iter().cloned().collect();
        let text = texts.get(&publication.release);
        let text = text.context("a publication holds its own release")?;
        Self::read(&publication.release, text, &texts)
    }

    /// Fetches the release in force.
    ///
    /// # Errors
    /// Fails where AWS does, or a newer version of Waypost wrote it.
    pub(crate) async fn fetch(aws: &Aws, in_force: &InForce) -> anyhow::Result<Self> {
        let hash = &in_force.release;
        let texts = aws.published_texts(std::slice::from_ref(hash)).await?;
        let text = texts.get(hash).context("the release in force is gone")?;
        let release = wire::release_from_json(text)?;
        let journeys = release.journeys.values();
        let hashes: Vec<_> = journeys.map(|entrance| entrance.plan.clone()).collect();
        let plans = aws.published_texts(&hashes).await?;
        Self::read(hash, text, &plans)
    }

    fn read(hash: &str, text: &str, plans: &BTreeMap<String, String>) -> anyhow::Result<Self> {
        let release = wire::release_from_json(text)?;
        let plans = release.journeys.iter().map(|(name, entrance)| {
            let text = plans.get(&entrance.plan);
            let text = text.ok_or_else(|| anyhow!("the plan of {name} is gone"))?;
            Ok((name.clone(), wire::plan_from_json(text)?))
        });
        Ok(Self {
            hash: hash.to_owned(),
            plans: plans.collect::<anyhow::Result<_>>()?,
            release,
        })
    }

    /// Returns it without some of its journeys, as it would be published: whoever is inside goes on, and
    /// nobody comes in any more.
    pub(crate) fn without(&self, journeys: &[String]) -> (Publication, Self) {
        let mut after = self.clone();
        let stays = |name: &String| !journeys.contains(name);
        after.release.journeys.retain(|name, _| stays(name));
        after.plans.retain(|name, _| stays(name));
        // Its plans are published already.
        let mut publication = Publication::default();
        publication.release = publication.add(wire::release_to_json(&after.release));
        after.hash = publication.release.clone();
        (publication, after)
    }

    /// Returns the content hash of a journey's plan.
    pub(crate) fn plan_hash(&self, journey: &str) -> Option<&str> {
        let entrance = self.release.journeys.get(journey)?;
        Some(&entrance.plan)
    }
}

/// Names a release or a plan to people: the beginning of its hash.
pub(crate) fn short(hash: &str) -> &str {
    hash.get(..SHOWN).unwrap_or(hash)
}

const SHOWN: usize = 8;
