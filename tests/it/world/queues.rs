//! Queues: what is in them comes at least once, in any order, and after too many tries goes to the dead
//! letters.

use jiff::{SignedDuration, Timestamp};
use journey::Order;
use wire::{Call, CallsMessage, EventsMessage, Move, MovesMessage, OrdersMessage};

use super::{Kind, State};

/// The queues between the functions.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Queue {
    Calls,
    Events,
    Marketing,
    Moves,
    Reports,
    Transactional,
}

/// A message in a queue.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: u64,
    pub(crate) body: String,
    pub(crate) visible: Timestamp,
    pub(crate) receives: u32,
}

/// A message that nobody can do anything with.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) queue: Queue,
    pub(crate) reason: String,
}

impl State {
    pub(super) fn put_events(&mut self, message: &EventsMessage) {
        self.put(Queue::Events, message.to_json(), SignedDuration::ZERO);
    }

    pub(crate) fn put_moves(&mut self, moves: &[Move]) {
        self.put_moves_later(moves, SignedDuration::ZERO);
    }

    pub(super) fn put_moves_later(&mut self, moves: &[Move], delay: SignedDuration) {
        let moves = moves.to_vec();
        let body = MovesMessage { moves }.to_json();
        self.put(Queue::Moves, body, delay);
    }

    /// Makes the queue of moves so deep; nothing is in its messages.
    pub(crate) fn fill_moves(&mut self, depth: usize) {
        for _ in 0..depth {
            self.put_moves(&[]);
        }
    }

    pub(super) fn put_calls(&mut self, calls: &[Call], delay: SignedDuration) {
        if !(SignedDuration::ZERO..=DELAY_MAX).contains(&delay) {
            self.wrong(format!("SQS refuses a delay of {delay}"));
        }
        let calls = calls.to_vec();
        self.put(Queue::Calls, CallsMessage { calls }.to_json(), delay);
    }

    pub(super) fn put_orders(&mut self, queue: Queue, orders: &[Order], delay: SignedDuration) {
        if !(SignedDuration::ZERO..=DELAY_MAX).contains(&delay) {
            self.wrong(format!("SQS refuses a delay of {delay}"));
        }
        let orders = orders.to_vec();
        self.put(queue, OrdersMessage { orders }.to_json(), delay);
    }

    /// Puts a message into a queue; it may come late, or twice.
    pub(super) fn put(&mut self, queue: Queue, body: String, delay: SignedDuration) {
        let fault = match queue {
            // The mail service decides once for all reports about a mail.
            Queue::Reports => "",
            Queue::Calls
            | Queue::Events
            | Queue::Marketing
            | Queue::Moves
            | Queue::Transactional => self.fault(Kind::Queue, queue.name(), &["late", "twice"]),
        };
        let late = match fault {
            "late" => SignedDuration::from_secs(50),
            _ => SignedDuration::ZERO,
        };
        let copies = if fault == "twice" { 2 } else { 1 };
        for copy in 0..copies {
            let id = self.serial();
            let message = Message {
                id,
                body: body.clone(),
                visible: self.now + delay + late + SignedDuration::from_mins(7) * copy,
                receives: 0,
            };
            self.queues.entry(queue).or_default().push(message);
        }
    }

    /// Writes the reports about a mail; they may come late, or twice.
    pub(crate) fn put_reports(&mut self, reports: &[String]) {
        let faults = ["late", "later", "twice"];
        let fault = self.fault(Kind::Report, Queue::Reports.name(), &faults);
        let late = match fault {
            // So late that a message has come again, and not too late to be waited for.
            "late" => SignedDuration::from_mins(10),
            "later" => SignedDuration::from_mins(40),
            _ => SignedDuration::from_secs(1),
        };
        for _ in 0..if fault == "twice" { 2 } else { 1 } {
            for report in reports {
                self.put(Queue::Reports, report.clone(), late);
            }
        }
    }

    /// Takes everything that is in sight out of a queue.
    pub(crate) fn take(&mut self, queue: Queue) -> Vec<String> {
        let now = self.now;
        let messages = self.queues.entry(queue).or_default();
        let taken = messages.extract_if(.., |message| message.visible <= now);
        taken.map(|message| message.body).collect()
    }

    /// Takes a message out of sight, for an invocation to work on.
    pub(super) fn receive(&mut self, queue: Queue, id: u64) -> Option<Message> {
        let now = self.now;
        let messages = self.queues.get_mut(&queue)?;
        let message = messages.iter_mut().find(|message| message.id == id)?;
        message.receives += 1;
        message.visible = now + VISIBILITY;
        Some(message.clone())
    }

    /// Lets a message that failed come again soon, unless that fails too.
    pub(super) fn give_back(&mut self, queue: Queue, id: u64) {
        let forgotten = self.fault(Kind::Ack, queue.name(), &["comes late"]);
        let now = self.now;
        let messages = self.queues.entry(queue).or_default();
        let message = messages.iter_mut().find(|message| message.id == id);
        if let Some(message) = message.filter(|_| forgotten.is_empty()) {
            message.visible = now + engine::back_off(message.receives);
        }
    }

    /// Deletes a message that was worked on, unless that is lost.
    pub(super) fn acknowledge(&mut self, queue: Queue, id: u64) {
        if self
            .fault(Kind::Ack, queue.name(), &["comes again"])
            .is_empty()
        {
            self.delete(queue, id);
        }
    }

    /// Puts a message that cannot succeed to the dead letters, with the reason.
    pub(super) fn bury(&mut self, queue: Queue, id: u64, reason: &str) {
        if self.delete(queue, id).is_some() {
            self.note_dead(queue, reason);
        }
    }

    /// Keeps a dead letter.
    pub(super) fn note_dead(&mut self, queue: Queue, reason: &str) {
        self.log(|| format!("dead letter in {}: {reason}", queue.name()));
        self.dead.push(Letter {
            queue,
            reason: reason.to_owned(),
        });
    }

    /// Puts a message that was tried too often to the dead letters; an hour later an operator whom the
    /// alarm has called has it tried again.
    pub(super) fn redrive(&mut self, queue: Queue, id: u64) {
        self.log(|| format!("dead letter in {}: it was tried too often", queue.name()));
        let visible = self.now + SignedDuration::from_hours(1);
        let messages = self.queues.entry(queue).or_default();
        for message in messages.iter_mut().filter(|message| message.id == id) {
            message.receives = 0;
            message.visible = visible;
        }
    }

    fn delete(&mut self, queue: Queue, id: u64) -> Option<Message> {
        let messages = self.queues.get_mut(&queue)?;
        let at = messages.iter().position(|message| message.id == id)?;
        Some(messages.remove(at))
    }
}

impl Queue {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls queue",
            Self::Events => "events queue",
            Self::Marketing => "marketing queue",
            Self::Moves => "moves queue",
            Self::Reports => "reports queue",
            Self::Transactional => "transactional queue",
        }
    }
}

/// What SQS allows.
const DELAY_MAX: SignedDuration = SignedDuration::from_mins(15);

/// Six times as long as a function may take.
const VISIBILITY: SignedDuration = SignedDuration::from_mins(6);
