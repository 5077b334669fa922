//! Faults on request: refuse, lose or delay the next answers of an operation, or kill a function around it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Deserialize;

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// Nothing is done; the answer is an AWS error.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// The error code, such as `TooManyRequestsException`.
        code: String,
        /// What the answer says.
        #[serde(default)]
        message: String,
    },
    /// Nothing is done; the answer is a 500.
    Fail,
    /// Nothing is done; the connection is closed.
    Drop,
    /// The request is done, then the connection is closed without an answer.
    LoseReply,
    /// The request is done, but its answer is a 500.
    LieReply,
    /// The request is done after a delay.
    Delay {
        /// The delay, in milliseconds.
        ms: u64,
    },
    /// The request is done and done again, as by a client that retried; the second answer is given.
    Twice,
    /// Every process of the function is killed and the request is not done.
    KillBefore {
        /// The function's name.
        function: String,
    },
    /// The request is done, then every process of the function is killed.
    KillAfter {
        /// The function's name.
        function: String,
    },
}

impl Fault {
    /// How long a delay lasts; no time for the other faults.
    pub(crate) fn delay(&self) -> Duration {
        match self {
            Self::Delay { ms } => Duration::from_millis(*ms).min(DELAY_MAX),
            Self::Refuse { .. }
            | Self::Fail
            | Self::Drop
            | Self::LoseReply
            | Self::LieReply
            | Self::Twice
            | Self::KillBefore { .. }
            | Self::KillAfter { .. } => Duration::ZERO,
        }
    }
}

/// The faults that wait for their requests, per operation (`SendEmail`, `PutItem`, ...).
#[derive(Debug, Default)]
pub struct Faults {
    waiting: Mutex<BTreeMap<String, VecDeque<Option<Fault>>>>,
}

impl Faults {
    /// Makes the next `requests` requests of the operation go wrong, after those that already will.
    ///
    /// An operation is an AWS one by its name, or `Invoke <function>` for the calls of a function, whoever makes them
    /// (a queue, a schedule, a route), or `*` for all of them.
    pub fn add(&self, operation: impl Into<String>, requests: u32, fault: Fault) {
        let mut waiting = self.waiting();
        let faults = waiting.entry(operation.into()).or_default();
        for _ in 0..requests.min(REQUESTS_MAX) {
            faults.push_back(Some(fault.clone()));
        }
    }

    /// Lets the next `requests` requests of the operation pass, after those faults that already wait.
    pub fn skip(&self, operation: impl Into<String>, requests: u32) {
        let mut waiting = self.waiting();
        let faults = waiting.entry(operation.into()).or_default();
        faults.extend((0..requests.min(REQUESTS_MAX)).map(|_| None));
    }

    /// Forgets every fault that still waits.
    pub fn clear(&self) {
        self.waiting().clear();
    }

    /// How many requests of the operation are still to pass or go wrong as planned.
    pub fn left(&self, operation: &str) -> usize {
        self.waiting().get(operation).map_or(0, VecDeque::len)
    }

    /// Takes the fault that this request meets.
    pub(crate) fn take(&self, operation: &str) -> Option<Fault> {
        let mut waiting = self.waiting();
        if waiting.is_empty() {
            return None;
        }
        for name in [operation, "*"] {
            let Some(faults) = waiting.get_mut(name) else {
                continue;
            };
            let fault = faults.pop_front();
            if faults.is_empty() {
                waiting.remove(name);
            }
            if let Some(planned) = fault {
                return planned;
            }
        }
        None
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<String, VecDeque<Option<Fault>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const DELAY_MAX: Duration = Duration::from_secs(600);
const REQUESTS_MAX: u32 = 100_000;
