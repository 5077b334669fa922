//! What posts may be signed with.

use std::future::Future;

use wire::Secret;

/// Reads the signing secrets: `ssm:GetParameter`.
pub trait Secrets {
    /// Returns every secret that is valid.
    fn signing_secrets(&self) -> impl Future<Output = anyhow::Result<Vec<Secret>>> + Send;
}
