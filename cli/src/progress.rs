//! Shows that something is going on, to somebody who watches, once it takes longer than a second.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::output::Terminal;

/// A spinner on standard error; it is gone when this is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
    // Dropping it tells the waiting thread that there is nothing to show any more.
    _done: Option<Sender<()>>,
}

impl Progress {
    /// Begins to wait for something called `what`: "Checking the release".
    pub(crate) fn start(terminal: Terminal, what: impl Into<String>) -> Self {
        let bar = ProgressBar::hidden();
        bar.set_message(what.into());
        if !terminal.is_watched() {
            return Self { bar, _done: None };
        }
        let (done, waiting) = channel();
        let shown = bar.clone();
        thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(TICK);
            }
        });
        Self {
            bar,
            _done: Some(done),
        }
    }

    /// Says what is waited for from here on.
    pub(crate) fn now(&self, what: impl Into<String>) {
        self.bar.set_message(what.into());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What takes no longer than this needs no spinner.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(120);
