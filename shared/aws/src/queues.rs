//! The queues.

use anyhow::{Context, anyhow};
use aws_sdk_sqs::operation::send_message::SendMessageError;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, MessageAttributeValue, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use engine::{Backlog, Calls, Events, Evidence, Lane, Moves, Orders};
use jiff::SignedDuration;
use journey::Order;
use wire::{Call, CallsMessage, EventsMessage, Move, MovesMessage, OrdersMessage};

use crate::{Aws, Setting};

impl Events for Aws {
    async fn accept(&self, message: &EventsMessage) -> Result<(), Backlog> {
        let send = self.sqs.send_message();
        let send = send
            .queue_url(self.setting(Setting::EventsQueueUrl))
            .message_body(message.to_json());
        let Err(error) = send.send().await else {
            return Ok(());
        };
        Err(match error.as_service_error() {
            Some(SendMessageError::RequestThrottled(_) | SendMessageError::KmsThrottled(_)) => {
                Backlog::Throttled
            }
            _ => Backlog::Unavailable(format!("{:#}", anyhow!(error.into_service_error()))),
        })
    }
}

impl Orders for Aws {
    async fn order(
        &self,
        lane: Lane,
        orders: &[Order],
        delay: SignedDuration,
    ) -> anyhow::Result<()> {
        let (queue, fair) = match lane {
            // A large campaign keeps no other journey's mails waiting: a fair queue serves the quiet groups first.
            Lane::Marketing => (Setting::MarketingQueueUrl, true),
            Lane::Transactional => (Setting::OrdersQueueUrl, false),
        };
        let journeys = orders.chunk_by(|one, other| one.journey == other.journey);
        let letters = journeys.flat_map(|orders| orders.chunks(ORDERS_PER_MESSAGE));
        let letters = letters.map(|orders| {
            let group = orders.first().map(|order| order.journey.clone());
            let orders = orders.to_vec();
            Letter {
                body: OrdersMessage { orders }.to_json(),
                group: group.filter(|group| fair && !group.is_empty()),
            }
        });
        self.put(queue, letters.collect(), delay).await
    }
}

impl Calls for Aws {
    async fn call(&self, calls: &[Call], delay: SignedDuration) -> anyhow::Result<()> {
        let bodies = calls.chunks(CALLS_PER_MESSAGE).map(|calls| {
            let calls = calls.to_vec();
            Letter::from(CallsMessage { calls }.to_json())
        });
        self.put(Setting::CallsQueueUrl, bodies.collect(), delay)
            .await
    }
}

impl Moves for Aws {
    async fn move_later(&self, moves: &[Move], delay: SignedDuration) -> anyhow::Result<()> {
        let bodies = moves.chunks(MOVES_PER_MESSAGE).map(|moves| {
            let moves = moves.to_vec();
            Letter::from(MovesMessage { moves }.to_json())
        });
        self.put(Setting::MovesQueueUrl, bodies.collect(), delay)
            .await
    }

    async fn waiting(&self) -> anyhow::Result<u64> {
        self.depth(Setting::MovesQueueUrl).await
    }
}

impl Evidence for Aws {
    async fn reports_waiting(&self) -> anyhow::Result<bool> {
        Ok(self.depth(Setting::ReportsQueueUrl).await? > 0)
    }
}

impl Aws {
    /// Puts a message that can never succeed where an alarm sees it, as it came, with as much of the reason as fits.
    pub async fn dead_letter(&self, body: &str, reason: &str) -> anyhow::Result<()> {
        let send = self.sqs.send_message();
        let mut send = send
            .queue_url(self.setting(Setting::DeadLettersQueueUrl))
            .message_body(body);
        if let Some(reason) = beside(body, reason) {
            let reason = MessageAttributeValue::builder()
                .data_type(TEXT)
                .string_value(reason)
                .build()?;
            send = send.message_attributes(REASON, reason);
        }
        send.send()
            .await
            .context("a dead letter could not be put away")?;
        Ok(())
    }

    /// Lets messages that the function was given, by their receipt handles, be delivered again after so long instead
    /// of after their queue's visibility timeout.
    ///
    /// # Errors
    ///
    /// Fails at the first request that fails, so that an outage takes no more of the invocation's time.
    pub async fn deliver_again(&self, messages: &[(&str, SignedDuration)]) -> anyhow::Result<()> {
        let url = self.setting(Setting::SourceQueueUrl);
        let mut refused = None;
        for chunk in messages.chunks(BATCH_MAX) {
            let entries = chunk.iter().enumerate().map(|(index, (receipt, after))| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(index.to_string())
                    .receipt_handle(*receipt)
                    .visibility_timeout(seconds(*after))
                    .build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let change = self.sqs.change_message_visibility_batch().queue_url(url);
            let answer = change.set_entries(Some(entries)).send().await?;
            refused = refused.or_else(|| answer.failed.into_iter().next());
        }
        match refused {
            None => Ok(()),
            Some(refused) => Err(anyhow!("SQS refused a message: {}", refused.code)),
        }
    }

    /// Sends messages one after the other, so that the last is there only if all are.
    async fn put(
        &self,
        queue: Setting,
        letters: Vec<Letter>,
        delay: SignedDuration,
    ) -> anyhow::Result<()> {
        let url = self.setting(queue);
        let delay_s = seconds(delay).clamp(0, DELAY_S_MAX);
        if let [Letter { body, group }] = letters.as_slice() {
            let send = self.sqs.send_message().queue_url(url);
            send.message_body(body)
                .set_message_group_id(group.clone())
                .delay_seconds(delay_s)
                .send()
                .await?;
            return Ok(());
        }
        for chunk in letters.chunks(BATCH_MAX) {
            let entries = chunk.iter().enumerate().map(|(index, letter)| {
                SendMessageBatchRequestEntry::builder()
                    .id(index.to_string())
                    .message_body(&letter.body)
                    .set_message_group_id(letter.group.clone())
                    .delay_seconds(delay_s)
                    .build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let send = self.sqs.send_message_batch().queue_url(url);
            let answer = send.set_entries(Some(entries)).send().await?;
            if let Some(failed) = answer.failed.first() {
                return Err(anyhow!("SQS refused a message: {}", failed.code));
            }
        }
        Ok(())
    }

    /// Returns about how many messages a queue holds, whatever state they are in.
    async fn depth(&self, queue: Setting) -> anyhow::Result<u64> {
        let get = self.sqs.get_queue_attributes();
        let get = get
            .queue_url(self.setting(queue))
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesDelayed)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
        let attributes = get.send().await?.attributes.unwrap_or_default();
        let counts = attributes.into_values().map(|count| count.parse::<u64>());
        Ok(counts.sum::<Result<_, _>>()?)
    }
}

/// Returns whole seconds, rounded up: whoever comes back a moment early has to come back again.
fn seconds(time: SignedDuration) -> i32 {
    let seconds = time.as_secs() + i64::from(time.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

/// Returns as much of a reason as SQS takes beside a body, if any: it weighs the two together, and takes text alone.
fn beside(body: &str, reason: &str) -> Option<String> {
    let taken = body.len() + REASON.len() + TEXT.len();
    let room = MESSAGE_BYTES_MAX.saturating_sub(taken);
    let text = reason
        .chars()
        .filter(|c| !c.is_control() && !NO_TEXT.contains(c));
    let mut cut = String::new();
    for c in text.take(REASON_CHARS_MAX) {
        if cut.len() + c.len_utf8() > room {
            break;
        }
        cut.push(c);
    }
    Some(cut).filter(|cut| !cut.is_empty())
}

/// A message, and the group by which a fair queue tells who sends much.
struct Letter {
    body: String,
    group: Option<String>,
}

impl From<String> for Letter {
    fn from(body: String) -> Self {
        Self { body, group: None }
    }
}

const BATCH_MAX: usize = 10;
/// What one invocation sends one after the other; more would outlast its timeout.
const ORDERS_PER_MESSAGE: usize = 10;
/// What one invocation posts at once, and a system that hangs holds up together.
const CALLS_PER_MESSAGE: usize = 5;
const MOVES_PER_MESSAGE: usize = 25;
/// SQS delays a message by at most 15 minutes.
const DELAY_S_MAX: i32 = 900;
/// What a message may weigh, its attributes included.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// The attribute of a dead letter that says why it is one.
const REASON: &str = "reason";
const REASON_CHARS_MAX: usize = 1000;
/// What SQS calls an attribute that is text.
const TEXT: &str = "String";
/// No characters of XML 1.0, which SQS holds to, nor control characters.
const NO_TEXT: [char; 2] = ['\u{FFFE}', '\u{FFFF}'];

#[cfg(test)]
mod tests {
    use super::{MESSAGE_BYTES_MAX, REASON, REASON_CHARS_MAX, TEXT, beside};

    #[test]
    fn a_dead_letter_is_never_too_large_and_keeps_what_fits_of_its_reason() {
        let room = |left: usize| "x".repeat(MESSAGE_BYTES_MAX - REASON.len() - TEXT.len() - left);
        for (left, reason, kept) in [
            (5, "cannot read JSON", Some("canno")),
            // No character is cut in two.
            (5, "caféé", Some("café")),
            (6, "caféé", Some("café")),
            (0, "cannot", None),
            (16, "cannot read JSON", Some("cannot read JSON")),
        ] {
            assert_eq!(beside(&room(left), reason).as_deref(), kept, "{left}");
        }
        let full = "x".repeat(MESSAGE_BYTES_MAX);
        assert_eq!(beside(&full, "cannot"), None);
    }

    #[test]
    fn a_reason_is_what_sqs_takes() {
        let long = beside("{}", &"é".repeat(2000)).unwrap();
        assert_eq!(long.chars().count(), REASON_CHARS_MAX);
        let odd = beside("{}", "a\0b\u{FFFF}c");
        assert_eq!(odd.as_deref(), Some("abc"));
        assert_eq!(beside("{}", ""), None, "an attribute is never empty");
    }
}
