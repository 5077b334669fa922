//! Short ways to post events about people, one a minute, and to see whom they let in.

use jiff::SignedDuration;
use journey::{Audience, Plan, Purpose};
use serde_json::{Value as Json, json};

use crate::given::{self, Verb, chain, journey};
use crate::trial::{Log, Story};
use crate::world::{Action, Choose, World};

/// A post: its id and its body.
pub(crate) type Posted = (String, Json);

pub(crate) fn event(id: &str, at: &str, subject: Option<&str>, people: &[Json]) -> Posted {
    let mut body: Json = serde_json::from_str(&given::post("HELLO", id, &[])).expect("JSON");
    body["timestamp"] = json!(at);
    body["subject"] = json!(subject);
    body["people"] = json!(people);
    (id.to_owned(), body)
}

pub(crate) fn unlinked(id: &str, role: &str) -> Json {
    let mut person = given::person(id, role);
    person["unlink"] = json!(true);
    person
}

pub(crate) fn plan(name: &str, to: Option<Audience>) -> Plan {
    let mut plan = journey(Purpose::Transactional, chain(&[("one", Verb::Send)]));
    plan.journey = name.to_owned();
    plan.to = to;
    plan
}

/// Posts one event a minute, in this order, in a calm world.
pub(crate) fn play(plans: &[Plan], posts: &[Posted]) -> World {
    post_all(Story::new(plans), posts)
}

pub(crate) fn post_all(story: Story, posts: &[Posted]) -> World {
    let story = posts
        .iter()
        .zip(0..)
        .fold(story, |story, ((id, body), minute)| {
            let action = Action::Post {
                id: id.clone(),
                body: body.to_string(),
            };
            story.after(SignedDuration::from_mins(minute), action)
        });
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.state().wrong, Vec::<String>::new());
    assert!(world.state().dead.is_empty());
    world
}

/// Who is enrolled in which journey.
pub(crate) fn enrolled(world: &World) -> Vec<String> {
    told(world, |run| run.journey.clone())
}

/// Whom each event let in.
pub(crate) fn events_of(world: &World) -> Vec<String> {
    told(world, |run| run.event.clone())
}

fn told(world: &World, what: impl Fn(&journey::Enrollment) -> String) -> Vec<String> {
    let state = world.state();
    let runs = state.runs.all().map(|run| {
        let person = state
            .people
            .contact(state.people.by_now(&run.enrollment.contact))
            .expect("a person");
        format!("{} {}", what(&run.enrollment), person.contact.source_id)
    });
    let mut told: Vec<_> = runs.collect();
    told.sort();
    told
}

/// The steps whose mails have left, sorted.
pub(crate) fn left(world: &World) -> Vec<String> {
    let state = world.state();
    let mails = state.service.delivered.iter();
    let mut steps: Vec<_> = mails.map(|mail| mail.step.clone()).collect();
    steps.sort();
    steps
}

/// Why something was refused or could not be done.
pub(crate) fn reasons(world: &World) -> Vec<String> {
    let state = world.state();
    let reasons = state.exceptions.values().map(|one| one.reason.clone());
    reasons.collect()
}
