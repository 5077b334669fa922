//! Sends mails: renders one, hands it to SES, and lets its run go on.

mod line;

use aws::{Aws, Setting};
use engine::{EVIDENCE, Failure, LEASE, Lane, Metric, Metrics, Orders, Patience};
use futures_util::StreamExt;
use futures_util::stream;
use jiff::SignedDuration;
use journey::Order;
use lambda::{Delivered, Error, Letter, Time};
use line::Line;
use wire::OrdersMessage;

/// Runs the function until its runtime is gone.
///
/// # Errors
///
/// Names every setting that is missing.
pub async fn run() -> Result<(), Error> {
    let aws = lambda::start(&REQUIRED, &OPTIONAL).await?;
    let settings = aws.settings();
    let patience = Patience {
        lease: settings.seconds(Setting::LeaseSeconds)?.unwrap_or(LEASE),
        evidence: settings
            .seconds(Setting::EvidenceSeconds)?
            .unwrap_or(EVIDENCE),
    };
    let lane = match aws.settings().get(Setting::Lane) {
        "marketing" => Lane::Marketing,
        "transactional" => Lane::Transactional,
        _ => return Err("LANE is `transactional` or `marketing`".into()),
    };
    let line = Line::shared_by(aws.settings().count(Setting::Concurrency)?);
    lambda::serve_queue(&aws, async |letters: &[Letter], time: Time| {
        if lane == Lane::Marketing {
            line.look(&aws).await;
        }
        let begun = time.begun(&aws, letters);
        let deliveries = begun.map(|letter| deliver(&aws, &line, patience, lane, letter));
        stream::iter(deliveries)
            .buffered(AT_ONCE_MAX)
            .collect()
            .await
    })
    .await
}

/// Sends the mails of one letter; only those that fail go back.
async fn deliver(
    aws: &Aws,
    line: &Line,
    patience: Patience,
    lane: Lane,
    letter: &Letter,
) -> Delivered {
    let message = OrdersMessage::from_json(&letter.body)?;
    let alone = message.orders.len() == 1;
    for order in &message.orders {
        match engine::send(aws, line, patience, order).await {
            Ok(()) => (),
            // Alone in its letter, it goes back with it.
            Err(failure) if alone => return Err(failure),
            Err(Failure::Retry(error)) => {
                tracing::warn!(
                    "One of {} mails is tried again: {error:#}",
                    message.orders.len()
                );
                again(aws, lane, order).await?;
            }
            Err(Failure::Reject(error)) => {
                let orders = vec![order.clone()];
                let body = OrdersMessage { orders }.to_json();
                aws.dead_letter(&body, &format!("{error:#}")).await?;
            }
        }
    }
    Ok(())
}

/// Orders a mail again in a letter of its own, whose receive count is then its own too.
async fn again(aws: &Aws, lane: Lane, order: &Order) -> Delivered {
    let orders = std::slice::from_ref(order);
    aws.order(lane, orders, AGAIN_DELAY).await?;
    aws.count(Metric::Retries, 1);
    Ok(())
}

const REQUIRED: [Setting; 20] = [
    Setting::AddressKeyParameter,
    Setting::CallsQueueUrl,
    Setting::Concurrency,
    Setting::ConfigurationSet,
    Setting::ContactsTable,
    Setting::DeadLettersQueueUrl,
    Setting::EnrollmentsTable,
    Setting::Lane,
    Setting::MarketingQueueUrl,
    Setting::MovesQueueUrl,
    Setting::OrdersQueueUrl,
    Setting::PagesUrl,
    Setting::ReleasesTable,
    Setting::ReportsQueueUrl,
    Setting::ScheduleGroup,
    Setting::ScheduleRoleArn,
    Setting::SendsTable,
    Setting::SourceQueueUrl,
    Setting::WakeDeadLettersArn,
    Setting::WakeFunctionArn,
];
const OPTIONAL: [Setting; 2] = [Setting::EvidenceSeconds, Setting::LeaseSeconds];

const AGAIN_DELAY: SignedDuration = SignedDuration::from_secs(15);
const AT_ONCE_MAX: usize = 8;
