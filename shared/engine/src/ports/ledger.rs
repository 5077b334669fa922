//! The ledger: one row for every mail that was ever handed to the mail service.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::Future;

use jiff::Timestamp;
use journey::{ContactId, EnrollmentId, SendId};
use wire::ClickMark;

/// Notes in the ledger what became of mails: `dynamodb:UpdateItem`.
pub trait LedgerNotes {
    /// Adds what became of a mail; what is known already stays, and nothing is counted.
    fn note(
        &self,
        recipient: &ContactId,
        send: &SendId,
        news: &News,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Keeps the ledger: `dynamodb:PutItem`, `dynamodb:UpdateItem`, `dynamodb:BatchGetItem`.
pub trait Ledger: LedgerNotes {
    /// Claims a mail: from here on, only the claimant may hand it to the mail service.
    fn claim(&self, claim: &Claim) -> impl Future<Output = anyhow::Result<Claimed>> + Send;

    /// Records that the mail service took the mail; a name it was given before stays.
    fn accept(
        &self,
        recipient: &ContactId,
        send: &SendId,
        message_id: &str,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Releases the claim of `attempt`: the mail certainly did not leave.
    fn release(
        &self,
        recipient: &ContactId,
        send: &SendId,
        attempt: u32,
        reason: &str,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Records that nobody will ever know, unless somebody has found out meanwhile.
    fn give_up(
        &self,
        recipient: &ContactId,
        send: &SendId,
        attempt: u32,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Returns the rows of those mails that have one.
    fn rows(
        &self,
        mails: &[(ContactId, SendId)],
    ) -> impl Future<Output = anyhow::Result<BTreeMap<SendId, Row>>> + Send;
}

/// A claim on a mail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claim {
    /// Which mail.
    pub send: SendId,
    /// Who gets it.
    pub recipient: ContactId,
    /// Who travels in the run that sends it.
    pub contact: ContactId,
    /// The run that sends it.
    pub enrollment: EnrollmentId,
    /// The step that sends it.
    pub step: String,
    /// Where it goes, as an HMAC: the ledger never holds an address.
    pub address: AddressKey,
    /// Whether that is SES's mailbox simulator: the row says so from the beginning.
    pub simulated: bool,
    /// When it is claimed.
    pub at: Timestamp,
    /// How often it was claimed before; the row must still say so.
    pub attempts_before: u32,
}

/// What is heard of a mail after the mail service had taken it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct News {
    /// What became of it.
    pub facts: BTreeSet<Fact>,
    /// The clicks by which people and machines are told apart.
    pub clicks: BTreeSet<ClickMark>,
}

impl News {
    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.clicks.is_empty()
    }
}

/// What became of it alone.
impl<const N: usize> From<[Fact; N]> for News {
    fn from(facts: [Fact; N]) -> Self {
        Self {
            facts: facts.into(),
            clicks: BTreeSet::new(),
        }
    }
}

/// What became of a claim.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Claimed {
    /// It holds.
    Ours,
    /// Somebody claimed it before; this is the row.
    Taken(Row),
}

/// A row of the ledger.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// What is known.
    pub state: RowState,
    /// How often it was claimed.
    pub attempt: u32,
    /// When it was claimed last.
    pub claimed: Timestamp,
    /// Who travels in the run that sends it.
    pub contact: ContactId,
    /// The run that sends it.
    pub enrollment: EnrollmentId,
    /// The step that sends it.
    pub step: String,
    /// Where it went, as an HMAC.
    pub address: AddressKey,
    /// What became of it.
    pub facts: BTreeSet<Fact>,
    /// The clicks that were heard of; of very many, some.
    pub clicks: BTreeSet<ClickMark>,
}

/// Something that became of a mail after the mail service had taken it.
///
/// That it was delivered is none: it was, unless it bounced or was rejected, and so the many mails of which nothing
/// else is known cost no write.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Fact {
    /// It bounced, and so will everything to its address.
    Bounced,
    /// It bounced, for now or for what it says.
    BouncedSoftly,
    /// A person followed a link in it.
    Clicked,
    /// A machine followed a link in it.
    ClickedByMachine,
    /// Its recipient called it spam.
    Complained,
    /// A person opened it.
    Opened,
    /// A machine loaded its pictures.
    OpenedByMachine,
    /// The mail service took it, and then refused it.
    Rejected,
    /// It went to the mail service's mailbox simulator, so no rate counts it.
    Simulated,
    /// By its link or button somebody said that they want no more about its topic.
    Unsubscribed,
}

impl Fact {
    /// Every fact, and the word for it in the ledger.
    pub const ALL: [(Self, &str); 10] = [
        (Self::Bounced, "bounced"),
        (Self::BouncedSoftly, "bounced_softly"),
        (Self::Clicked, "clicked"),
        (Self::ClickedByMachine, "clicked_by_machine"),
        (Self::Complained, "complained"),
        (Self::Opened, "opened"),
        (Self::OpenedByMachine, "opened_by_machine"),
        (Self::Rejected, "rejected"),
        (Self::Simulated, "simulated"),
        (Self::Unsubscribed, "unsubscribed"),
    ];

    /// Returns the word for it in the ledger.
    pub fn as_str(self) -> &'static str {
        let word = Self::ALL.iter().find(|(fact, _)| *fact == self);
        word.map_or("", |(_, word)| word)
    }

    /// Returns what a word of the ledger means; nothing for one of a newer version.
    pub fn from_word(word: &str) -> Option<Self> {
        let fact = Self::ALL.iter().find(|(_, known)| *known == word);
        fact.map(|(fact, _)| *fact)
    }
}

/// What is known about a mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RowState {
    /// The mail service took it.
    Accepted,
    /// It was claimed; whether it left is not known yet.
    Dispatching,
    /// Whether it left will never be known, and it is not sent again.
    GivenUp,
    /// It certainly did not leave; it may be claimed again.
    Released,
}

/// An address without the address: an HMAC under the installation's own key.
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
pub struct AddressKey(pub String);

/// It tells one address from another, so it stays out of logs.
impl fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressKey(…)")
    }
}
