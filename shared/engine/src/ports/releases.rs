//! What is published. All of it is immutable and content-addressed, so it is read once and kept.

use std::future::Future;
use std::sync::Arc;

use journey::{Plan, Release};
use mail::Template;

/// Knows releases: `dynamodb:GetItem`.
pub trait Releases {
    /// Returns the release in force and its content hash; at most five seconds old.
    fn current(
        &self,
    ) -> impl Future<Output = anyhow::Result<Option<(String, Arc<Release>)>>> + Send;

    /// Returns the release `hash`.
    fn release(&self, hash: &str) -> impl Future<Output = anyhow::Result<Arc<Release>>> + Send;
}

/// Knows plans: `dynamodb:GetItem`.
pub trait Plans {
    /// Returns the plan `hash`.
    fn plan(&self, hash: &str) -> impl Future<Output = anyhow::Result<Arc<Plan>>> + Send;
}

/// Knows compiled templates: `dynamodb:GetItem`.
pub trait Templates {
    /// Returns the template `hash`.
    fn template(&self, hash: &str) -> impl Future<Output = anyhow::Result<Arc<Template>>> + Send;
}
