//! The clock on the wall.

use jiff::Timestamp;

use crate::Aws;

impl engine::Clock for Aws {
    fn now(&self) -> Timestamp {
        self.wall() + self.clock_offset
    }
}

impl Aws {
    /// Returns the system's time, by which Lambda says when an invocation ends: a laptop's moved clock does not move it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the time"
    )]
    pub fn wall(&self) -> Timestamp {
        Timestamp::now()
    }
}
