//! What the mail service says of a mail that it was handed.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use std::collections::BTreeSet;

use engine::{Claim, Claimed, Outgoing};
use journey::{EmailAddress, Sender};
use mail::Mail;
use wire::{Report, ReportKind, SuppressionReason};

use super::ledger::claim;
use super::{Outlets, Outside};
use crate::world::{Answer, Queue};

pub(super) async fn a_mail_is_reported_with_all_that_leads_back_to_it(
    outlets: &impl Outlets,
    outside: &impl Outside,
) {
    use ReportKind::{Bounce, Complaint, Delivery, Send};
    let from = Sender {
        name: "De Brug".to_owned(),
        address: "post@brug.example".parse().unwrap(),
        reply_to: None,
    };
    let mail = Mail {
        subject: "Hello".to_owned(),
        preheader: String::new(),
        html: "<p>Hello</p>".to_owned(),
        text: "Hello".to_owned(),
    };
    assert!(!outlets.reports_waiting().await.unwrap());
    for (mailbox, answer, kinds, suppress) in [
        ("success", None, vec![Send, Delivery], None),
        (
            "bounce",
            Some(Answer::Gone),
            vec![Send, Bounce],
            Some(SuppressionReason::Bounced),
        ),
        (
            "complaint",
            Some(Answer::Spam),
            vec![Send, Delivery, Complaint],
            Some(SuppressionReason::Complained),
        ),
    ] {
        let to: EmailAddress = format!("{mailbox}@simulator.amazonses.com")
            .parse()
            .unwrap();
        if let Some(answer) = answer {
            outside.answer(&to, answer);
        }
        let claim = claim(&format!("reported-{mailbox}"), 0);
        assert_eq!(outlets.claim(&claim).await.unwrap(), Claimed::Ours);
        let id = outlets.send(&outgoing(&claim, &to, &from, &mail)).await;
        let id = id.unwrap();
        outside.pass(2).await;
        assert!(outlets.reports_waiting().await.unwrap(), "{mailbox}");

        let reports = outside.take(Queue::Reports);
        assert!(!outlets.reports_waiting().await.unwrap(), "{mailbox}");
        let reports = reports
            .iter()
            .map(|body| Report::from_json(body).unwrap().unwrap());
        let reports: Vec<_> = reports.collect();
        for report in &reports {
            assert_eq!(report.send, claim.send);
            assert_eq!(report.recipient, claim.recipient);
            assert_eq!(report.enrollment, claim.enrollment);
            assert_eq!(report.message_id, id);
            assert_eq!(report.address.as_ref(), Some(&to));
            assert!(!report.soft && !report.machine && report.link.is_none());
        }
        let told: Vec<_> = reports.iter().map(|report| report.kind).collect();
        assert_eq!(told, kinds, "{mailbox}");
        let why: BTreeSet<_> = reports
            .iter()
            .filter_map(|report| report.suppress)
            .collect();
        assert_eq!(why, suppress.into_iter().collect(), "{mailbox}");
    }
}

fn outgoing<'a>(
    claim: &'a Claim,
    to: &'a EmailAddress,
    from: &'a Sender,
    mail: &'a Mail,
) -> Outgoing<'a> {
    Outgoing {
        send: &claim.send,
        recipient: &claim.recipient,
        enrollment: &claim.enrollment,
        from,
        to,
        mail,
        unsubscribe: None,
        tracked: false,
    }
}
