//! Recipient resolution: turns an accepted event into contacts and enrollments.

use aws::{Aws, Setting};
use engine::{Entering, Failure};
use lambda::{Delivered, Error, Letter};
use wire::EventsMessage;

/// Runs the function until its runtime is gone.
///
/// # Errors
///
/// Names every setting that is missing.
pub async fn run() -> Result<(), Error> {
    let aws = lambda::start(&REQUIRED, &[]).await?;
    lambda::serve_queue(&aws, async |letters: &[Letter]| {
        deliver(&aws, letters).await
    })
    .await
}

/// Resolves every post of a batch, then orders the mails of all of them at once.
async fn deliver(aws: &Aws, letters: &[Letter]) -> Vec<Delivered> {
    let mut entering = Entering::default();
    let mut delivered = Vec::new();
    for letter in letters {
        delivered.push(resolve(aws, letter, &mut entering).await);
    }
    match entering.finish(aws).await {
        Ok(()) => delivered,
        // Resolved again, each finds its enrollments there and orders their mails again.
        Err(error) => {
            let error = error.to_string();
            let again = |_| Err(Failure::Retry(anyhow::anyhow!(error.clone())));
            letters.iter().map(again).collect()
        }
    }
}

async fn resolve(aws: &Aws, letter: &Letter, entering: &mut Entering) -> Delivered {
    let message = EventsMessage::from_json(&letter.body);
    let message = message.map_err(|error| Failure::Reject(error.into()))?;
    engine::resolve(aws, &message, entering).await
}

const REQUIRED: [Setting; 13] = [
    Setting::AddressKeyParameter,
    Setting::ContactsTable,
    Setting::DeadLettersQueueUrl,
    Setting::EnrollmentsTable,
    Setting::EventsTable,
    Setting::MarketingQueueUrl,
    Setting::MovesQueueUrl,
    Setting::OrdersQueueUrl,
    Setting::ReleasesTable,
    Setting::ScheduleGroup,
    Setting::ScheduleRoleArn,
    Setting::WakeDeadLettersArn,
    Setting::WakeFunctionArn,
];
