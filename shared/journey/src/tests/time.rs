//! Stories about waiting: nothing drifts, nothing collapses, nothing is early.

use expect_test::expect;

use super::script::{check, check_without};

#[test]
fn waits_do_not_drift_when_wakes_and_mails_are_a_little_late() {
    // Each wake 20 seconds late, each mail 5 seconds later still: six days stay six days.
    check(
        "
        one: wait 2 days
        hello: send
        two: wait 2 days
        three: wait 2 days
        again: send
        ",
        "
        2026-11-23T13:00:00Z start
        2026-11-25T13:00:20Z wake
        2026-11-25T13:00:25Z sent hello
        2026-11-27T13:00:20Z wake
        2026-11-29T13:00:20Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              alarm at 2026-11-25T13:00:00Z
              waits at one until 2026-11-25T13:00:00Z
            2026-11-25T13:00:20Z wake
              order hello for anna
              sends hello, due 2026-11-25T13:00:00Z
            2026-11-25T13:00:25Z sent hello
              alarm at 2026-11-27T13:00:00Z
              waits at two until 2026-11-27T13:00:00Z
            2026-11-27T13:00:20Z wake
              alarm at 2026-11-29T13:00:00Z
              waits at three until 2026-11-29T13:00:00Z
            2026-11-29T13:00:20Z wake
              order again for anna
              sends again, due 2026-11-29T13:00:00Z
            keeps Name, StartDate
            2026-11-25T13:00:00Z one waited
            2026-11-25T13:00:25Z hello sent
            2026-11-27T13:00:00Z two waited
            2026-11-29T13:00:00Z three waited
        "#]],
    );
}

#[test]
fn a_quarter_of_an_hour_is_still_on_time_and_a_second_more_is_not() {
    for wake in ["2026-11-24T13:15:00Z", "2026-11-24T13:15:01Z"] {
        let happens = format!("2026-11-23T13:00:00Z start\n{wake} wake");
        let expected = match wake {
            "2026-11-24T13:15:00Z" => expect![[r#"
                2026-11-23T13:00:00Z start
                  alarm at 2026-11-24T13:00:00Z
                  waits at one until 2026-11-24T13:00:00Z
                2026-11-24T13:15:00Z wake
                  alarm at 2026-11-25T13:00:00Z
                  waits at two until 2026-11-25T13:00:00Z
                keeps Code, Name, StartDate
                2026-11-24T13:00:00Z one waited
            "#]],
            _ => expect![[r#"
                2026-11-23T13:00:00Z start
                  alarm at 2026-11-24T13:00:00Z
                  waits at one until 2026-11-24T13:00:00Z
                2026-11-24T13:15:01Z wake
                  alarm at 2026-11-25T13:16:00Z
                  waits at two until 2026-11-25T13:16:00Z
                keeps Code, Name, StartDate
                2026-11-24T13:15:01Z one waited
            "#]],
        };
        check("one: wait 1 day\ntwo: wait 1 day", &happens, &expected);
    }
}

#[test]
fn waits_do_not_collapse_into_each_other_after_an_outage() {
    // A week of silence: the second wait counts from the end of it, not from when it should have begun.
    check(
        "
        one: wait 1 day
        hello: send
        two: wait 1 day
        again: send
        ",
        "
        2026-11-23T13:00:00Z start
        2026-12-01T09:30:10Z wake
        2026-12-01T09:30:15Z sent hello
        2026-12-02T09:31:00Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              alarm at 2026-11-24T13:00:00Z
              waits at one until 2026-11-24T13:00:00Z
            2026-12-01T09:30:10Z wake
              order hello for anna
              sends hello, due 2026-11-24T13:00:00Z
            2026-12-01T09:30:15Z sent hello
              alarm at 2026-12-02T09:31:00Z
              waits at two until 2026-12-02T09:31:00Z
            2026-12-02T09:31:00Z wake
              order again for anna
              sends again, due 2026-12-02T09:31:00Z
            keeps Name, StartDate
            2026-12-01T09:30:10Z one waited
            2026-12-01T09:30:15Z hello sent
            2026-12-02T09:31:00Z two waited
        "#]],
    );
}

#[test]
fn a_mail_that_is_late_knows_when_it_was_due() {
    // What `expires` counts from is the due moment, also through steps in between.
    check(
        "
        one: wait 1 day
        ask: if contact.member -> hello | hello
        hello: send
        ",
        "
        2026-11-23T13:00:00Z start
        2026-11-24T18:00:00Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              alarm at 2026-11-24T13:00:00Z
              waits at one until 2026-11-24T13:00:00Z
            2026-11-24T18:00:00Z wake
              order hello for anna
              sends hello, due 2026-11-24T13:00:00Z
            keeps Code, Name, StartDate
            2026-11-24T18:00:00Z one waited
            2026-11-24T18:00:00Z ask then
        "#]],
    );
}

#[test]
fn a_moment_ahead_is_waited_for_and_one_past_is_not() {
    check(
        "
        xmas: until 2026-12-24 09:00
        past: until 2026-12-01
        hello: send
        ",
        "
        2026-11-23T13:00:00Z start
        2026-12-24T08:00:00Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              alarm at 2026-12-24T08:00:00Z
              waits at xmas until 2026-12-24T08:00:00Z
            2026-12-24T08:00:00Z wake
              order hello for anna
              sends hello, due 2026-12-24T08:00:00Z
            keeps Code, Name, StartDate
            2026-12-24T08:00:00Z xmas waited
            2026-12-24T08:00:00Z past waited
        "#]],
    );
}

#[test]
fn a_moment_that_is_now_is_not_waited_for() {
    check(
        "
        xmas: until 2026-12-24 09:00
        hello: send
        ",
        "2026-12-24T08:00:00Z start",
        &expect![[r#"
            2026-12-24T08:00:00Z start
              order hello for anna
              sends hello, due 2026-12-24T08:00:00Z
            keeps Code, Name, StartDate
            2026-12-24T08:00:00Z xmas waited
        "#]],
    );
}

#[test]
fn hours_that_are_open_hold_nobody_up() {
    check(
        "
        morning: window mon-fri 09:00-12:00
        hello: send
        ",
        "2026-11-23T10:59:59Z start",
        &expect![[r#"
            2026-11-23T10:59:59Z start
              order hello for anna
              sends hello, due 2026-11-23T10:59:59Z
            keeps Code, Name, StartDate
            2026-11-23T10:59:59Z morning waited
        "#]],
    );
}

#[test]
fn a_moment_of_the_event_is_reckoned_from_it() {
    check(
        "
        before: until event.StartDate - 7 days at 09:00
        hello: send
        ",
        "
        2026-11-23T13:00:00Z start
        2026-12-08T08:00:00Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              alarm at 2026-12-08T08:00:00Z
              waits at before until 2026-12-08T08:00:00Z
            2026-12-08T08:00:00Z wake
              order hello for anna
              sends hello, due 2026-12-08T08:00:00Z
            keeps Code, Name, StartDate
            2026-12-08T08:00:00Z before waited
        "#]],
    );
}

#[test]
fn what_is_absent_ends_the_run_or_does_not_as_the_author_says() {
    check_without(
        "StartDate",
        "
        before: until event.StartDate
        hello: send
        ",
        "2026-11-23T13:00:00Z start",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:00Z
            keeps Code, Name
            2026-11-23T13:00:00Z before absent
        "#]],
    );
    check_without(
        "StartDate",
        "
        before: until event.StartDate or exit
        hello: send
        ",
        "2026-11-23T13:00:00Z start",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              left as absent at 2026-11-23T13:00:00Z
            keeps Name
            2026-11-23T13:00:00Z before absent
        "#]],
    );
}

#[test]
fn a_day_keeps_its_time_of_day_when_the_clocks_change() {
    // Amsterdam leaves summer time on 25 October 2026: the day has 25 hours, and so has the wait.
    check(
        "
        day: wait 1 day
        hours: wait 24 hours
        ",
        "
        2026-10-24T10:00:00Z start
        2026-10-25T11:00:00Z wake
        ",
        &expect![[r#"
            2026-10-24T10:00:00Z start
              alarm at 2026-10-25T11:00:00Z
              waits at day until 2026-10-25T11:00:00Z
            2026-10-25T11:00:00Z wake
              alarm at 2026-10-26T11:00:00Z
              waits at hours until 2026-10-26T11:00:00Z
            keeps Code, Name, StartDate
            2026-10-25T11:00:00Z day waited
        "#]],
    );
}
