//! Stories about what happens to a contact while a run is on its way.

use expect_test::expect;

use super::script::check;

#[test]
fn what_is_waited_for_takes_no_step_until_the_next_wake_up() {
    check(
        "
        hello: send
        order: for ORDER within 7 days -> thanks | again
        thanks: tag customer -> end
        again: send
        ",
        "
        2026-11-23T13:00:00Z start
        2026-11-23T13:00:00Z event ORDER
        2026-11-23T13:00:05Z sent hello
        2026-11-24T10:00:00Z event OTHER
        2026-11-24T10:00:00Z event ORDER
        2026-11-24T10:00:00Z event ORDER
        2026-11-24T10:00:02Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:00Z
            2026-11-23T13:00:00Z event ORDER
              ignored: Unrelated
            2026-11-23T13:00:05Z sent hello
              alarm at 2026-11-30T13:00:00Z
              waits at order until 2026-11-30T13:00:00Z
            2026-11-24T10:00:00Z event OTHER
              ignored: Unrelated
            2026-11-24T10:00:00Z event ORDER
              alarm at 2026-11-24T10:00:00Z
              goes on from order since 2026-11-24T10:00:00Z
            2026-11-24T10:00:00Z event ORDER
              ignored: Stale
            2026-11-24T10:00:02Z wake
              tag customer
              left as finished at 2026-11-24T10:00:00Z
            keeps Name, StartDate
            2026-11-23T13:00:05Z hello sent
            2026-11-24T10:00:00Z order then
            2026-11-24T10:00:00Z thanks tag
        "#]],
    );
}

#[test]
fn a_run_that_ended_while_its_mail_left_remembers_that_mail() {
    check(
        "
        hello: send
        pause: wait 1 day
        ",
        "
        2026-11-23T13:00:00Z start
        2026-11-23T13:00:01Z restart
        2026-11-23T13:00:02Z opened hello
        2026-11-23T13:00:02Z opened pause
        2026-11-23T13:00:03Z sent hello
        2026-11-23T13:00:04Z sent hello
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:00Z
            2026-11-23T13:00:01Z restart
              left as restarted at 2026-11-23T13:00:01Z
            2026-11-23T13:00:02Z opened hello
              left as restarted at 2026-11-23T13:00:01Z
            2026-11-23T13:00:02Z opened pause
              ignored: Left
            2026-11-23T13:00:03Z sent hello
              left as restarted at 2026-11-23T13:00:01Z
            2026-11-23T13:00:04Z sent hello
              ignored: Left
            keeps Name, StartDate
            2026-11-23T13:00:03Z hello sent
        "#]],
    );
}

#[test]
fn a_run_that_ended_remembers_a_mail_of_which_nobody_knows_whether_it_left() {
    check(
        "
        hello: send
        ",
        "
        2026-11-23T13:00:00Z start
        2026-11-23T13:00:01Z restart
        2026-11-23T13:15:00Z uncertain hello
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:00Z
            2026-11-23T13:00:01Z restart
              left as restarted at 2026-11-23T13:00:01Z
            2026-11-23T13:15:00Z uncertain hello
              left as restarted at 2026-11-23T13:00:01Z
            keeps Name, StartDate
            2026-11-23T13:15:00Z hello uncertain
        "#]],
    );
}

#[test]
fn who_does_nothing_goes_the_other_way_at_the_end() {
    check(
        "
        hello: send
        read: opened hello within 2 hours -> yes | no
        yes: exit read
        no: score 3
        ",
        "
        2026-11-23T13:00:00Z start
        2026-11-23T13:00:05Z sent hello
        2026-11-23T14:00:00Z opened other
        2026-11-23T14:59:00Z wake
        2026-11-23T15:00:00Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:00Z
            2026-11-23T13:00:05Z sent hello
              alarm at 2026-11-23T15:00:00Z
              waits at read until 2026-11-23T15:00:00Z
            2026-11-23T14:00:00Z opened other
              ignored: Unrelated
            2026-11-23T14:59:00Z wake
              ignored: Early
            2026-11-23T15:00:00Z wake
              score +3
              left as finished at 2026-11-23T15:00:00Z
            keeps Name, StartDate
            2026-11-23T13:00:05Z hello sent
            2026-11-23T15:00:00Z read else
            2026-11-23T15:00:00Z no score
        "#]],
    );
    check(
        "
        hello: send
        read: opened hello within 2 hours -> yes | no
        yes: exit read
        no: score 3
        ",
        "
        2026-11-23T13:00:00Z start
        2026-11-23T13:00:05Z sent hello
        2026-11-23T15:00:00Z opened hello
        2026-11-23T15:00:00Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:00Z
            2026-11-23T13:00:05Z sent hello
              alarm at 2026-11-23T15:00:00Z
              waits at read until 2026-11-23T15:00:00Z
            2026-11-23T15:00:00Z opened hello
              alarm at 2026-11-23T15:00:00Z
              goes on from read since 2026-11-23T15:00:00Z
            2026-11-23T15:00:00Z wake
              left as read at 2026-11-23T15:00:00Z
            keeps Name, StartDate
            2026-11-23T13:00:05Z hello sent
            2026-11-23T15:00:00Z read then
        "#]],
    );
}

#[test]
fn what_has_come_already_is_not_waited_for() {
    check(
        "
        hello: send
        pause: wait 1 hour
        read: opened hello within 2 hours -> yes | no
        yes: exit read
        no: exit unread
        ",
        "
        2026-11-23T13:00:00Z start
        2026-11-23T13:00:00Z sent hello
        2026-11-23T13:30:00Z clicked hello
        2026-11-23T14:00:00Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:00Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:00Z
            2026-11-23T13:00:00Z sent hello
              alarm at 2026-11-23T14:00:00Z
              waits at pause until 2026-11-23T14:00:00Z
            2026-11-23T13:30:00Z clicked hello
              alarm at 2026-11-23T14:00:00Z
              waits at pause until 2026-11-23T14:00:00Z
            2026-11-23T14:00:00Z wake
              left as read at 2026-11-23T14:00:00Z
            keeps Name, StartDate
            2026-11-23T13:00:00Z hello sent
            2026-11-23T14:00:00Z pause waited
            2026-11-23T14:00:00Z read then
        "#]],
    );
}

#[test]
fn an_end_comes_whatever_a_run_is_doing() {
    for happens in [
        "2026-11-23T13:00:00Z restart",
        "2026-11-23T13:00:00Z start\n2026-11-23T13:00:00Z restart",
        "2026-11-23T13:00:00Z start\n2026-11-23T13:00:00Z refused hello\n2026-11-23T13:00:01Z restart",
    ] {
        let happens = format!("{happens}\n2026-11-23T13:00:02Z restart");
        check(
            "hello: send",
            &happens,
            &match happens.lines().count() {
                2 => expect![[r#"
                    2026-11-23T13:00:00Z restart
                      left as restarted at 2026-11-23T13:00:00Z
                    2026-11-23T13:00:02Z restart
                      ignored: Left
                    keeps Name, StartDate
                "#]],
                3 => expect![[r#"
                    2026-11-23T13:00:00Z start
                      order hello for anna
                      sends hello, due 2026-11-23T13:00:00Z
                    2026-11-23T13:00:00Z restart
                      left as restarted at 2026-11-23T13:00:00Z
                    2026-11-23T13:00:02Z restart
                      ignored: Left
                    keeps Name, StartDate
                "#]],
                _ => expect![[r#"
                    2026-11-23T13:00:00Z start
                      order hello for anna
                      sends hello, due 2026-11-23T13:00:00Z
                    2026-11-23T13:00:00Z refused hello
                      is parked at hello: mend it
                    2026-11-23T13:00:01Z restart
                      left as restarted at 2026-11-23T13:00:01Z
                    2026-11-23T13:00:02Z restart
                      ignored: Left
                    keeps Name, StartDate
                "#]],
            },
        );
    }
}

#[test]
fn hours_hold_a_run_where_they_are_closed() {
    check(
        "
        morning: window mon-fri 09:00-12:00
        call: call crm
        jump: jump -> last
        never: send
        last: untag new
        ",
        "
        2026-11-21T13:00:00Z start
        2026-11-23T08:00:00Z wake
        2026-11-23T08:00:03Z sent call
        ",
        &expect![[r#"
            2026-11-21T13:00:00Z start
              alarm at 2026-11-23T08:00:00Z
              waits at morning until 2026-11-23T08:00:00Z
            2026-11-23T08:00:00Z wake
              call at call
              calls at call
            2026-11-23T08:00:03Z sent call
              untag new
              left as finished at 2026-11-23T08:00:00Z
            keeps Name, StartDate
            2026-11-23T08:00:00Z morning waited
            2026-11-23T08:00:03Z call called
            2026-11-23T08:00:00Z jump jumped
            2026-11-23T08:00:00Z last untag
        "#]],
    );
}
