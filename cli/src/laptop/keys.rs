//! The two keys of a laptop, made once and kept in its folder.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wire::{AddressHasher, Secret};

use crate::random;

/// The keys.
pub(super) struct Keys {
    /// What sources sign with.
    pub(super) secret: Secret,
    /// The same, as the functions read it.
    pub(super) secret_text: String,
    /// The key under which addresses are hashed, as the functions read it.
    pub(super) address_key: String,
}

impl Keys {
    /// Reads the keys in `folder`; makes those that are not there yet.
    ///
    /// # Errors
    /// Fails if a key cannot be read or written, or is not a key.
    pub(super) fn of(folder: &Path) -> anyhow::Result<Self> {
        let secret_text = read_or_make(&folder.join("secret"), "whsec_")?;
        let secret = Secret::parse(&secret_text).with_context(|| broken(folder, "secret"))?;
        let address_key = read_or_make(&folder.join("address-key"), "")?;
        AddressHasher::parse(&address_key).with_context(|| broken(folder, "address-key"))?;
        Ok(Self {
            secret,
            secret_text,
            address_key,
        })
    }
}

fn broken(folder: &Path, name: &str) -> String {
    let file = folder.join(name);
    format!(
        "{} holds no key: remove it, and a new one is made",
        file.display()
    )
}

/// Reads the one line of a key file; makes 32 random bytes where there is no file.
fn read_or_make(file: &Path, prefix: &str) -> anyhow::Result<String> {
    match fs::read_to_string(file) {
        Ok(text) => return Ok(text.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => (),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
    let key = format!("{prefix}{}", STANDARD.encode(random::bytes::<32>()?));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(file)
        .and_then(|mut file| writeln!(file, "{key}"));
    written.with_context(|| format!("cannot write {}", file.display()))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Keys;

    #[test]
    fn keys_are_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (Keys::of(dir.path()).unwrap(), Keys::of(dir.path()).unwrap());
        assert_eq!(first.secret_text, second.secret_text);
        assert_eq!(first.address_key, second.address_key);
        let line = fs::read_to_string(dir.path().join("secret")).unwrap();
        assert_eq!(line, format!("{}\n", first.secret_text));
        assert_eq!(line.len(), "whsec_".len() + 44 + 1);
        let other = Keys::of(tempfile::tempdir().unwrap().path()).unwrap();
        assert_ne!(other.secret_text, first.secret_text);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_a_key() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        Keys::of(dir.path()).unwrap();
        for name in ["secret", "address-key"] {
            let mode = fs::metadata(dir.path().join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_file_that_holds_no_key_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("secret"), "hello\n").unwrap();
        let error = Keys::of(dir.path()).err().unwrap().to_string();
        assert!(error.contains("secret holds no key: remove it"), "{error}");
    }
}
