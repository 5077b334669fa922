//! Looks into the queues, and takes dead letters back out of theirs.

use anyhow::{Context, anyhow};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use jiff::Timestamp;

use crate::Aws;

/// About how much a queue holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Depth {
    /// What may be received.
    pub waiting: u64,
    /// What is being worked on.
    pub in_flight: u64,
    /// What has its time later.
    pub delayed: u64,
}

impl Depth {
    /// Returns how much it holds in all.
    pub fn total(&self) -> u64 {
        self.waiting + self.in_flight + self.delayed
    }
}

/// Something that could not be done, without what it says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeadLetter {
    /// Why; nothing where a function only tried until it was given up.
    pub reason: Option<String>,
    /// When it was first put into a queue.
    pub at: Timestamp,
}

impl Aws {
    /// Returns about how much a queue holds.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn depth_of(&self, url: &str) -> anyhow::Result<Depth> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let get = self.sqs.get_queue_attributes().queue_url(url);
        let get = get.set_attribute_names(Some(names.to_vec()));
        let answer = get
            .send()
            .await
            .with_context(|| format!("the queue {url}"))?;
        let found = answer.attributes.unwrap_or_default();
        let [waiting, in_flight, delayed] = names.map(|name| {
            let count = found.get(&name).map(|count| count.parse::<u64>());
            count.and_then(Result::ok).unwrap_or_default()
        });
        Ok(Depth {
            waiting,
            in_flight,
            delayed,
        })
    }

    /// Looks at the letters of a dead-letter queue, at most about so many, and leaves them there.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn peek(&self, dead: &str, most: usize) -> anyhow::Result<Vec<DeadLetter>> {
        let mut messages = Vec::new();
        while messages.len() < most {
            let page = self.receive(dead).await?;
            if page.is_empty() {
                break;
            }
            messages.extend(page);
        }
        for message in &messages {
            self.let_go(dead, message).await?;
        }
        messages.iter().map(letter).collect()
    }

    /// Takes at most so many letters out of a dead-letter queue: back to `queue`, or nowhere.
    ///
    /// A letter leaves only after it was sent to its queue: whoever is killed in between leaves it in
    /// both, and to do a thing twice is harmless.
    ///
    /// # Errors
    ///
    /// Fails where AWS does; what was moved until then is moved.
    pub async fn redrive(
        &self,
        dead: &str,
        queue: Option<&str>,
        most: u64,
        mut moved: impl FnMut(u64),
    ) -> anyhow::Result<u64> {
        let mut count = 0;
        while count < most {
            let page = self.receive(dead).await?;
            if page.is_empty() {
                break;
            }
            for message in &page {
                if count == most {
                    self.let_go(dead, message).await?;
                    continue;
                }
                if let Some(queue) = queue {
                    let body = message.body.as_deref().unwrap_or_default();
                    let send = self.sqs.send_message().queue_url(queue);
                    send.message_body(body)
                        .send()
                        .await
                        .with_context(|| format!("the queue {queue}"))?;
                }
                let delete = self.sqs.delete_message().queue_url(dead);
                delete
                    .set_receipt_handle(message.receipt_handle.clone())
                    .send()
                    .await
                    .with_context(|| format!("the queue {dead}"))?;
                count += 1;
                moved(count);
            }
        }
        Ok(count)
    }

    async fn receive(&self, url: &str) -> anyhow::Result<Vec<Message>> {
        let receive = self.sqs.receive_message().queue_url(url);
        let answer = receive
            .max_number_of_messages(BATCH_MAX)
            .visibility_timeout(HELD_S)
            // Asked without waiting, SQS looks at some of its servers only.
            .wait_time_seconds(1)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_attribute_names("reason")
            .send()
            .await
            .with_context(|| format!("the queue {url}"))?;
        Ok(answer.messages.unwrap_or_default())
    }

    async fn let_go(&self, url: &str, message: &Message) -> anyhow::Result<()> {
        let change = self.sqs.change_message_visibility().queue_url(url);
        change
            .set_receipt_handle(message.receipt_handle.clone())
            .visibility_timeout(0)
            .send()
            .await
            .with_context(|| format!("the queue {url}"))?;
        Ok(())
    }
}

fn letter(message: &Message) -> anyhow::Result<DeadLetter> {
    let attributes = message.message_attributes.as_ref();
    let reason = attributes.and_then(|attributes| attributes.get("reason"));
    let system = message.attributes.as_ref();
    let sent = system.and_then(|known| known.get(&MessageSystemAttributeName::SentTimestamp));
    let sent = sent.ok_or_else(|| anyhow!("SQS does not say when a message was sent"))?;
    Ok(DeadLetter {
        reason: reason.and_then(|reason| reason.string_value.clone()),
        at: Timestamp::from_millisecond(sent.parse()?)?,
    })
}

const BATCH_MAX: i32 = 10;
/// Longer than ten letters take to be moved.
const HELD_S: i32 = 120;
