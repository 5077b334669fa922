//! What the functions tell each other.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use journey::{Order, Purpose};
use wire::{Call, EventsMessage, Move};

/// Hands accepted posts to resolve: `sqs:SendMessage`.
pub trait Events {
    /// Stores a post durably.
    fn accept(&self, message: &EventsMessage) -> impl Future<Output = Result<(), Backlog>> + Send;
}

/// Why a post could not be stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Backlog {
    /// Too many at once.
    Throttled,
    /// The queue is not there.
    Unavailable(String),
}

/// Orders mails: `sqs:SendMessage`.
pub trait Orders {
    /// Orders `orders`, in this order, to be looked at after `delay` (at most 15 minutes).
    fn order(
        &self,
        lane: Lane,
        orders: &[Order],
        delay: SignedDuration,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Which queue a mail waits in: service never waits behind advertising.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lane {
    /// Advertising.
    Marketing,
    /// Service.
    Transactional,
}

impl From<&Purpose> for Lane {
    fn from(purpose: &Purpose) -> Self {
        match purpose {
            Purpose::Marketing { .. } => Self::Marketing,
            Purpose::Transactional => Self::Transactional,
        }
    }
}

/// Moves enrollments on: `sqs:SendMessage`.
pub trait Moves {
    /// Asks for `moves`.
    fn move_on(&self, moves: &[Move]) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.move_later(moves, SignedDuration::ZERO)
    }

    /// Asks for `moves`, to be looked at after `delay` (at most 15 minutes).
    fn move_later(
        &self,
        moves: &[Move],
        delay: SignedDuration,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Returns about how many are asked for and not done: `sqs:GetQueueAttributes`.
    fn waiting(&self) -> impl Future<Output = anyhow::Result<u64>> + Send;
}

/// Asks for posts to other systems: `sqs:SendMessage`.
pub trait Calls {
    /// Asks for `calls`, to be looked at after `delay` (at most 15 minutes).
    fn call(
        &self,
        calls: &[Call],
        delay: SignedDuration,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Sets alarm clocks: `scheduler:CreateSchedule`, `iam:PassRole`.
pub trait Alarms {
    /// Makes `wake` ring at a whole minute; setting it twice changes nothing.
    ///
    /// A failure is logged, not returned: the due index is the truth, and the sweep reads it.
    fn ring(&self, minute: Timestamp) -> impl Future<Output = ()> + Send;
}
