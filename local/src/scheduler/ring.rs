//! The alarm clock: rings what is due, tries again what failed, gives up into the dead letters.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::Transaction;
use tokio::task::JoinSet;

use super::{
    requests::Request,
    table::{self, Schedule},
};
use crate::{
    clock::timestamp,
    names,
    region::{Activity, Region},
    sqs::queue::{self, NewMessage},
};

/// Rings schedules, forever. One that came due while nothing ran rings at once.
pub(crate) async fn run(region: Arc<Region>) {
    let ringing = Arc::new(Ringing::default());
    let mut rounds = JoinSet::new();
    loop {
        let now_ms = region.clock.now_ms();
        let due = region
            .store
            .read(|db| table::due(db, now_ms, DUE_MAX))
            .unwrap_or_else(|error| {
                tracing::error!(%error, "Reading the schedules failed");
                Vec::new()
            });
        let mut started = false;
        for schedule in due {
            let Some(place) = ringing.begin(&schedule) else {
                continue;
            };
            started = true;
            let activity = region.begin().await;
            rounds.spawn(ring(region.clone(), schedule, place, activity));
        }
        while rounds.try_join_next().is_some() {}
        if started {
            continue;
        }
        tokio::select! {
            () = region.store.schedule_bell().notified() => {}
            () = next(&region, now_ms) => {}
        }
    }
}

async fn next(region: &Region, now_ms: i64) {
    match region.store.read(|db| table::next_ms(db, now_ms)) {
        Ok(Some(at_ms)) => region.clock.sleep_until(at_ms).await,
        Ok(None) => std::future::pending().await,
        Err(_) => tokio::time::sleep(READ_AGAIN).await,
    }
}

/// The schedules that are ringing now, by group and name.
#[derive(Debug, Default)]
struct Ringing(Mutex<BTreeSet<(String, String)>>);

impl Ringing {
    fn begin(self: &Arc<Self>, schedule: &Schedule) -> Option<Place> {
        let key = (schedule.group.clone(), schedule.name.clone());
        self.set().insert(key.clone()).then(|| Place {
            ringing: self.clone(),
            key,
        })
    }

    fn set(&self) -> MutexGuard<'_, BTreeSet<(String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among the ringing, left on drop.
#[derive(Debug)]
struct Place {
    ringing: Arc<Ringing>,
    key: (String, String),
}

impl Drop for Place {
    fn drop(&mut self) {
        self.ringing.set().remove(&self.key);
    }
}

async fn ring(region: Arc<Region>, schedule: Schedule, place: Place, activity: Activity) {
    if let Err(error) = try_ring(&region, &schedule).await {
        tracing::error!(%error, schedule = schedule.name, "Ringing schedule {} failed", schedule.name);
    }
    drop(place);
    region.store.ring_schedules();
    drop(activity);
}

async fn try_ring(region: &Arc<Region>, schedule: &Schedule) -> anyhow::Result<()> {
    let request: Request = serde_json::from_str(&schedule.request)?;
    region.counters.request("Ring");
    let input = input(schedule, &request);
    let target = names::resource(&request.target.arn);
    if request.target.arn == names::queue_arn(target) {
        return Ok(to_queue(region, schedule, &request, target, &input)?);
    }
    let result = match region.functions() {
        Some(functions) => functions
            .invoke(region, target, input.clone())
            .await
            .is_ok(),
        None => false,
    };
    let rung = region.store.write(|db| {
        if result {
            return complete(db, schedule, &request, region.clock.now_ms()).map(|()| None);
        }
        fail(db, schedule, &request, &input, region.clock.now_ms())
    })?;
    if let Some(dead_letters) = rung {
        region.store.ring_queue(&dead_letters);
    }
    Ok(())
}

/// The message and the end of the schedule are one transaction: it is sent exactly once.
fn to_queue(
    region: &Region,
    schedule: &Schedule,
    request: &Request,
    target: &str,
    input: &str,
) -> rusqlite::Result<()> {
    let now_ms = region.clock.now_ms();
    let group = request.target.sqs_parameters.as_ref();
    let message = NewMessage {
        body: input,
        group_id: group.and_then(|parameters| parameters.message_group_id.as_deref()),
        ..NewMessage::default()
    };
    let dead_letters = region.store.write(|db| {
        if queue::enqueue(db, target, &message, now_ms)?.is_some() {
            return complete(db, schedule, request, now_ms).map(|()| None);
        }
        fail(db, schedule, request, input, now_ms)
    })?;
    region.store.ring_queue(target);
    if let Some(dead_letters) = dead_letters {
        region.store.ring_queue(&dead_letters);
    }
    Ok(())
}

/// Ends a ring that succeeded, or was given up: the schedule goes, rests, or waits for its next turn.
fn complete(
    db: &Transaction<'_>,
    schedule: &Schedule,
    request: &Request,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let mut settled = Schedule {
        attempts: 0,
        first_tried_ms: None,
        ..schedule.clone()
    };
    settled.next_ms = None;
    if let Some(period_ms) = schedule.period_ms {
        // Turns that were missed are not made up for.
        let due_ms = schedule.due_ms.unwrap_or(now_ms);
        let missed = (now_ms - due_ms).max(0) / period_ms;
        settled.due_ms = Some(due_ms + (missed + 1) * period_ms);
        settled.next_ms = settled.due_ms;
    } else if request.action_after_completion == "DELETE" {
        table::delete(db, &schedule.group, &schedule.name, Some(schedule.version))?;
        return Ok(());
    }
    table::settle(db, &settled)
}

/// Plans the next attempt, or gives up; then it gives the name of the queue that got the dead letter.
fn fail(
    db: &Transaction<'_>,
    schedule: &Schedule,
    request: &Request,
    input: &str,
    now_ms: i64,
) -> rusqlite::Result<Option<String>> {
    let policy = request.target.retry_policy.as_ref();
    let attempts_max = policy.and_then(|policy| policy.maximum_retry_attempts);
    let age_s_max = policy.and_then(|policy| policy.maximum_event_age_in_seconds);
    // Counted from the first attempt: the clock may have been moved far beyond the moment itself.
    let first_tried_ms = schedule.first_tried_ms.unwrap_or(now_ms);
    let attempts = schedule.attempts + 1;
    if attempts <= attempts_max.unwrap_or(ATTEMPTS_MAX)
        && now_ms - first_tried_ms <= age_s_max.unwrap_or(AGE_S_MAX).saturating_mul(1000)
    {
        let pause_ms = (1000 << attempts.saturating_sub(1).min(10)).min(PAUSE_MS_MAX);
        let mut settled = Schedule {
            attempts,
            ..schedule.clone()
        };
        settled.first_tried_ms = Some(first_tried_ms);
        settled.next_ms = Some(now_ms + pause_ms);
        table::settle(db, &settled)?;
        return Ok(None);
    }
    tracing::warn!(
        schedule = schedule.name,
        attempts,
        "Schedule {} was given up: its target failed each time",
        schedule.name
    );
    complete(db, schedule, request, now_ms)?;
    let dead_letters = request.target.dead_letter_config.as_ref();
    let Some(arn) = dead_letters.and_then(|config| config.arn.as_deref()) else {
        return Ok(None);
    };
    let message = NewMessage {
        body: input,
        ..NewMessage::default()
    };
    let queue = names::resource(arn).to_owned();
    let sent = queue::enqueue(db, &queue, &message, now_ms)?;
    Ok(sent.map(|_| queue))
}

/// The input with its context attributes filled in.
///
/// EventBridge Scheduler User Guide, "Adding context attributes".
fn input(schedule: &Schedule, request: &Request) -> String {
    let due = timestamp(schedule.due_ms.unwrap_or_default());
    request
        .target
        .input
        .as_deref()
        .unwrap_or("{}")
        .replace("<aws.scheduler.scheduled-time>", &format!("{due:.0}"))
        .replace(
            "<aws.scheduler.schedule-arn>",
            &names::schedule_arn(&schedule.group, &schedule.name),
        )
        .replace("<aws.scheduler.execution-id>", &names::new_id())
        .replace(
            "<aws.scheduler.attempt-number>",
            &(schedule.attempts + 1).to_string(),
        )
}

const DUE_MAX: usize = 100;
const READ_AGAIN: Duration = Duration::from_secs(1);
/// The Scheduler's defaults: 185 retries within a day.
const ATTEMPTS_MAX: u32 = 185;
const AGE_S_MAX: i64 = 86_400;
const PAUSE_MS_MAX: i64 = 600_000;
