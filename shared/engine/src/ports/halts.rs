//! What is halted: journeys by an operator, and all marketing.

use std::collections::BTreeSet;
use std::future::Future;

use journey::Plan;
use wire::{Halt, Strain};

/// Knows which journeys are halted: `dynamodb:GetItem`.
pub trait Halted {
    /// Returns every way in which the journey of a plan is halted; at most five seconds old.
    fn halts(&self, plan: &Plan) -> impl Future<Output = anyhow::Result<BTreeSet<Halt>>> + Send;
}

/// Holds all marketing: `dynamodb:GetItem`, `dynamodb:PutItem`.
pub trait Breaker {
    /// Pauses every marketing journey, and returns whether it was not so before.
    fn hold_marketing(&self, why: Strain) -> impl Future<Output = anyhow::Result<bool>> + Send;
}
