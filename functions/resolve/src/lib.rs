//! Recipient resolution: turns an accepted event into contacts and enrollments.

use aws::{Aws, Setting};
use engine::{Entering, Failure, Pulse};
use lambda::{Delivered, Error, Letter, Time};
use wire::EventsMessage;

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

/// Resolves the posts of a batch, as many as there is time for, then orders the mails of all of them at once.
async fn deliver(aws: &Aws, pulse: &Pulse, letters: &[Letter], time: Time) -> Vec<Delivered> {
    let mut entering = Entering::default();
    let mut delivered = Vec::new();
    for letter in time.begun(aws, letters) {
        delivered.push(resolve(aws, pulse, letter, &mut entering, time).await);
    }
    // Given back to the queue, those that are not begun would use up the times that they may come; put there anew, they do not.
    for letter in &letters[delivered.len()..] {
        let message = EventsMessage::from_json(&letter.body);
        delivered.push(
            message
                .map(|message| entering.leave(message))
                .map_err(Failure::from),
        );
    }
    match entering.finish(aws).await {
        Ok(()) => delivered,
        // Resolved again, each finds its enrollments there and orders their mails again.
        Err(error) => {
            let error = error.to_string();
            let again = |_| Err(Failure::Retry(anyhow::anyhow!(error.clone())));
            delivered.iter().map(again).collect()
        }
    }
}

async fn resolve(
    aws: &Aws,
    pulse: &Pulse,
    letter: &Letter,
    entering: &mut Entering,
    time: Time,
) -> Delivered {
    let message = EventsMessage::from_json(&letter.body)?;
    engine::resolve(aws, pulse, &message, entering, || time.is_left(aws)).await
}

const REQUIRED: [Setting; 16] = [
    Setting::AddressKeyParameter,
    Setting::CallsQueueUrl,
    Setting::ContactsTable,
    Setting::DeadLettersQueueUrl,
    Setting::EnrollmentsTable,
    Setting::EventsQueueUrl,
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
