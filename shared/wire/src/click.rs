//! Clicks of a mail, as far as it must be told apart who made them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::{Unreadable, content_hash};

/// That a link of a mail was followed.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ClickMark {
    /// When, to the millisecond.
    pub at: Timestamp,
    /// Which, as a hash: an address may say who somebody is.
    link: String,
}

impl ClickMark {
    /// Marks that a link was followed.
    pub fn of(link: &str, at: Timestamp) -> Self {
        let hash = content_hash(link);
        Self {
            at: Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at),
            link: hash.chars().take(HASH_CHARS).collect(),
        }
    }

    /// Returns whether both are of the same link.
    pub fn is_of_the_link_of(&self, other: &Self) -> bool {
        self.link == other.link
    }
}

/// As it is stored: `1795860000000 5f0c9a12`.
impl fmt::Display for ClickMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.at.as_millisecond(), self.link)
    }
}

impl FromStr for ClickMark {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let mark = text.split_once(' ').and_then(|(at, link)| {
            let at = Timestamp::from_millisecond(at.parse().ok()?).ok()?;
            let link = link.to_owned();
            Some(Self { at, link })
        });
        mark.ok_or_else(|| Unreadable::new("a click's mark"))
    }
}

/// Enough to tell the links of one mail apart.
const HASH_CHARS: usize = 8;

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::ClickMark;

    #[test]
    fn a_mark_is_read_as_it_was_written_and_names_no_link() {
        let at = Timestamp::from_microsecond(1_795_860_000_123_456).unwrap();
        let mark = ClickMark::of("https://school.example/?who=anna", at);
        let text = mark.to_string();
        assert!(text.starts_with("1795860000123 ") && !text.contains("anna"));
        assert_eq!(text.parse::<ClickMark>().unwrap(), mark);
        for broken in [
            "",
            "1795860000123",
            "soon 5f0c9a12",
            "9999999999999999999 5f",
        ] {
            assert!(broken.parse::<ClickMark>().is_err(), "{broken}");
        }
    }
}
