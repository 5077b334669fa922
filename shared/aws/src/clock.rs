//! The clock on the wall.

use jiff::Timestamp;

use crate::Aws;

impl engine::Clock for Aws {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the time"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now() + self.clock_offset
    }
}
