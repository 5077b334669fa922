//! Schedule expressions: `at(...)` and `rate(...)`.
//!
//! EventBridge Scheduler User Guide, "Schedule types". `cron(...)` is refused: nothing here needs it yet.

use std::time::Duration;

use jiff::{civil::DateTime, tz::TimeZone};

/// When a schedule rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expression {
    /// Once, at this many milliseconds since 1970.
    At(i64),
    /// Again and again, with so many milliseconds between.
    Every(i64),
}

impl Expression {
    /// Reads an expression; `at` is meant in the given IANA time zone.
    ///
    /// # Errors
    /// Says what is wrong, without naming the expression.
    pub(super) fn parse(text: &str, zone: Option<&str>) -> Result<Self, String> {
        let inner = |name: &str| {
            text.strip_prefix(name)?
                .strip_prefix('(')?
                .strip_suffix(')')
        };
        if let Some(at) = inner("at") {
            return at_ms(at, zone.unwrap_or("UTC")).map(Self::At);
        }
        if let Some(rate) = inner("rate") {
            return every_ms(rate).map(Self::Every);
        }
        if inner("cron").is_some() {
            return Err("cron() is not supported by the local cloud: use rate() or at()".into());
        }
        Err("it must be at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields)".into())
    }

    /// The first moment to ring.
    pub(super) fn first_ms(self, now_ms: i64) -> i64 {
        match self {
            Self::At(at_ms) => at_ms,
            Self::Every(period_ms) => now_ms + period_ms,
        }
    }
}

/// A rate of whole minutes, as a schedule expression.
pub(super) fn rate(every: Duration) -> String {
    let minutes = every.as_secs().div_ceil(60);
    format!(
        "rate({minutes} {})",
        if minutes == 1 { "minute" } else { "minutes" }
    )
}

fn at_ms(text: &str, zone: &str) -> Result<i64, String> {
    let zone = TimeZone::get(zone).map_err(|_| format!("there is no time zone {zone}"))?;
    let at = DateTime::strptime("%Y-%m-%dT%H:%M:%S", text)
        .map_err(|_| "at() must hold yyyy-mm-ddThh:mm:ss".to_owned())?;
    let instant = zone.to_ambiguous_timestamp(at).compatible();
    Ok(instant.map_err(|error| error.to_string())?.as_millisecond())
}

fn every_ms(text: &str) -> Result<i64, String> {
    let bad = || "rate() must hold a positive number and minute(s), hour(s) or day(s)".to_owned();
    let (value, unit) = text.split_once(' ').ok_or_else(bad)?;
    let value: i64 = value.parse().map_err(|_| bad())?;
    let unit_ms = match (unit, value) {
        ("minute", 1) | ("minutes", _) => 60_000,
        ("hour", 1) | ("hours", _) => 3_600_000,
        ("day", 1) | ("days", _) => 86_400_000,
        _ => return Err(bad()),
    };
    if (1..=VALUE_MAX).contains(&value) {
        Ok(value * unit_ms)
    } else {
        Err(bad())
    }
}

const VALUE_MAX: i64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_the_guide_says() {
        let at = 1_800_000_000_000; // 2027-01-15T08:00:00Z
        let cases = [
            ("at(2027-01-15T08:00:00)", None, Some(Expression::At(at))),
            (
                "at(2027-01-15T09:00:00)",
                Some("Europe/Amsterdam"),
                Some(Expression::At(at)),
            ),
            ("rate(15 minutes)", None, Some(Expression::Every(900_000))),
            ("rate(1 day)", None, Some(Expression::Every(86_400_000))),
            ("rate(2 day)", None, None),
            ("rate(0 minutes)", None, None),
            ("rate(5 fortnights)", None, None),
            ("at(2027-01-15 08:00:00)", None, None),
            ("at(2027-01-15T08:00:00Z)", None, None),
            ("at(2027-02-30T08:00:00)", None, None),
            ("at(2027-01-15T08:00:00)", Some("Europe/Atlantis"), None),
            ("cron(0 8 * * ? *)", None, None),
            ("", None, None),
        ];
        for (text, zone, expected) in cases {
            assert_eq!(
                Expression::parse(text, zone).ok(),
                expected,
                "{text} {zone:?}"
            );
        }
        assert_eq!(rate(Duration::from_secs(60)), "rate(1 minute)");
        assert_eq!(rate(Duration::from_secs(900)), "rate(15 minutes)");
    }
}
