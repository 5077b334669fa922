//! What a failed delivery asks of the queue.

use jiff::SignedDuration;
use wire::Unreadable;

/// The only difference that a queue can act on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Put it into the dead-letter queue with its reason: trying again would fail again.
    #[error("{0:#}")]
    Reject(anyhow::Error),
    /// Deliver it again later.
    #[error("{0:#}")]
    Retry(anyhow::Error),
}

/// Anything that merely went wrong is worth another try.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Retry(error)
    }
}

/// What a newer version wrote can be read by functions that are about to be there: those of a stack do not all change in one
/// moment.
impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable.is_newer() {
            true => Self::Retry(unreadable.into()),
            false => Self::Reject(unreadable.into()),
        }
    }
}

/// Returns how long a message rests that was received so many times and failed: 5 s, 15 s, 45 s, 135 s, and from then
/// on five minutes.
///
/// What fails for a moment comes back in a moment. What fails for long comes back within five minutes of its end,
/// a third of what promise 4 allows, and without a crowd of retries in the meantime. A queue that buries a message
/// after [`RECEIVES_MAX`] deliveries so does it after 103 minutes: an outage of an hour takes 17 of them, and the
/// others are for crashes and for giving way to others.
pub fn back_off(receives: u32) -> SignedDuration {
    let tripled = receives.saturating_sub(1).min(TRIPLINGS_MAX);
    (REST_MIN * 3_i32.pow(tripled)).min(REST_MAX)
}

/// How often a message is delivered before its queue puts it to the dead letters.
pub const RECEIVES_MAX: u32 = 25;

/// Enough to reach the longest rest there is.
const TRIPLINGS_MAX: u32 = 4;
const REST_MIN: SignedDuration = SignedDuration::from_secs(5);
const REST_MAX: SignedDuration = SignedDuration::from_mins(5);

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::{Failure, RECEIVES_MAX, back_off};

    #[test]
    fn what_a_newer_version_wrote_waits_for_its_functions_and_what_nobody_can_read_does_not() {
        let read = |body: &str| wire::MovesMessage::from_json(body).map_err(Failure::from);
        let newer = read(r#"{"v":99,"moves":[]}"#);
        assert!(matches!(newer, Err(Failure::Retry(_))), "{newer:?}");
        let garbage = read("{");
        assert!(matches!(garbage, Err(Failure::Reject(_))), "{garbage:?}");
    }

    #[test]
    fn what_fails_for_a_moment_comes_back_in_a_moment() {
        let rests = [0, 1, 2, 3, 4, 5, 6, u32::MAX].map(|receives| back_off(receives).as_secs());
        assert_eq!(rests, [5, 5, 15, 45, 135, 300, 300, 300]);
    }

    #[test]
    fn an_outage_of_an_hour_buries_nothing() {
        let rests = (1..RECEIVES_MAX).map(back_off);
        let last_try = rests.fold(SignedDuration::ZERO, |sum, rest| sum + rest);
        assert!(last_try > SignedDuration::from_mins(100), "{last_try:#}");
    }
}
