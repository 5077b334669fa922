//! The mails that a batch orders, all in one message.

use jiff::SignedDuration;
use journey::Order;

use crate::{Failure, Lane, Orders};

/// What a batch has decided to mail.
///
/// Each order is stored with the run that it belongs to, so a batch that comes back finds it there and
/// orders it again. Whatever led to it may be acknowledged after [`Self::finish`], and not before.
#[derive(Debug, Default)]
pub struct Outbox {
    transactional: Vec<Order>,
    marketing: Vec<Order>,
}

impl Outbox {
    /// Keeps orders until the end of the batch.
    pub(crate) fn add(&mut self, lane: Lane, orders: impl IntoIterator<Item = Order>) {
        match lane {
            Lane::Marketing => self.marketing.extend(orders),
            Lane::Transactional => self.transactional.extend(orders),
        }
    }

    /// Keeps what another part of the batch orders, too.
    pub fn append(&mut self, other: Self) {
        self.transactional.extend(other.transactional);
        self.marketing.extend(other.marketing);
    }

    /// Orders all of it: one message for many.
    ///
    /// # Errors
    /// Some may not be ordered; then the whole batch must come back.
    pub async fn finish(&self, io: &impl Orders) -> Result<(), Failure> {
        for (lane, orders) in [
            (Lane::Transactional, &self.transactional),
            (Lane::Marketing, &self.marketing),
        ] {
            if !orders.is_empty() {
                io.order(lane, orders, SignedDuration::ZERO).await?;
            }
        }
        Ok(())
    }
}
