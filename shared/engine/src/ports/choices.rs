//! What people chose about the mails they get.

use std::collections::BTreeMap;
use std::future::Future;

use journey::{Contact, ContactId, SendId};
use wire::{Choices, Ticket};

use super::{AddressKey, Stored, Versioned};

/// Whose choices are kept: twice, so that they hold whatever changes.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Holder {
    /// Whoever has an address: these outlive the person's erasure.
    Address(AddressKey),
    /// A person, whatever their address is by now.
    Contact(ContactId),
}

/// Reads what was chosen: `dynamodb:GetItem` for one topic, `dynamodb:Query` for all.
pub trait Chosen {
    /// Returns what was chosen about a topic, read strongly consistent.
    fn choices(
        &self,
        holder: &Holder,
        topic: &str,
    ) -> impl Future<Output = anyhow::Result<Option<Versioned<Choices>>>> + Send;
}

/// Keeps what was chosen: `dynamodb:PutItem`.
pub trait ChoiceBook: Chosen {
    /// Returns what was chosen about every topic, read strongly consistent.
    fn all_choices(
        &self,
        holder: &Holder,
    ) -> impl Future<Output = anyhow::Result<BTreeMap<String, Versioned<Choices>>>> + Send;

    /// Writes what was chosen about a topic, in place of version `replaces`, or as the first choice.
    fn put_choices(
        &self,
        holder: &Holder,
        topic: &str,
        choices: &Choices,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;
}

/// Knows the pages for recipients.
pub trait Pages {
    /// Returns where `recipient` says no to `topic`, by the mail `send`; `None` where there is no such page.
    fn unsubscribe(&self, recipient: &Contact, topic: &str, send: &SendId) -> Option<String>;
}

/// Opens the tokens in the addresses of pages.
pub trait Tickets {
    /// Returns what a token is about; nothing where it is not ours. A key that was added a moment ago is known.
    fn open(&self, token: &str) -> impl Future<Output = anyhow::Result<Option<Ticket>>> + Send;
}
