//! What is known about people.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use jiff::civil::Date;
use journey::{ContactId, EmailAddress};
use wire::{Bonds, ContactRecord, Mailed, SuppressionReason};

use super::{AddressKey, Stored, Versioned};

/// Reads people, each read strongly consistent: `dynamodb:GetItem` for one, `dynamodb:BatchGetItem` for several.
pub trait Contacts {
    /// Returns those of `ids` that are known, without defaults; for one that was merged into another, that other one.
    fn contacts(
        &self,
        ids: &[ContactId],
    ) -> impl Future<Output = anyhow::Result<BTreeMap<ContactId, Versioned<ContactRecord>>>> + Send;
}

/// Reads and writes people and their links: `dynamodb:PutItem`, `dynamodb:Query`.
pub trait ContactBook: Contacts {
    /// Writes a contact, in place of version `replaces`, or as a new one.
    fn put_contact(
        &self,
        record: &ContactRecord,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;

    /// Writes a contact in place of version `replaces`, and in place of `merged`, of version `replaced` or never heard
    /// of, that it is this contact now: both or nothing.
    fn merge(
        &self,
        record: &ContactRecord,
        replaces: u64,
        merged: &ContactId,
        replaced: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;

    /// Returns who has roles for `bonding`, ended ones included.
    fn bonds(
        &self,
        bonding: Bonding<'_>,
    ) -> impl Future<Output = anyhow::Result<BTreeMap<ContactId, Versioned<Bonds>>>> + Send;

    /// Writes the roles of `contact` for `bonding`, in place of version `replaces`, or as new ones.
    fn put_bonds(
        &self,
        bonding: Bonding<'_>,
        contact: &ContactId,
        bonds: &Bonds,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;

    /// Returns who has ever had `address`.
    fn contacts_at(
        &self,
        address: &EmailAddress,
    ) -> impl Future<Output = anyhow::Result<Vec<ContactId>>> + Send;

    /// Notes that `contact` has `address`; noting it twice changes nothing.
    fn note_address(
        &self,
        address: &EmailAddress,
        contact: &ContactId,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// What a role is held for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bonding<'a> {
    /// Whatever the subject: the standing holders of one role.
    Role(&'a str),
    /// One subject, in the source's own id.
    Subject(&'a str),
}

/// Names addresses.
pub trait AddressKeys {
    /// Names `address` without telling it: an HMAC under the installation's own key.
    fn address_key(&self, address: &EmailAddress) -> AddressKey;
}

/// Knows which addresses must not be written to: `dynamodb:GetItem`.
pub trait Suppressions: AddressKeys {
    /// Returns what speaks against writing to `address`, read strongly consistent.
    fn suppression(
        &self,
        address: &AddressKey,
    ) -> impl Future<Output = anyhow::Result<Suppression>> + Send;
}

/// What speaks against writing to an address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Suppression {
    /// Why it must not be written to at all, in a word.
    pub reason: Option<String>,
    /// Days, by UTC, on which mails to it bounced for now.
    pub soft_bounces: BTreeSet<Date>,
}

/// Forbids addresses: `dynamodb:UpdateItem`.
pub trait SuppressionBook: AddressKeys {
    /// Notes that a mail to `address` bounced for now on a day, by UTC; noting it again changes nothing. Days of
    /// [`Suppression::DAYS_KEPT`] ago and more may be forgotten.
    fn bounced_softly(
        &self,
        address: &AddressKey,
        day: Date,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Lets `address` not be written to any more; of several reasons the greatest is kept, and so are its soft bounces.
    fn suppress(
        &self,
        address: &AddressKey,
        reason: SuppressionReason,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Remembers what advertising people were sent, and how far the lines are in which it waits: `dynamodb:GetItem`,
/// `dynamodb:PutItem`, `dynamodb:UpdateItem`.
pub trait Pressure {
    /// Returns what advertising a contact was sent, read strongly consistent; nothing where that was never noted.
    fn mailed(
        &self,
        contact: &ContactId,
    ) -> impl Future<Output = anyhow::Result<Option<Versioned<Mailed>>>> + Send;

    /// Notes what advertising a contact was sent, in place of version `replaces`, or as a new note.
    fn put_mailed(
        &self,
        contact: &ContactId,
        mailed: &Mailed,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send;

    /// Takes the next place in a line, from `first` on; whoever takes one at the same moment gets another.
    fn take_place(
        &self,
        line: &str,
        first: u64,
    ) -> impl Future<Output = anyhow::Result<u64>> + Send;

    /// Returns the next place in a line, without taking it, read strongly consistent; nothing where nobody took one.
    fn next_place(&self, line: &str) -> impl Future<Output = anyhow::Result<Option<u64>>> + Send;
}
