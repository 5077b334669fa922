//! What is counted, and the mail service's quota.

use std::future::Future;

use engine::{Metric, Metrics, Quota, Sent};

use super::World;

impl Metrics for World {
    fn count(&self, metric: Metric, value: u64) {
        *self.state().counts.entry(metric).or_default() += value;
    }
}

impl Quota for World {
    fn sent(&self) -> impl Future<Output = anyhow::Result<Sent>> + Send {
        self.read("quota.sent", |state| state.sent)
    }
}
