//! What a post to another system says: `type`, `timestamp` and `data`, as Standard Webhooks has it.
//!
//! People are named by the ids that their source gave them, never by address or name.

use std::collections::BTreeMap;

use jiff::Timestamp;
use journey::{Action, Contact, Enrollment, Facts, Known, Plan, ResultKind};
use mail::json;
use serde_json::{Map, Value as Json};
use wire::News;

/// What a result is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    /// To whom it happened.
    pub(super) contact: &'a Contact,
    /// Who got the mail, where that is somebody else.
    pub(super) recipient: Option<&'a Contact>,
    /// In which run.
    pub(super) run: Option<&'a Enrollment>,
    /// The version of the journey that it runs.
    pub(super) plan: Option<&'a Plan>,
}

/// Writes a result.
pub(super) fn result(news: &News, about: About<'_>) -> String {
    let mut data = Map::new();
    let mut put = |key: &str, text: &str| data.insert(key.to_owned(), text.into());
    put("contact", &about.contact.source_id);
    if let Some(run) = about.run {
        put("journey", &run.journey);
        put("version", &run.plan);
        put("enrollment", run.id.as_str());
        if let Some(subject) = &run.subject {
            put("subject", subject);
        }
    }
    if let Some(step) = &news.step {
        put("step", step);
        let action = about.plan.and_then(|plan| plan.step(step));
        if let Some(Action::Send { send, .. }) = action.map(|step| &step.action) {
            put("mail", &send.template);
        }
    }
    if let Some(recipient) = about.recipient {
        put("recipient", &recipient.source_id);
    }
    if let Some(detail) = &news.detail {
        put(called(news.kind), detail);
    }
    post(news.kind.as_str(), news.at, data)
}

/// Returns what the detail of a result is called.
fn called(kind: ResultKind) -> &'static str {
    match kind {
        ResultKind::Bounced => "bounce",
        ResultKind::Clicked => "link",
        ResultKind::OptedIn | ResultKind::OptedOut => "topic",
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
pub(super) fn step(
    (plan, run, contact): (&Plan, &Enrollment, &Contact),
    (step, with): (&str, &BTreeMap<String, String>),
    now: Timestamp,
) -> String {
    let known = Known::new(contact, &run.params, &plan.settings.zone, now);
    let known = known.with_signals(&run.signals);
    let said = with
        .iter()
        .map(|(key, text)| (key.clone(), fill(text, &known)));
    let mut data = Map::new();
    let mut put = |key: &str, value: Json| data.insert(key.to_owned(), value);
    put("contact", contact.source_id.as_str().into());
    put("journey", run.journey.as_str().into());
    put("version", run.plan.as_str().into());
    put("enrollment", run.id.as_str().into());
    if let Some(subject) = &run.subject {
        put("subject", subject.as_str().into());
    }
    put("step", step.into());
    put("with", Json::Object(said.collect()));
    post(CALL, now, data)
}

/// Fills the values into a text: one that is nothing but a value keeps its kind, an absent one is `null`.
fn fill(text: &str, known: &impl Facts) -> Json {
    let value = |path: &str| known.value(path.trim()).map(json);
    let alone = text.trim().strip_prefix("{{");
    let alone = alone.and_then(|rest| rest.strip_suffix("}}"));
    if let Some(path) = alone.filter(|path| !path.contains("{{")) {
        return value(path).unwrap_or(Json::Null);
    }
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((path, after)) = after.split_once("}}") else {
            break;
        };
        filled.push_str(before);
        match value(path) {
            Some(Json::String(text)) => filled.push_str(&text),
            Some(other) => filled.push_str(&other.to_string()),
            None => (),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled.into()
}

fn post(ty: &str, at: Timestamp, data: Map<String, Json>) -> String {
    let mut post = Map::new();
    post.insert("type".to_owned(), ty.into());
    post.insert("timestamp".to_owned(), at.to_string().into());
    post.insert("data".to_owned(), Json::Object(data));
    Json::Object(post).to_string()
}

/// The `type` of a step's post.
const CALL: &str = "journey.call";
