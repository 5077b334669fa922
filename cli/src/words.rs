//! Small pieces of English.

use std::fmt::Display;

use jiff::SignedDuration;

/// Counts things: `1 mail`, `2 mails`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    match (number, thing.strip_suffix('y')) {
        (1, _) => format!("1 {thing}"),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o']) => format!("{number} {stem}ies"),
        _ => format!("{number} {thing}s"),
    }
}

/// Joins things with `word` before the last: `a, b and c`.
pub(crate) fn list(things: impl IntoIterator<Item = impl Display>, word: &str) -> String {
    let things: Vec<String> = things.into_iter().map(|thing| thing.to_string()).collect();
    match things.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// Says how long something lasts, in one unit: `3 min`.
pub(crate) fn lasting(time: SignedDuration) -> String {
    match time.as_secs().max(0) {
        secs @ 0..120 => format!("{secs} s"),
        secs @ 120..7_200 => format!("{} min", secs / 60),
        secs @ 7_200..172_800 => format!("{} h", secs / 3_600),
        secs => format!("{} days", secs / 86_400),
    }
}

/// Returns what to type to run this program again.
pub(crate) fn program() -> &'static str {
    let exe = std::env::current_exe().unwrap_or_default();
    let folder = exe.parent().and_then(|folder| folder.file_name());
    // Where cargo has built it, it is not on anybody's path.
    let built = folder.is_some_and(|name| name == "debug" || name == "release");
    if built { "cargo run --" } else { "waypost" }
}

#[cfg(test)]
mod tests {
    use super::{count, list};

    #[test]
    fn things_are_counted_as_people_count() {
        let counted = [
            count(0, "mail"),
            count(1, "mail"),
            count(2, "entry"),
            count(3, "journey"),
            count(4, "day"),
        ];
        assert_eq!(
            counted,
            ["0 mails", "1 mail", "2 entries", "3 journeys", "4 days"]
        );
    }

    #[test]
    fn the_last_thing_follows_a_word() {
        assert_eq!(list(["a"], "or"), "a");
        assert_eq!(list(["a", "b", "c"], "and"), "a, b and c");
    }
}
