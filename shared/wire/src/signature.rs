//! Who may post: the Standard Webhooks scheme.
//!
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::Unreadable;

/// A secret that signs posts: `whsec_` and base64.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

impl Secret {
    /// Reads a secret, with or without its `whsec_`.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let text = text.trim();
        let key = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text));
        let mac = key
            .ok()
            .filter(|key| key.len() >= KEY_MIN)
            .and_then(|key| Hmac::new_from_slice(&key).ok());
        mac.map(Self)
            .ok_or_else(|| Unreadable::new("a signing secret: it is `whsec_` and base64"))
    }

    /// Signs a post; the result is one `webhook-signature`.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let digest = self.mac(id, &at.as_second().to_string(), body).finalize();
        format!("v1,{}", STANDARD.encode(digest.into_bytes()))
    }

    /// Signs the raw bytes: a body that is not UTF-8 must be told apart from a wrong signature.
    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The three headers of a signed post.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// `webhook-id`: the event's id.
    pub id: &'a str,
    /// `webhook-timestamp`: when it was posted, in Unix seconds.
    pub timestamp: &'a str,
    /// `webhook-signature`: `v1,<base64>`, several separated by spaces.
    pub signatures: &'a str,
}

impl Signed<'_> {
    /// Returns when it was posted, if one of `secrets` signed it and it is not older or newer than
    /// five minutes.
    ///
    /// Every secret is tried, so that a rotation needs no pause.
    pub fn verify(&self, secrets: &[Secret], now: Timestamp, body: &[u8]) -> Option<Timestamp> {
        let posted = Timestamp::from_second(self.timestamp.parse().ok()?).ok()?;
        if (now.as_second() - posted.as_second()).abs() > TOLERANCE_S
            || self.id.is_empty()
            || self.id.len() > ID_MAX
            || !self.id.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return None;
        }
        let given: Vec<_> = self
            .signatures
            .split(' ')
            .filter_map(|signature| signature.strip_prefix("v1,"))
            .filter_map(|signature| STANDARD.decode(signature).ok())
            .take(SIGNATURES_MAX)
            .collect();
        secrets
            .iter()
            .map(|secret| secret.mac(self.id, self.timestamp, body))
            .any(|mac| {
                given
                    .iter()
                    .any(|given| mac.clone().verify_slice(given).is_ok())
            })
            .then_some(posted)
    }
}

const TOLERANCE_S: i64 = 5 * 60;
const ID_MAX: usize = 256;
/// Bytes; the scheme asks for 24 to 64, older secrets are shorter.
const KEY_MIN: usize = 8;
const SIGNATURES_MAX: usize = 16;
