//! The movable clock: the system's time plus an offset, and a sleep that a move wakes.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

/// The one clock that everything in the local cloud asks.
#[derive(Debug)]
pub(crate) struct Clock {
    offset_ms: watch::Sender<i64>,
}

impl Clock {
    /// A clock that runs `offset_ms` milliseconds ahead of the system's.
    pub(crate) fn ahead_by(offset_ms: i64) -> Self {
        Self {
            offset_ms: watch::Sender::new(offset_ms),
        }
    }

    /// Now, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        system_ms() + self.offset_ms()
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        timestamp(self.now_ms())
    }

    /// How far this clock runs ahead of the system's, in milliseconds.
    pub(crate) fn offset_ms(&self) -> i64 {
        *self.offset_ms.borrow()
    }

    /// Sets the offset and wakes every sleeper, so that it looks again.
    pub(crate) fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.send_replace(offset_ms);
    }

    /// Sleeps until this clock reaches `at_ms`, however it gets there.
    pub(crate) async fn sleep_until(&self, at_ms: i64) {
        let mut moved = self.offset_ms.subscribe();
        loop {
            moved.mark_unchanged();
            let left_ms = at_ms.saturating_sub(self.now_ms());
            if left_ms <= 0 {
                return;
            }
            // In slices: a timer of the runtime stands still while the laptop sleeps.
            let slice = Duration::from_millis(left_ms.unsigned_abs()).min(SLICE_MAX);
            tokio::select! {
                () = tokio::time::sleep(slice) => {}
                _ = moved.changed() => {}
            }
        }
    }
}

/// The instant of a number of milliseconds since 1970; out of range gives 1970 itself.
pub(crate) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The instant as SES and Lambda write it: UTC, milliseconds, `Z`.
pub(crate) fn iso(ms: i64) -> String {
    format!("{:.3}", timestamp(ms))
}

/// The system's own time, for what must not move: request deadlines that a process compares with its own clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the time"
)]
pub(crate) fn system_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

const SLICE_MAX: Duration = Duration::from_secs(10);
