//! Results: what other systems may want to hear of, and who of them does.

use jiff::{SignedDuration, Timestamp};
use journey::{
    Action, ContactId, Enrollment, Order, Phase, Plan, ResultKind, SendResult, Skipped, Taken,
};
use wire::{About, Call, Chosen, HookResult, Report, ReportKind};

use crate::{Calls, Releases, Row};

/// Asks for the posts to those who want to hear of `results`.
pub(crate) async fn announce(
    io: &(impl Calls + Releases),
    results: &[HookResult],
) -> anyhow::Result<()> {
    let calls = calls(io, results).await?;
    if calls.is_empty() {
        return Ok(());
    }
    io.call(&calls, SignedDuration::ZERO).await
}

/// Returns the posts to those who want to hear of `results`.
pub(crate) async fn calls(io: &impl Releases, results: &[HookResult]) -> anyhow::Result<Vec<Call>> {
    if results.is_empty() {
        return Ok(Vec::new());
    }
    let release = io.current().await?.map(|(_, release)| release);
    let hooks = release.iter().flat_map(|release| &release.hooks);
    let calls = hooks.flat_map(|(name, hook)| {
        let wanted = results.iter();
        let wanted = wanted.filter(|result| hook.results.contains(&result.kind));
        wanted.map(|result| Call {
            about: About::Result {
                hook: name.clone(),
                result: result.clone(),
            },
            tries: 0,
        })
    });
    Ok(calls.collect())
}

/// Says that somebody came in.
pub(crate) fn of_entry(run: &Enrollment) -> HookResult {
    of_run(run, ResultKind::Entered, run.entered)
}

/// Says what `after` has decided since `before`: mails that were sent or left out, and its end.
pub(crate) fn of_decision(
    plan: &Plan,
    before: Option<&Enrollment>,
    after: &Enrollment,
) -> Vec<HookResult> {
    let known = before.map_or(0, |before| before.path.len());
    let taken = after.path.get(known..).unwrap_or_default();
    let mails = taken.iter().filter_map(|Taken { step, outcome, at }| {
        let action = plan.step(step).map(|step| &step.action);
        let Some(Action::Send { .. }) = action else {
            return None;
        };
        let (kind, detail) = became(outcome)?;
        Some(HookResult {
            step: Some(step.clone()),
            detail,
            ..of_run(after, kind, *at)
        })
    });
    let mut results: Vec<_> = mails.collect();
    // What its contact does with its mails is still noted of a run that is over.
    let was_over = before.is_some_and(|before| before.phase.is_over());
    if let (Phase::Left { reason, at }, false) = (&after.phase, was_over) {
        results.push(HookResult {
            detail: Some(reason.clone()),
            ..of_run(after, ResultKind::Left, *at)
        });
    }
    results
}

/// Returns what became of a mail, from the word for it in the path of its run.
fn became(outcome: &str) -> Option<(ResultKind, Option<String>)> {
    if outcome == SENT {
        return Some((ResultKind::Sent, None));
    }
    let left_out = outcome == UNCERTAIN || Skipped::from_word(outcome).is_some();
    left_out.then(|| (ResultKind::Skipped, Some(outcome.to_owned())))
}

/// Says what became of a mail that no run waits for.
pub(crate) fn of_notification(
    order: &Order,
    result: &SendResult,
    now: Timestamp,
) -> Option<HookResult> {
    let (kind, detail) = match result {
        SendResult::Accepted => (ResultKind::Sent, None),
        SendResult::GivenUp => (ResultKind::Skipped, Some(UNCERTAIN)),
        SendResult::Skipped(skipped) => (ResultKind::Skipped, Some(skipped.as_str())),
        SendResult::Held { .. } | SendResult::Refused { .. } => return None,
    };
    let other = order.recipient != order.contact;
    Some(HookResult {
        enrollment: Some(order.enrollment.clone()),
        step: Some(order.step.clone()),
        recipient: other.then(|| order.recipient.clone()),
        detail: detail.map(str::to_owned),
        ..HookResult::new(kind, now, order.contact.clone())
    })
}

/// Says what somebody has chosen about a topic, and since when; to want quiet for a while changes nothing for good.
pub(crate) fn of_choice(
    (contact, topic): (&ContactId, &str),
    chosen: Chosen,
    since: Timestamp,
) -> Option<HookResult> {
    let kind = match chosen {
        Chosen::In => ResultKind::OptedIn,
        Chosen::Out => ResultKind::OptedOut,
        Chosen::Quiet { .. } => return None,
    };
    Some(HookResult {
        detail: Some(topic.to_owned()),
        ..HookResult::new(kind, since, contact.clone())
    })
}

/// Says what a report tells of a mail, as far as others may want to hear it.
pub(crate) fn of_report(report: &Report, row: &Row, now: Timestamp) -> Option<HookResult> {
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
        ReportKind::AutomaticReply
        | ReportKind::DeliveryDelay
        | ReportKind::Reject
        | ReportKind::Send => return None,
    };
    let other = report.recipient != row.contact;
    Some(HookResult {
        enrollment: Some(row.enrollment.clone()),
        step: Some(row.step.clone()),
        recipient: other.then(|| report.recipient.clone()),
        detail,
        ..HookResult::new(kind, now, row.contact.clone())
    })
}

fn of_run(run: &Enrollment, kind: ResultKind, at: Timestamp) -> HookResult {
    HookResult {
        enrollment: Some(run.id.clone()),
        ..HookResult::new(kind, at, run.contact.clone())
    }
}

/// The words for these in the path of a run.
const SENT: &str = "sent";
const UNCERTAIN: &str = "uncertain";
