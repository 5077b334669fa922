//! What the command does to a stack: finds its parts by its wiring, and reads and writes its parameters.
//!
//! **Invariant:** the same on a laptop and in the cloud: only `AWS_ENDPOINT_URL` differs, and the SDK reads that by
//! itself.

mod dead;
mod halts;
mod kept;
mod person;
mod release;
mod runs;
mod ses;
mod statements;

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use aws_config::{Region, SdkConfig};
use aws_sdk_ssm::config::Credentials;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::types::ParameterType;
use jiff::SignedDuration;
use wire::Wiring;

use crate::{Aws, Setting, Settings, Timeouts, configured, loader, parameters};

pub use dead::{DeadLetter, Depth};
pub use kept::Kept;
pub use person::{Shelf, Trace};
pub use release::{InForce, publish};
pub use runs::{InFlight, Parked, Traveler};
pub use ses::{Dkim, EventDestination, MailAccount, MailFrom, MailIdentity, Quota, Unverified};

/// Where the AWS of a laptop is.
#[derive(Clone, Eq, PartialEq)]
pub struct Endpoint {
    /// Its URL.
    pub url: String,
    /// Its region.
    pub region: String,
    /// The id of the key to sign with.
    pub key: String,
    /// The key.
    pub secret: String,
}

/// Shows no key.
impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Whoever operates a stack, with what they may do.
#[derive(Debug)]
pub struct Operator {
    stack: String,
    config: SdkConfig,
    ses: aws_sdk_sesv2::Client,
    ssm: aws_sdk_ssm::Client,
    wiring: Wiring,
}

impl Operator {
    /// Finds a stack.
    ///
    /// # Errors
    ///
    /// Says what to do where there is no such stack, no region, or nobody is signed in.
    pub async fn open(stack: &str) -> anyhow::Result<Self> {
        Self::find(stack, configured(&PATIENT).await).await
    }

    /// Finds the stack of a laptop, where that is not said by the environment.
    ///
    /// # Errors
    ///
    /// Says what to do where there is no such stack.
    pub async fn open_at(stack: &str, endpoint: &Endpoint) -> anyhow::Result<Self> {
        let credentials = Credentials::builder()
            .access_key_id(&endpoint.key)
            .secret_access_key(&endpoint.secret)
            .provider_name("laptop")
            .build();
        let config = loader(&PATIENT)
            .endpoint_url(&endpoint.url)
            .region(Region::new(endpoint.region.clone()))
            .credentials_provider(credentials);
        Self::find(stack, config.load().await).await
    }

    async fn find(stack: &str, config: SdkConfig) -> anyhow::Result<Self> {
        let Some(region) = config.region().cloned() else {
            bail!(
                "no AWS region is chosen: set AWS_REGION, or AWS_PROFILE to a profile that has one"
            );
        };
        let ssm = aws_sdk_ssm::Client::new(&config);
        let name = parameters::parameter_name(stack, "wiring");
        let found = parameters::read(&ssm, &name).await;
        let found =
            found.with_context(|| format!("cannot look for the stack `{stack}` in {region}"))?;
        let found = found.ok_or_else(|| {
            anyhow!(
                "there is no stack `{stack}` in {region} (no parameter {name}): check its name, AWS_PROFILE and \
                 AWS_REGION, or deploy it first"
            )
        })?;
        let wiring = Wiring::from_json(&found).with_context(|| format!("the parameter {name}"))?;
        Ok(Self {
            stack: stack.to_owned(),
            ses: ses::client(&config),
            config,
            ssm,
            wiring,
        })
    }

    /// Returns what the functions of the stack read and write, with a clock that runs ahead by so much.
    ///
    /// # Errors
    ///
    /// Fails where a setting cannot be read, which is a mistake of ours.
    pub async fn aws(&self, ahead: SignedDuration) -> anyhow::Result<Aws> {
        let Wiring { tables, queues, .. } = &self.wiring;
        let ahead = ahead.as_secs().to_string();
        let told = [
            (Setting::ClockOffsetSeconds, ahead.as_str()),
            (Setting::ContactsTable, tables.contacts.as_str()),
            (Setting::EnrollmentsTable, tables.enrollments.as_str()),
            (Setting::EventsQueueUrl, queues.events.url.as_str()),
            (Setting::EventsTable, tables.events.as_str()),
            (Setting::MovesQueueUrl, queues.moves.url.as_str()),
            (Setting::ReleasesTable, tables.releases.as_str()),
            (Setting::SendsTable, tables.sends.as_str()),
        ];
        let find = |name: &str| {
            let mut told = told.iter();
            let found = told.find(|(setting, _)| setting.variable() == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let settings = Settings::read(find, &told.map(|(setting, _)| setting), &[]);
        self.function(settings.map_err(|missing| anyhow!(missing))?)
            .await
    }

    /// Returns what a function that is told `settings` reads and writes.
    ///
    /// # Errors
    ///
    /// Fails where a setting or the stack's key cannot be read.
    pub async fn function(&self, settings: Settings) -> anyhow::Result<Aws> {
        Aws::configured(&self.config, settings).await
    }

    /// Returns the name of the stack.
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// Returns what the stack consists of.
    pub fn wiring(&self) -> &Wiring {
        &self.wiring
    }

    /// Returns the AWS region that the stack is in.
    pub fn region(&self) -> &str {
        self.config.region().map_or("", |region| region.as_ref())
    }

    /// Reads a parameter of the stack, decrypted; `None` where there is none.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn parameter(&self, name: &str) -> anyhow::Result<Option<String>> {
        parameters::read(&self.ssm, &parameters::parameter_name(&self.stack, name)).await
    }

    /// Writes a new secret parameter of the stack; returns false, and writes nothing, where there is one already.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn add_secret(&self, name: &str, value: &str) -> anyhow::Result<bool> {
        self.put(name, value, false).await
    }

    /// Writes a secret parameter of the stack in place of the one that there is.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn replace_secret(&self, name: &str, value: &str) -> anyhow::Result<()> {
        self.put(name, value, true).await.map(|_| ())
    }

    async fn put(&self, name: &str, value: &str, overwrite: bool) -> anyhow::Result<bool> {
        let name = parameters::parameter_name(&self.stack, name);
        let put = self.ssm.put_parameter();
        let put = put
            .name(&name)
            .value(value)
            .r#type(ParameterType::SecureString)
            .overwrite(overwrite);
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ParameterAlreadyExists") => Ok(false),
            Err(error) => {
                Err(error.into_service_error()).with_context(|| format!("cannot write {name}"))
            }
        }
    }
}

/// Says which request failed, and why.
fn told<E, R>(request: &str, error: SdkError<E, R>) -> anyhow::Error
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => anyhow!("{request}: {code} {message}"),
        (Some(code), None) => anyhow!("{request}: {code}"),
        (None, _) => anyhow!(error).context(request.to_owned()),
    }
}

/// People and their networks are slower than functions.
const PATIENT: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    attempt: Duration::from_secs(20),
    operation: Duration::from_secs(60),
};
