//! Reads the times of a scenario: civil times in the contact's zone, or with an offset of their own.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::Defect;
use crate::yaml::{Node, quoted};

/// Reads `2026-11-23 14:00` or `2026-10-25 02:30+01:00`.
pub(super) fn moment(
    node: &Node,
    what: &str,
    zone: &TimeZone,
    defects: &mut Vec<Defect>,
) -> Option<Timestamp> {
    let text = node.line(what, defects)?;
    let found = time(&text.value, zone);
    if found.is_none() {
        let shown = quoted(&text.value);
        defects.push(
            Defect::new(text.place, format!("{what} is `{shown}`, which is no time"))
                .help("write `2026-11-23 14:00`, or `2026-10-25 02:30+01:00` where a clock shows it twice"),
        );
    }
    found
}

/// Reads a time; of the two in an autumn night it is the first, and one that a spring night skips
/// moves on by the gap.
pub fn time(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() < DATE {
        return None;
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let offset = text[DATE..].contains(['+', 'Z', '[']) || text[DATE..].contains('-');
    let civil = (!offset).then(|| text.parse::<DateTime>().ok()).flatten()?;
    zone.to_ambiguous_timestamp(civil).compatible().ok()
}

/// The length of a date.
const DATE: usize = "2026-11-23".len();

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_read_by_the_clock_on_the_wall() {
        let zone = journey::zone("Europe/Amsterdam").unwrap();
        for (text, moment) in [
            ("2026-11-23 14:00", "2026-11-23T13:00:00Z"),
            ("2026-11-23T14:00", "2026-11-23T13:00:00Z"),
            ("2026-11-23 14:00:30", "2026-11-23T13:00:30Z"),
            ("2026-11-23", "2026-11-22T23:00:00Z"),
            ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),
            ("2026-10-25 02:30+01:00", "2026-10-25T01:30:00Z"),
            ("2026-10-25T02:30:00Z", "2026-10-25T02:30:00Z"),
            ("2027-03-28 02:30", "2027-03-28T01:30:00Z"),
        ] {
            assert_eq!(
                time(text, &zone).map(|at| at.to_string()).as_deref(),
                Some(moment),
                "{text}"
            );
        }
        for text in [
            "",
            "14:00",
            "23-11-2026 14:00",
            "2026-11-31 14:00",
            "2026-11-23 25:00",
        ] {
            assert_eq!(time(text, &zone), None, "{text}");
        }
    }
}
