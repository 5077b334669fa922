//! Posts to other systems: tells them what happened, and calls them for steps that wait.

mod client;
mod public;

use aws::{Aws, Setting};
use engine::{Calls, Failure, Metric, Metrics};
use futures_util::StreamExt;
use futures_util::stream;
use jiff::SignedDuration;
use lambda::{Delivered, Error, Letter, Time};
use wire::{Call, CallsMessage};

use client::Client;
use public::Reach;

/// Runs the function until its runtime is gone.
///
/// # Errors
///
/// Names every setting that is missing.
pub async fn run() -> Result<(), Error> {
    let aws = lambda::start(&REQUIRED, &[Setting::PrivateHooks]).await?;
    let reach = match aws.settings().find(Setting::PrivateHooks) {
        None => Reach::Public,
        Some("allowed") => Reach::Anywhere,
        Some(_) => return Err("PRIVATE_HOOKS is `allowed` or not set".into()),
    };
    let client = Client::new(reach)?;
    lambda::serve_queue(&aws, async |letters: &[Letter], time: Time| {
        let begun = time.begun(&aws, letters);
        let deliveries = begun.map(|letter| deliver(&aws, &client, letter));
        stream::iter(deliveries)
            .buffered(AT_ONCE_MAX)
            .collect()
            .await
    })
    .await
}

/// Makes the posts of one letter, all at once; only those that fail go back.
async fn deliver(aws: &Aws, client: &Client, letter: &Letter) -> Delivered {
    let message = CallsMessage::from_json(&letter.body)?;
    let alone = message.calls.len() == 1;
    let made = message
        .calls
        .iter()
        .map(|call| one(aws, client, call, alone));
    let made: Vec<_> = stream::iter(made).buffered(AT_ONCE_MAX).collect().await;
    made.into_iter().collect()
}

/// Makes a post: of several in a letter, one that fails goes back in a letter of its own.
async fn one(aws: &Aws, client: &Client, call: &Call, alone: bool) -> Delivered {
    match engine::call(aws, client, call).await {
        Ok(()) => Ok(()),
        Err(failure @ Failure::Retry(_)) if alone => Err(failure),
        Err(Failure::Retry(error)) => {
            tracing::warn!("One of several posts is tried again: {error:#}");
            aws.call(std::slice::from_ref(call), AGAIN_DELAY).await?;
            aws.count(Metric::Retries, 1);
            Ok(())
        }
        Err(Failure::Reject(error)) => {
            // Whoever puts it back has mended something: it is tried anew.
            let about = call.about.clone();
            let calls = vec![Call { about, tries: 0 }];
            let body = CallsMessage { calls }.to_json();
            aws.dead_letter(&body, &format!("{error:#}")).await?;
            Ok(())
        }
    }
}

const REQUIRED: [Setting; 14] = [
    Setting::AddressKeyParameter,
    Setting::CallsQueueUrl,
    Setting::ContactsTable,
    Setting::DeadLettersQueueUrl,
    Setting::EnrollmentsTable,
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

const AGAIN_DELAY: SignedDuration = SignedDuration::from_secs(15);
const AT_ONCE_MAX: usize = 8;
