//! Which journeys start, and when.

use std::collections::BTreeMap;
use std::future::Future;

use journey::Fired;

/// Remembers on which days journeys started: `dynamodb:BatchGetItem`, `dynamodb:PutItem`.
pub trait Firings {
    /// Returns what is known of those of `journeys` that ever started.
    fn fired(
        &self,
        journeys: &[&str],
    ) -> impl Future<Output = anyhow::Result<BTreeMap<String, Fired>>> + Send;

    /// Writes down what is known of one.
    fn put_fired(
        &self,
        journey: &str,
        fired: &Fired,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}
