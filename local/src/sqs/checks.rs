//! What SQS refuses, and the digests that its clients check.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};

use super::wire::{Attribute, Send};
use crate::refusal::Refusal;

/// Refuses a message that is empty, too long, delayed too long or not text.
pub(super) fn check_message(send: &Send) -> Result<(), Refusal> {
    if let Some(delay_s) = send.delay_seconds {
        check_range("DelaySeconds", delay_s, 0, DELAY_S_MAX)?;
    }
    if send.message_body.is_empty() {
        return Err(Refusal::bad(
            "MissingParameter",
            "The request must contain the parameter MessageBody.",
        ));
    }
    if send.bytes() > MESSAGE_BYTES_MAX {
        return Err(Refusal::bad(
            "com.amazonaws.sqs#InvalidParameterValue",
            format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {MESSAGE_BYTES_MAX} bytes."
            ),
        ));
    }
    if !send.message_body.chars().all(is_allowed) {
        return Err(Refusal::bad(
            "com.amazonaws.sqs#InvalidMessageContents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | \
             #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
        ));
    }
    if send.message_attributes.len() > ATTRIBUTES_MAX {
        return Err(Refusal::bad(
            "com.amazonaws.sqs#InvalidParameterValue",
            format!("Number of message attributes exceeds the allowed maximum [{ATTRIBUTES_MAX}]."),
        ));
    }
    Ok(())
}

/// The characters of XML 1.0, which SQS still holds to.
fn is_allowed(c: char) -> bool {
    matches!(c, '\u{9}' | '\u{A}' | '\u{D}' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Refuses a batch that is empty, too large or names an entry badly or twice.
pub(super) fn check_batch<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    let mut count = 0;
    for id in ids {
        count += 1;
        let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || id.len() > 80 || !id.chars().all(good) {
            return Err(Refusal::bad(
                "com.amazonaws.sqs#InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                 It can be at most 80 letters long.",
            ));
        }
        if !seen.insert(id) {
            return Err(Refusal::bad(
                "com.amazonaws.sqs#BatchEntryIdsNotDistinct",
                format!("Id {id} repeated."),
            ));
        }
    }
    match count {
        0 => Err(Refusal::bad(
            "com.amazonaws.sqs#EmptyBatchRequest",
            "There should be at least one SendMessageBatchRequestEntry in the request.",
        )),
        1..=BATCH_MAX => Ok(()),
        _ => Err(Refusal::bad(
            "com.amazonaws.sqs#TooManyEntriesInBatchRequest",
            format!(
                "Maximum number of entries per request are {BATCH_MAX}. You have sent {count}."
            ),
        )),
    }
}

/// Refuses what is not a receipt handle of ours.
pub(super) fn check_receipt(receipt: &str) -> Result<(), Refusal> {
    if super::queue::is_receipt(receipt) {
        return Ok(());
    }
    Err(Refusal::bad(
        "com.amazonaws.sqs#ReceiptHandleIsInvalid",
        "The input receipt handle is invalid.",
    ))
}

/// Refuses a number out of range.
pub(super) fn check_range(name: &str, value: u32, least: u32, most: u32) -> Result<(), Refusal> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Refusal::bad(
        "com.amazonaws.sqs#InvalidParameterValue",
        format!(
            "Value {value} for parameter {name} is invalid. Reason: {name} must be >= {least} and <= {most}."
        ),
    ))
}

/// Refuses a name that no standard queue can have.
pub(super) fn check_queue_name(name: &str) -> Result<(), Refusal> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.len() <= 80 && name.chars().all(good) {
        return Ok(());
    }
    Err(Refusal::bad(
        "com.amazonaws.sqs#InvalidParameterValue",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.",
    ))
}

/// The digest of message attributes: sorted by name; each name, type and value with its length before it.
///
/// SQS Developer Guide, "Calculating the MD5 message digest for message attributes".
pub(super) fn md5_of(attributes: &BTreeMap<String, Attribute>) -> String {
    let mut bytes = Vec::new();
    for (name, attribute) in attributes {
        put(&mut bytes, name.as_bytes());
        put(&mut bytes, attribute.data_type.as_bytes());
        match (&attribute.string_value, &attribute.binary_value) {
            (Some(text), _) => {
                bytes.push(1);
                put(&mut bytes, text.as_bytes());
            }
            (None, binary) => {
                bytes.push(2);
                let binary = binary.as_deref().unwrap_or_default();
                put(
                    &mut bytes,
                    &BASE64_STANDARD.decode(binary).unwrap_or_default(),
                );
            }
        }
    }
    format!("{:x}", md5::compute(bytes))
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    bytes.extend(length.to_be_bytes());
    bytes.extend(part);
}

/// The most bytes of a message, and of a whole batch (1 MiB since August 2025).
pub(crate) const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
pub(super) const DELAY_S_MAX: u32 = 900;
pub(super) const VISIBILITY_TIMEOUT_S_MAX: u32 = 43_200;
const BATCH_MAX: usize = 10;
const ATTRIBUTES_MAX: usize = 10;
