//! What is halted: one item of the releases table.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use anyhow::bail;
use engine::{Breaker, Clock, Halted, Stored, Versioned};
use jiff::{SignedDuration, Timestamp};
use wire::{Alarm, Halt, Halts};

use crate::item::{Item, text};
use crate::writes::{Put, versioned};
use crate::{Aws, Setting};

/// The key of the item.
const HALTS: &str = "halts";

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
    async fn halts(&self, journey: &str, is_marketing: bool) -> anyhow::Result<BTreeSet<Halt>> {
        let now = self.now();
        let of = |halts: &Halts| halts.of(journey, is_marketing);
        if let Some((read, halts)) = self.halts.get()
            && now.duration_since(read) < AGE_MAX
        {
            return Ok(of(&halts));
        }
        let halts = self.halts_now().await?;
        let halts = halts.map(|known| known.value).unwrap_or_default();
        let found = of(&halts);
        self.halts.put(halts, now);
        Ok(found)
    }
}

impl Breaker for Aws {
    async fn hold_marketing(&self, alarm: &Alarm) -> anyhow::Result<bool> {
        let Alarm { why, at } = *alarm;
        let hold = |halts: &mut Halts| halts.hold_marketing(why, at);
        self.change_halts(hold).await
    }
}

impl Aws {
    /// Changes what is halted, and tells whether that changed anything; whoever changes it at the same moment is not
    /// overwritten.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, where a newer version of Waypost wrote it, and where others change it all the time.
    pub async fn change_halts(&self, change: impl Fn(&mut Halts)) -> anyhow::Result<bool> {
        for _ in 0..RACES_MAX {
            let known = self.halts_now().await?;
            let replaces = known.as_ref().map(|known| known.version);
            let known = known.map(|known| known.value).unwrap_or_default();
            let mut halts = known.clone();
            change(&mut halts);
            if halts == known {
                return Ok(false);
            }
            let item = Item::from([("hash".to_owned(), text(HALTS))]);
            let put = Put::new(item, halts.to_json(), replaces, "hash");
            let put = vec![(Setting::ReleasesTable, put)];
            if self.put_all(put).await? == Stored::Done {
                return Ok(true);
            }
        }
        bail!("others change what is halted all the time: try again")
    }

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
const RACES_MAX: u8 = 5;
