//! The signing secrets, as they were last read.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};
use wire::Secret;

use crate::{Clock, Secrets};

/// Keeps the signing secrets for five minutes, so that a new one becomes valid without a restart.
///
/// **Invariant:** it never hands out none.
#[derive(Debug, Default)]
pub struct Keyring(Mutex<Option<Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    secrets: Arc<[Secret]>,
    /// From when on they are read again.
    again: Timestamp,
}

impl Keyring {
    /// Returns what posts may be signed with now.
    ///
    /// Secrets that cannot be read again stay valid: a source must not be turned away because a
    /// store of parameters is down.
    ///
    /// # Errors
    ///
    /// Fails where they were never read.
    pub async fn secrets(&self, io: &(impl Clock + Secrets)) -> anyhow::Result<Arc<[Secret]>> {
        let now = io.now();
        let kept = self.kept();
        if let Some(kept) = &kept
            && now < kept.again
        {
            return Ok(Arc::clone(&kept.secrets));
        }
        let (secrets, again) = match (read(io).await, kept) {
            (Ok(secrets), _) => (secrets, now + AGE_MAX),
            (Err(error), Some(kept)) => {
                tracing::warn!("The signing secrets stay as they were: {error:#}");
                (kept.secrets, now + RETRY_DELAY)
            }
            (Err(error), None) => return Err(error),
        };
        let kept = Kept {
            secrets: Arc::clone(&secrets),
            again,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(secrets)
    }

    fn kept(&self) -> Option<Kept> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }
}

async fn read(io: &impl Secrets) -> anyhow::Result<Arc<[Secret]>> {
    let secrets = io.signing_secrets().await?;
    ensure!(!secrets.is_empty(), "there are no signing secrets");
    Ok(secrets.into())
}

const AGE_MAX: SignedDuration = SignedDuration::from_mins(5);
/// A store that is down is not asked for every post.
const RETRY_DELAY: SignedDuration = SignedDuration::from_secs(30);
