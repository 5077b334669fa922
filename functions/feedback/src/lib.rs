//! Feedback: what SES reports about mails settles what was in doubt; what alarms say of its rates holds all marketing.

use std::vec::IntoIter;

use aws::{Aws, Setting};
use engine::{Failure, LEASE};
use jiff::SignedDuration;
use lambda::{Error, Letter, Time, Verdict};
use wire::{Notice, Unreadable};

/// Runs the function until its runtime is gone.
///
/// # Errors
///
/// Names every setting that is missing.
pub async fn run() -> Result<(), Error> {
    let aws = lambda::start(&REQUIRED, &[Setting::LeaseSeconds]).await?;
    let lease = aws
        .settings()
        .seconds(Setting::LeaseSeconds)?
        .unwrap_or(LEASE);
    lambda::serve_queue(&aws, async |letters: &[Letter], _: Time| {
        deliver(&aws, lease, letters).await
    })
    .await
}

/// Takes in a batch at once: the rows of all reports are read in one call.
async fn deliver(aws: &Aws, lease: SignedDuration, letters: &[Letter]) -> Vec<Verdict> {
    let read: Vec<_> = letters
        .iter()
        .map(|letter| Notice::from_json(&letter.body))
        .collect();
    let told = read.iter().flatten().flatten();
    let reports = told.filter_map(|notice| match notice {
        Notice::Mail(report) => Some(report.clone()),
        Notice::Alarm(_) => None,
    });
    let done = engine::feedback(aws, lease, &reports.collect::<Vec<_>>()).await;
    let done = done.map_err(|error| error.to_string());
    let mut mails = done.map(Vec::into_iter);
    let mut delivered = Vec::new();
    for notice in read {
        delivered.push(verdict(aws, notice, &mut mails).await);
    }
    delivered
}

async fn verdict(
    aws: &Aws,
    notice: Result<Option<Notice>, Unreadable>,
    mails: &mut Result<IntoIter<Option<SignedDuration>>, String>,
) -> Verdict {
    match (notice, mails) {
        (Err(unreadable), _) => Verdict::Failed(unreadable.into()),
        (Ok(Some(Notice::Alarm(alarm))), _) => engine::hold_marketing(aws, &alarm).await.into(),
        (Ok(None), _) => Verdict::Done,
        (Ok(Some(Notice::Mail(_))), Ok(rests)) => match rests.next().flatten() {
            Some(rest) => Verdict::Rests(rest),
            None => Verdict::Done,
        },
        (Ok(Some(Notice::Mail(_))), Err(error)) => {
            Verdict::Failed(Failure::Retry(anyhow::anyhow!(error.clone())))
        }
    }
}

const REQUIRED: [Setting; 8] = [
    Setting::AddressKeyParameter,
    Setting::CallsQueueUrl,
    Setting::ContactsTable,
    Setting::DeadLettersQueueUrl,
    Setting::MovesQueueUrl,
    Setting::ReleasesTable,
    Setting::SendsTable,
    Setting::SourceQueueUrl,
];
