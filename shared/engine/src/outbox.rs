//! What a batch has decided for others to do: the mails that it orders, the posts that it asks for.

use jiff::SignedDuration;
use journey::Order;
use wire::{About, Call, HookResult};

use crate::results::calls;
use crate::{Calls, Failure, Lane, Orders, Releases};

/// What a batch has decided to mail and to post.
///
/// Each order is stored with the run that it belongs to, so a batch that comes back finds it there and
/// orders it again; a post follows from the state of its run. Whatever led to it may be acknowledged after
/// [`Self::finish`], and not before.
#[derive(Debug, Default)]
pub struct Outbox {
    transactional: Vec<Order>,
    marketing: Vec<Order>,
    calls: Vec<Call>,
    results: Vec<HookResult>,
}

impl Outbox {
    /// Keeps orders until the end of the batch.
    pub(crate) fn add(&mut self, lane: Lane, orders: impl IntoIterator<Item = Order>) {
        match lane {
            Lane::Marketing => self.marketing.extend(orders),
            Lane::Transactional => self.transactional.extend(orders),
        }
    }

    /// Keeps the post of a step until the end of the batch.
    pub(crate) fn call(&mut self, about: About) {
        self.calls.push(Call { about, tries: 0 });
    }

    /// Keeps what happened until the end of the batch.
    pub(crate) fn tell(&mut self, results: impl IntoIterator<Item = HookResult>) {
        self.results.extend(results);
    }

    /// Keeps what another part of the batch decided, too.
    pub fn append(&mut self, other: Self) {
        self.transactional.extend(other.transactional);
        self.marketing.extend(other.marketing);
        self.calls.extend(other.calls);
        self.results.extend(other.results);
    }

    /// Orders all mails, one message for many, and asks for the posts.
    ///
    /// # Errors
    /// Some may not be ordered; then the whole batch must come back.
    pub async fn finish(&self, io: &(impl Orders + Calls + Releases)) -> Result<(), Failure> {
        for (lane, orders) in [
            (Lane::Transactional, &self.transactional),
            (Lane::Marketing, &self.marketing),
        ] {
            if !orders.is_empty() {
                io.order(lane, orders, SignedDuration::ZERO).await?;
            }
        }
        let mut asked = self.calls.clone();
        asked.extend(calls(io, &self.results).await?);
        if !asked.is_empty() {
            io.call(&asked, SignedDuration::ZERO).await?;
        }
        Ok(())
    }
}
