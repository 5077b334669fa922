//! Moves enrollments on: those whose wait is over, and those whose mail SES says it took.

use aws::{Aws, Setting};
use engine::Failure;
use lambda::{Delivered, Error, Letter};
use wire::MovesMessage;

/// Runs the function until its runtime is gone.
///
/// # Errors
///
/// Names every setting that is missing.
pub async fn run() -> Result<(), Error> {
    let aws = lambda::start(&REQUIRED, &[]).await?;
    lambda::serve_queue(&aws, async |letters: &[Letter]| {
        let mut delivered = Vec::new();
        for letter in letters {
            delivered.push(advance(&aws, letter).await);
        }
        delivered
    })
    .await
}

/// Moves on every enrollment of a letter; if one of them fails, all are moved again, which is harmless.
async fn advance(aws: &Aws, letter: &Letter) -> Delivered {
    let message = MovesMessage::from_json(&letter.body);
    let message = message.map_err(|error| Failure::Reject(error.into()))?;
    let mut failed = Ok(());
    for one in &message.moves {
        // One that fails must not keep the others waiting.
        if let Err(error) = engine::advance(aws, one).await {
            failed = Err(error);
        }
    }
    failed
}

const REQUIRED: [Setting; 11] = [
    Setting::ContactsTable,
    Setting::DeadLettersQueueUrl,
    Setting::EnrollmentsTable,
    Setting::MarketingQueueUrl,
    Setting::MovesQueueUrl,
    Setting::OrdersQueueUrl,
    Setting::ReleasesTable,
    Setting::ScheduleGroup,
    Setting::ScheduleRoleArn,
    Setting::WakeDeadLettersArn,
    Setting::WakeFunctionArn,
];
