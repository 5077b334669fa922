//! What SES reports about a mail: event publishing, by way of SNS and SQS.
//!
//! <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, EmailAddress, EnrollmentId, SendId};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{ClickMark, Unreadable};

/// One thing that SES reports about one of our mails.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// Which mail.
    pub send: SendId,
    /// To whom it went.
    pub recipient: ContactId,
    /// Where it went, as far as SES says so. Whose server answers for it may be somebody else: mail is passed on.
    pub address: Option<EmailAddress>,
    /// Which run sent it.
    pub enrollment: EnrollmentId,
    /// SES's own name for the mail.
    pub message_id: String,
    /// When SES took the mail.
    pub taken: Timestamp,
    /// What happened.
    pub kind: ReportKind,
    /// Why the address must not be written to any more, where this says so.
    pub suppress: Option<SuppressionReason>,
    /// Whether it bounced for now: a full mailbox, a server that does not answer. Not for what the mail says or carries.
    pub soft: bool,
    /// The name of the link that was clicked, where one was and has a name.
    pub link: Option<String>,
    /// When which link was followed, where one was.
    pub click: Option<ClickMark>,
    /// Whether a machine opened or clicked, as far as one report tells: a proxy that loads every picture, a scanner that
    /// says so or follows links at once.
    pub machine: bool,
}

/// Why an address must not be written to. Of two the greater stands, whichever came first: whoever complains has a mailbox
/// that works, and said no.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum SuppressionReason {
    /// It will never exist.
    Bounced,
    /// Whoever has it calls our mails spam.
    Complained,
}

impl SuppressionReason {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bounced => "bounced",
            Self::Complained => "complained",
        }
    }
}

/// What SES reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReportKind {
    /// A program answered it, such as one that says that somebody is out of office.
    AutomaticReply,
    /// It could not be delivered.
    Bounce,
    /// A link in it was followed.
    Click,
    /// The recipient called it spam.
    Complaint,
    /// It is delivered late.
    DeliveryDelay,
    /// The recipient's server took it.
    Delivery,
    /// It was opened, or its pictures were loaded.
    Open,
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
            "Bounce" if doc.bounce.as_ref().is_some_and(BounceDoc::is_reply) => {
                ReportKind::AutomaticReply
            }
            "Bounce" => ReportKind::Bounce,
            "Click" => ReportKind::Click,
            "Complaint" if doc.complaint.as_ref().is_some_and(ComplaintDoc::is_unsent) => {
                ReportKind::Bounce
            }
            "Complaint" => ReportKind::Complaint,
            "DeliveryDelay" => ReportKind::DeliveryDelay,
            "Delivery" => ReportKind::Delivery,
            "Open" => ReportKind::Open,
            "Reject" => ReportKind::Reject,
            "Send" => ReportKind::Send,
            _ => return Ok(None),
        };
        let mail = doc.mail.as_ref();
        let mail = mail.ok_or_else(|| Unreadable::new("an event about no mail"))?;
        let tag = |name: &str| mail.tags.get(name)?.get(0)?.as_str();
        let (Some(send), Some(recipient), Some(enrollment)) =
            (tag(TAG_SEND), tag(TAG_RECIPIENT), tag(TAG_ENROLLMENT))
        else {
            return Ok(None);
        };
        let taken: Timestamp = mail.timestamp.parse()?;
        let seen = doc.click.as_ref().or(doc.open.as_ref());
        let link = doc.click.as_ref().and_then(|click| {
            let tags = click.link_tags.as_ref()?;
            tags.get(LINK)?.first().cloned()
        });
        Ok(Some(Self {
            suppress: suppress(kind, &doc),
            soft: is_soft(kind, &doc),
            link,
            click: doc.click.as_ref().and_then(SeenDoc::mark),
            machine: seen.is_some_and(|seen| seen.is_machine(taken)),
            send: send.parse()?,
            recipient: recipient.parse()?,
            address: mail.address(),
            enrollment: enrollment.parse()?,
            message_id: mail.message_id.clone(),
            taken,
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

/// Returns why an event forbids to write to its address: it will never exist, or whoever has it calls us spam.
///
/// A soft bounce forbids nothing, nor does a reader who says "not spam", nor a bounce that says that the mail itself is
/// wrong: that is our fault and not the address's.
fn suppress(kind: ReportKind, doc: &Doc) -> Option<SuppressionReason> {
    let said = |detail: &Option<BounceDoc>| {
        let detail = detail.as_ref();
        let kind = detail
            .map(|one| one.bounce_type.clone())
            .unwrap_or_default();
        let sub = detail
            .map(|one| one.bounce_sub_type.clone())
            .unwrap_or_default();
        (kind, sub)
    };
    match kind {
        // It was never sent: SES's own list forbids its address.
        ReportKind::Bounce if doc.complaint.is_some() => Some(SuppressionReason::Bounced),
        ReportKind::Bounce => match said(&doc.bounce) {
            (kind, sub) if kind == "Permanent" && !CONTENT.contains(&sub.as_str()) => {
                Some(SuppressionReason::Bounced)
            }
            _ => None,
        },
        ReportKind::Complaint => {
            let complaint = doc.complaint.as_ref();
            let kind = complaint.and_then(|one| one.complaint_feedback_type.as_deref());
            (kind != Some("not-spam")).then_some(SuppressionReason::Complained)
        }
        ReportKind::AutomaticReply
        | ReportKind::Click
        | ReportKind::Delivery
        | ReportKind::DeliveryDelay
        | ReportKind::Open
        | ReportKind::Reject
        | ReportKind::Send => None,
    }
}

/// Returns whether an event says that a mailbox takes nothing for now, or that SES cannot tell why it took nothing.
fn is_soft(kind: ReportKind, doc: &Doc) -> bool {
    let soft = |bounce: &BounceDoc| {
        ["Transient", "Undetermined"].contains(&bounce.bounce_type.as_str())
            && !CONTENT.contains(&bounce.bounce_sub_type.as_str())
    };
    kind == ReportKind::Bounce && doc.bounce.as_ref().is_some_and(soft)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BounceDoc {
    #[serde(default, deserialize_with = "or_default")]
    bounce_type: String,
    #[serde(default, deserialize_with = "or_default")]
    bounce_sub_type: String,
    #[serde(default, deserialize_with = "or_default")]
    bounced_recipients: Vec<BouncedDoc>,
}

impl BounceDoc {
    /// Returns whether a program answered, which SES reports as a bounce that no server has given a reason for. Its
    /// mailbox works: a holiday would else look like a mailbox that is full for weeks.
    fn is_reply(&self) -> bool {
        let unexplained = |one: &BouncedDoc| one.status.is_none() && one.diagnostic_code.is_none();
        (self.bounce_type.as_str(), self.bounce_sub_type.as_str()) == ("Transient", "General")
            && !self.bounced_recipients.is_empty()
            && self.bounced_recipients.iter().all(unexplained)
    }
}

/// Whose mail bounced, and what their server said.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BouncedDoc {
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    diagnostic_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ComplaintDoc {
    #[serde(default)]
    complaint_feedback_type: Option<String>,
    #[serde(default)]
    complaint_sub_type: Option<String>,
}

impl ComplaintDoc {
    /// Returns whether nobody complained: SES took the mail and did not try to send it, because its address is on the
    /// account's list of those who once did.
    fn is_unsent(&self) -> bool {
        self.complaint_sub_type.as_deref() == Some("OnAccountSuppressionList")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Doc {
    event_type: String,
    /// A kind that is not known yet may be about no mail.
    mail: Option<MailDoc>,
    #[serde(default)]
    bounce: Option<BounceDoc>,
    #[serde(default)]
    complaint: Option<ComplaintDoc>,
    #[serde(default)]
    open: Option<SeenDoc>,
    #[serde(default)]
    click: Option<SeenDoc>,
}

/// Who opened or clicked, and when.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SeenDoc {
    #[serde(default, deserialize_with = "or_default")]
    timestamp: String,
    #[serde(default, deserialize_with = "or_default")]
    user_agent: String,
    #[serde(default, deserialize_with = "or_default")]
    link: String,
    #[serde(default)]
    link_tags: Option<BTreeMap<String, Vec<String>>>,
}

impl SeenDoc {
    /// Returns when which link was followed.
    fn mark(&self) -> Option<ClickMark> {
        Some(ClickMark::of(&self.link, self.timestamp.parse().ok()?))
    }

    /// Returns whether no person did this: sooner than anybody reads, or by a program that says what it is.
    fn is_machine(&self, taken: Timestamp) -> bool {
        let agent = self.user_agent.to_ascii_lowercase();
        // Apple Mail's privacy proxy loads all pictures of every mail, and says no more than this.
        if agent == "mozilla/5.0" || MACHINES.iter().any(|machine| agent.contains(machine)) {
            return true;
        }
        let at: Option<Timestamp> = self.timestamp.parse().ok();
        at.is_some_and(|at| at.duration_since(taken) < TOO_SOON)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MailDoc {
    timestamp: String,
    message_id: String,
    #[serde(default, deserialize_with = "or_default")]
    destination: Vec<String>,
    /// Anybody's: only ours must be as we wrote them.
    #[serde(default, deserialize_with = "or_default")]
    tags: BTreeMap<String, Value>,
}

impl MailDoc {
    /// Returns the one address that a mail of ours goes to.
    fn address(&self) -> Option<EmailAddress> {
        match self.destination.as_slice() {
            [one] => one.parse().ok(),
            [] | [_, _, ..] => None,
        }
    }
}

/// Reads a `null` as what stands for nothing.
fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// What SES publishes, as a plain text, when its events are first sent to a topic.
const GREETING: &str = "Successfully validated SNS topic";
/// Bounces that are about what a mail says or carries.
const CONTENT: [&str; 3] = ["AttachmentRejected", "ContentRejected", "MessageTooLarge"];
/// What a link's tag in a template is called.
const LINK: &str = "link";
/// Nobody has a mail, opens it and follows a link within this time.
const TOO_SOON: SignedDuration = SignedDuration::from_secs(3);
/// What scanners of links and programs call themselves.
const MACHINES: [&str; 16] = [
    "barracuda",
    "bot",
    "crawler",
    "curl",
    "googleassociationservice",
    "headless",
    "java/",
    "mimecast",
    "okhttp",
    "preview",
    "proofpoint",
    "python",
    "scanner",
    "spider",
    "symantec",
    "wget",
];
const TAG_ENROLLMENT: &str = "wp-enrollment";
const TAG_RECIPIENT: &str = "wp-recipient";
const TAG_SEND: &str = "wp-send";
