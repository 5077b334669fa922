//! Learns from the mail service's reports what became of mails.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, SendId};
use wire::{Cause, ClickMark, Move, Report, ReportKind};

use crate::clicks::{CLICKS_MAX, Clicker, clicker};
use crate::results::{announce, of_report};
use crate::suppression::day;
use crate::{
    Calls, Clock, Fact, Failure, Ledger, Moves, News, Releases, Row, RowState, SuppressionBook,
};

/// Takes in a batch of reports: in any order, any number of times. Returns of each after how long it is to be heard again,
/// if it is: of a click it can be told only after a moment whether a person made it.
///
/// A report that the mail service took a mail is proof, whatever happened to its reply: the row
/// becomes accepted and the run goes on. Almost always that is known already, and nothing is written.
/// While a claim is younger than `lease`, whoever made it is taken to be alive and lets the run go on.
pub async fn feedback(
    io: &(impl Clock + Ledger + Moves + SuppressionBook + Releases + Calls),
    lease: SignedDuration,
    reports: &[Report],
) -> Result<Vec<Option<SignedDuration>>, Failure> {
    let mut mails: BTreeMap<&SendId, &ContactId> = BTreeMap::new();
    for report in reports {
        mails.entry(&report.send).or_insert(&report.recipient);
    }
    let mut rests = vec![None; reports.len()];
    if mails.is_empty() {
        return Ok(rests);
    }
    let mails = mails.into_iter();
    let mails: Vec<_> = mails.map(|(send, to)| (to.clone(), send.clone())).collect();
    let rows = io.rows(&mails).await?;
    let clicks = clicks(reports, &rows);

    let (mut moves, mut results) = (Vec::new(), Vec::new());
    let mut proven = BTreeSet::new();
    let mut news: BTreeMap<&SendId, News> = BTreeMap::new();
    for (report, again) in reports.iter().zip(&mut rests) {
        let row = rows.get(&report.send);
        forbid(io, report, row).await?;
        let Some(row) = row else {
            continue;
        };
        // Every report is proof that the mail was taken; one of several is enough.
        if row.state != RowState::Accepted && proven.insert(&report.send) {
            io.accept(&report.recipient, &report.send, &report.message_id)
                .await?;
            if io.now().duration_since(row.claimed) >= lease {
                let step = row.step.clone();
                moves.push(moved(row, Cause::Accepted { step }));
            }
        }
        let news = news.entry(&report.send).or_default();
        let room = CLICKS_MAX.saturating_sub(row.clicks.len() + news.clicks.len());
        let mark = report
            .click
            .iter()
            .filter(|mark| !row.clicks.contains(mark));
        news.clicks.extend(mark.take(room).cloned());
        let report = match judged(report, clicks.get(&report.send), io.now()) {
            Ok(report) => report,
            Err(rest) => {
                *again = Some(rest);
                continue;
            }
        };
        results.extend(of_report(&report, row, io.now()));
        let fact = fact(&report).filter(|fact| !row.facts.contains(fact));
        news.facts.extend(fact);
        moves.extend(seen(&report, row));
    }
    announce(io, &results).await?;
    for (recipient, send) in &mails {
        if let Some(news) = news.get(send).filter(|news| !news.is_empty()) {
            io.note(recipient, send, news).await?;
        }
    }
    if !moves.is_empty() {
        io.move_on(&moves).await?;
    }
    Ok(rests)
}

/// Returns every click of each mail that is known by now.
fn clicks<'a>(
    reports: &'a [Report],
    rows: &BTreeMap<SendId, Row>,
) -> BTreeMap<&'a SendId, BTreeSet<ClickMark>> {
    let mut clicks: BTreeMap<&SendId, BTreeSet<ClickMark>> = BTreeMap::new();
    for report in reports {
        let Some(mark) = &report.click else {
            continue;
        };
        let row = rows.get(&report.send);
        let known = clicks.entry(&report.send);
        let known = known.or_insert_with(|| row.map(|row| row.clicks.clone()).unwrap_or_default());
        known.insert(mark.clone());
    }
    clicks
}

/// Returns a report as it stands beside the other clicks of its mail, or how long until that can be told.
fn judged<'a>(
    report: &'a Report,
    clicks: Option<&BTreeSet<ClickMark>>,
    now: Timestamp,
) -> Result<Cow<'a, Report>, SignedDuration> {
    let (Some(mark), Some(clicks), false) = (&report.click, clicks, report.machine) else {
        return Ok(Cow::Borrowed(report));
    };
    let machine = || {
        Ok(Cow::Owned(Report {
            machine: true,
            ..report.clone()
        }))
    };
    match clicker(mark, clicks, now) {
        // Nobody follows so many links; of what does, not every click is kept to hold others against.
        Clicker::Person if clicks.len() > CLICKS_MAX => machine(),
        Clicker::Person => Ok(Cow::Borrowed(report)),
        Clicker::Machine => machine(),
        Clicker::Unknown { rest } => Err(rest),
    }
}

/// Notes what a report says against the address that its mail went to.
///
/// SES knows that best: the row is gone where the contact was erased, who may still complain, and names another address
/// where the mail was claimed again after theirs was mended.
async fn forbid(
    io: &impl SuppressionBook,
    report: &Report,
    row: Option<&Row>,
) -> anyhow::Result<()> {
    let told = report.address.as_ref();
    let told = told.map(|address| io.address_key(address));
    let Some(address) = told.or_else(|| row.map(|row| row.address.clone())) else {
        return Ok(());
    };
    if let Some(reason) = report.suppress {
        io.suppress(&address, reason).await?;
    }
    // That a mailbox was full for a day says nothing that must outlive whoever had it.
    if report.soft && row.is_some() {
        io.bounced_softly(&address, day(report.taken)).await?;
    }
    Ok(())
}

/// Returns what a report says of its mail, if that is more than that it left.
fn fact(report: &Report) -> Option<Fact> {
    Some(match report.kind {
        // What it forbids is told apart already: the mail's own fault is not the address's, and "not spam" is none.
        ReportKind::Bounce if report.suppress.is_some() => Fact::Bounced,
        ReportKind::Bounce => Fact::BouncedSoftly,
        ReportKind::Click if report.machine => Fact::ClickedByMachine,
        ReportKind::Click => Fact::Clicked,
        ReportKind::Complaint => return report.suppress.map(|_| Fact::Complained),
        ReportKind::Open if report.machine => Fact::OpenedByMachine,
        ReportKind::Open => Fact::Opened,
        ReportKind::Reject => Fact::Rejected,
        ReportKind::AutomaticReply
        | ReportKind::Delivery
        | ReportKind::DeliveryDelay
        | ReportKind::Send => return None,
    })
}

/// Returns what the run of a mail must hear of: that its contact, and no machine, opened it or clicked in it, called it
/// spam, or cannot be reached.
fn seen(report: &Report, row: &Row) -> Option<Move> {
    // What a colleague does with a notification says nothing about the contact.
    if report.machine || report.recipient != row.contact {
        return None;
    }
    let step = row.step.clone();
    let cause = match report.kind {
        ReportKind::Click => Cause::Clicked {
            step,
            link: report.link.clone().unwrap_or_default(),
        },
        ReportKind::Open => Cause::Opened { step },
        ReportKind::Bounce if report.suppress.is_some() => Cause::Bounced { step },
        ReportKind::Complaint if report.suppress.is_some() => Cause::Complained { step },
        ReportKind::AutomaticReply
        | ReportKind::Bounce
        | ReportKind::Complaint
        | ReportKind::Delivery
        | ReportKind::DeliveryDelay
        | ReportKind::Reject
        | ReportKind::Send => return None,
    };
    Some(moved(row, cause))
}

fn moved(row: &Row, cause: Cause) -> Move {
    Move::Run {
        contact: row.contact.clone(),
        enrollment: row.enrollment.clone(),
        cause,
    }
}
