//! Posts events as a source does: signed by the Standard Webhooks scheme.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::Secret;

use crate::http::{Answer, Client};

/// Reads the event in a file; `-` is standard input.
///
/// The file holds one event as it is posted. Its `type` may be left out where `ty` says it.
///
/// # Errors
/// Fails if the file cannot be read, holds no event, or one of another type than `ty`.
pub(crate) fn read_event(path: &Path, ty: Option<&str>) -> anyhow::Result<Event> {
    let name = path.display();
    let file: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("cannot read {name}"))?)
    };
    let mut bytes = Vec::new();
    let read = file.take(BODY_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > BODY_BYTES_MAX {
        bail!("{name} is longer than {BODY_BYTES_MAX} bytes, and no event is");
    }
    event(bytes, ty).with_context(|| format!("{name} holds no event to post"))
}

/// An event, ready to be posted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Event {
    /// What happened.
    pub(crate) ty: String,
    /// The body to post.
    pub(crate) body: Vec<u8>,
}

fn event(bytes: Vec<u8>, ty: Option<&str>) -> anyhow::Result<Event> {
    let mut json: Value = serde_json::from_slice(&bytes).context("it is not JSON")?;
    let Some(event) = json.as_object_mut() else {
        bail!("an event is an object, {{…}}");
    };
    match (event.get("type").and_then(Value::as_str), ty) {
        (Some(found), Some(wanted)) if found != wanted => {
            bail!("its type is {found}, not {wanted}")
        }
        // Posted as it stands: what was written is what is signed.
        (Some(found), _) => Ok(Event {
            ty: found.to_owned(),
            body: bytes,
        }),
        (None, Some(wanted)) if !event.contains_key("type") => {
            event.insert("type".to_owned(), wanted.into());
            Ok(Event {
                ty: wanted.to_owned(),
                body: serde_json::to_vec(&json)?,
            })
        }
        (None, _) => bail!("its `type` is missing: the event's name, as a text"),
    }
}

/// Posts an event called `id` at the time `at`, signed with `secret`.
///
/// # Errors
/// Fails where there is no answer, or one that is none of Waypost's.
pub(crate) fn post(
    client: &Client,
    secret: &Secret,
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> anyhow::Result<Outcome> {
    let timestamp = at.as_second().to_string();
    let signature = secret.sign(id, at, body);
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", timestamp.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    client.post(&headers, body).and_then(outcome)
}

/// What became of a post.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The events that were taken, by id.
    Accepted(Vec<String>),
    /// It must be mended before it can be taken.
    Refused(Refusal),
    /// It may be taken a little later.
    Busy(Refusal),
}

/// Why a post was not taken.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Refusal {
    /// The HTTP status.
    #[serde(default)]
    pub(crate) status: u16,
    #[serde(default)]
    title: String,
    #[serde(default, alias = "message")]
    detail: String,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Fault {
    #[serde(default)]
    pointer: String,
    #[serde(default)]
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<String>,
}

impl Refusal {
    /// Says in plain words what is wrong, with every place.
    pub(crate) fn explain(&self) -> String {
        let mut text = format!("{} (HTTP {})", self.title, self.status);
        if self.title.is_empty() {
            text = format!("HTTP {}", self.status);
        }
        if self.errors.is_empty() {
            text.push_str(": ");
            text.push_str(&self.detail);
        }
        for fault in &self.errors {
            let place = match fault.pointer.as_str() {
                "" => "the whole post",
                pointer => pointer,
            };
            text.push_str(&format!("\n  {place}: {}", fault.detail));
            if let Some(meant) = &fault.did_you_mean
                && !fault.detail.contains("did you mean")
            {
                text.push_str(&format!("; did you mean `{meant}`?"));
            }
        }
        text
    }
}

fn outcome(answer: Answer) -> anyhow::Result<Outcome> {
    #[derive(Deserialize)]
    struct Taken {
        accepted: Vec<String>,
    }
    let status = answer.status;
    if status == 202 {
        let taken: Taken = serde_json::from_str(&answer.body)
            .context("the answer is none of Waypost's: is this the right URL?")?;
        return Ok(Outcome::Accepted(taken.accepted));
    }
    let refusal: Result<Refusal, _> = serde_json::from_str(&answer.body);
    let refusal = Refusal {
        status,
        ..refusal.unwrap_or_default()
    };
    match status {
        400 | 401 | 413 | 422 => Ok(Outcome::Refused(refusal)),
        429 | 500..=599 => Ok(Outcome::Busy(refusal)),
        _ => bail!("the answer was HTTP {status}: is this the right URL?"),
    }
}

/// What intake takes at most.
const BODY_BYTES_MAX: u64 = 256 * 1024;

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::{Answer, Outcome, event, outcome};

    #[test]
    fn a_file_is_posted_as_it_stands_unless_its_type_is_missing() {
        let whole = br#"{ "type": "A", "data": {} }"#.to_vec();
        assert_eq!(event(whole.clone(), Some("A")).unwrap().body, whole);
        assert_eq!(event(whole, None).unwrap().ty, "A");
        let typed = event(br#"{"data":{}}"#.to_vec(), Some("A")).unwrap();
        assert_eq!(typed.body, br#"{"data":{},"type":"A"}"#);
    }

    #[test]
    fn a_file_that_holds_no_such_event_is_not_posted() {
        let tries = [
            (r#"{"type":"A"}"#, Some("B")),
            (r#"{"type":7}"#, Some("B")),
            (r#"{"data":{}}"#, None),
            (r#"[{"type":"A"}]"#, Some("A")),
            ("{", Some("A")),
        ];
        let said: Vec<_> = tries
            .iter()
            .map(|(text, ty)| format!("{:#}", event(text.as_bytes().to_vec(), *ty).unwrap_err()))
            .collect();
        expect![[r#"
            its type is A, not B
            its `type` is missing: the event's name, as a text
            its `type` is missing: the event's name, as a text
            an event is an object, {…}
            it is not JSON: EOF while parsing an object at line 1 column 1"#]]
        .assert_eq(&said.join("\n"));
    }

    #[test]
    fn every_fault_of_a_post_is_said_with_its_place() {
        let body = r#"{
            "status": 422, "title": "The event is refused", "detail": "…; and 1 more",
            "errors": [
                {"pointer": "/type", "detail": "no such event", "did_you_mean": "TRACK_START"},
                {"pointer": "/data/Name", "detail": "missing; did you mean `Nam`?", "did_you_mean": "Nam"},
                {"pointer": "", "detail": "odd"}
            ]}"#;
        expect![[r#"
            The event is refused (HTTP 422)
              /type: no such event; did you mean `TRACK_START`?
              /data/Name: missing; did you mean `Nam`?
              the whole post: odd"#]]
        .assert_eq(&refused(422, body));
    }

    #[test]
    fn an_answer_without_places_is_said_in_one_line() {
        let said = [
            refused(
                401,
                r#"{"title":"The signature does not hold","detail":"sign it"}"#,
            ),
            refused(429, r#"{"message":"Too Many Requests"}"#),
        ];
        expect![[r#"
            The signature does not hold (HTTP 401): sign it
            HTTP 429: Too Many Requests"#]]
        .assert_eq(&said.join("\n"));
    }

    #[test]
    fn somebody_elses_answer_is_told_apart() {
        for (status, body) in [
            (200, "<html>"),
            (404, r#"{"message":"Not Found"}"#),
            (202, "ok"),
        ] {
            let body = body.to_owned();
            let error = outcome(Answer { status, body }).unwrap_err().to_string();
            assert!(error.contains("is this the right URL?"), "{error}");
        }
    }

    fn refused(status: u16, body: &str) -> String {
        let body = body.to_owned();
        match outcome(Answer { status, body }).unwrap() {
            Outcome::Refused(refusal) | Outcome::Busy(refusal) => refusal.explain(),
            Outcome::Accepted(ids) => panic!("accepted {ids:?}"),
        }
    }
}
