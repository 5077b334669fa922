//! What is halted: journeys by an operator, and all marketing.

use std::collections::BTreeSet;
use std::future::Future;

use wire::{Alarm, Halt};

/// Knows which journeys are halted: `dynamodb:GetItem`.
pub trait Halted {
    /// Returns every way in which a journey is halted, for what is marketing in it or for what is service; at most five
    /// seconds old.
    fn halts(
        &self,
        journey: &str,
        is_marketing: bool,
    ) -> impl Future<Output = anyhow::Result<BTreeSet<Halt>>> + Send;
}

/// Holds all marketing: `dynamodb:GetItem`, `dynamodb:PutItem`.
pub trait Breaker {
    /// Pauses every marketing journey because of an alarm, and returns whether it had not been heard before.
    fn hold_marketing(&self, alarm: &Alarm) -> impl Future<Output = anyhow::Result<bool>> + Send;
}
