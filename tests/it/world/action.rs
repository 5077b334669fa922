//! What people outside do: sources, operators, recipients.

use std::sync::Arc;

use jiff::SignedDuration;
use journey::{ContactId, EmailAddress};
use wire::{Halt, Strain};

use crate::given::Published;

/// What a mailbox answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// It is full.
    Full,
    /// It does not exist.
    Gone,
    /// Its owner calls everything spam.
    Spam,
}

/// Something that somebody outside does.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// A source posts an event, until it is told that it is stored.
    Post { id: String, body: String },
    /// A person is erased.
    Erase(ContactId),
    /// All that is kept of a person is erased.
    Forget(ContactId),
    /// Whoever has a page's token asks something of it.
    Ask { token: String, ask: engine::Ask },
    /// The same, by somebody who does not ask again where they see no answer.
    AskOnce { token: String, ask: engine::Ask },
    /// Another release is put in force.
    Publish(Arc<Published>),
    /// An operator moves those inside a journey to the version in force.
    Migrate(String),
    /// Somebody lets a person into a journey by hand.
    Enter {
        person: ContactId,
        journey: String,
        campaign: bool,
    },
    /// An operator halts a journey, or lets it go on.
    Halt { journey: String, halt: Option<Halt> },
    /// A journey goes on, and nobody looks for those who were held.
    Unhalt(String),
    /// CloudWatch says that an alarm has rung since so long: too much bounces, or too many complain.
    Alarm(Strain, SignedDuration),
    /// An operator lets marketing go on.
    ResumeMarketing,
    /// A person opens the mail of a step, or follows a link in it: of the run that sent it last.
    Open {
        person: ContactId,
        step: String,
        link: Option<String>,
    },
    /// Mails to an address are not just delivered from here on.
    Answer(EmailAddress, Answer),
    /// The mail service takes nothing from the account, or does again.
    Close(bool),
    /// An operator lets a parked run try again.
    Retry(ContactId),
    /// An address turns out not to be mailable.
    Suppress(EmailAddress),
}
