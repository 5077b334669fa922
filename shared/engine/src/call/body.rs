//! What a post to another system says: `type`, `timestamp` and `data`, as Standard Webhooks has it.
//!
//! People are named by the ids that their source gave them; an address or a name leaves only where an author says so.

use std::collections::BTreeMap;

use jiff::Timestamp;
use journey::{Action, Contact, Enrollment, Facts, Known, Part, Plan, ResultKind, parts};
use mail::json;
use serde_json::{Map, Value as Json};
use wire::HookResult;

/// Writes a result: to whom it happened, who got the mail where that is somebody else, and in which run; of a topic also
/// what people read about it, so that another system can show it as a property of theirs.
pub(super) fn of_result(
    result: &HookResult,
    (contact, recipient): (&Contact, Option<&Contact>),
    run: Option<(&Enrollment, &Plan)>,
    topics: Option<&BTreeMap<String, String>>,
) -> String {
    let mut data = about(contact, run.map(|(run, _)| run));
    let mut put = |key: &str, text: &str| data.insert(key.to_owned(), text.into());
    if let Some(step) = &result.step {
        put("step", step);
        let action = run.and_then(|(_, plan)| plan.step(step));
        if let Some(Action::Send { send, .. }) = action.map(|step| &step.action) {
            put("mail", &send.template);
        }
    }
    if let Some(recipient) = recipient {
        put("recipient", &recipient.source_id);
    }
    if let Some(detail) = &result.detail {
        let key = called(result.kind);
        put(key, detail);
        if let (TOPIC, Some(about)) = (key, topics.and_then(|topics| topics.get(detail))) {
            put("about", about);
        }
    }
    post(result.kind.as_str(), result.at, data)
}

/// Returns what the detail of a result is called.
fn called(kind: ResultKind) -> &'static str {
    match kind {
        ResultKind::Bounced => "bounce",
        ResultKind::Clicked => "link",
        ResultKind::OptedIn | ResultKind::OptedOut => TOPIC,
        ResultKind::Complained
        | ResultKind::Delivered
        | ResultKind::Entered
        | ResultKind::Left
        | ResultKind::Opened
        | ResultKind::Sent
        | ResultKind::Skipped => "reason",
    }
}

/// Writes the post of a step, with what the author wants it to say.
pub(super) fn of_step(
    (plan, run, contact): (&Plan, &Enrollment, &Contact),
    (step, with): (&str, &BTreeMap<String, String>),
    now: Timestamp,
) -> String {
    let known = Known::new(contact, &run.params, &plan.settings.zone, now);
    let said = with.iter();
    let said = said.map(|(key, text)| (key.clone(), fill(text, &known)));
    let mut data = about(contact, Some(run));
    data.insert("step".to_owned(), step.into());
    data.insert("with".to_owned(), Json::Object(said.collect()));
    post(CALL, now, data)
}

/// Says whom and which run a post is about.
fn about(contact: &Contact, run: Option<&Enrollment>) -> Map<String, Json> {
    let mut data = Map::new();
    let mut put = |key: &str, text: &str| data.insert(key.to_owned(), text.into());
    put("contact", &contact.source_id);
    if let Some(run) = run {
        put("journey", &run.journey);
        put("version", &run.plan);
        put("enrollment", run.id.as_str());
        if let Some(subject) = &run.subject {
            put("subject", subject);
        }
    }
    data
}

/// Fills the values into a text: one that is nothing but a value keeps its kind, an absent one is `null`.
fn fill(text: &str, known: &impl Facts) -> Json {
    let value = |path: &str| known.value(path).map_or(Json::Null, json);
    let parts = parts(text);
    if let [Part::Shown(path)] = parts.as_slice() {
        return value(path);
    }
    let filled = parts.into_iter().map(|part| match part {
        Part::Said(said) => said.to_owned(),
        Part::Shown(path) => match value(path) {
            Json::Null => String::new(),
            Json::String(text) => text,
            other @ (Json::Array(_) | Json::Bool(_) | Json::Number(_) | Json::Object(_)) => {
                other.to_string()
            }
        },
    });
    filled.collect::<String>().into()
}

fn post(ty: &str, at: Timestamp, data: Map<String, Json>) -> String {
    let mut post = Map::new();
    post.insert("type".to_owned(), ty.into());
    post.insert("timestamp".to_owned(), at.to_string().into());
    post.insert("data".to_owned(), Json::Object(data));
    Json::Object(post).to_string()
}

/// What the topic of a choice is called.
const TOPIC: &str = "topic";
/// The `type` of a step's post.
pub(super) const CALL: &str = "journey.call";
