//! Batches from a queue: what is done is acknowledged, what may yet succeed goes back, and what never
//! can goes to the dead letters with its reason.

use aws::Aws;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use engine::{Failure, Metric, Metrics};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

use crate::{boxed, metrics};

/// A message of a batch.
#[derive(Clone)]
pub struct Letter {
    /// The queue's own name for this delivery.
    pub id: String,
    /// What it says.
    pub body: String,
}

/// What a letter says is personal data.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What became of one letter.
pub type Delivered = Result<(), Failure>;

/// Serves batches: `deliver` returns what became of each letter, in the same order.
///
/// # Errors
///
/// Fails where the Runtime API is gone.
pub async fn serve_queue<F>(aws: &Aws, deliver: F) -> Result<(), Error>
where
    F: AsyncFn(&[Letter]) -> Vec<Delivered>,
{
    let deliver = &deliver;
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let letters = letters(event.payload);
        let delivered = boxed(deliver(&letters)).await;
        let answer = answer(aws, &letters, delivered).await;
        metrics::emit(aws);
        answer
    }))
    .await
}

fn letters(batch: SqsEvent) -> Vec<Letter> {
    let letters = batch.records.into_iter().map(|message| Letter {
        id: message.message_id.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
    });
    letters.collect()
}

/// Names the letters that go back to the queue.
async fn answer(
    aws: &Aws,
    letters: &[Letter],
    delivered: Vec<Delivered>,
) -> Result<SqsBatchResponse, Error> {
    // A letter about which nothing is said must not be taken for done.
    let silent = letters.len().saturating_sub(delivered.len());
    let silence = || Err(Failure::Retry(anyhow::anyhow!("nothing was said about it")));
    let delivered = delivered.into_iter().chain((0..silent).map(|_| silence()));

    let mut response = SqsBatchResponse::default();
    for (letter, delivered) in letters.iter().zip(delivered) {
        let id = &letter.id;
        match delivered {
            Ok(()) => (),
            Err(Failure::Retry(error)) => {
                tracing::warn!(message.id = %id, "Message {id} will be delivered again: {error:#}");
                aws.count(Metric::Retries, 1);
                response.add_failure(id);
            }
            Err(Failure::Reject(error)) => {
                let reason = format!("{error:#}");
                tracing::error!(message.id = %id, "Message {id} is put away: {reason}");
                if let Err(error) = aws.dead_letter(&letter.body, &reason).await {
                    tracing::error!(message.id = %id, "Message {id} goes back: {error:#}");
                    aws.count(Metric::Retries, 1);
                    response.add_failure(id);
                }
            }
        }
    }
    Ok(response)
}
