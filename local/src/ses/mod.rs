//! Amazon SES API v2 over restJson1: mails are stored instead of sent, and what would follow is told at once.
//!
//! Deliberate differences from AWS: identities are verified without DNS (or never, as configured); events come
//! immediately and once (AWS: within seconds, at least once, in any order); nothing is delivered, opened or clicked
//! unless the mailbox simulator's address says so or [`crate::Cloud::report`] is told; templates, contact lists,
//! tenants, dedicated addresses and attachments' contents are not there; headers are not repeated per MIME part.

pub(crate) mod account;
mod address;
pub(crate) mod events;
pub(crate) mod identities;
pub(crate) mod mail;
mod raw;
mod request;
pub(crate) mod send;
mod suppression;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{config::ConfigurationSet, names, refusal::Refusal, region::Region};

/// Answers one SES request; `name` is the part of the path that names a resource.
pub(crate) fn answer(
    region: &Arc<Region>,
    operation: &str,
    name: &str,
    body: &[u8],
) -> Result<Value, Refusal> {
    match operation {
        "SendEmail" => send::send(region, body),
        "GetAccount" => account::get(region),
        "CreateEmailIdentity" => identities::create(region, body),
        "GetEmailIdentity" => identities::get(region, name),
        "ListEmailIdentities" => identities::list(region),
        "DeleteEmailIdentity" => identities::delete(region, name),
        "PutEmailIdentityMailFromAttributes" => identities::put_mail_from(region, name, body),
        "PutEmailIdentityConfigurationSetAttributes" => {
            identities::put_configuration_set(region, name, body)
        }
        "PutSuppressedDestination" => suppression::add(region, body),
        "GetSuppressedDestination" => suppression::get(region, name),
        "ListSuppressedDestinations" => suppression::list(region),
        "DeleteSuppressedDestination" => suppression::delete(region, name),
        "ListConfigurationSets" => Ok(json!({
            "ConfigurationSets": region.configuration_sets.keys().collect::<Vec<_>>(),
        })),
        "GetConfigurationSet" => {
            let set = configuration_set(region, name)?;
            Ok(json!({"ConfigurationSetName": set.name}))
        }
        "GetConfigurationSetEventDestinations" => {
            Ok(event_destinations(configuration_set(region, name)?))
        }
        other => Err(Refusal::with_status(
            404,
            "UnknownOperationException",
            format!("SES here has no operation {other}"),
        )),
    }
}

fn configuration_set<'a>(region: &'a Region, name: &str) -> Result<&'a ConfigurationSet, Refusal> {
    region.configuration_sets.get(name).ok_or_else(|| {
        Refusal::with_status(
            404,
            "NotFoundException",
            format!("Configuration set <{name}> does not exist."),
        )
    })
}

fn event_destinations(set: &ConfigurationSet) -> Value {
    json!({"EventDestinations": [{
        "Name": set.queue,
        "Enabled": true,
        "MatchingEventTypes": set.events,
        "SnsDestination": {"TopicArn": names::topic_arn(&set.queue)},
    }]})
}

/// Reads a request's body.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| request::bad(error.to_string()))
}
