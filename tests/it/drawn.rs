//! Drawn journeys, played by the whole engine in a world, against a plain reading of the same files.
//!
//! The plain reading knows neither plans nor phases, queues nor tables; it is the same that the core is held against.

#[path = "../../release/tests/it/plain/draw.rs"]
mod draw;
#[path = "../../release/tests/it/plain/read.rs"]
mod read;
#[path = "../../release/tests/it/plain/score.rs"]
mod score;
#[path = "../../release/tests/it/plain/write.rs"]
#[expect(dead_code, reason = "scenario files are written for the core alone")]
mod write;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, Phase, Taken};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::folders::published;
use crate::given::Published;
use crate::seeds;
use crate::trial::{Log, Story};
use crate::world::{Action, Choose, Seed, World};
use draw::{Case, Deed, Reentry, STARTS, ZONES};

proptest! {
    #![proptest_config(seeds::drawn(CASES))]

    #[test]
    fn the_engine_and_a_plain_reading_tell_the_same_story(case in draw::case()) {
        let case = without_ties(case);
        let (story, start) = story(&case);
        let world = story.play_from(start, Choose::Calm, Log::Dropped);
        prop_assert_eq!(world.faults(), Vec::<String>::new());
        let mut expected: Vec<_> = read::story(&case).into_iter().map(|entry| (entry.at, entry.what)).collect();
        expected.sort();
        let mut found = told(&world);
        found.sort();
        prop_assert_eq!(&found, &expected, "\n{}", write::journey(&case));
    }

    #[test]
    fn whatever_breaks_nobody_is_lost_and_nothing_is_doubled(case in draw::case(), seed in any::<u64>()) {
        let (story, start) = story(&case);
        let world = story.told().concurrently(3).play_from(start, Choose::Seed(Seed::new(seed)), Log::Dropped);
        prop_assert_eq!(world.faults(), Vec::<String>::new(), "\n{}", write::journey(&case));
    }
}

/// Leaves out what is nowhere said: which of two runs that ask in one minute gets the room under a cap, and whether
/// a run that begins and ends in one minute is there when its contact is to come in again, or takes its first steps before
/// or after what else happens in the minute in which it begins.
fn without_ties(mut case: Case) -> Case {
    let alone = case.marketing && case.reentry == Reentry::Unlimited;
    let starts = case.happens.iter();
    let starts = starts.filter(|(_, deed)| matches!(deed, Deed::Start));
    let starts: Vec<_> = starts.map(|(minute, _)| *minute).chain([0]).collect();
    let mut last = 0;
    case.happens.retain(|(minute, deed)| match deed {
        Deed::Start if alone || *minute == last => false,
        Deed::Start => {
            last = *minute;
            true
        }
        Deed::Order(_) | Deed::Open(_) | Deed::Member(_) | Deed::Score(_) => {
            !starts.contains(minute)
        }
    });
    case
}

/// Returns what happens in a case, and when it begins.
fn story(case: &Case) -> (Story, Timestamp) {
    let start: Timestamp = STARTS[case.start].parse().expect("a moment");
    let mut story = Story::of(release(case));
    let deeds = [(0, Deed::Start)].into_iter().chain(case.happens.clone());
    for (number, (minutes, deed)) in deeds.enumerate() {
        let id = format!("e{number}");
        let person = |fields: Json| {
            json!({
                "id": name(case), "email": format!("{}@school.example", name(case)),
                "full_name": name(case), "time_zone": ZONES[case.zone], "fields": fields,
                "consent": { "news": { "at": "2026-01-01T00:00:00Z", "how": "form", "text": "Yes" } },
            })
        };
        let post = |event: &str, data: Json, fields: Json| Action::Post {
            id: id.clone(),
            body: json!({ "type": event, "data": data, "people": [person(fields)] }).to_string(),
        };
        let action = match deed {
            Deed::Start => post("START", json!({}), json!({})),
            Deed::Order(amount) => post("ORDER", json!({ "amount": amount }), json!({})),
            Deed::Member(yes) => post("NOTE", json!({}), json!({ "member": yes })),
            Deed::Score(score) => post("NOTE", json!({}), json!({ "score": score })),
            Deed::Open(mail) => Action::Open {
                person: ContactId::of(&name(case)),
                step: format!("m{mail}"),
            },
        };
        story = story.after(SignedDuration::from_mins(minutes), action);
    }
    (story, start)
}

fn name(case: &Case) -> String {
    format!("c{}", case.contact)
}

/// Compiles the files of a case.
fn release(case: &Case) -> Arc<Published> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files: BTreeMap<_, _> = write::release().into_iter().collect();
    files.insert("journeys/j.yaml".to_owned(), write::journey(case));
    let events = files.get_mut("events.yaml").expect("the events");
    *events += "NOTE:\n  params: {}\n";
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    published(folder.path())
}

/// Tells what became of everybody, in the words of the plain reading.
fn told(world: &World) -> Vec<(Timestamp, String)> {
    let state = world.state();
    let mut story = Vec::new();
    for record in state.runs.all() {
        let plan = &state.published.plans[&record.enrollment.plan];
        for Taken { step, outcome, at } in &record.enrollment.path {
            let step_taken = plan.step(step).map(|step| &step.action);
            let change = match step_taken {
                Some(journey::Action::Change { change, .. }) => Some(format!("{change:?}")),
                Some(_) | None => None,
            };
            let what = match (outcome.as_str(), change) {
                (_, Some(change)) => change
                    .replace("tag t", "tag: t")
                    .replace("score ", "score: "),
                ("sent", None) => format!("send: {step}"),
                ("over_cap", None) => format!("skipped: {step}"),
                ("expired" | "withheld", None) => format!("{outcome}: {step}"),
                _ => continue,
            };
            story.push((*at, what.replace('+', "")));
        }
        if let Phase::Left { reason, at } = &record.enrollment.phase {
            story.push((*at, format!("leaves: {reason}")));
        }
    }
    for exception in state.exceptions.values() {
        if exception.kind.as_str() == "reentry_refused" {
            story.push((exception.at, format!("refused: {}", exception.reason)));
        }
    }
    story
}

const CASES: u32 = 32;
