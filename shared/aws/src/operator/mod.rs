//! What the command does to a stack: finds its parts by its wiring, and reads and writes its parameters.
//!
//! **Invariant:** the same on a laptop and in the cloud: only `AWS_ENDPOINT_URL` differs, and the SDK reads that by
//! itself.

mod depth;
mod mail;

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use aws_config::SdkConfig;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::types::ParameterType;
use wire::Wiring;

pub use depth::Depth;
pub use mail::{Dkim, EventDestination, MailAccount, MailFrom, MailIdentity, Quota, Unverified};

use crate::{Timeouts, configured, parameters};

/// Whoever operates a stack, with what they may do.
#[derive(Debug)]
pub struct Operator {
    stack: String,
    config: SdkConfig,
    ses: aws_sdk_sesv2::Client,
    sqs: aws_sdk_sqs::Client,
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
        let config = configured(&PATIENT).await;
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
            ses: mail::client(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            config,
            ssm,
            wiring,
        })
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
