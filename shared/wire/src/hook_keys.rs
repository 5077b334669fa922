//! The secrets that posts to other systems are signed with.
//!
//! They are derived, never kept: an installation's own key and a secret's name give the same secret again, so there is
//! nothing to store, and one system that loses its secret gives away no other.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::derive::derive;
use crate::{Secret, Unreadable};

/// The keys that the secrets of hooks are derived from.
#[derive(Clone)]
pub struct HookKeys(Vec<Hmac<Sha256>>);

impl HookKeys {
    /// Derives the keys from an installation's own: base64 of at least 16 bytes each, the newest last.
    ///
    /// # Errors
    ///
    /// Fails where there is none, or one of them is none.
    pub fn parse(keys: &str) -> Result<Self, Unreadable> {
        derive(keys, b"secrets of hooks").map(Self)
    }

    /// Returns the secret called `name` as its receiver is given it, the newest first.
    ///
    /// Posts are signed with all of them: a receiver knows them by whichever it was given.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let newest_first = self.0.iter().rev();
        let texts = newest_first.map(|key| {
            let mut mac = key.clone();
            mac.update(name.as_bytes());
            format!("whsec_{}", STANDARD.encode(mac.finalize().into_bytes()))
        });
        texts.collect()
    }

    /// Returns what posts are signed with under the secret called `name`.
    pub fn secrets(&self, name: &str) -> Vec<Secret> {
        let texts = self.texts(name).into_iter();
        texts.filter_map(|text| Secret::parse(&text).ok()).collect()
    }
}

/// Keys stay out of logs.
impl fmt::Debug for HookKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HookKeys(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::HookKeys;

    const OLD: &str = "b2xkLWtleS1vZi1hbi1pbnN0YWxsYXRpb24=";
    const NEW: &str = "bmV3LWtleS1vZi1hbi1pbnN0YWxsYXRpb24=";

    #[test]
    fn a_name_always_gives_the_same_secret_and_another_name_another() {
        let keys = HookKeys::parse(OLD).unwrap();
        assert_eq!(
            keys.texts("crm"),
            HookKeys::parse(OLD).unwrap().texts("crm")
        );
        assert_ne!(keys.texts("crm"), keys.texts("shop"));
        assert_eq!(keys.secrets("crm").len(), 1);
    }

    #[test]
    fn what_was_given_out_before_a_rotation_still_signs() {
        let before = HookKeys::parse(OLD).unwrap().texts("crm");
        let after = HookKeys::parse(&format!("{OLD}\n{NEW}"))
            .unwrap()
            .texts("crm");
        assert_eq!(after.len(), 2);
        assert_eq!(after[1..], before[..]);
    }

    #[test]
    fn no_key_is_told_apart_from_a_key() {
        for text in ["", "\n", "hello", "c2hvcnQ="] {
            assert!(HookKeys::parse(text).is_err(), "{text:?}");
        }
    }
}
