//! Checks how journeys start one another: both must say so, and none may come back to itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::Defect;
use crate::journeys::{JourneyDoc, OccasionDoc, Verb, each};
use crate::names::Names;
use crate::yaml::{At, quoted};

/// Checks the steps `enroll` and the triggers `journey` of a whole release.
pub(crate) fn check(journeys: &[JourneyDoc], names: &Names<()>, defects: &mut Vec<Defect>) {
    let all: BTreeMap<&str, &JourneyDoc> = journeys
        .iter()
        .map(|journey| (journey.name.value.as_str(), journey))
        .collect();
    for journey in journeys {
        for to in started(journey) {
            if names.find(to, defects).is_some() {
                allowed(journey, to, (&all, names), defects);
            }
        }
        for from in starters(journey) {
            if names.find(from, defects).is_some() {
                meant(journey, from, (&all, names), defects);
            }
        }
    }
    circles(journeys, &all, defects);
}

/// Says so if a journey starts one that does not name it as what lets people in: whoever reads that file must see it.
fn allowed(
    journey: &JourneyDoc,
    to: &At<String>,
    (all, names): (&BTreeMap<&str, &JourneyDoc>, &Names<()>),
    defects: &mut Vec<Defect>,
) {
    let Some(other) = all.get(to.value.as_str()).filter(|other| other.whole) else {
        return;
    };
    let own = &journey.name.value;
    // A name that is not known may be the one that is missed.
    let meant = |from: &At<String>| from.value == *own || names.get(&from.value).is_none();
    if starters(other).any(meant) {
        return;
    }
    let what = format!("`{}` does not say that `{own}` lets people in", to.value);
    defects.push(
        Defect::new(to.place.clone(), what)
            .help(format!("give it the trigger `journey: {}`", quoted(own)))
            .also(other.name.place.clone(), "this journey"),
    );
}

/// Says so if the journey that a trigger names has no step that starts this one.
fn meant(
    journey: &JourneyDoc,
    from: &At<String>,
    (all, names): (&BTreeMap<&str, &JourneyDoc>, &Names<()>),
    defects: &mut Vec<Defect>,
) {
    let Some(other) = all.get(from.value.as_str()) else {
        return;
    };
    let mut unread = other.steps.is_empty();
    each(&other.steps, &mut |step| {
        unread |= matches!(step.verb, Verb::Broken(_));
    });
    let own = &journey.name.value;
    let named = |to: &&At<String>| to.value == *own || names.get(&to.value).is_none();
    if unread || started(other).iter().any(named) {
        return;
    }
    let what = format!("no step of `{}` starts `{own}`", from.value);
    defects.push(
        Defect::new(from.place.clone(), what)
            .help(format!("write the step `- enroll: {}` in it", quoted(own)))
            .also(other.name.place.clone(), "this journey"),
    );
}

/// Says which steps lead in a circle, so that somebody could go from journey to journey for ever.
fn circles(journeys: &[JourneyDoc], all: &BTreeMap<&str, &JourneyDoc>, defects: &mut Vec<Defect>) {
    let mut told = BTreeSet::new();
    for journey in journeys {
        let own = journey.name.value.as_str();
        for to in started(journey) {
            let Some(way) = way(to.value.as_str(), own, all) else {
                continue;
            };
            if way.iter().any(|name| told.contains(name)) {
                continue;
            }
            told.extend(way.iter().copied());
            let mut defect = Defect::new(
                to.place.clone(),
                "these journeys start one another in a circle",
            )
            .label("leads back")
            .help("a journey ends: for what comes again and again, use a `date` trigger with `every: year`, or events");
            let rest = way.iter().zip(way.iter().skip(1));
            for (from, next) in rest {
                let steps = all.get(from).map(|one| started(one)).unwrap_or_default();
                if let Some(step) = steps.into_iter().find(|to| to.value == *next) {
                    defect = defect.also(step.place.clone(), "and this one");
                }
            }
            defects.push(defect);
        }
    }
}

/// Finds a way from one journey to another, both included.
fn way<'a>(
    from: &'a str,
    to: &'a str,
    all: &BTreeMap<&'a str, &'a JourneyDoc>,
) -> Option<Vec<&'a str>> {
    let mut ways = vec![vec![from]];
    let mut seen = BTreeSet::from([from]);
    while let Some(way) = ways.pop() {
        let last = *way.last()?;
        if last == to {
            return Some(way);
        }
        for next in all.get(last).map(|one| started(one)).unwrap_or_default() {
            if seen.insert(next.value.as_str()) {
                let mut longer = way.clone();
                longer.push(&next.value);
                ways.push(longer);
            }
        }
    }
    None
}

/// Returns the journeys that a journey starts.
fn started(journey: &JourneyDoc) -> Vec<&At<String>> {
    let mut started = Vec::new();
    each(&journey.steps, &mut |step| {
        if let Verb::Enroll(to) = &step.verb {
            started.push(to);
        }
    });
    started
}

/// Returns the journeys that a journey names as what lets people in.
fn starters(journey: &JourneyDoc) -> impl Iterator<Item = &At<String>> {
    journey.triggers.iter().filter_map(|trigger| {
        let OccasionDoc::Journey(from) = &trigger.on else {
            return None;
        };
        Some(from)
    })
}
