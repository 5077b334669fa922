//! How mails to be sent and enrollments to be moved travel in queues.

use jiff::Timestamp;
use journey::{ContactId, EnrollmentId, Order};
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
    step: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recipient: Option<String>,
    #[serde(with = "time")]
    decided: Timestamp,
}

/// Enrollments to be moved on, several a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MovesMessage {
    /// The enrollments.
    pub moves: Vec<Move>,
}

/// One enrollment to be moved on.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Move {
    /// Whose it is.
    pub contact: ContactId,
    /// Which.
    pub enrollment: EnrollmentId,
    /// Why.
    pub cause: Cause,
}

/// Why an enrollment is to be moved on.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Cause {
    /// The mail service says that it took the mail of this step.
    Accepted {
        /// The step that sent it.
        step: String,
    },
    /// What it waits for may have come.
    Due,
    /// What it was parked for is mended: an operator says so.
    Mended,
}

impl MovesMessage {
    /// Writes the message.
    pub fn to_json(&self) -> String {
        let moves = self.moves.iter().map(|one| MoveDoc {
            contact: one.contact.to_string(),
            enrollment: one.enrollment.to_string(),
            accepted: match &one.cause {
                Cause::Accepted { step } => Some(step.clone()),
                Cause::Due | Cause::Mended => None,
            },
            mended: one.cause == Cause::Mended,
        });
        crate::to_json(&MovesDoc {
            v: 1,
            moves: moves.collect(),
        })
    }

    /// Reads a message of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: MovesDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let moves = doc.moves.into_iter().map(|doc| {
            Ok(Move {
                contact: doc.contact.parse()?,
                enrollment: doc.enrollment.parse()?,
                cause: match doc.accepted {
                    Some(step) => Cause::Accepted { step },
                    None if doc.mended => Cause::Mended,
                    None => Cause::Due,
                },
            })
        });
        Ok(Self {
            moves: moves.collect::<Result<_, Unreadable>>()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct MovesDoc {
    v: u8,
    moves: Vec<MoveDoc>,
}

#[derive(Deserialize, Serialize)]
struct MoveDoc {
    contact: String,
    enrollment: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accepted: Option<String>,
    /// A version that does not know it takes it for a wake-up, which a parked run ignores.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    mended: bool,
}
