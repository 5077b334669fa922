//! What stands around the engine in each function: reading messages, and saying what failed.

use engine::{Entering, Failure, Post};
use journey::Phase;
use wire::{Cause, EventsMessage, MovesMessage, OrdersMessage, Report, Signed, Unreadable};

use super::{PATIENCE, Queue, World};
use crate::given;

/// Does what intake does with a post, signed as its source would.
pub(super) async fn post(world: World, id: String, body: String) -> Result<(), Failure> {
    let now = world.state().now;
    let secret = given::secret();
    let signatures = secret.sign(&id, now, body.as_bytes());
    let timestamp = now.as_second().to_string();
    let signed = Signed {
        id: &id,
        timestamp: &timestamp,
        signatures: &signatures,
    };
    let body = body.as_bytes();
    let secrets = std::slice::from_ref(&secret);
    let taken = engine::intake(&world, secrets, &Post { signed, body }).await;
    let accepted = taken.map_err(|refusal| {
        let problem = anyhow::anyhow!("{}: {}", refusal.problem.title, refusal.problem.detail);
        match refusal.problem.status {
            429 | 503 => Failure::Retry(problem),
            _ => Failure::Reject(problem),
        }
    })?;
    world.state().note_accepted(accepted, body);
    Ok(())
}

/// Does what the function behind a queue does with a message.
pub(super) async fn handle(world: World, queue: Queue, body: String) -> Result<(), Failure> {
    let unreadable = |error: Unreadable| Failure::Reject(error.into());
    let mut results = Vec::new();
    match queue {
        Queue::Events => {
            let message = EventsMessage::from_json(&body).map_err(unreadable)?;
            let mut entering = Entering::default();
            engine::resolve(&world, &message, &mut entering).await?;
            entering.finish(&world).await?;
        }
        Queue::Marketing | Queue::Transactional => {
            for order in OrdersMessage::from_json(&body).map_err(unreadable)?.orders {
                let sending = |phase: &Phase| matches!(phase, Phase::Sending { step, .. } if *step == order.step);
                if !world.drops(&order.contact, &order.enrollment, sending) {
                    results.push(engine::send(&world, PATIENCE, &order).await);
                }
            }
        }
        Queue::Moves => {
            for one in MovesMessage::from_json(&body).map_err(unreadable)?.moves {
                let fits = |phase: &Phase| match &one.cause {
                    Cause::Accepted { .. } => matches!(phase, Phase::Sending { .. }),
                    Cause::Due => matches!(phase, Phase::Waiting { .. }),
                };
                if !world.drops(&one.contact, &one.enrollment, fits) {
                    results.push(engine::advance(&world, &one).await);
                }
            }
        }
        Queue::Reports => {
            let report = Report::from_json(&body).map_err(unreadable)?;
            let reports: Vec<_> = report.into_iter().collect();
            engine::feedback(&world, super::PATIENCE.lease, &reports).await?;
        }
    }
    results.into_iter().collect()
}
