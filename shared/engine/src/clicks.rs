//! Tells a person who follows a link from a scanner that follows every link at once.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use wire::ClickMark;

/// Who made a click.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Clicker {
    /// Somebody who follows one link.
    Person,
    /// Something that follows several at once.
    Machine,
    /// That cannot be told yet: others may be on their way.
    Unknown {
        /// How long until it can be.
        rest: SignedDuration,
    },
}

/// Tells who made a click, from all clicks of its mail that are known `now`.
pub(crate) fn clicker(click: &ClickMark, known: &BTreeSet<ClickMark>, now: Timestamp) -> Clicker {
    let at_once = |other: &&ClickMark| {
        !other.is_of_the_link_of(click) && click.at.duration_since(other.at).abs() <= AT_ONCE
    };
    if known.iter().any(|other| at_once(&other)) {
        return Clicker::Machine;
    }
    let settled = click.at + SETTLES;
    match settled <= now || click.at > now + CLOCKS_DIFFER_BY {
        true => Clicker::Person,
        false => Clicker::Unknown {
            rest: settled.duration_since(now),
        },
    }
}

/// Nobody reads a page and follows another link within this time.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(2);
/// SES reports the clicks of a moment within this time of one another, almost always.
const SETTLES: SignedDuration = SignedDuration::from_secs(5);
/// Whatever is dated further ahead is dated wrong, and waited for by nobody.
const CLOCKS_DIFFER_BY: SignedDuration = SignedDuration::from_mins(1);
/// As many clicks of a mail as are kept: more than anybody makes.
pub(crate) const CLICKS_MAX: usize = 50;

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use wire::ClickMark;

    use super::{Clicker, clicker};

    #[test]
    fn two_links_at_once_are_a_machine_and_one_link_is_a_person_after_a_moment() {
        let at = |ms: i64| Timestamp::from_millisecond(1_795_860_000_000 + ms).unwrap();
        let mark = |link: &str, ms| ClickMark::of(link, at(ms));
        let unknown = |ms| Clicker::Unknown {
            rest: SignedDuration::from_millis(ms),
        };
        let (person, machine) = (Clicker::Person, Clicker::Machine);
        for (others, now, expected) in [
            (vec![], 1_000, unknown(4_000)),
            (vec![], 5_000, person),
            (vec![("b", 2_000)], 2_000, machine),
            (vec![("b", 2_001)], 9_000, person),
            (vec![("b", -2_000)], 9_000, machine),
            (vec![("b", -2_001)], 9_000, person),
            // The same link twice is an impatient person.
            (vec![("a", 300)], 9_000, person),
            (vec![("a", 300), ("b", 400)], 9_000, machine),
            // Of a clock that is a little behind, and of one that is wrong.
            (vec![], -1_000, unknown(6_000)),
            (vec![], -60_001, person),
        ] {
            let known = others.iter().map(|(link, ms)| mark(link, *ms));
            let known = known.chain([mark("a", 0)]).collect();
            let found = clicker(&mark("a", 0), &known, at(now));
            assert_eq!(found, expected, "{others:?} {now}");
        }
    }
}
