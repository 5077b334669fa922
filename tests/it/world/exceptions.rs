//! What was refused or could not be done.

use std::future::Future;

use engine::{Exception, ExceptionKind, Exceptions};
use journey::ContactId;

use super::World;

impl Exceptions for World {
    fn record(&self, exception: &Exception) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("exceptions.record", |state| {
            let Exception {
                kind,
                event,
                journey,
                contact,
                ..
            } = exception;
            let contact = contact.as_ref().map(ContactId::as_str);
            let key = format!("{} {event} {journey:?} {contact:?}", kind.as_str());
            state.exceptions.insert(key, exception.clone());
        })
    }

    fn is_refused(
        &self,
        cause: &str,
        journey: &str,
        contact: &ContactId,
    ) -> impl Future<Output = anyhow::Result<bool>> + Send {
        self.read("exceptions.is_refused", move |state| {
            let mut all = state.exceptions.values();
            let refused = [ExceptionKind::EntryRefused, ExceptionKind::ReentryRefused];
            all.any(|one| {
                one.event == cause
                    && one.journey.as_deref() == Some(journey)
                    && one.contact.as_ref() == Some(contact)
                    && refused.contains(&one.kind)
            })
        })
    }
}
