//! Going through everybody who is known.

use std::future::Future;

use journey::ContactId;
use wire::Survey;

use super::{Stored, Versioned};

/// Goes through everybody who is known, and remembers how far: `dynamodb:Scan`, `dynamodb:GetItem`, `dynamodb:PutItem`.
pub trait Surveys {
    /// Returns how far it was gone.
    fn survey(&self) -> impl Future<Output = anyhow::Result<Option<Versioned<Survey>>>> + Send;

    /// Notes how far it was gone, in place of version `replaces`, or as a new note.
    fn put_survey(
        &self,
        survey: &Survey,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;

    /// Returns some of those who are known, and where to go on; an empty text begins.
    fn known_after(
        &self,
        after: &str,
    ) -> impl Future<Output = anyhow::Result<(Vec<ContactId>, Option<String>)>> + Send;
}
