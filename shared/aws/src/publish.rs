//! Publishing on a laptop: what a release needs of SES.

use anyhow::anyhow;

use crate::sdk_config;

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
