//! How much SES lets the account send.

use anyhow::Context;
use engine::{Quota, Sent};

use crate::Aws;

impl Quota for Aws {
    async fn sent(&self) -> anyhow::Result<Sent> {
        let account = self.ses.get_account().send().await?;
        let quota = account.send_quota.context("SES names no quota")?;
        Ok(Sent {
            most: whole(quota.max24_hour_send),
            count: whole(quota.sent_last24_hours).unwrap_or_default(),
            per_second: whole(quota.max_send_rate)
                .and_then(|rate| u32::try_from(rate).ok())
                .unwrap_or(u32::MAX),
        })
    }
}

/// Reads one of SES's numbers; -1 stands for no limit.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of mails fits, and what is negative is sorted out before"
)]
fn whole(number: f64) -> Option<u64> {
    (number >= 0.0).then_some(number as u64)
}
