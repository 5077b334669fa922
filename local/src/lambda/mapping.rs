//! Event source mappings: the messages of a queue become invocations of a function.
//!
//! A message whose invocation failed stays in flight until its visibility timeout, then comes again, as on AWS;
//! a function that knows better changes that timeout itself.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value, json};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::Instant,
};

use super::PAYLOAD_BYTES_MAX;
use crate::{
    config::{EventSource, Function},
    names,
    region::{Activity, Region},
    sqs::{
        next_hidden,
        queue::{self, Appetite, Received, system_attributes},
        stored_attributes,
    },
};

/// Feeds a queue's messages to a function, forever.
pub(crate) async fn run(region: Arc<Region>, function: Function, source: EventSource) {
    let places = Arc::new(Semaphore::new(function.concurrency as usize));
    let mut rounds = JoinSet::new();
    loop {
        // A batch is received only when a process is free to take it: its visibility timeout runs from then on.
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        gather(&region, &source).await;
        let activity = region.begin().await;
        let appetite = Appetite {
            messages_max: source.batch_size,
            bytes_max: BATCH_BYTES_MAX,
            visibility_timeout_s: None,
        };
        match queue::receive(&region, &source.queue, appetite) {
            Ok(batch) if batch.is_empty() => {}
            Ok(batch) => {
                let (region, queue, name) =
                    (region.clone(), source.queue.clone(), function.name.clone());
                rounds.spawn(round(region, queue, name, batch, activity, place));
            }
            Err(error) => tracing::error!(%error, queue = source.queue, "Receiving failed"),
        }
        while rounds.try_join_next().is_some() {}
    }
}

/// Waits for a first message, and then for a full batch or the end of the window.
async fn gather(region: &Region, source: &EventSource) {
    wait_for(region, &source.queue, 1).await;
    if !source.window.is_zero() && source.batch_size > 1 {
        let end = Instant::now() + source.window;
        tokio::select! {
            () = wait_for(region, &source.queue, source.batch_size) => {}
            () = tokio::time::sleep_until(end) => {}
        }
    }
}

/// Waits until so many messages are visible.
async fn wait_for(region: &Region, name: &str, count: u32) {
    loop {
        let bell = region.store.queue_bell(name);
        let rung = bell.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        let now_ms = region.clock.now_ms();
        let visible = region
            .store
            .read(|db| queue::visible_up_to(db, name, now_ms, count));
        if visible.is_ok_and(|visible| visible >= count) {
            return;
        }
        tokio::select! {
            () = rung => {}
            () = next_hidden(region, name, now_ms) => {}
        }
    }
}

/// One batch: receive, invoke, delete what succeeded.
async fn round(
    region: Arc<Region>,
    queue: String,
    function: String,
    batch: Vec<Received>,
    activity: Activity,
    place: OwnedSemaphorePermit,
) {
    let Some(functions) = region.functions() else {
        return;
    };
    let records: Vec<_> = batch
        .iter()
        .map(|message| record(&queue, message))
        .collect();
    let event = json!({"Records": records}).to_string();
    let failed = match functions.invoke(&region, &function, event).await {
        Ok(result) => failures(&result, |id| batch.iter().any(|message| message.id == id)),
        Err(_) => Failures::All,
    };
    // Lambda's pollers are billed like any client: ten messages a request.
    let kept = batch
        .iter()
        .filter(|message| failed.contains(&message.id))
        .count();
    let deletes = (batch.len() - kept).div_ceil(10);
    let counters = &region.counters;
    counters.requests("ReceiveMessage", batch.len().div_ceil(10));
    for received in batch.chunks(10) {
        counters.sqs(received.iter().map(|message| message.body.len()).sum());
    }
    counters.requests("DeleteMessageBatch", deletes);
    (0..deletes).for_each(|_| counters.sqs(0));
    let settled = region.store.write(|db| {
        for message in &batch {
            if failed.contains(&message.id) {
                queue::give_up(db, &message.receipt)?;
            } else {
                queue::delete(db, &queue, &message.receipt)?;
            }
        }
        Ok::<_, rusqlite::Error>(())
    });
    if let Err(error) = settled {
        // The messages come again after their visibility timeout.
        tracing::error!(%error, queue, "Settling a batch failed");
    }
    // Some were put back in flight with a timeout that whoever waits does not know yet.
    region.store.ring_queue(&queue);
    drop((activity, place));
}

/// The messages of a batch that failed.
#[derive(Debug, PartialEq, Eq)]
enum Failures {
    All,
    These(BTreeSet<String>),
}

impl Failures {
    fn contains(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.contains(id),
        }
    }
}

/// What a function's result says about its batch.
///
/// Lambda Developer Guide, "Handling errors for an SQS event source": nothing, null or an empty list is success; what
/// is not such a list, or names a message that is not in the batch, fails the whole batch.
fn failures(result: &[u8], is_in_batch: impl Fn(&str) -> bool) -> Failures {
    if result.is_empty() {
        return Failures::These(BTreeSet::new());
    }
    let Ok(result) = serde_json::from_slice::<Value>(result) else {
        return Failures::All;
    };
    let items = match (&result, result.get("batchItemFailures")) {
        (Value::Null, _) | (Value::Object(_), None | Some(Value::Null)) => {
            return Failures::These(BTreeSet::new());
        }
        (Value::Object(_), Some(Value::Array(items))) => items,
        _ => return Failures::All,
    };
    let mut failed = BTreeSet::new();
    for item in items {
        match item["itemIdentifier"].as_str() {
            Some(id) if is_in_batch(id) => failed.insert(id.into()),
            _ => return Failures::All,
        };
    }
    Failures::These(failed)
}

/// A message as a function gets it.
fn record(queue: &str, message: &Received) -> Value {
    let attributes: Map<_, _> = system_attributes(message)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let message_attributes: Map<_, _> = stored_attributes(message.attributes.as_deref())
        .into_iter()
        .map(|(name, attribute)| {
            let shown = json!({
                "stringValue": attribute.string_value,
                "binaryValue": attribute.binary_value,
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": attribute.data_type,
            });
            (name, shown)
        })
        .collect();
    json!({
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": message_attributes,
        "md5OfBody": format!("{:x}", md5::compute(&message.body)),
        "eventSource": "aws:sqs",
        "eventSourceARN": names::queue_arn(queue),
        "awsRegion": names::REGION,
    })
}

/// Bodies may double in size as JSON strings within a payload; what is larger still is refused by the function.
const BATCH_BYTES_MAX: usize = PAYLOAD_BYTES_MAX / 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_as_lambda_reads_them() {
        let none = Failures::These(BTreeSet::new());
        let b = Failures::These(BTreeSet::from(["b".into()]));
        let cases = [
            ("", &none),
            ("null", &none),
            ("{}", &none),
            (r#"{"batchItemFailures":null}"#, &none),
            (r#"{"batchItemFailures":[]}"#, &none),
            (r#"{"other":1}"#, &none),
            (r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#, &b),
            (
                r#"{"batchItemFailures":[{"itemIdentifier":"z"}]}"#,
                &Failures::All,
            ),
            (
                r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
                &Failures::All,
            ),
            (
                r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
                &Failures::All,
            ),
            (r#"{"batchItemFailures":[{"id":"b"}]}"#, &Failures::All),
            (r#"{"batchItemFailures":"b"}"#, &Failures::All),
            (r#""fine""#, &Failures::All),
            ("fine", &Failures::All),
        ];
        for (result, expected) in cases {
            let read = failures(result.as_bytes(), |id| ["a", "b"].contains(&id));
            assert_eq!(&read, expected, "{result}");
        }
    }
}
