//! What an invocation counts, until its function writes it down.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use engine::{Metric, Metrics};

use crate::Aws;

/// What was counted since it was last written down.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<Metric, u64>>);

impl Metrics for Aws {
    fn count(&self, metric: Metric, value: u64) {
        let mut tally = self.tally.0.lock().unwrap_or_else(PoisonError::into_inner);
        *tally.entry(metric).or_default() += value;
    }
}

impl Aws {
    /// Takes what was counted, so that it is written down once.
    pub fn take_counts(&self) -> BTreeMap<Metric, u64> {
        let mut tally = self.tally.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *tally)
    }
}
