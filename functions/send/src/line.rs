//! The line in which advertising waits, so that all processes together stay below what the account may send.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::{Quota, Turns, advertising_rate};
use jiff::SignedDuration;
use tokio::time::{Instant, sleep_until};

/// One process's part of the line.
pub(crate) struct Line {
    /// How many processes there are.
    shared_by: NonZeroU32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How far apart this process's mails are; nothing where that is not known.
    interval: Option<Duration>,
    /// When the account was asked.
    asked: Option<Instant>,
    /// Before when no mail may leave.
    next: Option<Instant>,
}

impl Line {
    /// Makes the part of one of so many processes.
    pub(crate) fn shared_by(processes: NonZeroU32) -> Self {
        Self {
            shared_by: processes,
            state: Mutex::default(),
        }
    }

    /// Asks now and then how fast the account may send; while that cannot be known, the mail service itself throttles.
    pub(crate) async fn look(&self, io: &impl Quota) {
        let now = Instant::now();
        let fresh = |asked: Instant| now.duration_since(asked) < FRESH;
        if self.with(|state| state.asked.is_some_and(fresh)) {
            return;
        }
        let rate = advertising_rate(io).await;
        self.with(|state| {
            state.asked = Some(now);
            match rate {
                Ok(rate) => state.interval = interval(rate, self.shared_by),
                Err(error) => tracing::warn!("The rate of the account cannot be read: {error:#}"),
            }
        });
    }

    /// Takes the next turn, if it is soon; else says how long that takes.
    fn take(&self, now: Instant) -> Result<Instant, Duration> {
        self.with(|state| {
            let Some(interval) = state.interval else {
                return Ok(now);
            };
            let turn = state.next.map_or(now, |next| next.max(now));
            let wait = turn.duration_since(now);
            if wait > WAIT_MAX {
                return Err(wait);
            }
            state.next = Some(turn + interval);
            Ok(turn)
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Turns for Line {
    async fn turn(&self) -> Option<SignedDuration> {
        match self.take(Instant::now()) {
            Ok(turn) => {
                sleep_until(turn).await;
                None
            }
            Err(wait) => {
                let wait = SignedDuration::try_from(wait + BACK_AFTER).unwrap_or(LATEST);
                Some(wait.min(LATEST))
            }
        }
    }
}

/// Returns how far apart the mails of one process are; nothing of an account that may send nothing, which says so itself.
fn interval(rate: f64, shared_by: NonZeroU32) -> Option<Duration> {
    let apart = f64::from(shared_by.get()) / rate;
    Duration::try_from_secs_f64(apart)
        .ok()
        .map(|apart| apart.min(APART_MAX))
}

/// Ten mails of a letter wait ten times: less than the function's two minutes.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// However slow an account is, it is asked for its rate anew before long.
const APART_MAX: Duration = Duration::from_secs(60);
/// Whoever goes back into the queue lets others go first.
const BACK_AFTER: Duration = Duration::from_secs(15);
/// The longest delay of a queue.
const LATEST: SignedDuration = SignedDuration::from_mins(15);
/// An account's rate changes seldom, and it may be asked once a second.
const FRESH: Duration = Duration::from_secs(15 * 60);

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use engine::{Quota, Sent};
    use tokio::time::Instant;

    use super::{APART_MAX, Line, interval};

    /// An account that may send so many mails a second, if it says so.
    struct Account(Option<u32>);

    impl Quota for Account {
        async fn sent(&self) -> anyhow::Result<Sent> {
            Ok(Sent {
                most: None,
                count: 0,
                per_second: self.0.ok_or_else(|| anyhow::anyhow!("denied"))?,
            })
        }
    }

    fn line(processes: u32) -> Line {
        Line::shared_by(NonZeroU32::new(processes).unwrap())
    }

    /// Returns how long each of so many waits that come at once.
    fn waits(line: &Line, count: usize) -> Vec<Result<u128, u128>> {
        let now = Instant::now();
        let turns = (0..count).map(|_| line.take(now));
        let turns = turns.map(|turn| turn.map(|turn| turn.duration_since(now).as_millis()));
        turns
            .map(|turn| turn.map_err(|wait| wait.as_millis()))
            .collect()
    }

    #[tokio::test]
    async fn all_processes_together_leave_a_fifth_of_the_rate_to_service() {
        let line = line(2);
        line.look(&Account(Some(10))).await;
        assert_eq!(waits(&line, 4), [Ok(0), Ok(250), Ok(500), Ok(750)]);
    }

    #[tokio::test]
    async fn who_would_wait_too_long_goes_back_and_takes_no_turn() {
        let line = line(2);
        line.look(&Account(Some(1))).await;
        assert_eq!(
            waits(&line, 5),
            [Ok(0), Ok(2500), Ok(5000), Err(7500), Err(7500)]
        );
    }

    #[tokio::test]
    async fn an_account_that_does_not_say_is_not_waited_for() {
        let line = line(2);
        line.look(&Account(None)).await;
        assert_eq!(waits(&line, 3), [Ok(0), Ok(0), Ok(0)]);
    }

    #[test]
    fn an_account_that_may_send_nothing_says_so_itself() {
        let two = NonZeroU32::new(2).unwrap();
        assert_eq!(interval(0.0, two), None);
        assert_eq!(interval(0.001, two), Some(APART_MAX));
        assert_eq!(interval(8.0, two), Some(Duration::from_millis(250)));
    }
}
