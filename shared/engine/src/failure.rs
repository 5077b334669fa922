//! What a failed delivery asks of the queue.

/// The only difference that a queue can act on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Put it into the dead-letter queue with its reason: trying again would fail again.
    #[error("{0:#}")]
    Reject(anyhow::Error),
    /// Deliver it again later.
    #[error("{0:#}")]
    Retry(anyhow::Error),
}

/// Anything that merely went wrong is worth another try.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Retry(error)
    }
}
