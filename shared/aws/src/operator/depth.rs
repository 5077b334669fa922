//! How full queues are.

use aws_sdk_sqs::types::QueueAttributeName;

use super::{Operator, told};

/// About how many messages a queue holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Depth {
    /// Those that can be received.
    pub waiting: u64,
    /// Those that somebody works on.
    pub in_flight: u64,
    /// Those whose time comes later.
    pub delayed: u64,
}

impl Operator {
    /// Returns about how many messages a queue holds.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn depth(&self, url: &str) -> anyhow::Result<Depth> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let get = self.sqs.get_queue_attributes().queue_url(url);
        let answer = get.set_attribute_names(Some(names.to_vec())).send().await;
        let answer = answer.map_err(|error| told("SQS GetQueueAttributes", error))?;
        let counts = answer.attributes.unwrap_or_default();
        let [waiting, in_flight, delayed] = names.map(|name| {
            let count = counts.get(&name).map(|count| count.parse());
            count.and_then(Result::ok).unwrap_or_default()
        });
        Ok(Depth {
            waiting,
            in_flight,
            delayed,
        })
    }
}
