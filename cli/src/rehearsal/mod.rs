//! What the commands that play journeys have in common.

pub(crate) mod assume;
pub(crate) mod paths;

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// Writes a moment as a scenario does: by the clock on the wall, with its offset only where that clock
/// shows the time twice and this is the second.
pub(crate) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let civil = zone.to_datetime(at);
    let whole = civil.second() == 0 && civil.subsec_nanosecond() == 0;
    let form = if whole {
        "%Y-%m-%d %H:%M"
    } else {
        "%Y-%m-%d %H:%M:%S"
    };
    let mut shown = civil.strftime(form).to_string();
    if let AmbiguousOffset::Fold { after, .. } = zone.to_ambiguous_timestamp(civil).offset()
        && after.to_timestamp(civil).ok() == Some(at)
    {
        shown += &at.to_zoned(zone.clone()).strftime("%:z").to_string();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn the_second_of_two_equal_times_says_its_offset() {
        let zone = journey::zone("Europe/Amsterdam").unwrap();
        for (at, shown) in [
            ("2026-10-25T00:30:00Z", "2026-10-25 02:30"),
            ("2026-10-25T01:30:00Z", "2026-10-25 02:30+01:00"),
            ("2026-10-25T02:30:00Z", "2026-10-25 03:30"),
            ("2026-11-23T13:00:20Z", "2026-11-23 14:00:20"),
        ] {
            assert_eq!(moment(at.parse().unwrap(), &zone), shown);
        }
    }
}
