//! Feedback: what SES reports about mails settles what was in doubt.

use aws::{Aws, Setting};
use engine::{Failure, LEASE};
use jiff::SignedDuration;
use lambda::{Delivered, Error, Letter, Time};
use wire::{Report, Unreadable};

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
async fn deliver(aws: &Aws, lease: SignedDuration, letters: &[Letter]) -> Vec<Delivered> {
    let read: Vec<_> = letters
        .iter()
        .map(|letter| Report::from_json(&letter.body))
        .collect();
    let reports: Vec<_> = read.iter().flatten().flatten().cloned().collect();
    let done = engine::feedback(aws, lease, &reports).await;
    let done = done.map_err(|error| error.to_string());
    read.into_iter()
        .map(|report| verdict(report, &done))
        .collect()
}

fn verdict(report: Result<Option<Report>, Unreadable>, done: &Result<(), String>) -> Delivered {
    match (report, done) {
        (Err(unreadable), _) => Err(Failure::Reject(unreadable.into())),
        (Ok(None), _) | (Ok(Some(_)), Ok(())) => Ok(()),
        (Ok(Some(_)), Err(error)) => Err(Failure::Retry(anyhow::anyhow!(error.clone()))),
    }
}

const REQUIRED: [Setting; 7] = [
    Setting::CallsQueueUrl,
    Setting::ContactsTable,
    Setting::DeadLettersQueueUrl,
    Setting::MovesQueueUrl,
    Setting::ReleasesTable,
    Setting::SendsTable,
    Setting::SourceQueueUrl,
];
