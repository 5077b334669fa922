//! The requests of the SQS API, as awsJson1.0 carries them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::checks::check_range;
use crate::{names::resource, refusal::Refusal};

/// Reads a request's body.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        Refusal::bad(
            "com.amazon.coral.service#SerializationException",
            error.to_string(),
        )
    })
}

/// A request to one queue.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Queue<T> {
    pub(super) queue_url: String,
    #[serde(flatten)]
    pub(super) rest: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch<T> {
    pub(super) entries: Vec<Entry<T>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry<T> {
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) rest: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send {
    pub(super) message_body: String,
    #[serde(default)]
    pub(super) message_attributes: BTreeMap<String, Attribute>,
    pub(super) message_group_id: Option<String>,
    pub(super) delay_seconds: Option<u32>,
}

impl Send {
    /// What counts toward the size limit: the body and every attribute's name, type and value.
    pub(super) fn bytes(&self) -> usize {
        let attributes = self.message_attributes.iter();
        self.message_body.len()
            + attributes
                .map(|(name, attribute)| name.len() + attribute.bytes())
                .sum::<usize>()
    }

    pub(super) fn attributes_json(&self) -> Option<String> {
        if self.message_attributes.is_empty() {
            return None;
        }
        serde_json::to_string(&self.message_attributes).ok()
    }
}

/// A message attribute.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    pub(crate) data_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) string_value: Option<String>,
    /// In base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) binary_value: Option<String>,
}

impl Attribute {
    fn bytes(&self) -> usize {
        let text = |value: &Option<String>| value.as_ref().map_or(0, String::len);
        self.data_type.len() + text(&self.string_value) + text(&self.binary_value) * 3 / 4
    }
}

/// The attributes of a stored message.
pub(crate) fn stored_attributes(stored: Option<&str>) -> BTreeMap<String, Attribute> {
    stored
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Receive {
    pub(super) max_number_of_messages: Option<u32>,
    pub(super) wait_time_seconds: Option<u32>,
    pub(super) visibility_timeout: Option<u32>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
}

impl Receive {
    pub(super) fn wants_system_attribute(&self, name: &str) -> bool {
        let mut wanted = self
            .attribute_names
            .iter()
            .chain(&self.message_system_attribute_names);
        wanted.any(|wanted| wanted == "All" || wanted == name)
    }

    /// The stored attributes that the receiver asked for, by name, by prefix (`name.*`) or all.
    pub(super) fn select_attributes(&self, stored: Option<&str>) -> BTreeMap<String, Attribute> {
        let mut attributes = stored_attributes(stored);
        attributes.retain(|name, _| {
            self.message_attribute_names
                .iter()
                .any(|wanted| match wanted.strip_suffix(".*") {
                    Some(prefix) => name.starts_with(prefix),
                    None => wanted == "All" || wanted == name,
                })
        });
        attributes
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteEntry {
    pub(super) receipt_handle: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeEntry {
    pub(super) receipt_handle: String,
    pub(super) visibility_timeout: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueUrl {
    pub(super) queue_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueAttributes {
    #[serde(default)]
    attribute_names: Vec<String>,
}

impl GetQueueAttributes {
    pub(super) fn wants(&self, name: &str) -> bool {
        self.attribute_names
            .iter()
            .any(|wanted| wanted == "All" || wanted == name)
    }
}

/// A request that holds nothing but its queue.
#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateQueue {
    pub(super) queue_name: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

impl CreateQueue {
    /// A numeric attribute.
    pub(super) fn number(&self, name: &str, most: u32) -> Result<Option<u32>, Refusal> {
        let Some(text) = self.attributes.get(name) else {
            return Ok(None);
        };
        let number = text.parse().unwrap_or(u32::MAX);
        check_range(name, number, 0, most)?;
        Ok(Some(number))
    }

    /// The dead-letter queue and the number of receives, from the redrive policy.
    pub(super) fn dead_letters(&self) -> Result<Option<(String, u32)>, Refusal> {
        let Some(policy) = self.attributes.get("RedrivePolicy") else {
            return Ok(None);
        };
        let bad = || {
            Refusal::bad(
                "com.amazonaws.sqs#InvalidParameterValue",
                "RedrivePolicy needs deadLetterTargetArn and maxReceiveCount (1 to 1000).",
            )
        };
        let policy: Value = serde_json::from_str(policy).map_err(|_| bad())?;
        let arn = policy["deadLetterTargetArn"].as_str().ok_or_else(bad)?;
        let count = &policy["maxReceiveCount"];
        let count = count.as_u64().or_else(|| count.as_str()?.parse().ok());
        let count = count
            .filter(|count| (1..=1000).contains(count))
            .ok_or_else(bad)?;
        Ok(Some((
            resource(arn).to_owned(),
            u32::try_from(count).map_err(|_| bad())?,
        )))
    }
}
