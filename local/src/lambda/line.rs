//! Where a function's invocations wait for a process, and its workers for invocations.
//!
//! As on Lambda, a process is started only when an invocation finds none that is free; those that are there stay.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::Invocation;

/// A function's line.
#[derive(Default)]
pub(super) struct Line {
    state: Mutex<State>,
    /// Rings for workers whose process is free.
    free: Notify,
    /// Rings for workers without a process.
    needed: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Invocation>,
    /// Processes that will soon ask for their first invocation.
    starting: usize,
    /// Processes that are free, or have just given their answer.
    free: usize,
}

impl State {
    fn needs_a_process(&self) -> bool {
        self.waiting.len() > self.free + self.starting
    }
}

impl Line {
    /// Queues an invocation; false when too many wait already.
    pub(super) fn push(&self, invocation: Invocation) -> bool {
        let mut state = self.state();
        if state.waiting.len() >= WAITING_MAX {
            return false;
        }
        state.waiting.push_back(invocation);
        self.ring(&state);
        true
    }

    /// Waits until an invocation finds no free process; the caller then starts one.
    pub(super) async fn need(self: &Arc<Self>) -> Place {
        loop {
            let rung = self.needed.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            {
                let mut state = self.state();
                if state.needs_a_process() {
                    state.starting += 1;
                    return Place {
                        line: self.clone(),
                        phase: Phase::Starting,
                    };
                }
            }
            rung.await;
        }
    }

    fn ring(&self, state: &State) {
        if state.needs_a_process() {
            self.needed.notify_one();
        }
        if state.free > 0 {
            self.free.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A process's place in the line; it leaves when this is dropped.
pub(super) struct Place {
    line: Arc<Line>,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Starting,
    Free,
    Busy,
}

impl Place {
    /// Counts the process as free.
    pub(super) fn free(&mut self) {
        if self.phase != Phase::Free {
            let mut state = self.line.state();
            leave(&mut state, self.phase);
            state.free += 1;
            self.phase = Phase::Free;
        }
    }

    /// Waits for an invocation.
    pub(super) async fn take(&mut self) -> Invocation {
        self.free();
        loop {
            let rung = self.line.free.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            {
                // In one step: who pushes must not count this process as free any more.
                let mut state = self.line.state();
                if let Some(invocation) = state.waiting.pop_front() {
                    leave(&mut state, self.phase);
                    self.phase = Phase::Busy;
                    return invocation;
                }
            }
            rung.await;
        }
    }

    /// Gives the invocation that a process was started for, when it ended before it could take any.
    pub(super) fn abandoned(&self) -> Option<Invocation> {
        let is_starting = self.phase == Phase::Starting;
        is_starting
            .then(|| self.line.state().waiting.pop_front())
            .flatten()
    }

    /// Puts an invocation back that its process did not take.
    pub(super) fn put_back(&self, invocation: Invocation) {
        let mut state = self.line.state();
        state.waiting.push_front(invocation);
        self.line.ring(&state);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.line.state();
        leave(&mut state, self.phase);
        self.line.ring(&state);
    }
}

fn leave(state: &mut State, phase: Phase) {
    match phase {
        Phase::Starting => state.starting -= 1,
        Phase::Free => state.free -= 1,
        Phase::Busy => {}
    }
}

const WAITING_MAX: usize = 1000;
