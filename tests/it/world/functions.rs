//! What stands around the engine in each function: reading messages, and saying what failed.

use engine::{Calls, Entering, Failure, Keyring, Lane, Orders, Outbox, Post, Pulse};
use jiff::SignedDuration;
use journey::{Order, Phase};
use wire::{
    About, Call, CallsMessage, Cause, EventsMessage, Move, MovesMessage, Notice, OrdersMessage,
    Signed,
};

use super::{PATIENCE, Queue, World};
use crate::given;

/// Does what intake does with a post, signed as its source would.
pub(super) async fn post(world: World, id: String, body: String) -> Result<(), Failure> {
    let now = world.state().now;
    let signatures = given::secret().sign(&id, now, body.as_bytes());
    let timestamp = now.as_second().to_string();
    let signed = Signed {
        id: &id,
        timestamp: &timestamp,
        signatures: &signatures,
    };
    let body = body.as_bytes();
    let keyring = Keyring::default();
    let taken = engine::intake(&world, &keyring, &Post { signed, body }).await;
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
    let mut results = Vec::new();
    match queue {
        Queue::Calls => {
            let calls = CallsMessage::from_json(&body)?.calls;
            return call(&world, &calls).await;
        }
        Queue::Events => {
            let message = EventsMessage::from_json(&body)?;
            let mut entering = Entering::default();
            let time = || world.state().is_time_left();
            engine::resolve(&world, &Pulse::default(), &message, &mut entering, time).await?;
            entering.finish(&world).await?;
        }
        Queue::Marketing | Queue::Transactional => {
            let orders = OrdersMessage::from_json(&body)?.orders;
            return send(&world, queue, &orders).await;
        }
        Queue::Moves => {
            let mut outbox = Outbox::default();
            for one in MovesMessage::from_json(&body)?.moves {
                if !is_dropped(&world, &one) {
                    let pulse = Pulse::default();
                    results.push(engine::advance(&world, &pulse, &one, &mut outbox).await);
                }
            }
            results.push(outbox.finish(&world).await);
        }
        Queue::Reports => match Notice::from_json(&body)? {
            None => (),
            Some(Notice::Alarm(alarm)) => engine::hold_marketing(&world, &alarm).await?,
            Some(Notice::Mail(report)) => {
                let rests = engine::feedback(&world, super::PATIENCE.lease, &[report]).await?;
                if let Some(rest) = rests.into_iter().flatten().next() {
                    world.state().put(Queue::Reports, body, rest);
                }
            }
        },
    }
    results.into_iter().collect()
}

/// Returns whether a planted mistake drops what is to be moved, because it is past.
fn is_dropped(world: &World, one: &Move) -> bool {
    let Move::Run {
        contact,
        enrollment,
        cause,
    } = one
    else {
        return false;
    };
    let fits = |phase: &Phase| match cause {
        Cause::Accepted { .. } => matches!(phase, Phase::Sending { .. }),
        Cause::Due => phase.due().is_some(),
        Cause::Retry => matches!(phase, Phase::Parked { .. }),
        Cause::Bounced { .. }
        | Cause::Clicked { .. }
        | Cause::Complained { .. }
        | Cause::End
        | Cause::Opened { .. } => true,
    };
    world.drops(contact, enrollment, fits)
}

/// Sends the mails of a message: of several, only those that fail go back or to the dead letters.
async fn send(world: &World, queue: Queue, orders: &[Order]) -> Result<(), Failure> {
    for order in orders {
        let sending =
            |phase: &Phase| matches!(phase, Phase::Sending { step, .. } if *step == order.step);
        if world.drops(&order.contact, &order.enrollment, sending) {
            continue;
        }
        match engine::send(world, world, PATIENCE, order).await {
            Ok(()) => (),
            Err(failure) if orders.len() == 1 => return Err(failure),
            Err(Failure::Retry(_)) => {
                let lane = match queue {
                    Queue::Marketing => Lane::Marketing,
                    Queue::Calls
                    | Queue::Events
                    | Queue::Moves
                    | Queue::Reports
                    | Queue::Transactional => Lane::Transactional,
                };
                world
                    .order(lane, std::slice::from_ref(order), AGAIN_DELAY)
                    .await?;
            }
            Err(Failure::Reject(why)) => world.put_away(queue, &why.to_string()).await?,
        }
    }
    Ok(())
}

/// Makes the posts of a message: of several, only those that fail go back or to the dead letters.
async fn call(world: &World, calls: &[Call]) -> Result<(), Failure> {
    for call in calls {
        if let About::Step {
            contact,
            enrollment,
            step,
        } = &call.about
        {
            let calling =
                |phase: &Phase| matches!(phase, Phase::Calling { step: at, .. } if at == step);
            if world.drops(contact, enrollment, calling) {
                continue;
            }
        }
        match engine::call(world, world, call).await {
            Ok(()) => (),
            Err(failure) if calls.len() == 1 => return Err(failure),
            Err(Failure::Retry(_)) => {
                Calls::call(world, std::slice::from_ref(call), AGAIN_DELAY).await?;
            }
            Err(Failure::Reject(why)) => world.put_away(Queue::Calls, &why.to_string()).await?,
        }
    }
    Ok(())
}

const AGAIN_DELAY: SignedDuration = SignedDuration::from_secs(15);
