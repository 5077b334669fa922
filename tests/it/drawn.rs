//! Drawn journeys, played by the whole engine in a world, against a plain reading of the same files.
//!
//! The plain reading knows neither plans nor phases, queues nor tables; it is the same that the core is held against.

#[path = "../../release/tests/it/plain/case.rs"]
mod case;
#[path = "../../release/tests/it/plain/clock.rs"]
mod clock;
#[path = "../../release/tests/it/plain/draw.rs"]
mod draw;
#[path = "../../release/tests/it/plain/fire.rs"]
mod fire;
#[path = "../../release/tests/it/plain/person.rs"]
mod person;
#[path = "../../release/tests/it/plain/prune.rs"]
mod prune;
#[path = "../../release/tests/it/plain/read.rs"]
mod read;
#[path = "../../release/tests/it/plain/score.rs"]
mod score;
#[path = "../../release/tests/it/plain/steps.rs"]
mod steps;
#[path = "../../release/tests/it/plain/walk.rs"]
mod walk;
#[path = "../../release/tests/it/plain/write.rs"]
#[expect(dead_code, reason = "scenario files are written for the core alone")]
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, Phase, Taken, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::folders::published;
use crate::given::Published;
use crate::seeds;
use crate::trial::{Log, Story};
use crate::world::{Action, Choose, Seed, World};
use case::{Case, Change, Deed, Does, On, Reentry, Write, ZONES, each};

proptest! {
    #![proptest_config(seeds::drawn(CASES))]

    #[test]
    fn the_engine_and_a_plain_reading_tell_the_same_story(case in draw::case()) {
        let case = without_ties(case);
        let (story, start) = story(&case);
        let plain = read::story(&case);
        let world = match plain.until {
            Some(until) => story.play_until(start, until + SignedDuration::from_mins(1)),
            None => story.play_from(start, Choose::Calm, Log::Dropped),
        };
        let faults = match plain.until {
            Some(_) => world.state().wrong.clone(),
            None => world.faults(),
        };
        prop_assert_eq!(faults, Vec::<String>::new());
        let mut expected: Vec<_> = plain.entries.into_iter().map(|entry| (entry.at, entry.what)).collect();
        expected.sort();
        prop_assume!(!is_tied(&case, &expected));
        let mut found = told(&world);
        // The plain reading stops somewhere; the world goes on.
        found.retain(|(at, _)| plain.until.is_none_or(|until| *at <= until));
        found.sort();
        prop_assert_eq!(&found, &expected, "\n{}", write::journey(&case));
    }

    #[test]
    fn whatever_breaks_nobody_is_lost_and_nothing_is_doubled(case in draw::case(), seed in any::<u64>()) {
        let case = once(case);
        let (story, start) = story(&case);
        let world = story.told().concurrently(3).play_from(start, Choose::Seed(Seed::new(seed)), Log::Dropped);
        prop_assert_eq!(world.faults(), Vec::<String>::new(), "\n{}", write::journey(&case));
    }
}

/// Leaves out what is nowhere said: which of two runs that ask in one minute gets the room under a cap, and whether
/// a run that begins and ends in one minute is there when its contact is to come in again, or takes its first steps before
/// or after what else happens in the minute in which it begins.
fn without_ties(mut case: Case) -> Case {
    let mut shared = case.marketing;
    each(&case.steps, &mut |step| {
        shared |= matches!(&step.does, Does::Change(change) if !matches!(change, Change::Tag(0)));
    });
    let alone = shared && case.reentry == Reentry::Unlimited;
    let is_start = |deed: &Deed| matches!(deed, Deed::Start { .. });
    let starts = case.happens.iter();
    let starts = starts.filter(|(_, deed)| is_start(deed));
    let starts: Vec<_> = starts.map(|(minute, _)| *minute).chain([0]).collect();
    let mut last = -1;
    case.happens.retain(|(minute, deed)| match is_start(deed) {
        true if alone && last >= 0 || *minute == last => false,
        true => {
            last = *minute;
            true
        }
        false => !starts.contains(minute),
    });
    if !case.by_event() {
        if alone {
            case.reentry = Reentry::Single;
        }
        // What lets people in by itself mostly does so at whole tens of minutes.
        for (at, (minute, _)) in (0..).zip(&mut case.happens) {
            *minute += 2 * at + 1;
        }
    }
    case
}

/// Tells whether something else than events lets people in, and somebody comes, or is to come, in twice in one minute.
fn is_tied(case: &Case, expected: &[(Timestamp, String)]) -> bool {
    let mut came = BTreeSet::new();
    let mut entries = expected.iter();
    !case.by_event()
        && entries.any(|(at, what)| {
            let comes = what == "tag: t" || what.starts_with("refused: ");
            comes && !came.insert(at)
        })
}

/// Has no date come back every year: a world with such a date never comes to rest.
fn once(mut case: Case) -> Case {
    for trigger in &mut case.triggers {
        if let On::Date { yearly, .. } = &mut trigger.on {
            *yearly = false;
        }
    }
    case
}

/// Returns what happens in a case, and when it begins.
fn story(case: &Case) -> (Story, Timestamp) {
    let mut story = Story::of(release(case));
    let mut zone = case.zone;
    let known = case.known.iter().map(|write| field(case, *write));
    let known = note(case, zone, known.collect());
    story = story.after(SignedDuration::ZERO, post("known", &known));
    for (number, (minutes, deed)) in case.happens.iter().enumerate() {
        let id = format!("e{number}");
        let event = |event: &str, data: Json| {
            let mut body = note(case, zone, BTreeMap::new());
            body["type"] = json!(event);
            body["data"] = data;
            post(&id, &body)
        };
        let read = |mail: &usize, link: Option<&str>| Action::Open {
            person: ContactId::of(&name(case)),
            step: format!("m{mail}"),
            link: link.map(str::to_owned),
        };
        let action = match deed {
            Deed::Start { day, number } => {
                let mut data = BTreeMap::new();
                data.extend(day.map(|day| ("day", json!(case.day(day).to_string()))));
                data.extend(number.map(|number| ("number", json!(number))));
                event("START", json!(data))
            }
            Deed::Order(amount) => event("ORDER", json!({ "amount": amount })),
            Deed::Set(Write::Zone(to)) => {
                zone = *to;
                post(&id, &note(case, zone, BTreeMap::new()))
            }
            Deed::Set(write) => {
                let field = field(case, *write);
                post(&id, &note(case, zone, [field].into()))
            }
            Deed::Open(mail) => read(mail, None),
            Deed::Click(mail) => read(mail, Some("more")),
        };
        story = story.after(SignedDuration::from_mins(*minutes), action);
    }
    (story, case.start())
}

/// Returns an event that only tells what is known of the contact.
fn note(case: &Case, zone: usize, fields: BTreeMap<&str, Json>) -> Json {
    json!({ "type": "NOTE", "data": {}, "people": [{
        "id": name(case), "email": format!("{}@school.example", name(case)),
        "full_name": name(case), "time_zone": ZONES[zone], "fields": fields,
        "consent": { "news": { "at": "2026-01-01T00:00:00Z", "how": "form", "text": "Yes" } },
    }] })
}

fn post(id: &str, body: &Json) -> Action {
    Action::Post {
        id: id.to_owned(),
        body: body.to_string(),
    }
}

/// Returns a field of a contact, as a source posts it.
fn field(case: &Case, write: Write) -> (&'static str, Json) {
    match write {
        Write::Member(yes) => ("member", json!(yes)),
        Write::Level(level) => ("level", json!(level)),
        Write::Score(score) => ("score", json!(score)),
        Write::Due(day) => ("due", json!(day.map(|day| case.day(day).to_string()))),
        Write::When(at) => ("moment", json!(at.map(|at| case.seconds(at).to_string()))),
        Write::Zone(at) => ("time_zone", json!(ZONES[at])),
    }
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
                Some(journey::Action::Change { change, .. }) => Some(worded(change)),
                Some(_) | None => None,
            };
            let what = match (outcome.as_str(), change) {
                (_, Some(change)) => change,
                ("sent", None) => format!("send: {step}"),
                ("over_cap", None) => format!("skipped: {step}"),
                ("expired" | "withheld", None) => format!("{outcome}: {step}"),
                _ => continue,
            };
            story.push((*at, what));
        }
        if let Phase::Left { reason, at } = &record.enrollment.phase {
            story.push((*at, format!("leaves: {reason}")));
        }
    }
    for exception in state.exceptions.values() {
        if exception.kind.as_str() == "reentry_refused" || exception.reason == "circle" {
            story.push((exception.at, format!("refused: {}", exception.reason)));
        }
    }
    story
}

/// Says a change in the words of the plain reading.
fn worded(change: &journey::Change) -> String {
    match change {
        journey::Change::Join(list) => format!("join: {list}"),
        journey::Change::Leave(list) => format!("leave: {list}"),
        journey::Change::Score(amount) => format!("score: {amount}"),
        journey::Change::Set(fields) => {
            let fields = fields.iter().map(|(name, value)| match value {
                None => format!("{name}: null"),
                Some(Value::Bool(yes)) => format!("{name}: {yes}"),
                Some(Value::Date(date)) => format!("{name}: {date}"),
                Some(Value::DateTime(moment)) => format!("{name}: {moment}"),
                Some(Value::List(list)) => format!("{name}: {list:?}"),
                Some(Value::Number(number)) => format!("{name}: {number}"),
                Some(Value::Text(text)) => format!("{name}: {text}"),
            });
            format!("set: {{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        journey::Change::Tag(tag) => format!("tag: {tag}"),
        journey::Change::Untag(tag) => format!("untag: {tag}"),
    }
}

const CASES: u32 = 32;
