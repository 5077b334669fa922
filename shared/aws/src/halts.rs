//! Which journeys are halted: one item of the releases table.

use std::sync::{Mutex, PoisonError};

use engine::{Clock, Halted, Versioned};
use jiff::{SignedDuration, Timestamp};
use wire::{Halt, Halts};

use crate::Aws;
use crate::writes::versioned;

/// The key of the item.
pub(crate) const HALTS: &str = "halts";

/// What was read last, and when.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Option<(Timestamp, Halts)>>);

impl Kept {
    fn get(&self) -> Option<(Timestamp, Halts)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }

    fn put(&self, halts: Halts, read: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((read, halts));
    }
}

impl Halted for Aws {
    async fn halt(&self, journey: &str) -> anyhow::Result<Option<Halt>> {
        let now = self.now();
        if let Some((read, halts)) = self.halts.get()
            && now.duration_since(read) < AGE_MAX
        {
            return Ok(halts.of(journey));
        }
        let halts = self.halts_now().await?;
        let halts = halts.map(|known| known.value).unwrap_or_default();
        let halt = halts.of(journey);
        self.halts.put(halts, now);
        Ok(halt)
    }
}

impl Aws {
    /// Reads which journeys are halted, strongly consistent.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or a newer version of Waypost wrote it.
    pub async fn halts_now(&self) -> anyhow::Result<Option<Versioned<Halts>>> {
        let item = self.release_item(HALTS).await?;
        item.map(|item| versioned(item, Halts::from_json))
            .transpose()
    }
}

const AGE_MAX: SignedDuration = SignedDuration::from_secs(5);
