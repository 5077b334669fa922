//! The store of signing secrets.

use anyhow::ensure;
use engine::Secrets;
use wire::Secret;

use super::World;

/// What the store holds, and whether it can be read.
pub(crate) struct Store {
    pub(crate) secrets: Vec<Secret>,
    pub(crate) down: bool,
    /// How often it was asked.
    pub(crate) reads: u32,
}

impl Secrets for World {
    async fn signing_secrets(&self) -> anyhow::Result<Vec<Secret>> {
        let found = self.read("secrets.signing_secrets", |state| {
            state.store.reads += 1;
            (!state.store.down).then(|| state.store.secrets.clone())
        });
        let found = found.await?;
        ensure!(found.is_some(), "the store is down");
        Ok(found.unwrap_or_default())
    }
}
