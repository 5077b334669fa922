//! When a mail that did not leave is tried again.

use jiff::SignedDuration;

/// After nobody was reached.
pub(super) const NOT_SENT: SignedDuration = SignedDuration::from_secs(15);

/// While the account or the journey may not send.
pub(super) const PAUSED: SignedDuration = SignedDuration::from_mins(15);

/// After too many at once, at attempt number so many: each time twice as late, since a backlog that comes back every few
/// seconds would keep itself throttled.
pub(super) fn throttled(attempt: u32) -> SignedDuration {
    let doublings = attempt.saturating_sub(1).min(DOUBLINGS_MAX);
    (THROTTLED * (1 << doublings)).min(PAUSED)
}

/// Enough to reach the longest delay there is.
const DOUBLINGS_MAX: u32 = 8;
const THROTTLED: SignedDuration = SignedDuration::from_secs(5);
