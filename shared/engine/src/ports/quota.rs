//! How much the mail service lets the account send.

use std::future::Future;

/// Knows what is left to send: `ses:GetAccount`.
pub trait Quota {
    /// Returns how many mails the account may send in 24 hours, and how many it has.
    fn sent(&self) -> impl Future<Output = anyhow::Result<Sent>> + Send;
}

/// What an account has sent in 24 hours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sent {
    /// How many it may send; `None` where there is no limit.
    pub most: Option<u64>,
    /// How many it has sent.
    pub count: u64,
    /// How many it may send in a second.
    pub per_second: u32,
}

impl Sent {
    /// Returns the part that is used, in percent, rounded up; nothing of no limit.
    pub fn percent(self) -> u64 {
        match self.most {
            None => 0,
            // An account that may send nothing has used all of it.
            Some(0) => 100,
            Some(most) => self.count.saturating_mul(100).div_ceil(most),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sent;

    #[test]
    fn what_is_used_is_a_part_of_what_there_is() {
        for (most, count, percent) in [
            (Some(200), 0, 0),
            (Some(200), 1, 1),
            (Some(200), 160, 80),
            (Some(200), 161, 81),
            (Some(200), 300, 150),
            (Some(0), 0, 100),
            (None, 1_000_000, 0),
        ] {
            let sent = Sent {
                most,
                count,
                per_second: 1,
            };
            assert_eq!(sent.percent(), percent, "{most:?} {count}");
        }
    }
}
