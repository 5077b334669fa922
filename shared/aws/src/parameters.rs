//! SSM's parameters: the secrets of a stack, and where the command finds everything.

use anyhow::{Context, anyhow};
use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::ProvideErrorMetadata;
use engine::{HookSecrets, Secrets};
use wire::{AddressHasher, HookKeys, Secret, TicketKeys};

use crate::{Aws, Setting};

impl Secrets for Aws {
    async fn signing_secrets(&self) -> anyhow::Result<Vec<Secret>> {
        let name = self.setting(Setting::SigningSecretsParameter);
        let value = required(&self.ssm, name).await?;
        let secrets: Result<Vec<_>, _> = value.split_whitespace().map(Secret::parse).collect();
        secrets.with_context(|| format!("the parameter {name}"))
    }
}

impl HookSecrets for Aws {
    fn hook_secrets(&self, name: &str) -> Vec<Secret> {
        let keys = self.hooks.as_ref();
        keys.map_or_else(Vec::new, |keys| keys.secrets(name))
    }
}

/// Names a parameter of a stack.
pub fn parameter_name(stack: &str, parameter: &str) -> String {
    format!("/waypost/{stack}/{parameter}")
}

/// What is derived from an installation's own key.
pub(crate) struct Derived {
    /// What addresses are hashed under.
    pub(crate) addresses: AddressHasher,
    /// What the tokens of pages are sealed with.
    pub(crate) tickets: TicketKeys,
    /// What posts to other systems are signed with.
    pub(crate) hooks: HookKeys,
}

/// Reads an installation's own key, and derives all others from it.
pub(crate) async fn address_keys(ssm: &Client, name: &str) -> anyhow::Result<Derived> {
    let value = required(ssm, name).await?;
    let addresses = AddressHasher::parse(&value);
    let addresses = addresses.with_context(|| format!("the parameter {name}"))?;
    let tickets = TicketKeys::parse(&value);
    let tickets = tickets.with_context(|| format!("the parameter {name}"))?;
    let hooks = HookKeys::parse(&value);
    Ok(Derived {
        addresses,
        tickets,
        hooks: hooks.with_context(|| format!("the parameter {name}"))?,
    })
}

async fn required(ssm: &Client, name: &str) -> anyhow::Result<String> {
    let value = read(ssm, name).await?;
    value.ok_or_else(|| anyhow!("there is no parameter {name}: `waypost secret` makes it"))
}

/// Reads a parameter, decrypted; `None` where there is none.
pub(crate) async fn read(ssm: &Client, name: &str) -> anyhow::Result<Option<String>> {
    let get = ssm.get_parameter().name(name).with_decryption(true);
    match get.send().await {
        Ok(answer) => Ok(answer.parameter.and_then(|parameter| parameter.value)),
        Err(error) if error.code() == Some("ParameterNotFound") => Ok(None),
        Err(error) => {
            Err(error.into_service_error()).with_context(|| format!("cannot read {name}"))
        }
    }
}
