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
    /// Puts a message that can never succeed where an alarm sees it, as it came, with the reason.
    pub async fn dead_letter(&self, body: &str, reason: &str) -> anyhow::Result<()> {
        let reason: String = reason.chars().take(REASON_CHARS_MAX).collect();
        let reason = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(reason)
            .build()?;
        let send = self.sqs.send_message();
        send.queue_url(self.setting(Setting::DeadLettersQueueUrl))
            .message_body(body)
            .message_attributes("reason", reason)
            .send()
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
                    .visibility_timeout(i32::try_from(after.as_secs()).unwrap_or(i32::MAX))
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
        // Rounded up: whoever comes back a moment early has to come back again.
        let delay_s = delay.as_secs() + i64::from(delay.subsec_nanos() > 0);
        let delay_s = i32::try_from(delay_s)
            .unwrap_or(DELAY_S_MAX)
            .clamp(0, DELAY_S_MAX);
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
const REASON_CHARS_MAX: usize = 1000;
