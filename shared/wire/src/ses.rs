//! What SES reports about a mail: event publishing, by way of SNS and SQS.
//!
//! <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>

use std::collections::BTreeMap;

use jiff::Timestamp;
use journey::{ContactId, EnrollmentId, SendId};
use serde::Deserialize;

use crate::Unreadable;

/// One thing that SES reports about one of our mails.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// Which mail.
    pub send: SendId,
    /// To whom it went.
    pub recipient: ContactId,
    /// Which run sent it.
    pub enrollment: EnrollmentId,
    /// SES's own name for the mail.
    pub message_id: String,
    /// When SES took the mail.
    pub taken: Timestamp,
    /// What happened.
    pub kind: ReportKind,
}

/// What SES reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReportKind {
    /// It could not be delivered.
    Bounce,
    /// The recipient called it spam.
    Complaint,
    /// It is delivered late.
    DeliveryDelay,
    /// The recipient's server took it.
    Delivery,
    /// SES took it and then refused it: a virus.
    Reject,
    /// SES took it.
    Send,
}

impl Report {
    /// Reads an event; `None` where it is not about a mail of ours or of a kind that is not kept.
    ///
    /// # Errors
    ///
    /// Fails on what is not an SES event at all.
    pub fn from_json(json: &str) -> Result<Option<Self>, Unreadable> {
        if json.starts_with(GREETING) {
            return Ok(None);
        }
        let doc: Doc = serde_json::from_str(json)?;
        let kind = match doc.event_type.as_str() {
            "Bounce" => ReportKind::Bounce,
            "Complaint" => ReportKind::Complaint,
            "DeliveryDelay" => ReportKind::DeliveryDelay,
            "Delivery" => ReportKind::Delivery,
            "Reject" => ReportKind::Reject,
            "Send" => ReportKind::Send,
            _ => return Ok(None),
        };
        let tag = |name: &str| doc.mail.tags.get(name).and_then(|values| values.first());
        let (Some(send), Some(recipient), Some(enrollment)) =
            (tag(TAG_SEND), tag(TAG_RECIPIENT), tag(TAG_ENROLLMENT))
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            send: send.parse()?,
            recipient: recipient.parse()?,
            enrollment: enrollment.parse()?,
            message_id: doc.mail.message_id,
            taken: doc.mail.timestamp.parse()?,
            kind,
        }))
    }

    /// Names the tags that lead from an event back to the mail: ids only, never a name.
    pub fn tags(
        send: &SendId,
        recipient: &ContactId,
        enrollment: &EnrollmentId,
    ) -> [(&'static str, String); 3] {
        [
            (TAG_SEND, send.to_string()),
            (TAG_RECIPIENT, recipient.to_string()),
            (TAG_ENROLLMENT, enrollment.to_string()),
        ]
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Doc {
    event_type: String,
    mail: MailDoc,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MailDoc {
    timestamp: String,
    message_id: String,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

/// What SES publishes, as a plain text, when its events are first sent to a topic.
const GREETING: &str = "Successfully validated SNS topic";
const TAG_ENROLLMENT: &str = "wp-enrollment";
const TAG_RECIPIENT: &str = "wp-recipient";
const TAG_SEND: &str = "wp-send";
