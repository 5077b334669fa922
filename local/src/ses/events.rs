//! SES's sending events, in the JSON shape that AWS publishes to SNS.
//!
//! SES Developer Guide, "Contents of event data that Amazon SES publishes to Amazon SNS".

use rusqlite::Transaction;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    address::{address, domain},
    mail::{Mail, Outcome},
};
use crate::{
    clock::iso,
    config::ConfigurationSet,
    names,
    sqs::queue::{self, NewMessage},
};

/// Something that happens to a mail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailEvent {
    /// SES will try to deliver it.
    Send,
    /// It is in the mailbox.
    Delivery,
    /// It came back.
    Bounce(Bounce),
    /// The recipient called it spam.
    Complaint,
    /// SES refused to send it (a virus).
    Reject,
    /// The recipient opened it.
    Open,
    /// The recipient followed a link.
    Click {
        /// The link's address.
        link: String,
    },
    /// It could not be delivered yet.
    DeliveryDelay,
}

/// Why a mail came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bounce {
    /// The mailbox does not exist.
    Permanent,
    /// The address is on SES's global suppression list.
    Suppressed,
    /// The address is on the account's suppression list.
    OnAccountSuppressionList,
    /// The mailbox is full, or cannot take it for another passing reason.
    MailboxFull,
    /// An out-of-office answer.
    OutOfOffice,
}

impl MailEvent {
    /// The `eventType`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Send => "Send",
            Self::Delivery => "Delivery",
            Self::Bounce(_) => "Bounce",
            Self::Complaint => "Complaint",
            Self::Reject => "Reject",
            Self::Open => "Open",
            Self::Click { .. } => "Click",
            Self::DeliveryDelay => "DeliveryDelay",
        }
    }

    /// The events that follow when a mail is accepted for a recipient who reacts like this.
    pub(crate) fn of(outcome: Outcome, on_account_list: bool) -> Vec<Self> {
        match outcome {
            Outcome::Delivered => vec![Self::Delivery],
            Outcome::Bounced => vec![Self::Bounce(Bounce::Permanent)],
            Outcome::Complained => vec![Self::Delivery, Self::Complaint],
            Outcome::OutOfOffice => vec![Self::Delivery, Self::Bounce(Bounce::OutOfOffice)],
            Outcome::Suppressed if on_account_list => {
                vec![Self::Bounce(Bounce::OnAccountSuppressionList)]
            }
            Outcome::Suppressed => vec![Self::Bounce(Bounce::Suppressed)],
        }
    }
}

/// Queues an event when the configuration set asks for it; tells whether it did.
pub(crate) fn publish(
    db: &Transaction<'_>,
    set: &ConfigurationSet,
    mail: &Mail,
    event: &MailEvent,
    recipients: &[String],
    now_ms: i64,
) -> rusqlite::Result<bool> {
    let mut wanted = set.events.iter();
    let wanted = wanted.any(|wanted| same_kind(wanted, event.kind()));
    if !wanted || mail.untracked.iter().any(|kind| kind == event.kind()) {
        return Ok(false);
    }
    let body = event_json(set, mail, event, recipients, now_ms).to_string();
    let message = NewMessage {
        body: &body,
        ..NewMessage::default()
    };
    queue::enqueue(db, &set.queue, &message, now_ms)?;
    Ok(true)
}

/// Whether SES has events of this type.
pub(crate) fn is_kind(wanted: &str) -> bool {
    KINDS.iter().any(|kind| same_kind(wanted, kind))
}

/// Whether `DELIVERY_DELAY` (the API's), `deliveryDelay` (CloudFormation's) and `DeliveryDelay` are the same.
fn same_kind(wanted: &str, kind: &str) -> bool {
    let letters = wanted.chars().filter(|c| *c != '_');
    letters
        .map(|c| c.to_ascii_lowercase())
        .eq(kind.chars().map(|c| c.to_ascii_lowercase()))
}

/// The event as it is published.
pub(crate) fn event_json(
    set: &ConfigurationSet,
    mail: &Mail,
    event: &MailEvent,
    recipients: &[String],
    now_ms: i64,
) -> Value {
    let kind = event.kind();
    // The object's name is the type's with a small first letter.
    let name = format!("{}{}", kind[..1].to_ascii_lowercase(), &kind[1..]);
    let mut json = json!({
        "eventType": kind,
        "mail": mail_json(set, mail, *event != MailEvent::Send),
    });
    json[name] = detail(mail, event, recipients, now_ms);
    json
}

fn mail_json(set: &ConfigurationSet, mail: &Mail, has_left: bool) -> Value {
    let headers: Vec<_> = mail
        .headers
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let mut common = json!({
        "from": [mail.from],
        "to": mail.to,
        "messageId": mail.id,
        "subject": mail.subject,
    });
    for (name, addresses) in [
        ("replyTo", &mail.reply_to),
        ("cc", &mail.cc),
        ("bcc", &mail.bcc),
    ] {
        if !addresses.is_empty() {
            common[name] = json!(addresses);
        }
    }
    let source = address(&mail.from).unwrap_or_default();
    json!({
        "timestamp": iso(mail.at.as_millisecond()),
        "source": mail.from,
        "sourceArn": names::identity_arn(domain(source)),
        "sendingAccountId": names::ACCOUNT,
        "messageId": mail.id,
        "destination": mail.recipients().collect::<Vec<_>>(),
        "headersTruncated": false,
        "headers": headers,
        "commonHeaders": common,
        "tags": tags(set, mail, domain(source), has_left),
    })
}

fn tags(set: &ConfigurationSet, mail: &Mail, domain: &str, has_left: bool) -> Value {
    let mut tags: Map<_, _> = mail
        .tags
        .iter()
        .map(|(name, value)| (name.clone(), json!([value])))
        .collect();
    let mut automatic = vec![
        ("ses:configuration-set", set.name.as_str()),
        ("ses:source-ip", LOOPBACK),
        ("ses:from-domain", domain),
        ("ses:caller-identity", "local"),
    ];
    if has_left {
        automatic.push(("ses:outgoing-ip", LOOPBACK));
    }
    tags.extend(
        automatic
            .into_iter()
            .map(|(name, value)| (name.into(), json!([value]))),
    );
    tags.into()
}

fn detail(mail: &Mail, event: &MailEvent, recipients: &[String], now_ms: i64) -> Value {
    let at = iso(now_ms);
    match event {
        MailEvent::Send => json!({}),
        MailEvent::Delivery => json!({
            "timestamp": at,
            "processingTimeMillis": now_ms.saturating_sub(mail.at.as_millisecond()),
            "recipients": recipients,
            "smtpResponse": "250 2.6.0 Message received",
            "remoteMtaIp": LOOPBACK,
            "reportingMTA": REPORTING_MTA,
        }),
        MailEvent::Bounce(bounce) => bounce_detail(*bounce, recipients, now_ms),
        MailEvent::Complaint => json!({
            "complainedRecipients": addresses(recipients),
            "complaintSubType": null,
            "timestamp": at,
            "feedbackId": names::new_ses_id(now_ms),
            "userAgent": "Amazon SES Mailbox Simulator",
            "complaintFeedbackType": "abuse",
            "arrivalDate": iso(mail.at.as_millisecond()),
        }),
        MailEvent::Reject => json!({"reason": "Bad content"}),
        MailEvent::Open => {
            json!({"ipAddress": LOOPBACK, "timestamp": at, "userAgent": USER_AGENT})
        }
        MailEvent::Click { link } => json!({
            "ipAddress": LOOPBACK,
            "timestamp": at,
            "userAgent": USER_AGENT,
            "link": link,
            "linkTags": link_tags(mail.html.as_deref().unwrap_or_default(), link),
        }),
        MailEvent::DeliveryDelay => json!({
            "timestamp": at,
            "delayType": "TransientCommunicationFailure",
            "expirationTime": iso(mail.at.as_millisecond() + DELIVERY_MS_MAX),
            "delayedRecipients": recipients.iter().map(|address| json!({
                "emailAddress": address,
                "status": "4.4.1",
                "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
            })).collect::<Vec<_>>(),
        }),
    }
}

/// Finds the tags that a mail gives a link: `ses:tags="name:value;"`.
fn link_tags(html: &str, link: &str) -> Value {
    let link = format!("href=\"{link}\"");
    let tag = html.split('<').find(|tag| tag.contains(&link));
    let tags = tag.and_then(|tag| tag.split("ses:tags=\"").nth(1)?.split('"').next());
    let pairs = tags.into_iter().flat_map(|tags| tags.split(';'));
    let pairs = pairs.filter_map(|pair| pair.split_once(':'));
    let tags: serde_json::Map<_, _> = pairs
        .map(|(name, value)| (name.to_owned(), json!([value])))
        .collect();
    if tags.is_empty() {
        Value::Null
    } else {
        tags.into()
    }
}

fn bounce_detail(bounce: Bounce, recipients: &[String], now_ms: i64) -> Value {
    let (kind, sub_kind, diagnosis) = match bounce {
        Bounce::Permanent => (
            "Permanent",
            "General",
            Some(("5.1.1", "smtp; 550 5.1.1 user unknown")),
        ),
        Bounce::Suppressed => ("Permanent", "Suppressed", Some(("5.1.1", SUPPRESSED))),
        Bounce::OnAccountSuppressionList => (
            "Permanent",
            "OnAccountSuppressionList",
            Some(("5.1.1", SUPPRESSED)),
        ),
        Bounce::MailboxFull => (
            "Transient",
            "MailboxFull",
            Some(("4.2.2", "smtp; 452 4.2.2 mailbox full")),
        ),
        Bounce::OutOfOffice => ("Transient", "General", None),
    };
    let bounced: Vec<_> = match diagnosis {
        Some((status, code)) => recipients
            .iter()
            .map(|address| {
                json!({
                    "emailAddress": address,
                    "action": "failed",
                    "status": status,
                    "diagnosticCode": code,
                })
            })
            .collect(),
        None => addresses(recipients),
    };
    json!({
        "bounceType": kind,
        "bounceSubType": sub_kind,
        "bouncedRecipients": bounced,
        "timestamp": iso(now_ms),
        "feedbackId": names::new_ses_id(now_ms),
        "reportingMTA": format!("dsn; {REPORTING_MTA}"),
    })
}

fn addresses(recipients: &[String]) -> Vec<Value> {
    recipients
        .iter()
        .map(|address| json!({"emailAddress": address}))
        .collect()
}

/// The types of the API's `EventType`.
const KINDS: [&str; 10] = [
    "Send",
    "Reject",
    "Bounce",
    "Complaint",
    "Delivery",
    "Open",
    "Click",
    "RenderingFailure",
    "DeliveryDelay",
    "Subscription",
];
const LOOPBACK: &str = "127.0.0.1";
const REPORTING_MTA: &str = "a0-0.smtp-out.eu-west-1.amazonses.com";
const USER_AGENT: &str = "Mozilla/5.0 (laptop)";
const SUPPRESSED: &str =
    "Amazon SES did not send the message to this address because it is on a suppression list.";
/// SES tries for 14 hours.
const DELIVERY_MS_MAX: i64 = 14 * 3_600_000;
