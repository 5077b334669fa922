//! The ports on DynamoDB, SQS, EventBridge Scheduler and SES.
//!
//! **Invariant:** the only crate that names an SDK, and the same on a laptop and in the cloud: only
//! `AWS_ENDPOINT_URL` differs, and the SDK reads that by itself.

mod clock;
mod contacts;
mod enrollments;
mod exceptions;
mod item;
mod ledger;
mod mailer;
mod operator;
mod publish;
mod queues;
mod releases;
mod schedules;
mod settings;

use std::time::Duration;

use anyhow::anyhow;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use jiff::SignedDuration;
use wire::AddressHasher;

pub use operator::{
    Dkim, EventDestination, MailAccount, MailFrom, MailIdentity, Operator, Quota, Unverified,
};
pub use publish::{publish, verify_domain};
pub use settings::{Setting, Settings};

/// AWS, as far as one function may touch it.
#[derive(Debug)]
pub struct Aws {
    dynamodb: aws_sdk_dynamodb::Client,
    scheduler: aws_sdk_scheduler::Client,
    ses: aws_sdk_sesv2::Client,
    sqs: aws_sdk_sqs::Client,
    settings: Settings,
    addresses: Option<AddressHasher>,
    clock_offset: SignedDuration,
    releases: releases::Cache,
    rung: schedules::Rung,
}

impl Aws {
    /// Connects to AWS; no request is made yet.
    ///
    /// # Errors
    ///
    /// Fails where a setting cannot be read.
    pub async fn connect(settings: Settings) -> anyhow::Result<Self> {
        let config = sdk_config().await;
        let addresses = settings.find(Setting::AddressKey);
        let addresses = addresses.map(AddressHasher::parse).transpose()?;
        let offset = settings.seconds(Setting::ClockOffsetSeconds);
        let clock_offset = offset.map_err(|wrong| anyhow!(wrong))?.unwrap_or_default();
        Ok(Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            scheduler: aws_sdk_scheduler::Client::new(&config),
            ses: mailer::client(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            settings,
            addresses,
            clock_offset,
            releases: releases::Cache::default(),
            rung: schedules::Rung::default(),
        })
    }

    /// Returns the settings it was connected with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn setting(&self, setting: Setting) -> &str {
        self.settings.get(setting)
    }
}

/// Reads region, credentials and endpoints as every AWS tool does.
async fn sdk_config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts)
        .load()
        .await
}

// Far below a function's timeout, which is far below its queue's visibility timeout.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);
