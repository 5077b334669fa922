//! Moves enrollments on, and lets those in whom a date or a change of theirs lets into a journey.

use aws::{Aws, Setting};
use engine::{Failure, Outbox, Pulse};
use futures_util::StreamExt;
use futures_util::stream;
use lambda::{Delivered, Error, Letter, Time};
use wire::MovesMessage;

/// Runs the function until its runtime is gone.
///
/// # Errors
///
/// Names every setting that is missing.
pub async fn run() -> Result<(), Error> {
    let aws = lambda::start(&REQUIRED, &[]).await?;
    let pulse = Pulse::default();
    lambda::serve_queue(&aws, async |letters: &[Letter], time: Time| {
        deliver(&aws, &pulse, letters, time).await
    })
    .await
}

/// Moves on everybody in a batch for whom there is time, then orders the mails of all of them at once.
async fn deliver(aws: &Aws, pulse: &Pulse, letters: &[Letter], time: Time) -> Vec<Delivered> {
    let begun = time.begun(aws, letters);
    let moved = begun.map(async |letter| {
        let mut outbox = Outbox::default();
        let delivered = advance(aws, pulse, letter, &mut outbox).await;
        (delivered, outbox)
    });
    let moved: Vec<_> = stream::iter(moved).buffered(AT_ONCE_MAX).collect().await;
    let mut all = Outbox::default();
    let mut delivered = Vec::new();
    for (one, outbox) in moved {
        delivered.push(one);
        all.append(outbox);
    }
    match all.finish(aws).await {
        Ok(()) => delivered,
        // Moved again, each finds that it has moved already, and orders its mails again.
        Err(error) => {
            let error = error.to_string();
            let again = |_| Err(Failure::Retry(anyhow::anyhow!(error.clone())));
            delivered.iter().map(again).collect()
        }
    }
}

/// Moves on every enrollment of a letter; if one of them fails, all are moved again, which is harmless.
async fn advance(aws: &Aws, pulse: &Pulse, letter: &Letter, outbox: &mut Outbox) -> Delivered {
    let message = MovesMessage::from_json(&letter.body)?;
    let mut failed = Ok(());
    for one in &message.moves {
        // One that fails must not keep the others waiting.
        if let Err(error) = engine::advance(aws, pulse, one, outbox).await {
            failed = Err(error);
        }
    }
    failed
}

const REQUIRED: [Setting; 14] = [
    Setting::CallsQueueUrl,
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
    Setting::SourceQueueUrl,
    Setting::WakeDeadLettersArn,
    Setting::WakeFunctionArn,
];

const AT_ONCE_MAX: usize = 8;
