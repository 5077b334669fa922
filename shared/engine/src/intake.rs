//! Takes a post in: checks who signed it and what it says, and stores it before saying yes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use journey::{ContactId, Field, Release};
use serde_json::Value as Json;
use wire::{EventsMessage, Fault, Problem, Signed};

use crate::{
    Backlog, Clock, Contacts, Events, Exception, ExceptionKind, Exceptions, Keyring, Metric,
    Metrics, Releases, Secrets,
};

/// A post, as it came in.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    /// The three headers that sign it; an absent one is empty.
    pub signed: Signed<'a>,
    /// The raw bytes: what was signed.
    pub body: &'a [u8],
}

/// What a post says is personal data.
impl fmt::Debug for Post<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post")
            .field("id", &self.signed.id)
            .finish_non_exhaustive()
    }
}

/// Why a post is not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// What to answer.
    pub problem: Problem,
    /// After how many seconds to try again, where that helps.
    pub retry_after_s: Option<u32>,
}

/// Takes a post in, and returns the ids of its events.
///
/// # Errors
///
/// A refusal, checked in this order: 413, 401, 400, 422; then 429 and 503 when it cannot be stored.
pub async fn intake(
    io: &(impl Clock + Secrets + Releases + Contacts + Events + Exceptions + Metrics),
    keyring: &Keyring,
    post: &Post<'_>,
) -> Result<Vec<String>, Refusal> {
    if post.body.len() > BODY_BYTES_MAX {
        let detail = format!("a post is at most {} KiB", BODY_BYTES_MAX / 1024);
        return Err(Problem::new(413, "The post is too large", detail).into());
    }
    let secrets = keyring.secrets(io).await;
    let secrets = secrets.map_err(|error| unavailable(&error))?;
    let now = io.now();
    let Some(posted) = post.signed.verify(&secrets, now, post.body) else {
        let detail = "sign the raw body by the Standard Webhooks scheme, within five minutes";
        return Err(Problem::new(401, "The signature does not hold", detail).into());
    };
    let (declared, verdict) = hold(io, post.body, post.signed.id, posted).await?;
    match verdict {
        Ok(message) => {
            io.accept(&message).await.map_err(backlog)?;
            Ok(message.events.into_iter().map(|event| event.id).collect())
        }
        Err(problem) => {
            keep(io, post, posted, &problem, &declared)
                .await
                .map_err(|error| unavailable(&error))?;
            io.count(Metric::RefusedEvents, 1);
            Err(problem.into())
        }
    }
}

/// What comes of holding a post against the release in force: the message for `resolve`, or all that
/// is wrong with it.
pub type Verdict = Result<EventsMessage, Problem>;

/// Holds a post called `id`, posted at `posted`, against the release in force, which is returned too.
///
/// Whoever takes a post in, now or in a replay two weeks later, must have asked this.
///
/// # Errors
///
/// A 400 where it is no post at all, a 503 where that cannot be found out.
pub async fn hold(
    io: &(impl Releases + Contacts),
    body: &[u8],
    id: &str,
    posted: Timestamp,
) -> Result<(Arc<Release>, Verdict), Refusal> {
    let drafts = wire::read(body, id, posted)?;
    let current = io.current().await.map_err(|error| unavailable(&error))?;
    let Some((release, declared)) = current else {
        let error = anyhow::anyhow!("no release is published");
        return Err(unavailable(&error));
    };
    let events = match wire::check(drafts, &declared) {
        Ok(events) => events,
        Err(problem) => return Ok((declared, Err(problem))),
    };
    let message = EventsMessage { release, events };
    let problem = unknown_people(io, &declared.settings.fields, &message).await;
    let verdict = match problem.map_err(|error| unavailable(&error))? {
        None => Ok(message),
        Some(problem) => Err(problem),
    };
    Ok((declared, verdict))
}

/// Finds people who are not known yet and lack a field that every contact must have.
async fn unknown_people(
    io: &impl Contacts,
    declared: &BTreeMap<String, Field>,
    message: &EventsMessage,
) -> anyhow::Result<Option<Problem>> {
    let required: Vec<_> = declared
        .iter()
        .filter(|(_, field)| field.required())
        .map(|(name, _)| name)
        .collect();
    let mut given = BTreeSet::new();
    let several = message.events.len() > 1;
    let mut lacking = Vec::new();
    for (at, event) in message.events.iter().enumerate() {
        for (index, person) in event.people.iter().enumerate() {
            let contact = person.contact();
            let fields = person.fields.keys();
            given.extend(fields.map(|field| (contact.clone(), field.clone())));
            for field in &required {
                let field = (*field).clone();
                if given.contains(&(contact.clone(), field.clone())) {
                    continue;
                }
                let prefix = if several {
                    format!("/{at}")
                } else {
                    String::new()
                };
                let pointer = format!("{prefix}/people/{index}/fields/{field}");
                lacking.push((contact.clone(), pointer, field));
            }
        }
    }
    if lacking.is_empty() {
        return Ok(None);
    }
    let ids: BTreeSet<ContactId> = lacking.iter().map(|(id, ..)| id.clone()).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let known = io.contacts(&ids).await?;
    let faults: Vec<_> = lacking
        .into_iter()
        .filter(|(id, ..)| !known.contains_key(id))
        .map(|(_, pointer, field)| {
            let detail = format!("this person is new, and every contact must have `{field}`");
            Fault::new(pointer, detail)
        })
        .collect();
    Ok((!faults.is_empty()).then(|| Problem::with_faults(422, "The event is refused", faults)))
}

/// Keeps a refused post, so that it can be replayed after the release is mended.
///
/// Whatever the release calls sensitive is left out: an access code is worth nothing by then, and it
/// must not lie about for two weeks.
async fn keep(
    io: &impl Exceptions,
    post: &Post<'_>,
    posted: Timestamp,
    problem: &Problem,
    declared: &Release,
) -> anyhow::Result<()> {
    let body = match serde_json::from_slice(post.body) {
        Ok(json) => without_secrets(json, declared).to_string(),
        // It was read once already, so it is JSON.
        Err(_) => String::new(),
    };
    io.record(&Exception {
        kind: ExceptionKind::Refused,
        event: post.signed.id.to_owned(),
        journey: None,
        contact: None,
        reason: problem.detail.chars().take(REASON_CHARS_MAX).collect(),
        at: posted,
        body: Some(body),
    })
    .await
}

/// Empties every parameter that is sensitive in any event: the type may be what is misspelled.
fn without_secrets(mut json: Json, declared: &Release) -> Json {
    let pointers = secrets(declared);
    for (_, event) in each_event(&mut json) {
        for pointer in &pointers {
            if let Some(value) = event.pointer_mut(pointer) {
                *value = Json::Null;
            }
        }
    }
    json
}

/// Names the sensitive parameters that a kept post has lost, each with its place: it must not be taken
/// in without them, even where they may be absent.
pub fn lost_secrets(body: &[u8], declared: &Release) -> Vec<Fault> {
    let Ok(mut json) = serde_json::from_slice::<Json>(body) else {
        return Vec::new();
    };
    let pointers = secrets(declared);
    let mut lost = Vec::new();
    for (prefix, event) in each_event(&mut json) {
        for pointer in &pointers {
            if event.pointer(pointer) == Some(&Json::Null) {
                let detail = "it is sensitive, so it was not kept: the source must post it anew";
                lost.push(Fault::new(format!("{prefix}{pointer}"), detail));
            }
        }
    }
    lost
}

/// Points to every parameter that is sensitive in any event.
fn secrets(declared: &Release) -> BTreeSet<String> {
    let params = declared.events.values().flat_map(|event| &event.params);
    let secret = params.filter(|(_, field)| field.sensitive);
    let pointers = secret.map(|(path, _)| format!("/data/{}", path.replace('.', "/")));
    pointers.collect()
}

/// Returns the events of a post, each with a pointer to it.
fn each_event(json: &mut Json) -> Vec<(String, &mut Json)> {
    if !json.is_array() {
        return vec![(String::new(), json)];
    }
    let events = json.as_array_mut().into_iter().flatten().enumerate();
    events
        .map(|(at, event)| (format!("/{at}"), event))
        .collect()
}

fn backlog(backlog: Backlog) -> Refusal {
    match backlog {
        Backlog::Throttled => Refusal {
            problem: Problem::new(429, "Too many posts at once", "post again a little later"),
            retry_after_s: Some(RETRY_AFTER_S),
        },
        Backlog::Unavailable(why) => unavailable(&anyhow::anyhow!(why)),
    }
}

/// Says that nothing was stored; the cause goes to the log, not to the poster.
fn unavailable(error: &anyhow::Error) -> Refusal {
    tracing::error!("A post could not be stored: {error:#}");
    Refusal {
        problem: Problem::new(
            503,
            "The post could not be stored",
            "post again a little later",
        ),
        retry_after_s: Some(RETRY_AFTER_S),
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            retry_after_s: None,
        }
    }
}

const BODY_BYTES_MAX: usize = 256 * 1024;
/// It may quote a key of any length, and must fit into an item beside the post itself.
const REASON_CHARS_MAX: usize = 1000;
const RETRY_AFTER_S: u32 = 5;
