//! Which conditions could be left without an answer, and what is said about them.

use expect_test::expect_file;

use super::{Condition, Schema, check};

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    check(
        include_str!("said/names.txt"),
        &expect_file!["said/names.txt"],
    );
}

#[test]
fn where_nothing_is_declared_that_is_said() {
    let condition = Condition::parse("contact.age > 18 and opened('welkom')").unwrap();
    let mistakes = condition.check(&Schema::default()).unwrap_err();
    let said: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "nothing is called `contact.age`; nothing is declared here",
            "no earlier step sends `welkom`; no mail is sent before this",
        ]
    );
}

#[test]
fn kinds_that_do_not_go_together_are_refused() {
    check(
        include_str!("said/kinds.txt"),
        &expect_file!["said/kinds.txt"],
    );
}

#[test]
fn what_is_no_question_is_refused() {
    check(
        include_str!("said/questions.txt"),
        &expect_file!["said/questions.txt"],
    );
}

#[test]
fn dates_stand_in_has_and_days_since_only() {
    check(
        include_str!("said/dates.txt"),
        &expect_file!["said/dates.txt"],
    );
}

#[test]
fn what_may_be_absent_is_read_only_where_it_is_there() {
    check(
        include_str!("said/absent.txt"),
        &expect_file!["said/absent.txt"],
    );
}

#[test]
fn every_independent_mistake_is_reported_in_order() {
    check(
        include_str!("said/several.txt"),
        &expect_file!["said/several.txt"],
    );
}
