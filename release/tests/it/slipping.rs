//! What is said where people come to belong to an audience by time alone.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use release::slipping;

use crate::folder::good;

#[test]
fn who_enters_an_audience_by_time_is_pointed_to_a_date() {
    for (asked, instead) in [
        (
            "days_since(contact.since) > 30",
            Some("date: contact.since + 31 days"),
        ),
        (
            "contact.member and days_since(contact.since) >= 30",
            Some("date: contact.since + 30 days"),
        ),
        (
            "not (days_since(contact.since) < 30)",
            Some("date: contact.since + 30 days"),
        ),
        (
            "14 < days_since(contact.since)",
            Some("date: contact.since + 15 days"),
        ),
        (
            "days_since(contact.since) in [7, 3]",
            Some("date: contact.since + 3 days"),
        ),
        (
            "days_since(contact.since) == -7",
            Some("date: contact.since - 7 days"),
        ),
        // It ends by time, and begins by a write.
        ("days_since(contact.since) < 30", None),
        (
            "not contact.member and days_since(contact.since) <= 30",
            None,
        ),
        ("contact.first_name == 'days_since(x)'", None),
    ] {
        let where_ = format!(
            "{{ enters: {{ where: \"has(contact.since) and has(contact.first_name) and {asked}\" }} }}"
        );
        assert_eq!(of(&where_), instead.map(str::to_owned), "{asked}");
    }
    let turned =
        "{ enters: { not: { where: has(contact.since) and days_since(contact.since) < 7 } } }";
    assert_eq!(of(turned).as_deref(), Some("date: contact.since + 7 days"));
    let written = "{ joins: vips, where: has(contact.since) and days_since(contact.since) > 7 }";
    assert_eq!(of(written), None);
}

/// Returns what is said of a journey with that trigger.
fn of(trigger: &str) -> Option<String> {
    let event = "trigger:\n  - event: MEMBER_NEW\n    where: event.form == 'vrienden' and not contact.member\n";
    let written = good().edit(
        "journeys/nieuws.yaml",
        event,
        &format!("trigger: {trigger}\n"),
    );
    let compiled = written.compile().unwrap();
    let plans = compiled.journeys.values().map(|journey| &journey.plan);
    let slip = slipping(plans).pop()?;
    assert_eq!(slip.journey, "nieuws");
    Some(slip.instead)
}
