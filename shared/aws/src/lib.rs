//! The ports on DynamoDB, SQS, EventBridge Scheduler, SES and SSM.
//!
//! **Invariant:** the only crate that names an SDK, and the same on a laptop and in the cloud: only
//! `AWS_ENDPOINT_URL` differs, and the SDK reads that by itself.

mod clock;
mod contacts;
mod enrollments;
mod exceptions;
mod firings;
mod halts;
mod item;
mod ledger;
mod mailer;
mod metrics;
#[cfg(feature = "operator")]
mod operator;
mod pages;
mod parameters;
mod passages;
mod pressure;
mod queues;
mod quota;
mod releases;
mod schedules;
mod settings;
mod statements;
mod surveys;
mod undelivered;
mod writes;

use std::time::Duration;

use anyhow::anyhow;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use jiff::SignedDuration;
use wire::{AddressHasher, HookKeys};

#[cfg(feature = "operator")]
pub use operator::{
    DeadLetter, Depth, Dkim, Endpoint, EventDestination, InFlight, InForce, Kept, MailAccount,
    MailFrom, MailIdentity, Operator, Parked, Quota, Shelf, Trace, Traveler, Unverified, publish,
};
pub use parameters::parameter_name;
pub use settings::{Setting, Settings};

/// AWS, as far as one function may touch it.
#[derive(Debug)]
pub struct Aws {
    dynamodb: aws_sdk_dynamodb::Client,
    scheduler: aws_sdk_scheduler::Client,
    ses: aws_sdk_sesv2::Client,
    sqs: aws_sdk_sqs::Client,
    ssm: aws_sdk_ssm::Client,
    settings: Settings,
    addresses: Option<AddressHasher>,
    hooks: Option<HookKeys>,
    tickets: pages::Kept,
    clock_offset: SignedDuration,
    halts: halts::Kept,
    releases: releases::Cache,
    rung: schedules::Rung,
    tally: metrics::Tally,
}

impl Aws {
    /// Connects to AWS, and reads the key under which addresses are hashed, if it is named.
    ///
    /// # Errors
    ///
    /// Fails where a setting or the key cannot be read.
    pub async fn connect(settings: Settings) -> anyhow::Result<Self> {
        Self::configured(&sdk_config().await, settings).await
    }

    async fn configured(config: &SdkConfig, settings: Settings) -> anyhow::Result<Self> {
        let offset = settings.seconds(Setting::ClockOffsetSeconds);
        let clock_offset = offset.map_err(|wrong| anyhow!(wrong))?.unwrap_or_default();
        let ssm = aws_sdk_ssm::Client::new(config);
        let tickets = pages::Kept::default();
        let (mut addresses, mut hooks) = (None, None);
        if let Some(name) = settings.find(Setting::AddressKeyParameter) {
            let derived = parameters::address_keys(&ssm, name).await?;
            tickets.put(derived.tickets, jiff::Timestamp::UNIX_EPOCH);
            addresses = Some(derived.addresses);
            hooks = Some(derived.hooks);
        }
        Ok(Self {
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            scheduler: aws_sdk_scheduler::Client::new(config),
            ses: mailer::client(config),
            sqs: aws_sdk_sqs::Client::new(config),
            ssm,
            settings,
            addresses,
            hooks,
            tickets,
            clock_offset,
            halts: halts::Kept::default(),
            releases: releases::Cache::default(),
            rung: schedules::Rung::default(),
            tally: metrics::Tally::default(),
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

/// How long a request may take.
struct Timeouts {
    connect: Duration,
    attempt: Duration,
    operation: Duration,
}

/// Returns how a function talks to AWS.
async fn sdk_config() -> SdkConfig {
    configured(&FUNCTION).await
}

/// Reads region, credentials and endpoints as every AWS tool does.
async fn configured(timeouts: &Timeouts) -> SdkConfig {
    loader(timeouts).load().await
}

fn loader(timeouts: &Timeouts) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(timeouts.connect)
        .operation_attempt_timeout(timeouts.attempt)
        .operation_timeout(timeouts.operation)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts)
}

/// Far below a function's timeout, which is far below its queue's visibility timeout.
const FUNCTION: Timeouts = Timeouts {
    connect: Duration::from_secs(1),
    attempt: Duration::from_secs(3),
    operation: Duration::from_secs(8),
};
