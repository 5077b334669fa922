//! What the functions tell each other, and the alarm clocks.

use std::future::Future;

use engine::{Alarms, Backlog, Calls, Events, Evidence, Lane, Moves, Orders};
use jiff::{SignedDuration, Timestamp};
use journey::Order;
use wire::{Call, EventsMessage, Move};

use super::{Bug, Kind, Queue, World};

impl Events for World {
    async fn accept(&self, message: &EventsMessage) -> Result<(), Backlog> {
        let put = self.write("events.accept", |state| state.put_events(message));
        put.await
            .map_err(|error| Backlog::Unavailable(error.to_string()))
    }
}

impl Orders for World {
    fn order(
        &self,
        lane: Lane,
        orders: &[Order],
        delay: SignedDuration,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        let queue = match lane {
            Lane::Marketing => Queue::Marketing,
            Lane::Transactional => Queue::Transactional,
        };
        self.write("orders.order", move |state| {
            state.put_orders(queue, orders, delay);
        })
    }
}

impl Calls for World {
    fn call(
        &self,
        calls: &[Call],
        delay: SignedDuration,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("calls.call", move |state| {
            if state.bug != Some(Bug::CallsForgotten) {
                state.put_calls(calls, delay);
            }
        })
    }
}

impl Moves for World {
    fn move_later(
        &self,
        moves: &[Move],
        delay: SignedDuration,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("moves.move_on", move |state| {
            state.put_moves_later(moves, delay);
        })
    }

    fn waiting(&self) -> impl Future<Output = anyhow::Result<u64>> + Send {
        self.read("moves.waiting", |state| {
            state.queues.get(&Queue::Moves).map_or(0, Vec::len) as u64
        })
    }
}

impl World {
    /// Puts a part of a message to the dead letters, with the reason.
    pub(super) fn put_away(
        &self,
        queue: Queue,
        reason: &str,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("dead letters", move |state| state.note_dead(queue, reason))
    }
}

impl Evidence for World {
    fn reports_waiting(&self) -> impl Future<Output = anyhow::Result<bool>> + Send {
        self.read("evidence.reports_waiting", |state| {
            let now = state.now;
            let messages = state.queues.get(&Queue::Reports);
            // A report that the mail service has not written yet is not in the queue.
            state.chatter
                || messages.is_some_and(|messages| {
                    let mut written = messages.iter();
                    written.any(|message| message.visible <= now || message.receives > 0)
                })
        })
    }
}

impl Alarms for World {
    async fn ring(&self, minute: Timestamp) {
        let ring = self.write("alarms.ring", |state| {
            if minute.as_second() % 60 != 0 || minute.subsec_nanosecond() != 0 {
                state.wrong(format!("{minute} is no whole minute"));
            }
            // A minute may pass while the request travels: then it rings at once. Nobody asks for one that is over.
            if minute + MINUTE <= state.now {
                state.wrong(format!("the scheduler refuses {minute}: it is past"));
            }
            let minute = minute.max(state.now);
            let known = state
                .rings
                .iter()
                .any(|(at, _)| *at >= minute && *at < minute + MINUTE);
            if state.bug == Some(Bug::NoAlarmClocks) || known {
                return;
            }
            let late = ["a little late", "a minute late", "twice", "never"];
            match state.fault(Kind::Ring, "alarm clock", &late) {
                "a little late" => state
                    .rings
                    .push((minute + SignedDuration::from_secs(20), 0)),
                "a minute late" => state
                    .rings
                    .push((minute + SignedDuration::from_secs(59), 0)),
                "twice" => state.rings.extend([(minute, 0), (minute + MINUTE, 0)]),
                "never" => (),
                _ => state.rings.push((minute, 0)),
            }
        });
        // A failure is only logged: the sweep will find whom no alarm clock wakes.
        let _: anyhow::Result<()> = ring.await;
    }
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
