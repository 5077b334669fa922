//! Publishing: what the command does to a release's table, and to SES.

use anyhow::{Context, anyhow, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use wire::Publication;

use crate::item::{Item, text};
use crate::releases::POINTER;
use crate::sdk_config;

/// Publishes a release: all of its texts first, then the pointer, so that it appears all at once.
///
/// # Errors
///
/// Fails where a text is larger than an item may be, and where AWS does.
pub async fn publish(table: &str, publication: &Publication, now: Timestamp) -> anyhow::Result<()> {
    let client = aws_sdk_dynamodb::Client::new(&sdk_config().await);
    let put = async |item: Item| {
        let put = client.put_item().table_name(table).set_item(Some(item));
        put.send().await.context("the releases table")
    };
    for (hash, doc) in &publication.texts {
        ensure!(
            doc.len() <= TEXT_BYTES_MAX,
            "a text of the release has {} bytes; at most {TEXT_BYTES_MAX} fit",
            doc.len()
        );
        let item = [("hash", text(hash)), ("doc", text(doc))];
        put(named(item)).await?;
    }
    let pointer = [
        ("hash", text(POINTER)),
        ("release", text(&publication.release)),
        ("since", text(now.to_string())),
    ];
    put(named(pointer)).await?;
    Ok(())
}

/// Asks SES to verify a domain that mail is sent from.
///
/// Returns whether mail may be sent from it already.
pub async fn verify_domain(domain: &str) -> anyhow::Result<bool> {
    let client = aws_sdk_sesv2::Client::new(&sdk_config().await);
    let create = client.create_email_identity().email_identity(domain);
    match create
        .send()
        .await
        .map_err(|error| error.into_service_error())
    {
        Ok(identity) => Ok(identity.verified_for_sending_status),
        Err(error) if error.is_already_exists_exception() => {
            let get = client.get_email_identity().email_identity(domain);
            Ok(get.send().await?.verified_for_sending_status)
        }
        Err(error) => Err(anyhow!(error).context(format!("SES, for {domain}"))),
    }
}

fn named<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// An item has at most 400 KB, its keys included.
const TEXT_BYTES_MAX: usize = 390 * 1024;
