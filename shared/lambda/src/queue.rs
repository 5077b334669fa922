//! Batches from a queue: what is done is acknowledged, what may yet succeed goes back, and what never
//! can goes to the dead letters with its reason.

use aws::Aws;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use engine::{Failure, Metric, Metrics};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

use crate::{boxed, metrics};

/// A message of a batch.
#[derive(Clone)]
pub struct Letter {
    /// The queue's own name for this delivery.
    pub id: String,
    /// What it says.
    pub body: String,
    receipt: String,
    receives: u32,
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

/// What is to become of one letter.
#[derive(Debug)]
pub enum Verdict {
    /// It is done with.
    Done,
    /// It failed.
    Failed(Failure),
    /// Nothing failed, and it is too early to tell: it comes again after so long.
    Rests(SignedDuration),
}

impl From<Delivered> for Verdict {
    fn from(delivered: Delivered) -> Self {
        delivered.map_or_else(Self::Failed, |()| Self::Done)
    }
}

/// How much of an invocation's time is left.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    half: Timestamp,
}

impl Time {
    /// Half of it is kept for whatever was begun last: to run out of time makes everything come again, and late.
    fn until(aws: &Aws, deadline_ms: u64) -> Self {
        let now = aws.wall();
        let deadline = i64::try_from(deadline_ms).unwrap_or(i64::MAX);
        let deadline = Timestamp::from_millisecond(deadline).unwrap_or(now);
        Self {
            half: now + deadline.duration_since(now) / 2,
        }
    }

    /// Returns the first letter and, as they are asked for, all others that may still be begun.
    pub fn begun<'a>(self, aws: &Aws, letters: &'a [Letter]) -> impl Iterator<Item = &'a Letter> {
        let begun = letters.iter().enumerate();
        begun
            .take_while(move |(at, _)| *at == 0 || self.is_left(aws))
            .map(|(_, letter)| letter)
    }

    /// Returns whether there is enough of it to begin something more.
    pub fn is_left(self, aws: &Aws) -> bool {
        aws.wall() < self.half
    }
}

/// Serves batches: `deliver` returns what became, or is to become, of each letter, in the same order.
///
/// Once no time is left it begins no more of them, after the first: those about which it says nothing are delivered
/// again at once.
///
/// # Errors
///
/// Fails where the Runtime API is gone.
pub async fn serve_queue<F, V>(aws: &Aws, deliver: F) -> Result<(), Error>
where
    F: AsyncFn(&[Letter], Time) -> Vec<V>,
    V: Into<Verdict>,
{
    let deliver = &deliver;
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let time = Time::until(aws, event.context.deadline);
        let letters = letters(event.payload);
        let delivered = boxed(deliver(&letters, time)).await;
        let verdicts = delivered.into_iter().map(Into::into);
        let response = answer(aws, &letters, verdicts.collect()).await;
        metrics::emit(aws);
        Ok::<_, Error>(response)
    }))
    .await
}

fn letters(batch: SqsEvent) -> Vec<Letter> {
    let letters = batch.records.into_iter().map(|message| {
        let receives = message.attributes.get("ApproximateReceiveCount");
        Letter {
            id: message.message_id.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            receipt: message.receipt_handle.unwrap_or_default(),
            receives: receives.and_then(|count| count.parse().ok()).unwrap_or(1),
        }
    });
    letters.collect()
}

/// Names the letters that go back to the queue, and says when they are to come again.
async fn answer(aws: &Aws, letters: &[Letter], verdicts: Vec<Verdict>) -> SqsBatchResponse {
    let (mut back, mut retries) = (Vec::new(), 0);
    let mut verdicts = verdicts.into_iter();
    for letter in letters {
        let id = &letter.id;
        let error = match verdicts.next() {
            // A letter about which nothing is said must not be taken for done.
            None => {
                tracing::info!(message.id = %id, "Message {id} waits for the next invocation");
                back.push((letter, SignedDuration::ZERO));
                continue;
            }
            Some(Verdict::Done) => continue,
            Some(Verdict::Rests(rest)) => {
                back.push((letter, rest));
                continue;
            }
            Some(Verdict::Failed(Failure::Retry(error))) => error,
            Some(Verdict::Failed(Failure::Reject(error))) => {
                let reason = format!("{error:#}");
                tracing::error!(message.id = %id, "Message {id} is put away: {reason}");
                match aws.dead_letter(&letter.body, &reason).await {
                    Ok(()) => continue,
                    Err(error) => error,
                }
            }
        };
        tracing::warn!(message.id = %id, "Message {id} will be delivered again: {error:#}");
        back.push((letter, engine::back_off(letter.receives)));
        retries += 1;
    }
    let mut response = SqsBatchResponse::default();
    if back.is_empty() {
        return response;
    }
    aws.count(Metric::Retries, retries);
    let soon: Vec<_> = back
        .iter()
        .map(|(letter, rest)| (letter.receipt.as_str(), *rest))
        .collect();
    if let Err(error) = aws.deliver_again(&soon).await {
        // They come all the same.
        tracing::warn!("Messages come again only after their visibility timeout: {error:#}");
    }
    for (letter, _) in back {
        response.add_failure(&letter.id);
    }
    response
}
