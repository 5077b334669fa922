//! What is a condition, what is not, and what the answer to the latter says.

use expect_test::expect_file;
use proptest::prelude::*;

use super::super::is_path;
use super::{Condition, Known, check, schema};

#[test]
fn words_of_other_languages_are_translated() {
    check(
        include_str!("said/translated.txt"),
        &expect_file!["said/translated.txt"],
    );
}

#[test]
fn a_value_that_is_written_wrong_is_explained() {
    check(
        include_str!("said/values.txt"),
        &expect_file!["said/values.txt"],
    );
}

#[test]
fn a_condition_that_is_cut_short_is_explained() {
    check(
        include_str!("said/cut-short.txt"),
        &expect_file!["said/cut-short.txt"],
    );
}

#[test]
fn functions_and_lists_say_what_they_take() {
    check(
        include_str!("said/functions.txt"),
        &expect_file!["said/functions.txt"],
    );
}

#[test]
fn nothing_is_no_condition() {
    for source in ["", "  ", "\n"] {
        let mistake = Condition::parse(source).unwrap_err();
        assert_eq!(mistake.at, 0..source.len());
        assert_eq!(mistake.what, "there is no condition here");
    }
}

#[test]
fn what_cannot_be_seen_is_named() {
    let mistake = Condition::parse("contact.score > \u{7}").unwrap_err();
    assert_eq!(mistake.what, r"`\u{7}` means nothing in a condition");
}

#[test]
fn operators_bind_as_documented() {
    for (written, meant) in [
        ("not a.x == 5", "not (a.x == 5)"),
        ("not a.x in b.y and c.z", "(not (a.x in b.y)) and c.z"),
        ("a.x or b.y and not c.z", "a.x or (b.y and (not c.z))"),
        (
            "a.x and b.y or c.z and d.w",
            "(a.x and b.y) or (c.z and d.w)",
        ),
        ("not not a.x", "not (not a.x)"),
        ("  a.x\n  and\tb.y", "a.x and b.y"),
        ("a.x in ['1','2',]", "a.x in [ \"1\", \"2\" ]"),
        ("a.x == -0.50", "a.x == -0.5"),
        ("has(a.x)", "( has ( a.x ) )"),
        ("clicked('x','y')", "clicked (\"x\", 'y' )"),
    ] {
        assert_eq!(
            Condition::parse(written).unwrap(),
            Condition::parse(meant).unwrap()
        );
    }
    for (one, other) in [
        ("(a.x or b.y) and c.z", "a.x or b.y and c.z"),
        ("(not a.x) == b.y", "not a.x == b.y"),
        ("a.x == '5'", "a.x == 5"),
        ("has(a.x)", "has(a.y)"),
        ("opened('x')", "opened('y')"),
        ("opened('x')", "clicked('x')"),
        ("clicked('x')", "clicked('x', 'y')"),
        ("a.x < b.y", "a.x <= b.y"),
    ] {
        assert_ne!(
            Condition::parse(one).unwrap(),
            Condition::parse(other).unwrap()
        );
    }
}

#[test]
fn a_path_is_names_with_dots_between_them() {
    for path in [
        "x",
        "_",
        "contact.x",
        "event.A.B_c.d2",
        "contact.straße",
        "a.2b",
    ] {
        assert!(is_path(path), "{path}");
    }
    for other in [
        "",
        ".",
        "2b.a",
        "a.",
        ".a",
        "a..b",
        "a b",
        "a-b",
        "a.b!",
        "a.\u{301}",
    ] {
        assert!(!is_path(other), "{other}");
    }
}

#[test]
fn a_condition_says_what_it_reads() {
    let source = "contact.x in contact.l and (has(event.A.B) or days_since(contact.d) > 3) \
                  and (opened('one') or not clicked('two', 'link'))";
    let condition = Condition::parse(source).unwrap();
    let paths: Vec<&str> = condition.paths().into_iter().collect();
    assert_eq!(paths, ["contact.d", "contact.l", "contact.x", "event.A.B"]);
    let links = condition.links().into_iter();
    let links: Vec<_> = links
        .map(|(send, link, at)| (send, link, &source[at]))
        .collect();
    assert_eq!(
        links,
        [("one", None, "'one'"), ("two", Some("link"), "'link'")]
    );
    assert_eq!(condition.as_str(), source);
    assert_eq!(format!("{condition:?}"), format!("Condition({source})"));
}

#[test]
fn every_limit_is_exact() {
    let nested = |depth| format!("{}a.x{}", "(".repeat(depth), ")".repeat(depth));
    let refused = |source: &str| Condition::parse(source).err().map(|mistake| mistake.what);
    assert_eq!(refused(&nested(63)), None);
    assert_eq!(
        refused(&nested(64)).unwrap(),
        "more than 64 parentheses and `not`s stand in each other"
    );
    assert_eq!(refused(&format!("{}a.x", "not ".repeat(63))), None);
    assert!(refused(&format!("{}a.x", "not ".repeat(64))).is_some());
    let wide = |terms| vec!["a.x"; terms].join(" or ");
    assert_eq!(refused(&format!("{:4096}", wide(500))), None);
    assert_eq!(
        refused(&format!("{:4097}", wide(500))).unwrap(),
        "this condition is longer than 4096 bytes"
    );
    let list = |items| format!("a.x in [{}]", vec!["1"; items].join(","));
    assert_eq!(refused(&list(200)), None);
    assert_eq!(
        refused(&list(201)).unwrap(),
        "this list has more than 200 items"
    );
    let digits = |digits| format!("a.x > {}", "9".repeat(digits));
    assert_eq!(refused(&digits(308)), None);
    assert_eq!(refused(&digits(400)).unwrap(), "this number is too large");
}

#[test]
fn the_deepest_condition_is_checked_and_answered() {
    for (open, close, times) in [
        ("(", ")", 63),
        ("not ", "", 63),
        ("not (", ")", 31),
        ("(true == (", "))", 31),
    ] {
        let source = format!("{}contact.vip{}", open.repeat(times), close.repeat(times));
        let condition = Condition::parse(&source).unwrap();
        let mistakes = condition.check(&schema()).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{source}");
        assert_eq!(mistakes[0].what, "`contact.vip` may be absent");
        condition.holds(&Known::default());
        assert_eq!(condition.paths().len(), 1);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(source in "\\PC{0,40}") {
        refused_in_place(&source)?;
    }

    #[test]
    fn any_words_are_read_or_refused_at_a_place_in_them(
        words in prop::collection::vec(prop::sample::select(WORDS.as_slice()), 0..12),
        glue in prop::sample::select(["", " "].as_slice()),
    ) {
        refused_in_place(&words.join(glue))?;
    }
}

/// Fails if a text is refused at a place that is not in it.
fn refused_in_place(source: &str) -> Result<(), TestCaseError> {
    match Condition::parse(source) {
        Ok(condition) => {
            let mistakes = condition.check(&schema()).err().unwrap_or_default();
            prop_assert!(
                mistakes
                    .iter()
                    .all(|mistake| source.get(mistake.at.clone()).is_some())
            );
        }
        Err(mistake) => prop_assert!(source.get(mistake.at).is_some()),
    }
    Ok(())
}

/// What conditions and near-conditions are made of.
const WORDS: [&str; 36] = [
    "and",
    "or",
    "not",
    "in",
    "true",
    "has",
    "opened",
    "clicked",
    "days_since",
    "contact.score",
    "contact.tags",
    "contact.renewal",
    "contact.city",
    "x",
    "(",
    ")",
    "[",
    "]",
    ",",
    "==",
    "!=",
    "<",
    ">=",
    "=",
    "!",
    "&&",
    "'a'",
    "\"b\"",
    "'",
    "5",
    "-5",
    "1.5",
    "-",
    ".",
    "é",
    "‘",
];
