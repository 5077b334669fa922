//! Handing mails to the mail service.

use std::future::Future;

use jiff::SignedDuration;
use journey::{ContactId, EmailAddress, EnrollmentId, SendId, Sender};
use mail::Mail;

/// Hands mails to the mail service: `ses:SendEmail`.
pub trait Mailer {
    /// Hands over one mail, once: the adapter must not retry, since SES has no idempotency token.
    /// Returns the mail service's own name for it.
    fn send(&self, mail: &Outgoing<'_>)
    -> impl Future<Output = Result<String, Undelivered>> + Send;
}

/// Keeps advertising below the rate at which the account may send.
pub trait Turns {
    /// Waits until advertising may send its next mail; returns how much later to ask again where that takes too long.
    ///
    /// Service never asks: what advertising leaves of the rate is there for it.
    fn turn(&self) -> impl Future<Output = Option<SignedDuration>> + Send;
}

/// A mail, ready to leave.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Its name, by which events about it are recognized.
    pub send: &'a SendId,
    /// Who gets it.
    pub recipient: &'a ContactId,
    /// The run that sends it.
    pub enrollment: &'a EnrollmentId,
    /// Whom it is from.
    pub from: &'a Sender,
    /// Where it goes.
    pub to: &'a EmailAddress,
    /// What it says.
    pub mail: &'a Mail,
    /// How to get no more of it, for advertising.
    pub unsubscribe: Option<&'a Unsubscribe>,
    /// Whether it may be measured if it is opened and clicked in, where the installation does so at all.
    pub tracked: bool,
}

/// How the recipient of a mail gets no more of its kind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unsubscribe {
    /// The page that does it, on a POST at once (RFC 8058).
    pub url: String,
    /// The topic.
    pub topic: String,
}

/// Why the mail service did not say that it took a mail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Undelivered {
    /// It certainly did not leave: nobody was reached. Worth another try soon.
    NotSent(String),
    /// It certainly did not leave: the whole account may not send now.
    Paused(String),
    /// It certainly did not leave: the mail or its sender is refused.
    Refused(String),
    /// It certainly did not leave: too many at once, or today.
    Throttled(String),
    /// It may have left.
    Unknown(String),
}

/// Knows whether everything that the mail service has reported was read: `sqs:GetQueueAttributes`.
pub trait Evidence {
    /// Returns whether reports still wait to be read.
    ///
    /// While they do, the absence of a report proves nothing.
    fn reports_waiting(&self) -> impl Future<Output = anyhow::Result<bool>> + Send;
}
