//! Times of day, as a journey writes them: `09:30`.

use jiff::civil::Time;

use crate::Mistake;

/// Reads a whole minute of the day; the place of a mistake is counted from the start of `text`.
///
/// # Errors
/// If it is anything but hours and minutes from `0:00` to `23:59`.
pub(super) fn time_of_day(text: &str) -> Result<Time, Mistake> {
    let time = text.split_once(':').and_then(|(hour, minute)| {
        let hour = (hour.len() <= 2).then(|| digits(hour)).flatten()?;
        let minute = (minute.len() == 2).then(|| digits(minute)).flatten()?;
        Time::new(hour, minute, 0, 0).ok()
    });
    time.ok_or_else(|| {
        let (what, help) = explain(text);
        Mistake::new(0..text.len(), what, help)
    })
}

/// Says why a text is no time of day, and what would be.
fn explain(text: &str) -> (String, String) {
    let help = "write hours and minutes from `00:00` to `23:59`, as in `at 09:30`";
    let lower = text.to_ascii_lowercase();
    if text.is_empty() {
        return ("there is no time after `at`".into(), help.into());
    }
    if lower.ends_with("am") || lower.ends_with("pm") {
        let help = "write `09:30` for half past nine in the morning, `21:30` in the evening";
        return (format!("`{text}` is not written in 24 hours"), help.into());
    }
    if text == "24:00" {
        let help = "write one day more and `at 00:00`";
        return ("the last minute of a day is `23:59`".into(), help.into());
    }
    if matches!(
        text.split(':').map(digits).collect::<Vec<_>>()[..],
        [Some(_), Some(_), Some(_)]
    ) {
        return (
            format!("`{text}` has seconds; what is due is due on a whole minute"),
            help.into(),
        );
    }
    let parts: Vec<&str> = text.split(['.', 'h', 'u']).collect();
    if let [hour, minute @ ("" | "00" | "15" | "30" | "45")] = parts[..]
        && let Some(hour) = digits(hour)
        && hour < 24
    {
        let minute = digits(minute).unwrap_or(0);
        return (
            format!("`{text}` is not a time of day"),
            format!("write `{hour:02}:{minute:02}`"),
        );
    }
    if let Some(hour) = digits(text)
        && hour < 24
    {
        return (
            format!("`{text}` has no minutes"),
            format!("write `{hour:02}:00`"),
        );
    }
    (format!("`{text}` is not a time of day"), help.into())
}

/// Reads one or two digits, and nothing else: no sign, no space.
fn digits(text: &str) -> Option<i8> {
    let only = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    only.then(|| text.parse().ok()).flatten()
}
