//! The local AWS region: what every service shares, and who may work while the clock stands.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedRwLockReadGuard, RwLock, RwLockWriteGuard};

use crate::{
    Meter,
    bucket::Bucket,
    clock::Clock,
    config::{ConfigurationSet, Sending},
    faults::Faults,
    lambda::Functions,
    meter::Counters,
    ses::account,
    sqs::queue::{self, Depth},
    store::Store,
};

/// What every service of the local cloud shares.
#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) faults: Faults,
    pub(crate) counters: Counters,
    pub(crate) sending: Sending,
    pub(crate) send_rate: Bucket,
    pub(crate) account: account::Overrides,
    pub(crate) configuration_sets: BTreeMap<String, ConfigurationSet>,
    /// The AWS endpoint, such as `http://127.0.0.1:40001`.
    pub(crate) endpoint: String,
    /// Set once, at the end of the start.
    pub(crate) functions: OnceLock<Functions>,
    /// Read by activities, written by a move of the clock.
    pub(crate) gate: Arc<RwLock<()>>,
    pub(crate) active: AtomicUsize,
    pub(crate) distances: OnceLock<Distances>,
}

impl Region {
    /// Registers something that must not straddle a move of the clock; waits while one is under way.
    ///
    /// **Invariant:** an activity never begins another one and waits for it: a waiting move would lock both out.
    pub(crate) async fn begin(self: &Arc<Self>) -> Activity {
        let gate = self.gate.clone().read_owned().await;
        self.active.fetch_add(1, Ordering::SeqCst);
        Activity {
            region: self.clone(),
            _gate: gate,
        }
    }

    /// Moves the clock ahead, when no activity is under way, and replaces the functions' processes, which are told
    /// the new offset as they start. Whatever became due wakes up.
    pub(crate) async fn move_clock(&self, by: Duration) -> rusqlite::Result<()> {
        let _all = self.stand_still(STAND_STILL_MAX).await;
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let offset_ms = self
            .clock
            .offset_ms()
            .saturating_add(by_ms)
            .min(OFFSET_MS_MAX);
        self.store.set_setting(CLOCK_OFFSET, offset_ms)?;
        self.clock.set_offset_ms(offset_ms);
        if let Some(functions) = self.functions() {
            functions.restart();
        }
        self.store.changed();
        Ok(())
    }

    /// Waits until no activity is left and keeps new ones out; goes on regardless after `longest`.
    pub(crate) async fn stand_still(&self, longest: Duration) -> Option<RwLockWriteGuard<'_, ()>> {
        tokio::time::timeout(longest, self.gate.write()).await.ok()
    }

    /// How many messages each queue holds.
    pub(crate) fn queue_depths(&self) -> rusqlite::Result<BTreeMap<String, Depth>> {
        let now_ms = self.clock.now_ms();
        self.store.read(|db| {
            let names = queue::names(db)?.into_iter();
            names
                .map(|name| {
                    let depth = queue::depth(db, &name, now_ms)?;
                    Ok((name, depth))
                })
                .collect()
        })
    }

    /// Whether nothing is being worked on.
    pub(crate) fn is_idle(&self) -> bool {
        self.active.load(Ordering::SeqCst) == 0
    }

    /// What was used since the start.
    pub(crate) fn meter(&self) -> Meter {
        let log_bytes = self.functions().map(Functions::log_bytes);
        Meter {
            log_bytes: log_bytes.unwrap_or_default(),
            ..self.counters.read()
        }
    }

    /// How long an answer is under way.
    pub(crate) fn distance_to(&self, ses: bool) -> Duration {
        let far = self.distances.get();
        far.map_or(Duration::ZERO, |far| if ses { far.ses } else { far.others })
    }

    /// The functions; `None` while the cloud is still starting.
    pub(crate) fn functions(&self) -> Option<&Functions> {
        self.functions.get()
    }
}

/// How far away the services seem to be.
#[derive(Clone, Copy, Debug)]
pub struct Distances {
    /// How much later SES answers.
    pub ses: Duration,
    /// How much later every other service answers.
    pub others: Duration,
}

/// Something under way. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Activity {
    region: Arc<Region>,
    _gate: OwnedRwLockReadGuard<()>,
}

impl Drop for Activity {
    fn drop(&mut self) {
        self.region.active.fetch_sub(1, Ordering::SeqCst);
        self.region.store.changed();
    }
}

/// Where the clock's offset is stored, in milliseconds.
pub(crate) const CLOCK_OFFSET: &str = "clock_offset_ms";
/// The longest that a function may work on one invocation.
const STAND_STILL_MAX: Duration = Duration::from_secs(900);
/// A thousand years.
const OFFSET_MS_MAX: i64 = 1000 * 365 * 86_400_000;
