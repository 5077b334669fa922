//! Wait scheduling: what EventBridge Scheduler rings, and the sweep that finds whom no clock rang for.

use aws::{Aws, Setting};
use lambda::Error;
use serde_json::{Value, json};

/// Runs the function until its runtime is gone.
///
/// # Errors
///
/// Names every setting that is missing.
pub async fn run() -> Result<(), Error> {
    let aws = lambda::start(&REQUIRED, &[]).await?;
    lambda::serve(&aws, async |event: Value| answer(&aws, &event).await).await
}

/// Wakes everybody who is due; with `{"sweep": true}`, everybody whom nobody woke.
async fn answer(aws: &Aws, event: &Value) -> Result<Value, Error> {
    let sweeping = event.get("sweep").and_then(Value::as_bool);
    if sweeping == Some(true) {
        let found = engine::sweep(aws).await?;
        let oldest_s = found.oldest.as_secs();
        tracing::info!(
            found.count,
            oldest_s,
            "The sweep found {} overdue",
            found.count
        );
        return Ok(json!({ "overdue": found.count, "oldest_s": oldest_s }));
    }
    let woken = engine::wake(aws).await?;
    Ok(json!({ "woken": woken }))
}

const REQUIRED: [Setting; 6] = [
    Setting::ContactsTable,
    Setting::EnrollmentsTable,
    Setting::EventsTable,
    Setting::MovesQueueUrl,
    Setting::ReleasesTable,
    Setting::SendsTable,
];
