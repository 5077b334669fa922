//! How an address is told from another without being written down.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use journey::EmailAddress;
use sha2::Sha256;

use crate::Unreadable;

/// The installation's own key, under which addresses are hashed.
///
/// Without it nobody can find out by trying which address a hash belongs to.
#[derive(Clone)]
pub struct AddressHasher(Hmac<Sha256>);

impl AddressHasher {
    /// Reads the key: at least 16 bytes, as base64; what follows it is for other things.
    pub fn parse(key: &str) -> Result<Self, Unreadable> {
        let key = key.split_whitespace().next();
        let key = key.and_then(|key| STANDARD.decode(key).ok());
        key.filter(|key| key.len() >= KEY_MIN)
            .and_then(|key| Hmac::new_from_slice(&key).ok())
            .map(Self)
            .ok_or_else(|| Unreadable::new("the address key: it is base64 of at least 16 bytes"))
    }

    /// Hashes an address: 32 hexadecimal digits.
    pub fn hash(&self, address: &EmailAddress) -> String {
        let mut mac = self.0.clone();
        mac.update(address.as_str().as_bytes());
        let digest = mac.finalize().into_bytes();
        digest
            .iter()
            .take(16)
            .fold(String::new(), |mut text, byte| {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
    }
}

/// Keys stay out of logs.
impl std::fmt::Debug for AddressHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddressHasher(…)")
    }
}

const KEY_MIN: usize = 16;
