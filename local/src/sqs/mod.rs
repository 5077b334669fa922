//! Amazon SQS standard queues over awsJson1.0, in SQLite.
//!
//! Deliberate differences from AWS: messages are kept until they are deleted (no retention period), receives see
//! every visible message in the order in which they became visible (AWS promises no order), nothing is ever
//! delivered twice without reason, and there are no FIFO queues, no message move tasks and no policies.

mod admin;
pub(crate) mod checks;
pub(crate) mod queue;
mod wire;

use std::{sync::Arc, time::Duration};

use rusqlite::Connection;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::{names::resource, refusal::Refusal, region::Region};
use checks::{VISIBILITY_TIMEOUT_S_MAX, check_range};
use queue::{Appetite, NewMessage, Received};
pub(crate) use wire::stored_attributes;
use wire::{Batch, ChangeEntry, DeleteEntry, Queue, Receive, Send, read};

/// Answers one SQS request.
pub(crate) async fn answer(
    region: &Arc<Region>,
    operation: &str,
    body: &[u8],
) -> Result<Value, Refusal> {
    match operation {
        "SendMessage" => send(region, body),
        "SendMessageBatch" => send_batch(region, body),
        "ReceiveMessage" => receive(region, body).await,
        "DeleteMessage" => delete(region, body),
        "DeleteMessageBatch" => delete_batch(region, body),
        "ChangeMessageVisibility" => change(region, body),
        "ChangeMessageVisibilityBatch" => change_batch(region, body),
        "GetQueueUrl" => admin::queue_url(region, body),
        "GetQueueAttributes" => admin::attributes(region, body),
        "ListQueues" => admin::list(region),
        "CreateQueue" => admin::create(region, body),
        "PurgeQueue" => admin::purge(region, body),
        other => Err(Refusal::bad(
            "InvalidAction",
            format!("SQS here has no operation {other}"),
        )),
    }
}

fn send(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: Queue<Send> = read(body)?;
    let name = resource(&request.queue_url);
    let now_ms = region.clock.now_ms();
    let sent = region
        .store
        .write(|db| enqueue(db, name, &request.rest, now_ms))?;
    region.store.ring_queue(name);
    Ok(sent)
}

fn enqueue(
    db: &rusqlite::Transaction<'_>,
    name: &str,
    send: &Send,
    now_ms: i64,
) -> Result<Value, Refusal> {
    checks::check_message(send)?;
    let message = NewMessage {
        body: &send.message_body,
        attributes: send.attributes_json(),
        group_id: send.message_group_id.as_deref(),
        delay_s: send.delay_seconds,
    };
    let id = queue::enqueue(db, name, &message, now_ms)?.ok_or_else(no_queue)?;
    let mut sent = json!({
        "MessageId": id,
        "MD5OfMessageBody": format!("{:x}", md5::compute(&send.message_body)),
    });
    if !send.message_attributes.is_empty() {
        sent["MD5OfMessageAttributes"] = checks::md5_of(&send.message_attributes).into();
    }
    Ok(sent)
}

fn send_batch(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: Queue<Batch<Send>> = read(body)?;
    let name = resource(&request.queue_url);
    let entries = &request.rest.entries;
    checks::check_batch(entries.iter().map(|entry| entry.id.as_str()))?;
    let bytes: usize = entries.iter().map(|entry| entry.rest.bytes()).sum();
    if bytes > checks::MESSAGE_BYTES_MAX {
        return Err(Refusal::bad(
            "com.amazonaws.sqs#BatchRequestTooLong",
            format!(
                "Batch requests cannot be longer than {} bytes. You have sent {bytes} bytes.",
                checks::MESSAGE_BYTES_MAX
            ),
        ));
    }
    let now_ms = region.clock.now_ms();
    let outcome = region.store.write(|db| {
        let results = entries.iter().map(|entry| {
            let sent = match enqueue(db, name, &entry.rest, now_ms) {
                // A queue that is not there refuses the whole request.
                Err(refusal) if refusal.code == NO_QUEUE || refusal.status >= 500 => {
                    return Err(refusal);
                }
                other => other,
            };
            Ok((entry.id.as_str(), sent))
        });
        per_entry(results)
    })?;
    region.store.ring_queue(name);
    Ok(outcome)
}

/// Long polling holds the request until a message is visible or the wait is over, by the system's time.
async fn receive(region: &Arc<Region>, body: &[u8]) -> Result<Value, Refusal> {
    let request: Queue<Receive> = read(body)?;
    let (name, wanted) = (resource(&request.queue_url), &request.rest);
    known(region, name)?;
    let messages_max = wanted.max_number_of_messages.unwrap_or(1);
    check_range("MaxNumberOfMessages", messages_max, 1, 10)?;
    let wait_s = wanted.wait_time_seconds.unwrap_or(0);
    check_range("WaitTimeSeconds", wait_s, 0, 20)?;
    if let Some(timeout_s) = wanted.visibility_timeout {
        check_range("VisibilityTimeout", timeout_s, 0, VISIBILITY_TIMEOUT_S_MAX)?;
    }
    let appetite = Appetite {
        messages_max,
        bytes_max: checks::MESSAGE_BYTES_MAX,
        visibility_timeout_s: wanted.visibility_timeout,
    };
    let end = Instant::now() + Duration::from_secs(wait_s.into());
    loop {
        let bell = region.store.queue_bell(name);
        let rung = bell.notified();
        tokio::pin!(rung);
        // Registered before looking, so that no message slips in between.
        rung.as_mut().enable();
        let now_ms = region.clock.now_ms();
        let received = queue::receive(region, name, appetite)?;
        if !received.is_empty() {
            let messages: Vec<_> = received
                .iter()
                .map(|message| shown(message, wanted))
                .collect();
            return Ok(json!({"Messages": messages}));
        }
        tokio::select! {
            () = rung => {}
            () = next_hidden(region, name, now_ms) => {}
            () = tokio::time::sleep_until(end) => return Ok(json!({})),
        }
    }
}

/// Waits until the next message that was hidden at `then_ms` becomes visible by the clock; forever when there is none.
///
/// It takes the time of the look that found nothing: a message that became visible since then must not be missed.
pub(crate) async fn next_hidden(region: &Region, queue: &str, then_ms: i64) {
    match region
        .store
        .read(|db| queue::next_visible_ms(db, queue, then_ms))
    {
        Ok(Some(at_ms)) => region.clock.sleep_until(at_ms).await,
        Ok(None) | Err(_) => std::future::pending().await,
    }
}

fn shown(message: &Received, wanted: &Receive) -> Value {
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": format!("{:x}", md5::compute(&message.body)),
        "Body": message.body,
    });
    let attributes: Map<_, _> = queue::system_attributes(message)
        .into_iter()
        .filter(|(name, _)| wanted.wants_system_attribute(name))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    if !attributes.is_empty() {
        shown["Attributes"] = attributes.into();
    }
    let attributes = wanted.select_attributes(message.attributes.as_deref());
    if !attributes.is_empty() {
        shown["MD5OfMessageAttributes"] = checks::md5_of(&attributes).into();
        shown["MessageAttributes"] = json!(attributes);
    }
    shown
}

fn delete(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: Queue<DeleteEntry> = read(body)?;
    let name = resource(&request.queue_url);
    known(region, name)?;
    checks::check_receipt(&request.rest.receipt_handle)?;
    region
        .store
        .write(|db| queue::delete(db, name, &request.rest.receipt_handle))?;
    region.store.changed();
    Ok(json!({}))
}

fn delete_batch(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: Queue<Batch<DeleteEntry>> = read(body)?;
    let name = resource(&request.queue_url);
    known(region, name)?;
    let entries = &request.rest.entries;
    checks::check_batch(entries.iter().map(|entry| entry.id.as_str()))?;
    let outcome = region.store.write(|db| {
        per_entry(entries.iter().map(|entry| {
            let receipt = &entry.rest.receipt_handle;
            let result = checks::check_receipt(receipt)
                .and_then(|()| Ok(queue::delete(db, name, receipt)?))
                .map(|()| json!({}));
            Ok((entry.id.as_str(), result))
        }))
    })?;
    region.store.changed();
    Ok(outcome)
}

fn change(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: Queue<ChangeEntry> = read(body)?;
    let name = resource(&request.queue_url);
    known(region, name)?;
    let now_ms = region.clock.now_ms();
    region
        .store
        .write(|db| change_one(db, name, &request.rest, now_ms))?;
    region.store.ring_queue(name);
    Ok(json!({}))
}

fn change_batch(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: Queue<Batch<ChangeEntry>> = read(body)?;
    let name = resource(&request.queue_url);
    known(region, name)?;
    let entries = &request.rest.entries;
    checks::check_batch(entries.iter().map(|entry| entry.id.as_str()))?;
    let now_ms = region.clock.now_ms();
    let outcome = region.store.write(|db| {
        per_entry(entries.iter().map(|entry| {
            let result = change_one(db, name, &entry.rest, now_ms).map(|()| json!({}));
            Ok((entry.id.as_str(), result))
        }))
    })?;
    region.store.ring_queue(name);
    Ok(outcome)
}

fn change_one(
    db: &Connection,
    name: &str,
    change: &ChangeEntry,
    now_ms: i64,
) -> Result<(), Refusal> {
    let timeout_s = change.visibility_timeout.unwrap_or(0);
    check_range("VisibilityTimeout", timeout_s, 0, VISIBILITY_TIMEOUT_S_MAX)?;
    checks::check_receipt(&change.receipt_handle)?;
    if queue::change_visibility(db, name, &change.receipt_handle, timeout_s, now_ms)? {
        return Ok(());
    }
    Err(Refusal::bad(
        "com.amazonaws.sqs#MessageNotInflight",
        "The message is not in flight.",
    ))
}

/// The answer of a batch operation: each entry succeeded or failed by itself.
fn per_entry<'a>(
    results: impl Iterator<Item = Result<(&'a str, Result<Value, Refusal>), Refusal>>,
) -> Result<Value, Refusal> {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for result in results {
        match result? {
            (id, Ok(mut entry)) => {
                entry["Id"] = id.into();
                successful.push(entry);
            }
            (id, Err(refusal)) => {
                let code = refusal.code.rsplit('#').next().unwrap_or_default();
                failed.push(json!({
                    "Id": id, "Code": code, "Message": refusal.message, "SenderFault": true,
                }));
            }
        }
    }
    Ok(json!({"Successful": successful, "Failed": failed}))
}

fn known(region: &Region, name: &str) -> Result<queue::Settings, Refusal> {
    region
        .store
        .read(|db| queue::settings(db, name))?
        .ok_or_else(no_queue)
}

fn no_queue() -> Refusal {
    Refusal::bad(NO_QUEUE, "The specified queue does not exist.")
}

const NO_QUEUE: &str = "com.amazonaws.sqs#QueueDoesNotExist";
