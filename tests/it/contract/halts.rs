//! What is halted, and what holds all marketing.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use wire::{Alarm, Halt, Strain};

use super::{Stores, at};

pub(super) async fn an_alarm_holds_marketing_once_and_nothing_else(stores: &impl Stores) {
    let alarm = |why, minute| Alarm {
        why,
        at: at(minute),
    };
    for (why, minute, is_new) in [
        (Strain::Bounces, 10, true),
        // The same again, and one that came late.
        (Strain::Bounces, 10, false),
        (Strain::Bounces, 5, false),
        (Strain::Complaints, 5, true),
    ] {
        let held = stores.hold_marketing(&alarm(why, minute)).await;
        assert_eq!(held.unwrap(), is_new, "{why:?} at {minute}");
    }
    let marketing = stores.halts("welcome", true).await.unwrap();
    assert_eq!(marketing, [Halt::Paused].into());
    assert!(stores.halts("welcome", false).await.unwrap().is_empty());
}
