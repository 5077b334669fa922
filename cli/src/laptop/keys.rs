//! The two keys of a laptop, made once and kept in its folder.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wire::{Secret, TicketKeys};

use crate::random;

/// The keys.
pub(super) struct Keys {
    /// What sources sign with: the first of those that are valid.
    pub(super) secret: Secret,
    /// All that are valid, as the functions read them.
    pub(super) secret_text: String,
    /// The key under which addresses are hashed, and any that were added for pages, as the functions read them.
    pub(super) address_key: String,
}

impl Keys {
    /// Reads the keys in `folder`; makes those that are not there yet.
    ///
    /// While one secret takes the place of another, both stand in their file, each on its line.
    ///
    /// # Errors
    /// Fails if a key cannot be read or written, or is not a key.
    pub(super) fn of(folder: &Path) -> anyhow::Result<Self> {
        let secret_text = read_or_make(&folder.join("secret"), "whsec_")?;
        let secrets: Result<Vec<_>, _> =
            secret_text.split_whitespace().map(Secret::parse).collect();
        let secrets = secrets.with_context(|| broken(folder, "secret"))?;
        let secret = secrets.into_iter().next();
        let secret = secret.with_context(|| broken(folder, "secret"))?;
        let address_key = read_or_make(&folder.join("address-key"), "")?;
        TicketKeys::parse(&address_key).with_context(|| broken(folder, "address-key"))?;
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

/// Reads a key file; makes one with 32 random bytes where there is none.
fn read_or_make(file: &Path, prefix: &str) -> anyhow::Result<String> {
    match fs::read_to_string(file) {
        Ok(text) => return Ok(text.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => (),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
    let key = format!("{prefix}{}", STANDARD.encode(random::bytes::<32>()?));
    // In two steps: whoever is killed in between must not leave a file without a key.
    let unfinished = file.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&unfinished)
        .and_then(|mut file| writeln!(file, "{key}"))
        .and_then(|()| fs::rename(&unfinished, file));
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
    fn several_secrets_are_valid_and_the_first_of_them_signs() {
        let dir = tempfile::tempdir().unwrap();
        let [new, old] =
            ["bmV3LXNlY3JldC1uZXc", "b2xkLXNlY3JldC1vbGQ"].map(|key| format!("whsec_{key}="));
        fs::write(dir.path().join("secret"), format!("{new}\n{old}\n")).unwrap();
        let keys = Keys::of(dir.path()).unwrap();
        let given: Vec<&str> = keys.secret_text.split_whitespace().collect();
        assert_eq!(given, [new.as_str(), old.as_str()]);
        let at = jiff::Timestamp::UNIX_EPOCH;
        let first = wire::Secret::parse(&new).unwrap();
        assert_eq!(keys.secret.sign("a", at, b""), first.sign("a", at, b""));
        fs::write(dir.path().join("secret"), format!("{new}\nold\n")).unwrap();
        assert!(Keys::of(dir.path()).is_err());
    }

    #[test]
    fn a_file_that_holds_no_key_is_named() {
        let dir = tempfile::tempdir().unwrap();
        for text in ["hello\n", "\n", ""] {
            fs::write(dir.path().join("secret"), text).unwrap();
            let error = Keys::of(dir.path()).err().unwrap().to_string();
            assert!(error.contains("secret holds no key: remove it"), "{error}");
        }
    }
}
