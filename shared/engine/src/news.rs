//! What other systems may want to hear of.

use jiff::Timestamp;
use journey::{
    Action, ContactId, Enrollment, Order, Phase, Plan, ResultKind, SendResult, Skipped, Taken,
};
use wire::{Choice, Chosen, News, Report, ReportKind};

use crate::Row;

/// Says that somebody came in.
pub(crate) fn entered(run: &Enrollment) -> News {
    told(run, (ResultKind::Entered, run.entered), None, None)
}

/// Returns what `after` has decided since `before`: mails that were sent or left out, and its end.
pub(crate) fn decided(plan: &Plan, before: Option<&Enrollment>, after: &Enrollment) -> Vec<News> {
    let known = before.map_or(0, |before| before.path.len());
    let taken = after.path.get(known..).unwrap_or_default();
    let mails = taken.iter().filter_map(|Taken { step, outcome, at }| {
        let action = plan.step(step).map(|step| &step.action);
        let Some(Action::Send { .. }) = action else {
            return None;
        };
        let (kind, reason) = became(outcome)?;
        Some(told(after, (kind, *at), Some(step), reason))
    });
    let mut news: Vec<_> = mails.collect();
    // What its contact does with its mails is still noted of a run that is over.
    let was_over = before.is_some_and(|before| before.phase.is_over());
    if let (Phase::Left { reason, at }, false) = (&after.phase, was_over) {
        news.push(told(after, (ResultKind::Left, *at), None, Some(reason)));
    }
    news
}

/// Returns what became of a mail, from the word for it in the path of its run.
fn became(outcome: &str) -> Option<(ResultKind, Option<&str>)> {
    if outcome == SENT {
        return Some((ResultKind::Sent, None));
    }
    let left_out = outcome == UNCERTAIN || Skipped::from_word(outcome).is_some();
    left_out.then_some((ResultKind::Skipped, Some(outcome)))
}

/// Returns what became of a mail that no run waits for.
pub(crate) fn notified(order: &Order, result: &SendResult, now: Timestamp) -> Option<News> {
    let (kind, reason) = match result {
        SendResult::Accepted => (ResultKind::Sent, None),
        SendResult::GivenUp => (ResultKind::Skipped, Some(UNCERTAIN)),
        SendResult::Skipped(skipped) => (ResultKind::Skipped, Some(skipped.as_str())),
        SendResult::Held { .. } | SendResult::Refused { .. } => return None,
    };
    Some(News {
        kind,
        at: now,
        contact: order.contact.clone(),
        enrollment: Some(order.enrollment.clone()),
        step: Some(order.step.clone()),
        recipient: (order.recipient != order.contact).then(|| order.recipient.clone()),
        detail: reason.map(str::to_owned),
    })
}

/// Returns what somebody chose about a topic; to want quiet for a while changes nothing for good.
pub(crate) fn chosen(contact: &ContactId, topic: &str, choice: &Choice) -> Option<News> {
    let kind = match choice.what {
        Chosen::In => ResultKind::OptedIn,
        Chosen::Out => ResultKind::OptedOut,
        Chosen::Quiet { .. } => return None,
    };
    Some(News {
        kind,
        at: choice.at,
        contact: contact.clone(),
        enrollment: None,
        step: None,
        recipient: None,
        detail: Some(topic.to_owned()),
    })
}

/// Returns what a report says about a mail, as far as others may want to hear it.
pub(crate) fn reported(report: &Report, row: &Row, now: Timestamp) -> Option<News> {
    let soft = report.suppress.is_none();
    let (kind, detail) = match report.kind {
        ReportKind::Bounce if soft => (ResultKind::Bounced, Some("soft".to_owned())),
        ReportKind::Bounce => (ResultKind::Bounced, Some("hard".to_owned())),
        // That something is no spam after all is no complaint.
        ReportKind::Complaint if soft => return None,
        ReportKind::Complaint => (ResultKind::Complained, None),
        // What machines open and follow, nobody has read.
        ReportKind::Click | ReportKind::Open if report.machine => return None,
        ReportKind::Click => (ResultKind::Clicked, report.link.clone()),
        ReportKind::Open => (ResultKind::Opened, None),
        ReportKind::Delivery => (ResultKind::Delivered, None),
        ReportKind::DeliveryDelay | ReportKind::Reject | ReportKind::Send => return None,
    };
    let other = report.recipient != row.contact;
    Some(News {
        kind,
        at: now,
        contact: row.contact.clone(),
        enrollment: Some(row.enrollment.clone()),
        step: Some(row.step.clone()),
        recipient: other.then(|| report.recipient.clone()),
        detail,
    })
}

fn told(
    run: &Enrollment,
    (kind, at): (ResultKind, Timestamp),
    step: Option<&str>,
    detail: Option<&str>,
) -> News {
    News {
        kind,
        at,
        contact: run.contact.clone(),
        enrollment: Some(run.id.clone()),
        step: step.map(str::to_owned),
        recipient: None,
        detail: detail.map(str::to_owned),
    }
}

/// The words for these in the path of a run.
const SENT: &str = "sent";
const UNCERTAIN: &str = "uncertain";
