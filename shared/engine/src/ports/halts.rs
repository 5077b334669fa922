//! What an operator has halted.

use std::future::Future;

use wire::Halt;

/// Knows which journeys are halted: `dynamodb:GetItem`.
pub trait Halted {
    /// Returns how a journey is halted, if it is; at most five seconds old.
    fn halt(&self, journey: &str) -> impl Future<Output = anyhow::Result<Option<Halt>>> + Send;
}
