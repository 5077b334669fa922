//! Posts events as fast as some senders can, and lets the time pass that their journeys wait for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use jiff::SignedDuration;

use super::scenario::Scenario;
use crate::clock;
use crate::http::Client;
use crate::laptop::Laptop;
use crate::post::{self, Outcome};

/// Somebody who posts on a laptop.
#[derive(Clone, Copy)]
pub(super) struct Load<'a> {
    pub(super) laptop: &'a Laptop,
    pub(super) scenario: Scenario,
    pub(super) senders: u64,
}

impl Load<'_> {
    /// Makes everybody known and every cache warm.
    pub(super) async fn warm_up(self) -> anyhow::Result<()> {
        let event = |number| self.scenario.first_event(number, CONTACTS);
        self.post("warm-up", CONTACTS, &event).await?;
        Ok(())
    }

    /// Posts so many events and waits until all that follows at once is done; returns how long the posting took.
    pub(super) async fn run(self, events: u64) -> anyhow::Result<Duration> {
        let event = |number| self.scenario.event(number, CONTACTS);
        self.post("measured", events, &event).await
    }

    /// Moves the clock to wherever somebody waits for, until nobody waits.
    pub(super) async fn let_time_pass(self) -> anyhow::Result<()> {
        let start = self.laptop.cloud().now();
        for _ in 0..LEAPS_MAX {
            let due = self.laptop.cloud().next_due()?;
            let Some(due) = due.filter(|due| due.duration_since(start) < AHEAD_MAX) else {
                return Ok(());
            };
            let settled = self.laptop.leap(due, SETTLED_MAX).await?;
            ensure!(settled, "the queues never emptied");
        }
        anyhow::bail!("somebody still waits after {LEAPS_MAX} leaps in time")
    }

    async fn post(
        self,
        run: &str,
        events: u64,
        event: &(impl Fn(u64) -> serde_json::Value + Sync),
    ) -> anyhow::Result<Duration> {
        let started = Instant::now();
        let next = AtomicU64::new(0);
        let sender = || self.post_some(run, events, event, &next);
        tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..self.senders).map(|_| scope.spawn(sender)).collect();
                threads.into_iter().try_for_each(|thread| {
                    thread
                        .join()
                        .map_err(|_| anyhow::anyhow!("a sender broke"))?
                })
            })
        })?;
        let posted = started.elapsed();
        let settled = self.laptop.quiet(SETTLED_MAX).await?;
        ensure!(settled, "the queues never emptied");
        Ok(posted)
    }

    fn post_some(
        self,
        run: &str,
        events: u64,
        event: &impl Fn(u64) -> serde_json::Value,
        next: &AtomicU64,
    ) -> anyhow::Result<()> {
        let client = Client::new(&self.laptop.events_url())?;
        let secret = self.laptop.secret();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= events {
                return Ok(());
            }
            let body = serde_json::to_vec(&event(number))?;
            let id = format!("{run}-{number}");
            let outcome = post::post(&client, secret, &id, clock::now(), &body)?;
            ensure!(
                matches!(outcome, Outcome::Accepted(_)),
                "an event was refused: {outcome:?}"
            );
        }
    }
}

/// How many people there are.
const CONTACTS: u64 = 200;
const SETTLED_MAX: Duration = Duration::from_secs(600);
/// Nobody in any scenario waits longer.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);
const LEAPS_MAX: u32 = 1_000;
