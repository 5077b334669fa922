//! Caps, dates that come again, and who may come in.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use super::journeys::{contact, plan};
use crate::{
    Admission, Cap, History, Moment, Period, Reentry, Refusal, Repeat, Value, admit, arm, rearm,
    zone,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_mail_counts_until_the_stretch_is_over_and_not_at_its_end() {
    let mailed = [at("2026-11-23T09:00:00Z"), at("2026-11-24T09:00:00Z")];
    for (cap, now, room) in [
        ("1 per day", "2026-11-24T10:00:00Z", "2026-11-25T09:00:00Z"),
        ("1 per day", "2026-11-25T08:59:00Z", "2026-11-25T09:00:00Z"),
        ("1 per day", "2026-11-25T09:00:00Z", "2026-11-25T09:00:00Z"),
        (
            "2 per 7 days",
            "2026-11-25T09:00:00Z",
            "2026-11-30T09:00:00Z",
        ),
        (
            "3 per 7 days",
            "2026-11-25T09:00:00Z",
            "2026-11-25T09:00:00Z",
        ),
        ("2 per week", "2026-11-30T09:00:00Z", "2026-11-30T09:00:00Z"),
    ] {
        assert_eq!(
            Cap::parse(cap).unwrap().room(&mailed, at(now)),
            at(room),
            "{cap} {now}"
        );
    }
    for wrong in [
        "per day",
        "0 per day",
        "1 a day",
        "1 per",
        "-1 per day",
        "1 per dag",
    ] {
        assert!(Cap::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_cap_counts_days_of_24_hours_and_months_of_30_days() {
    for (text, count, hours) in [
        ("1 per day", 1, 24),
        ("3 per 7 days", 3, 7 * 24),
        ("10 per month", 10, 30 * 24),
        ("2 per 1 month 1 day 1 hour", 2, 31 * 24 + 1),
    ] {
        let cap = Cap::parse(text).unwrap();
        assert_eq!((cap.as_str(), cap.count()), (text, count));
        assert_eq!(cap.span(), SignedDuration::from_hours(hours), "{text}");
    }
}

#[test]
fn a_date_trigger_follows_its_field() {
    let amsterdam = zone("Europe/Amsterdam").unwrap();
    let birthday = Moment::parse("contact.born at 09:00").unwrap();
    let before = Moment::parse("contact.born - 3 days at 09:00").unwrap();
    let feb = Value::Date(date(2000, 2, 29));
    let today = Value::Date(date(2026, 11, 23));
    for (moment, repeat, value, now, due) in [
        (
            &birthday,
            Repeat::Never,
            &today,
            "2026-11-22T10:00:00Z",
            Some("2026-11-23T08:00:00Z"),
        ),
        // Of today, but over: at once. Of yesterday: never.
        (
            &birthday,
            Repeat::Never,
            &today,
            "2026-11-23T10:00:00Z",
            Some("2026-11-23T10:00:00Z"),
        ),
        (
            &birthday,
            Repeat::Never,
            &today,
            "2026-11-24T10:00:00Z",
            None,
        ),
        (
            &birthday,
            Repeat::Yearly,
            &today,
            "2026-11-24T10:00:00Z",
            Some("2027-11-23T08:00:00Z"),
        ),
        (
            &birthday,
            Repeat::Yearly,
            &feb,
            "2027-01-01T00:00:00Z",
            Some("2027-02-28T08:00:00Z"),
        ),
        (
            &before,
            Repeat::Yearly,
            &feb,
            "2027-01-01T00:00:00Z",
            Some("2027-02-25T08:00:00Z"),
        ),
        (
            &before,
            Repeat::Yearly,
            &feb,
            "2028-02-26T09:00:00Z",
            Some("2028-02-26T09:00:00Z"),
        ),
    ] {
        let found = arm(moment, repeat, Some(value), &amsterdam, at(now));
        assert_eq!(found, due.map(at), "{} {repeat:?} {now}", moment.as_str());
    }
}

#[test]
fn a_date_trigger_comes_again_from_its_field_and_never_without_one() {
    let amsterdam = zone("Europe/Amsterdam").unwrap();
    let birthday = Moment::parse("contact.born at 09:00").unwrap();
    let feb = Value::Date(date(2000, 2, 29));
    let now = at("2027-01-01T00:00:00Z");
    assert_eq!(arm(&birthday, Repeat::Yearly, None, &amsterdam, now), None);
    // From the field, not from a clamped date.
    let fired = at("2027-02-28T08:00:00Z");
    let again = rearm(&birthday, Repeat::Yearly, Some(&feb), &amsterdam, fired);
    assert_eq!(again, Some(at("2028-02-29T08:00:00Z")));
    assert_eq!(
        rearm(&birthday, Repeat::Never, Some(&feb), &amsterdam, fired),
        None
    );
}

#[test]
fn whether_somebody_may_come_in_again_is_decided_by_their_last_time() {
    let mut plan = plan(Vec::new());
    let day = Period::parse("1 day").unwrap();
    let now = at("2026-10-25T11:00:00Z");
    let history = |last: Option<&str>, running| History {
        last: last.map(at),
        running,
        entries: 0,
    };
    let refused = |refusal| Admission::Refused(refusal);
    for (reentry, history, admission) in [
        (Reentry::Never, history(None, false), Admission::Admitted),
        (
            Reentry::Never,
            history(Some("2020-01-01T00:00:00Z"), false),
            refused(Refusal::Never),
        ),
        (
            Reentry::Single,
            history(Some("2026-10-25T10:00:00Z"), false),
            Admission::Admitted,
        ),
        (
            Reentry::Single,
            history(Some("2026-10-25T10:00:00Z"), true),
            refused(Refusal::Single),
        ),
        (
            Reentry::Restart,
            history(Some("2026-10-25T10:00:00Z"), true),
            Admission::Restarts,
        ),
        (
            Reentry::Restart,
            history(Some("2026-10-25T10:00:00Z"), false),
            Admission::Admitted,
        ),
        (
            Reentry::Unlimited,
            history(Some("2026-10-25T10:00:00Z"), true),
            Admission::Admitted,
        ),
        // The day before, the clocks changed: a day of 25 hours.
        (
            Reentry::After(day.clone()),
            history(Some("2026-10-24T10:00:00Z"), false),
            Admission::Admitted,
        ),
        (
            Reentry::After(day.clone()),
            history(Some("2026-10-24T10:01:00Z"), false),
            refused(Refusal::After),
        ),
        (
            Reentry::After(day),
            history(Some("2026-01-01T00:00:00Z"), true),
            refused(Refusal::After),
        ),
    ] {
        plan.reentry = reentry;
        assert_eq!(
            admit(&plan, &contact(), history, now),
            admission,
            "{:?}",
            plan.reentry
        );
    }
    plan.publish.until = Some(date(2026, 10, 25));
    assert_eq!(
        admit(&plan, &contact(), History::default(), now),
        refused(Refusal::Publish)
    );
}

#[test]
fn whoever_came_in_as_often_as_they_may_comes_in_no_more() {
    let mut plan = plan(Vec::new());
    plan.entries_max = Some(2);
    let now = at("2026-10-25T11:00:00Z");
    for (entries, running, expected) in [
        (0, false, Admission::Admitted),
        (1, true, Admission::Admitted),
        (2, false, Admission::Refused(Refusal::AtMost)),
        (3, true, Admission::Refused(Refusal::AtMost)),
    ] {
        let history = History {
            last: (entries > 0).then_some(now),
            running,
            entries,
        };
        let found = admit(&plan, &contact(), history, now);
        assert_eq!(found, expected, "{entries}");
    }
}
