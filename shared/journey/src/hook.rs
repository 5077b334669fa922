//! Hooks: other systems that are told what happens.

use std::collections::BTreeSet;

/// Where another system is posted to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hook {
    /// Its web address.
    pub url: String,
    /// The name of the secret that posts to it are signed with.
    pub secret: String,
    /// What it wants to hear of, besides the steps that call it.
    pub results: BTreeSet<ResultKind>,
}

/// A kind of result: something that became of a mail, a contact's choice or a run.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ResultKind {
    /// Somebody wants mails about a topic again.
    OptedIn,
    /// Somebody wants no more mails about a topic.
    OptedOut,
    /// Somebody came into a journey.
    Entered,
    /// Somebody's run is over.
    Left,
    /// A mail bounced.
    Bounced,
    /// A person followed a link in a mail.
    Clicked,
    /// Somebody called a mail spam.
    Complained,
    /// A mail reached its recipient's server.
    Delivered,
    /// A person opened a mail.
    Opened,
    /// The mail service took a mail.
    Sent,
    /// A mail was not sent, on purpose, or nobody knows whether it was.
    Skipped,
}

impl ResultKind {
    /// Every kind, and its `type`.
    pub const ALL: [(Self, &str); 11] = [
        (Self::OptedIn, "contact.opted_in"),
        (Self::OptedOut, "contact.opted_out"),
        (Self::Entered, "enrollment.entered"),
        (Self::Left, "enrollment.left"),
        (Self::Bounced, "mail.bounced"),
        (Self::Clicked, "mail.clicked"),
        (Self::Complained, "mail.complained"),
        (Self::Delivered, "mail.delivered"),
        (Self::Opened, "mail.opened"),
        (Self::Sent, "mail.sent"),
        (Self::Skipped, "mail.skipped"),
    ];

    /// Returns its `type`.
    pub fn as_str(self) -> &'static str {
        let word = Self::ALL.iter().find(|(kind, _)| *kind == self);
        word.map_or("", |(_, word)| word)
    }

    /// Returns the kind of a `type`, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        let kind = Self::ALL.iter().find(|(_, known)| *known == word);
        kind.map(|(kind, _)| *kind)
    }
}
