//! A token bucket: so many requests at once, so many a second in the long run.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// A token bucket by the system's time, which does not follow moves of the local clock.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: f64,
    burst: f64,
    state: Mutex<Option<(Instant, f64)>>,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self {
            per_second: per_second.into(),
            burst: burst.into(),
            state: Mutex::default(),
        }
    }

    /// Takes one token; false when there is none.
    pub(crate) fn take(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (then, left) = state.unwrap_or((now, self.burst));
        let refilled = now.saturating_duration_since(then).as_secs_f64() * self.per_second;
        let left = (left + refilled).min(self.burst);
        let taken = left >= 1.0;
        *state = Some((now, if taken { left - 1.0 } else { left }));
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_only_the_rate() {
        let bucket = Bucket::new(10, 3);
        let start = Instant::now();
        let taken = |after_ms: u64| bucket.take(start + Duration::from_millis(after_ms));
        assert_eq!(
            [taken(0), taken(0), taken(0), taken(0)],
            [true, true, true, false]
        );
        assert_eq!([taken(100), taken(100)], [true, false]);
        assert_eq!(
            [taken(9_000), taken(9_000), taken(9_000), taken(9_000)],
            [true, true, true, false]
        );
    }
}
