//! Trigger intake: checks a signed post, stores it, and only then says yes.

use aws::{Aws, Setting};
use engine::{Keyring, Post, Refusal};
use lambda::{Error, Request, Response};
use wire::{Problem, Signed};

/// Runs the function until its runtime is gone.
///
/// # Errors
///
/// Names every setting that is missing.
pub async fn run() -> Result<(), Error> {
    let aws = lambda::start(&REQUIRED, &[]).await?;
    let keyring = Keyring::default();
    // The first post need not wait for them; where this fails, it tries again and says why.
    let _ = keyring.secrets(&aws).await;
    lambda::serve_http(&aws, async |request: Request| {
        answer(&aws, &keyring, &request).await
    })
    .await
}

async fn answer(aws: &Aws, keyring: &Keyring, request: &Request) -> Response {
    let signed = Signed {
        id: request.header("webhook-id"),
        timestamp: request.header("webhook-timestamp"),
        signatures: request.header("webhook-signature"),
    };
    let post = Post {
        signed,
        body: &request.body,
    };
    match engine::intake(aws, keyring, &post).await {
        Ok(ids) => Response {
            status: 202,
            headers: vec![("content-type", "application/json".to_owned())],
            body: serde_json::json!({ "accepted": ids }).to_string(),
        },
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let problem = &refusal.problem;
    let mut headers = vec![("content-type", Problem::MEDIA_TYPE.to_owned())];
    if let Some(seconds) = refusal.retry_after_s {
        headers.push(("retry-after", seconds.to_string()));
    }
    Response {
        status: problem.status,
        headers,
        // A problem holds nothing but texts and numbers, so writing it cannot fail.
        body: serde_json::to_string(problem).unwrap_or_default(),
    }
}

const REQUIRED: [Setting; 5] = [
    Setting::ContactsTable,
    Setting::EventsQueueUrl,
    Setting::EventsTable,
    Setting::ReleasesTable,
    Setting::SigningSecretsParameter,
];
