//! How long mails to an address may bounce for now, until it gets no more advertising.

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use crate::Suppression;

impl Suppression {
    /// For how many days a bounce is remembered.
    pub const DAYS_KEPT: i32 = 30;
    /// On how many of those days mails may bounce until the address gets no more advertising.
    pub const SOFT_BOUNCES_MAX: usize = 5;

    /// Returns whether mails to the address keep bouncing, so that it gets no more advertising for now.
    ///
    /// Days count, not mails: many mails to a mailbox that is full for an afternoon bounce for one reason. Nothing has to
    /// be mended: once few enough of those days are left among the last thirty, the address is tried again.
    pub fn keeps_bouncing(&self, now: Timestamp) -> bool {
        let today = now.to_zoned(TimeZone::UTC).date();
        let recent = self.soft_bounces.iter().filter(|day| {
            let ago = (today - **day).get_days();
            ago < Self::DAYS_KEPT
        });
        recent.count() >= Self::SOFT_BOUNCES_MAX
    }
}

/// Returns the day of a moment, by UTC.
pub(crate) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::{Suppression, day};

    fn bounced(days: &[&str]) -> Suppression {
        Suppression {
            reason: None,
            soft_bounces: days.iter().map(|day| day.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn five_days_of_bounces_within_thirty_are_too_many() {
        let now = |text: &str| text.parse().unwrap();
        let four = ["2026-11-01", "2026-11-08", "2026-11-15", "2026-11-22"];
        assert!(!bounced(&four).keeps_bouncing(now("2026-11-30T23:59:59Z")));
        let five = [&four[..], &["2026-11-30"]].concat();
        assert!(bounced(&five).keeps_bouncing(now("2026-11-30T23:59:59Z")));
        // On the thirtieth day after it the first of them counts no more.
        assert!(!bounced(&five).keeps_bouncing(now("2026-12-01T00:00:00Z")));
    }

    #[test]
    fn a_day_is_one_by_utc() {
        let at = "2026-12-31T23:59:59Z".parse().unwrap();
        assert_eq!(day(at).to_string(), "2026-12-31");
    }
}
