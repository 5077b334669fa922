//! The SES account: what it may send, and what an operator finds out about it.

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::mail;
use crate::{refusal::Refusal, region::Region};

/// What `GetAccount` says otherwise than usual, until the cloud stops.
///
/// A laptop's account is out of the sandbox and in good health; only a knob makes it anything else.
#[derive(Debug, Default)]
pub(crate) struct Overrides(Mutex<Map<String, Value>>);

impl Overrides {
    /// Adds to what is said otherwise.
    pub(crate) fn add(&self, said: Map<String, Value>) {
        self.lock().extend(said);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Map<String, Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers `GetAccount`.
pub(super) fn get(region: &Region) -> Result<Value, Refusal> {
    let since_ms = region.clock.now_ms() - 86_400_000;
    let sent = region
        .store
        .read(|db| mail::recipients_since(db, since_ms))?;
    let mut account = json!({
        "SendQuota": {
            "Max24HourSend": region.sending.per_day.map_or(-1.0, f64::from),
            "MaxSendRate": f64::from(region.sending.per_second),
            "SentLast24Hours": sent,
        },
        "SendingEnabled": true,
        "ProductionAccessEnabled": true,
        "EnforcementStatus": "HEALTHY",
        "DedicatedIpAutoWarmupEnabled": false,
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        "PricingAttributes": {"CurrentPlan": "NONE"},
    });
    if let Some(account) = account.as_object_mut() {
        account.extend(region.account.lock().clone());
    }
    Ok(account)
}
