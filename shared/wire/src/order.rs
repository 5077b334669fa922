//! How mails to be sent travel in queues.

use jiff::Timestamp;
use journey::{ContactId, Order};
use serde::{Deserialize, Serialize};

use crate::{Unreadable, time};

/// Mails to be sent, several a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrdersMessage {
    /// The mails.
    pub orders: Vec<Order>,
}

impl OrdersMessage {
    /// Writes the message.
    pub fn to_json(&self) -> String {
        let orders = self.orders.iter().map(|order| OrderDoc {
            enrollment: order.enrollment.to_string(),
            contact: order.contact.to_string(),
            journey: order.journey.clone(),
            step: order.step.clone(),
            recipient: (order.recipient != order.contact).then(|| order.recipient.to_string()),
            decided: order.decided,
        });
        crate::to_json(&OrdersDoc {
            v: 1,
            orders: orders.collect(),
        })
    }

    /// Reads a message of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: OrdersDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let orders = doc.orders.into_iter().map(|doc| {
            let contact: ContactId = doc.contact.parse()?;
            let recipient = match doc.recipient {
                Some(recipient) => recipient.parse()?,
                None => contact.clone(),
            };
            Ok(Order {
                enrollment: doc.enrollment.parse()?,
                contact,
                journey: doc.journey,
                step: doc.step,
                recipient,
                decided: doc.decided,
            })
        });
        Ok(Self {
            orders: orders.collect::<Result<_, Unreadable>>()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct OrdersDoc {
    v: u8,
    orders: Vec<OrderDoc>,
}

#[derive(Deserialize, Serialize)]
struct OrderDoc {
    enrollment: String,
    contact: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    journey: String,
    step: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recipient: Option<String>,
    #[serde(with = "time")]
    decided: Timestamp,
}
