//! What SES publishes about a mail: an event of every kind, in the form of its own examples.
//!
//! <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html>

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, EnrollmentId, SendId};
use serde_json::{Value as Json, json};
use wire::Report;

/// A kind of event, as far as something different follows from it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Sample {
    Click,
    Complaint,
    Delivery,
    DeliveryDelay,
    HardBounce,
    MachineClick,
    MachineOpen,
    NotSpam,
    Open,
    OutOfOffice,
    Reject,
    RenderingFailure,
    Send,
    SoftBounce,
    Subscription,
    Unsent,
}

impl Sample {
    pub(crate) const ALL: [Self; 16] = [
        Self::Click,
        Self::Complaint,
        Self::Delivery,
        Self::DeliveryDelay,
        Self::HardBounce,
        Self::MachineClick,
        Self::MachineOpen,
        Self::NotSpam,
        Self::Open,
        Self::OutOfOffice,
        Self::Reject,
        Self::RenderingFailure,
        Self::Send,
        Self::SoftBounce,
        Self::Subscription,
        Self::Unsent,
    ];

    /// Returns the event about a mail.
    pub(crate) fn about(self, mail: &Mailed) -> String {
        let to = &mail.to;
        let at = mail.at + SignedDuration::from_secs(40);
        let (kind, key, mut detail) = self.detail(to);
        detail["timestamp"] = json!(at.to_string());
        let event = json!({ "eventType": kind, key: detail, "mail": mail.json() });
        event.to_string()
    }

    /// Returns what SES calls it, the key of what it says beside the mail, and that.
    fn detail(self, to: &str) -> (&'static str, &'static str, Json) {
        let bounce = |kind: &str, sub: &str, recipient: Json| {
            let detail = json!({
                "bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [recipient],
                "feedbackId": "0100", "reportingMTA": "dsn; mta.example.com",
            });
            ("Bounce", "bounce", detail)
        };
        let said = json!({
            "emailAddress": to, "action": "failed", "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
        });
        let person = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12_6) AppleWebKit/603.3.8";
        let click = |agent: &str| {
            let detail = json!({
                "ipAddress": "192.0.2.1", "link": "https://school.example/more",
                "linkTags": { "link": ["more"], "samplekey1": ["samplevalue1"] }, "userAgent": agent,
            });
            ("Click", "click", detail)
        };
        match self {
            Self::Click => click(person),
            Self::Complaint => complaint(to, json!("abuse"), Json::Null),
            Self::Delivery => {
                let detail = json!({
                    "processingTimeMillis": 11893, "recipients": [to],
                    "smtpResponse": "250 2.6.0 Message received", "reportingMTA": "mta.example.com",
                });
                ("Delivery", "delivery", detail)
            }
            Self::DeliveryDelay => {
                let delayed = json!([{
                    "emailAddress": to, "status": "4.4.1",
                    "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
                }]);
                let detail = json!({
                    "delayType": "TransientCommunicationFailure", "delayedRecipients": delayed,
                    "expirationTime": "2026-11-24T13:00:00.914Z",
                });
                ("DeliveryDelay", "deliveryDelay", detail)
            }
            Self::HardBounce => bounce("Permanent", "General", said),
            Self::MachineClick => click("Mozilla/5.0 (compatible; Barracuda Sentinel)"),
            Self::MachineOpen => opened("Mozilla/5.0"),
            Self::NotSpam => complaint(to, json!("not-spam"), Json::Null),
            Self::Open => opened(person),
            Self::OutOfOffice => bounce("Transient", "General", json!({ "emailAddress": to })),
            Self::Reject => ("Reject", "reject", json!({ "reason": "Bad content" })),
            Self::RenderingFailure => {
                let error = "Attribute 'attributeName' is not present in the rendering data.";
                let detail = json!({ "errorMessage": error, "templateName": "MyTemplate" });
                ("Rendering Failure", "failure", detail)
            }
            Self::Send => ("Send", "send", json!({})),
            Self::SoftBounce => bounce("Transient", "MailboxFull", said),
            Self::Subscription => {
                let topics = json!({
                    "unsubscribeAll": true,
                    "topicSubscriptionStatus": [{ "topicName": "news", "subscriptionStatus": "OptOut" }],
                });
                let detail = json!({
                    "contactList": "ContactListName", "source": "UnsubscribeHeader",
                    "newTopicPreferences": topics, "oldTopicPreferences": topics,
                });
                ("Subscription", "subscription", detail)
            }
            Self::Unsent => complaint(to, Json::Null, json!("OnAccountSuppressionList")),
        }
    }
}

fn complaint(to: &str, kind: Json, sub: Json) -> (&'static str, &'static str, Json) {
    let detail = json!({
        "complainedRecipients": [{ "emailAddress": to }], "feedbackId": "0100",
        "userAgent": "Amazon SES Mailbox Simulator", "complaintFeedbackType": kind,
        "complaintSubType": sub, "arrivalDate": "2026-11-23T13:00:40.000Z",
    });
    ("Complaint", "complaint", detail)
}

fn opened(agent: &str) -> (&'static str, &'static str, Json) {
    let detail = json!({ "ipAddress": "192.0.2.1", "userAgent": agent });
    ("Open", "open", detail)
}

/// A mail that SES took.
#[derive(Clone)]
pub(crate) struct Mailed {
    pub(crate) send: SendId,
    pub(crate) recipient: ContactId,
    pub(crate) enrollment: EnrollmentId,
    pub(crate) to: String,
    pub(crate) at: Timestamp,
}

impl Mailed {
    fn json(&self) -> Json {
        let tags = Report::tags(&self.send, &self.recipient, &self.enrollment);
        let mut tags: BTreeMap<_, _> = tags.into_iter().map(|(key, id)| (key, [id])).collect();
        tags.insert("ses:configuration-set", ["ConfigSet".to_owned()]);
        json!({
            "timestamp": self.at.to_string(), "source": "School <mail@school.example>",
            "sourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/school.example",
            "sendingAccountId": "123456789012", "messageId": self.send.as_str(),
            "destination": [self.to], "headersTruncated": false,
            "headers": [{ "name": "To", "value": self.to }],
            "commonHeaders": { "to": [self.to], "subject": "Message sent from Amazon SES" },
            "tags": tags,
        })
    }
}
