//! When a journey takes people in.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// From when until when people may come in: midnights in the project's zone.
///
/// It bounds entry only; whoever is inside goes on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Publish {
    /// The first day.
    pub from: Option<Date>,
    /// The first day on which nobody comes in any more.
    pub until: Option<Date>,
}

impl Publish {
    /// Returns whether people may come in at a moment.
    pub fn is_open(&self, now: Timestamp, project: &TimeZone) -> bool {
        let today = project.to_datetime(now).date();
        self.from.is_none_or(|from| from <= today) && self.until.is_none_or(|until| today < until)
    }

    /// Returns since when people may come in; `None` where it has always been so.
    pub fn opened(&self, project: &TimeZone) -> Option<Timestamp> {
        let midnight = self.from?.to_zoned(project.clone()).ok()?;
        Some(midnight.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Publish;

    #[test]
    fn people_come_in_from_one_midnight_of_the_project_up_to_the_other() {
        let zone = crate::zone("Europe/Amsterdam").unwrap();
        let publish = Publish {
            from: Some(date(2026, 12, 1)),
            until: Some(date(2027, 6, 1)),
        };
        for (now, open) in [
            ("2026-11-30T22:59:59.999Z", false),
            ("2026-11-30T23:00:00Z", true),
            ("2027-05-31T21:59:59.999Z", true),
            ("2027-05-31T22:00:00Z", false),
        ] {
            assert_eq!(publish.is_open(now.parse().unwrap(), &zone), open, "{now}");
        }
        let opened = "2026-11-30T23:00:00Z".parse().unwrap();
        assert_eq!(publish.opened(&zone), Some(opened));
    }

    #[test]
    fn without_bounds_people_always_come_in() {
        let zone = jiff::tz::TimeZone::UTC;
        let now = "2026-11-30T22:59:59Z".parse().unwrap();
        assert!(Publish::default().is_open(now, &zone));
        let only = |from, until| Publish { from, until }.is_open(now, &zone);
        assert!(!only(Some(date(2026, 12, 1)), None));
        assert!(!only(None, Some(date(2026, 11, 30))));
    }
}
