//! Asks SES whom mail may be from.

use anyhow::Context;

use crate::Aws;

impl Aws {
    /// Returns whether SES sends mail from a domain: because it is verified, or a domain above it is.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn may_send_from(&self, domain: &str) -> anyhow::Result<bool> {
        let mut name = domain;
        loop {
            let get = self.ses.get_email_identity().email_identity(name);
            match get.send().await.map_err(|error| error.into_service_error()) {
                Ok(identity) if identity.verified_for_sending_status => return Ok(true),
                Ok(_) => (),
                Err(error) if error.is_not_found_exception() => (),
                Err(error) => return Err(error).with_context(|| format!("SES, for {name}")),
            }
            match name.split_once('.') {
                Some((_, above)) if above.contains('.') => name = above,
                _ => return Ok(false),
            }
        }
    }
}
