//! A mail that SES accepted, how it is stored and how the inbox shows it.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::{iso, timestamp};

/// A mail that SES accepted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Counts up with each mail of this state folder.
    #[serde(skip)]
    pub number: i64,
    /// SES's message id.
    pub id: String,
    /// When it was accepted, by the local clock.
    #[serde(skip)]
    pub at: Timestamp,
    /// The sender as it was given, with the display name.
    pub from: String,
    /// The `To` addresses.
    pub to: Vec<String>,
    /// The `Cc` addresses.
    pub cc: Vec<String>,
    /// The `Bcc` addresses.
    pub bcc: Vec<String>,
    /// The `Reply-To` addresses.
    pub reply_to: Vec<String>,
    /// The subject, decoded.
    pub subject: String,
    /// Every header, in order.
    pub headers: Vec<(String, String)>,
    /// The plain text part.
    pub text: Option<String>,
    /// The HTML part.
    pub html: Option<String>,
    /// The configuration set it was sent with.
    pub configuration_set: Option<String>,
    /// The message tags it was sent with.
    pub tags: BTreeMap<String, String>,
    /// The kinds of events, `Open` and `Click`, that SES cannot know of for this mail.
    #[serde(default)]
    pub untracked: Vec<String>,
    /// What became of it, per recipient.
    pub outcomes: BTreeMap<String, Outcome>,
}

impl Mail {
    /// Every recipient, in the order `To`, `Cc`, `Bcc`.
    pub fn recipients(&self) -> impl Iterator<Item = &String> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The mail as the inbox lists it.
    pub(crate) fn shown(&self) -> Value {
        let headers: Map<_, _> = self
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect();
        json!({
            "id": self.id,
            "at": iso(self.at.as_millisecond()),
            "from": self.from,
            "to": self.recipients().map(String::as_str).collect::<Vec<_>>().join(", "),
            "subject": self.subject,
            "headers": headers,
            "text": self.text,
            "html": self.html,
            "tags": self.tags,
            "outcomes": self.outcomes,
        })
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No address and no word of the mail: a log may hold this.
        let mut shown = f.debug_struct("Mail");
        shown
            .field("id", &self.id)
            .field("at", &self.at)
            .field("tags", &self.tags);
        shown.finish_non_exhaustive()
    }
}

/// What became of a mail for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is in the mailbox.
    Delivered,
    /// The mailbox does not exist: a permanent bounce.
    Bounced,
    /// It is in the mailbox, and the recipient complained.
    Complained,
    /// It is in the mailbox, and an out-of-office answer came back.
    OutOfOffice,
    /// It was not sent, because of SES's own suppression list or the account's.
    Suppressed,
}

impl Outcome {
    /// Whether the mail is in the recipient's mailbox.
    pub fn is_in_mailbox(self) -> bool {
        matches!(self, Self::Delivered | Self::Complained | Self::OutOfOffice)
    }
}

/// Stores a mail.
pub(crate) fn insert(db: &Transaction<'_>, mail: &Mail) -> rusqlite::Result<()> {
    let recipients = i64::try_from(mail.recipients().count()).unwrap_or(i64::MAX);
    db.prepare_cached(
        "INSERT INTO mail (id, at_ms, recipients, configuration_set, mail)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        mail.id,
        mail.at.as_millisecond(),
        recipients,
        mail.configuration_set,
        json!(mail).to_string()
    ])?;
    Ok(())
}

/// The mails with a higher number than `after`, oldest first, at most `limit`.
pub(crate) fn after(db: &Connection, after: i64, limit: u32) -> rusqlite::Result<Vec<Mail>> {
    let mut statement = db.prepare_cached(
        "SELECT number, mail, at_ms, id FROM mail WHERE number > ?1 ORDER BY number LIMIT ?2",
    )?;
    statement
        .query_map(params![after, limit], from_row)?
        .collect()
}

/// The last `limit` mails, oldest first.
pub(crate) fn last(db: &Connection, limit: u32) -> rusqlite::Result<Vec<Mail>> {
    let mut statement = db.prepare_cached(
        "SELECT number, mail, at_ms, id FROM
         (SELECT * FROM mail ORDER BY number DESC LIMIT ?1) ORDER BY number",
    )?;
    statement.query_map([limit], from_row)?.collect()
}

/// The mail with this message id.
pub(crate) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Mail>> {
    db.prepare_cached("SELECT number, mail, at_ms, id FROM mail WHERE id = ?1")?
        .query_row([id], from_row)
        .optional()
}

/// How many mails there are.
pub(crate) fn count(db: &Connection) -> rusqlite::Result<u64> {
    db.query_row("SELECT count(*) FROM mail", [], |row| row.get(0))
}

/// How many recipients were mailed since then.
pub(crate) fn recipients_since(db: &Connection, since_ms: i64) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT ifnull(sum(recipients), 0) FROM mail WHERE at_ms > ?1")?
        .query_row([since_ms], |row| row.get(0))
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Mail> {
    let json: String = row.get(1)?;
    let mut mail: Mail = serde_json::from_str(&json).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, error.into())
    })?;
    mail.number = row.get(0)?;
    mail.at = timestamp(row.get(2)?);
    Ok(mail)
}
