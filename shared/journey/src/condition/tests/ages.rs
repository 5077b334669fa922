//! What time alone can bring about.

use super::Condition;

#[test]
fn a_date_that_grows_old_brings_about_what_asks_for_its_age() {
    for (condition, yes, no) in [
        ("days_since(contact.born) > 30", Some(31), None),
        ("days_since(contact.born) >= 30", Some(30), None),
        ("days_since(contact.born) < 30", None, Some(30)),
        ("days_since(contact.born) <= 30", None, Some(31)),
        ("days_since(contact.born) == -7", Some(-7), Some(-6)),
        ("days_since(contact.born) != 3", Some(4), Some(3)),
        ("days_since(contact.born) > 2.5", Some(3), None),
        ("days_since(contact.born) >= 2.5", Some(3), None),
        ("30 < days_since(contact.born)", Some(31), None),
        ("30 <= days_since(contact.born)", Some(30), None),
        ("30 > days_since(contact.born)", None, Some(30)),
        ("30 >= days_since(contact.born)", None, Some(31)),
        ("days_since(contact.born) in [7, 3]", Some(3), Some(8)),
        ("not days_since(contact.born) < 30", Some(30), None),
        (
            "contact.member and days_since(contact.born) > 30",
            Some(31),
            None,
        ),
        (
            "contact.member or days_since(contact.born) > 30",
            Some(31),
            None,
        ),
        ("contact.member", None, None),
        ("contact.score in [7, 3]", None, None),
    ] {
        let condition = Condition::parse(condition).unwrap();
        let days = |answer| {
            condition
                .ages(answer)
                .map(|(path, day)| (path, day.unwrap()))
        };
        assert_eq!(
            days(true),
            yes.map(|day| ("contact.born", day)),
            "{condition:?}"
        );
        assert_eq!(
            days(false),
            no.map(|day| ("contact.born", day)),
            "{condition:?}"
        );
    }
    let against_another = Condition::parse("days_since(contact.born) > contact.score").unwrap();
    assert_eq!(against_another.ages(true), Some(("contact.born", None)));
}
