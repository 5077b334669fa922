//! The requests about queues themselves: create, describe, list, purge.

use serde_json::{Map, Value, json};

use super::{
    checks::{self, DELAY_S_MAX, VISIBILITY_TIMEOUT_S_MAX},
    known, queue,
    wire::{self, CreateQueue, Queue, read},
};
use crate::{
    config,
    names::{self, resource},
    refusal::Refusal,
    region::Region,
};

/// Answers `GetQueueUrl`.
pub(super) fn queue_url(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: wire::GetQueueUrl = read(body)?;
    known(region, &request.queue_name)?;
    Ok(json!({"QueueUrl": url(region, &request.queue_name)}))
}

/// Answers `ListQueues`.
pub(super) fn list(region: &Region) -> Result<Value, Refusal> {
    let names = region.store.read(queue::names)?;
    let urls: Vec<_> = names.iter().map(|name| url(region, name)).collect();
    Ok(json!({"QueueUrls": urls}))
}

/// Answers `GetQueueAttributes`.
pub(super) fn attributes(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: Queue<wire::GetQueueAttributes> = read(body)?;
    let name = resource(&request.queue_url);
    let settings = known(region, name)?;
    let depth = region
        .store
        .read(|db| queue::depth(db, name, region.clock.now_ms()))?;
    let mut all = vec![
        ("QueueArn", names::queue_arn(name)),
        ("ApproximateNumberOfMessages", depth.visible.to_string()),
        (
            "ApproximateNumberOfMessagesNotVisible",
            depth.in_flight.to_string(),
        ),
        (
            "ApproximateNumberOfMessagesDelayed",
            depth.delayed.to_string(),
        ),
        (
            "VisibilityTimeout",
            settings.visibility_timeout_s.to_string(),
        ),
        ("DelaySeconds", settings.delay_s.to_string()),
        ("MaximumMessageSize", checks::MESSAGE_BYTES_MAX.to_string()),
        ("CreatedTimestamp", (settings.created_ms / 1000).to_string()),
    ];
    if let Some((dead_letters, receives_max)) = settings.dead_letters {
        let policy = json!({
            "deadLetterTargetArn": names::queue_arn(&dead_letters),
            "maxReceiveCount": receives_max,
        });
        all.push(("RedrivePolicy", policy.to_string()));
    }
    let attributes: Map<_, _> = all
        .into_iter()
        .filter(|(name, _)| request.rest.wants(name))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    Ok(json!({"Attributes": attributes}))
}

/// Answers `CreateQueue`; a queue that is there already is left as it is.
pub(super) fn create(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: CreateQueue = read(body)?;
    checks::check_queue_name(&request.queue_name)?;
    let queue = config::Queue {
        name: request.queue_name.clone(),
        visibility_timeout_s: request
            .number("VisibilityTimeout", VISIBILITY_TIMEOUT_S_MAX)?
            .unwrap_or(VISIBILITY_TIMEOUT_S_DEFAULT),
        dead_letters: request.dead_letters()?,
    };
    let delay_s = request.number("DelaySeconds", DELAY_S_MAX)?.unwrap_or(0);
    let now_ms = region.clock.now_ms();
    region.store.write(|db| {
        if queue::settings(db, &queue.name)?.is_none() {
            queue::declare(db, &queue, now_ms)?;
            db.execute(
                "UPDATE queue SET delay_s = ?2 WHERE name = ?1",
                (&queue.name, delay_s),
            )?;
        }
        Ok::<_, Refusal>(())
    })?;
    Ok(json!({"QueueUrl": url(region, &queue.name)}))
}

/// Answers `PurgeQueue`.
pub(super) fn purge(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: Queue<wire::Nothing> = read(body)?;
    let name = resource(&request.queue_url);
    known(region, name)?;
    region.store.write(|db| queue::purge(db, name))?;
    region.store.changed();
    Ok(json!({}))
}

/// A queue's URL on the local AWS endpoint.
fn url(region: &Region, name: &str) -> String {
    format!("{}/{}/{name}", region.endpoint, names::ACCOUNT)
}

const VISIBILITY_TIMEOUT_S_DEFAULT: u32 = 30;
