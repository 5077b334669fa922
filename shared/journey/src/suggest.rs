//! The "did you mean" behind every message about an unknown name.

/// Finds the known name that somebody who wrote `word` most likely meant.
///
/// Case and the separators ` `, `-`, `_` and `.` count for little, so that `TRACK EXTENDED` finds
/// `TRACK_EXTENDED`; beyond that, a third of the letters may differ, and at most [`EDITS_MAX`].
/// Of names that are equally near, the alphabetically first one wins, in whatever order they come.
/// A `word` that is itself known finds itself. Words beyond [`WORD_MAX`] characters have no neighbors.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let loose = fold(word)?;
    let exact: Vec<char> = word.chars().collect();
    let best = known.into_iter().filter_map(|name| {
        let other = fold(name)?;
        let edits_max = (loose.len().max(other.len()) / 3).min(EDITS_MAX);
        if loose.len().abs_diff(other.len()) > edits_max {
            return None;
        }
        let edits = distance(&loose, &other);
        let slips = distance(&exact, &name.chars().collect::<Vec<_>>());
        (edits <= edits_max).then_some((edits, slips, name))
    });
    best.min().map(|(.., name)| name)
}

/// Returns the word without what people get wrong most, or nothing if it is too long to compare.
fn fold(word: &str) -> Option<Vec<char>> {
    let folded = word.chars().take(WORD_MAX + 1).flat_map(|c| {
        let separator = matches!(c, ' ' | '-' | '_' | '.');
        (if separator { '_' } else { c }).to_lowercase()
    });
    let folded: Vec<char> = folded.collect();
    (folded.len() <= WORD_MAX).then_some(folded)
}

/// Counts the letters to insert, drop, replace or swap with their neighbor to get from one word to
/// the other (the optimal string alignment distance).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let replaced = above[j] + usize::from(a != b);
            let mut least = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[to.len()]
}

/// The longest word, in characters, that is compared at all: it bounds what one comparison costs.
const WORD_MAX: usize = 100;

/// The most letters that may differ, however long the word.
const EDITS_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slip_finds_what_was_meant() {
        let known = [
            "REGISTRATION_NEW",
            "REGISTRATION",
            "TRACK_EXTENDED",
            "contact.city",
            "contact.score",
            "days",
            "vip",
        ];
        for (word, meant) in [
            ("registration_new", Some("REGISTRATION_NEW")),
            ("REGISTRATION-NEW", Some("REGISTRATION_NEW")),
            ("RegistrationNew", Some("REGISTRATION_NEW")),
            ("registration", Some("REGISTRATION")),
            ("TRACK EXTENDED", Some("TRACK_EXTENDED")),
            ("TRACK_EXTENTED", Some("TRACK_EXTENDED")),
            ("contact.scor", Some("contact.score")),
            ("contact.socre", Some("contact.score")),
            ("contact_score", Some("contact.score")),
            ("Contact.City", Some("contact.city")),
            ("vpi", Some("vip")),
            ("vi", Some("vip")),
            ("v", None),
            ("VIP", Some("vip")),
            ("vip", Some("vip")),
            ("cat", None),
            ("dagen", None),
            ("is", None),
            ("TRACK_CANCELLED", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }

    #[test]
    fn equally_near_names_are_chosen_by_the_alphabet() {
        assert_eq!(
            nearest("welkom-3", ["welkom-2", "welkom-1"]),
            Some("welkom-1")
        );
        assert_eq!(
            nearest("welkom-3", ["welkom-1", "welkom-2"]),
            Some("welkom-1")
        );
    }

    #[test]
    fn the_spelling_decides_between_names_that_differ_in_case() {
        assert_eq!(nearest("Track", ["TRACK", "track"]), Some("track"));
        assert_eq!(nearest("TRACKS", ["TRACK", "track"]), Some("TRACK"));
    }

    #[test]
    fn endless_words_have_no_neighbors() {
        let word = "a".repeat(WORD_MAX + 1);
        assert_eq!(nearest(&word, [word.as_str()]), None);
        let word = "a".repeat(WORD_MAX);
        assert_eq!(nearest(&word, [word.as_str()]), Some(word.as_str()));
    }

    /// Returns the same as [`distance`], as its definition says it.
    fn defined(from: &[char], to: &[char]) -> usize {
        let ([before @ .., a], [other @ .., b]) = (from, to) else {
            return from.len() + to.len();
        };
        let replaced = defined(before, other) + usize::from(a != b);
        let least = replaced.min(defined(before, to) + 1);
        let least = least.min(defined(from, other) + 1);
        match (before, other) {
            ([before @ .., c], [other @ .., d]) if (a, b) == (d, c) => {
                least.min(defined(before, other) + 1)
            }
            _ => least,
        }
    }

    proptest! {
        #[test]
        fn the_distance_is_what_it_is_defined_to_be(a in "[ab_]{0,5}", b in "[ab_]{0,5}") {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(distance(&a, &b), defined(&a, &b));
        }

        #[test]
        fn the_distance_is_the_same_both_ways(a in "[ab_]{0,8}", b in "[ab_]{0,8}") {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
            prop_assert!(distance(&a, &b) <= a.len().max(b.len()));
            prop_assert!(distance(&a, &b) >= a.len().abs_diff(b.len()));
        }
    }
}
