//! A source system: signs its posts and posts them again until they are taken.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wire::Secret;

use crate::{
    http::{self, Answer},
    time,
};

/// A source system.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) url: String,
    pub(crate) secret: Secret,
    /// How far its clock runs ahead of the machine's.
    pub(crate) ahead: SignedDuration,
}

impl Source {
    /// Posts what `event` says, once.
    #[track_caller]
    pub(crate) fn post(&self, id: &str, event: &Value) -> Answer {
        let body = event.to_string();
        self.post_bytes(id, body.as_bytes())
    }

    /// Posts any bytes, once, well signed.
    #[track_caller]
    pub(crate) fn post_bytes(&self, id: &str, body: &[u8]) -> Answer {
        let at = self.now();
        let signature = self.secret.sign(id, at, body);
        let at = at.as_second().to_string();
        self.post_with(&signed(id, &at, &signature), body)
    }

    /// Posts any bytes, once, with these headers only.
    #[track_caller]
    pub(crate) fn post_with(&self, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        http::ask("POST", &self.url, headers, body).unwrap()
    }

    /// Posts what must be taken.
    #[track_caller]
    pub(crate) fn tell(&self, id: &str, event: &Value) {
        let answer = self.post(id, event);
        assert_eq!(answer.status, 202, "{id}: {}", answer.body);
        assert_eq!(answer.json(), json!({ "accepted": [id] }));
    }

    /// Posts again and again, as a real source does, until the answer is 202.
    ///
    /// Nobody there, 429 and 5xx are reasons to post again; all else fails the test.
    #[track_caller]
    pub(crate) fn insist(&self, id: &str, event: &Value) {
        let body = event.to_string();
        let end = Instant::now() + TAKEN_MAX;
        loop {
            let at = self.now();
            let signature = self.secret.sign(id, at, body.as_bytes());
            let at = at.as_second().to_string();
            let headers = signed(id, &at, &signature);
            match http::ask("POST", &self.url, &headers, body.as_bytes()) {
                Ok(answer) if answer.status == 202 => return,
                Ok(answer) if answer.status == 429 || answer.status >= 500 => (),
                Ok(answer) => panic!("{id}: {} {}", answer.status, answer.body),
                Err(_) => (),
            }
            assert!(Instant::now() < end, "{id} was not taken in {TAKEN_MAX:?}");
            std::thread::sleep(AGAIN);
        }
    }

    /// Returns the source's time.
    pub(crate) fn now(&self) -> Timestamp {
        time::now() + self.ahead
    }
}

/// Names the headers of a post.
pub(crate) fn signed<'a>(id: &'a str, at: &'a str, signature: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", at),
        ("webhook-signature", signature),
    ]
}

/// Through several restarts in a row.
const TAKEN_MAX: Duration = Duration::from_secs(120);
const AGAIN: Duration = Duration::from_millis(50);
