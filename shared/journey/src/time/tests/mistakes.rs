//! What is said about durations and moments that are written wrong.

use expect_test::expect_file;
use proptest::prelude::*;

use crate::mistake::told;
use crate::{Mistake, Moment, Period, Wait};

#[test]
fn a_wait_that_is_written_wrong_is_explained() {
    let read = |source: &str| Wait::parse(source).err().into_iter().collect();
    told::check(
        include_str!("said/waits.txt"),
        &expect_file!["said/waits.txt"],
        read,
    );
}

#[test]
fn a_period_that_is_written_wrong_is_explained() {
    let read = |source: &str| Period::parse(source).err().into_iter().collect();
    told::check(
        include_str!("said/periods.txt"),
        &expect_file!["said/periods.txt"],
        read,
    );
}

#[test]
fn a_moment_that_is_written_wrong_is_explained() {
    let read = |source: &str| Moment::parse(source).err().into_iter().collect();
    told::check(
        include_str!("said/moments.txt"),
        &expect_file!["said/moments.txt"],
        read,
    );
}

#[test]
fn ten_years_are_the_most() {
    for (longest, longer) in [
        ("10 years", "11 years"),
        ("121 months", "122 months"),
        ("3653 days", "3654 days"),
        ("521 weeks", "522 weeks"),
        ("3653 days", "10 years 4 months"),
        ("87695 hours", "87696 hours"),
        ("10y", "99999999999999999999y"),
    ] {
        assert_eq!(Period::parse(longest).map(|_| ()), Ok(()), "{longest}");
        let mistake = Period::parse(longer).unwrap_err();
        assert_eq!(mistake.what, format!("`{longer}` is longer than ten years"));
    }
    assert!(Period::parse(&format!("{:256}", "1 day")).is_ok());
    assert!(Period::parse(&format!("{:257}", "1 day")).is_err());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(source in "\\PC{0,30}") {
        refused_in_place(&source)?;
    }

    #[test]
    fn any_words_are_read_or_refused_at_a_place_in_them(
        words in prop::collection::vec(prop::sample::select(WORDS.as_slice()), 0..8),
        glue in prop::sample::select(["", " "].as_slice()),
    ) {
        refused_in_place(&words.join(glue))?;
    }
}

/// Fails if a text is refused at a place that is not in it.
fn refused_in_place(source: &str) -> Result<(), TestCaseError> {
    let in_place =
        |mistake: Option<Mistake>| mistake.is_none_or(|mistake| source.get(mistake.at).is_some());
    prop_assert!(in_place(Wait::parse(source).err()));
    prop_assert!(in_place(Period::parse(source).err()));
    prop_assert!(in_place(Moment::parse(source).err()));
    Ok(())
}

/// What durations, moments and near misses are made of.
const WORDS: [&str; 29] = [
    "3",
    "1.5",
    "1,5",
    "days",
    "day",
    "d",
    "months",
    "weken",
    "hours",
    "h",
    "at",
    "09:30",
    "25:00",
    "9",
    "-",
    "+",
    "−",
    "P",
    "T",
    "2026-12-24",
    "2026-02-30",
    "event.A.B",
    "contact.x",
    ".",
    ":",
    "ago",
    "é",
    "Z",
    "99999999999",
];
