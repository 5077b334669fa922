//! Keys that are derived from an installation's own, one kind for each purpose.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Unreadable;

/// Derives the keys for a purpose from an installation's own: base64 of at least 16 bytes each, the newest last.
///
/// What tells addresses apart must not be what opens pages, and neither what signs.
///
/// # Errors
///
/// Fails where there is none, or one of them is none.
pub(crate) fn derive(keys: &str, purpose: &[u8]) -> Result<Vec<Hmac<Sha256>>, Unreadable> {
    let wrong = || Unreadable::new("the address key: it is base64 of at least 16 bytes");
    let derived = keys.split_whitespace().map(|key| {
        let key = STANDARD.decode(key).ok().filter(|key| key.len() >= KEY_MIN);
        let mac = key.and_then(|key| Hmac::<Sha256>::new_from_slice(&key).ok());
        let mut mac = mac.ok_or_else(wrong)?;
        mac.update(purpose);
        Hmac::new_from_slice(&mac.finalize().into_bytes()).map_err(|_| wrong())
    });
    let keys: Vec<_> = derived.collect::<Result<_, _>>()?;
    match keys.is_empty() {
        false => Ok(keys),
        true => Err(wrong()),
    }
}

const KEY_MIN: usize = 16;
