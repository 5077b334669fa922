//! Stories for the core: a journey and what happens go in, a timeline comes out.

mod addresses;
mod agreements;
mod audiences;
mod clearance;
mod entrances;
mod goals;
mod hidden;
mod ids;
mod journeys;
mod known;
mod laws;
mod limits;
mod migrations;
mod parked;
mod people;
mod plans;
mod readers;
mod rehearsals;
mod runs;
mod scores;
mod script;
mod signals;
mod time;
mod ways;

use expect_test::expect;

use script::{check, check_without};

#[test]
fn steps_are_taken_until_one_rests() {
    check(
        "
        hello: send
        pause: wait 3 days
        again: send
        ",
        "
        2026-11-23T13:00:20Z start
        2026-11-23T13:00:25Z sent hello
        2026-11-26T13:01:00Z wake
        2026-11-26T13:01:02Z sent again
        ",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:25Z sent hello
              alarm at 2026-11-26T13:01:00Z
              waits at pause until 2026-11-26T13:01:00Z
            2026-11-26T13:01:00Z wake
              order again for anna
              sends again, due 2026-11-26T13:01:00Z
            2026-11-26T13:01:02Z sent again
              left as finished at 2026-11-26T13:01:00Z
            keeps Name, StartDate
            2026-11-23T13:00:25Z hello sent
            2026-11-26T13:01:00Z pause waited
            2026-11-26T13:01:02Z again sent
        "#]],
    );
}

#[test]
fn a_question_is_answered_on_arrival_and_leads_one_way() {
    let journey = "
        ask: if contact.member -> yes | no
        yes: send -> end
        no: exit stranger
        ";
    check(
        journey,
        "2026-11-23T13:00:20Z start",
        &expect![[r#"
        2026-11-23T13:00:20Z start
          order yes for anna
          sends yes, due 2026-11-23T13:00:20Z
        keeps Code, Name, StartDate
        2026-11-23T13:00:20Z ask then
    "#]],
    );
    check_without(
        "member",
        journey,
        "2026-11-23T13:00:20Z start",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              left as stranger at 2026-11-23T13:00:20Z
            keeps Name, StartDate
            2026-11-23T13:00:20Z ask else
        "#]],
    );
}

#[test]
fn a_notification_holds_nobody_up_and_goes_to_each_recipient() {
    check(
        "
        note: notify joris, els
        empty: notify
        hello: send
        ",
        "2026-11-23T13:00:20Z start",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              order note for joris
              order note for els
              order hello for anna
              sends hello, due 2026-11-23T13:00:20Z
            keeps Code, Name, StartDate
            2026-11-23T13:00:20Z note notified
            2026-11-23T13:00:20Z empty nobody
        "#]],
    );
}

#[test]
fn every_end_of_a_mail_but_a_refusal_moves_the_run_on() {
    check(
        "
        a: send
        b: send
        c: send
        d: send
        e: send
        f: send
        ",
        "
        2026-11-23T13:00:20Z start
        2026-11-23T13:00:21Z sent a
        2026-11-23T13:00:22Z uncertain b
        2026-11-23T13:00:23Z expired c
        2026-11-23T13:00:24Z opted_out d
        2026-11-23T13:00:25Z suppressed e
        2026-11-23T13:00:26Z refused f
        ",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              order a for anna
              sends a, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:21Z sent a
              order b for anna
              sends b, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:22Z uncertain b
              order c for anna
              sends c, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:23Z expired c
              order d for anna
              sends d, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:24Z opted_out d
              order e for anna
              sends e, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:25Z suppressed e
              order f for anna
              sends f, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:26Z refused f
              is parked at f: mend it
            keeps Name, StartDate
            2026-11-23T13:00:21Z a sent
            2026-11-23T13:00:22Z b uncertain
            2026-11-23T13:00:23Z c expired
            2026-11-23T13:00:24Z d opted_out
            2026-11-23T13:00:25Z e suppressed
        "#]],
    );
}

#[test]
fn an_input_that_no_longer_applies_changes_nothing() {
    check(
        "
        hello: send
        pause: wait 1 hour
        again: send
        ",
        "
        2026-11-23T13:00:20Z wake
        2026-11-23T13:00:20Z sent hello
        2026-11-23T13:00:20Z start
        2026-11-23T13:00:21Z start
        2026-11-23T13:00:22Z wake
        2026-11-23T13:00:23Z sent again
        2026-11-23T13:00:24Z sent hello
        2026-11-23T13:00:25Z sent hello
        2026-11-23T13:59:59Z wake
        2026-11-23T14:01:00Z wake
        2026-11-23T14:01:01Z wake
        2026-11-23T14:01:02Z refused again
        2026-11-23T14:01:03Z sent again
        2026-11-23T14:01:04Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:20Z wake
              order hello for anna
              sends hello, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:20Z sent hello
              alarm at 2026-11-23T14:01:00Z
              waits at pause until 2026-11-23T14:01:00Z
            2026-11-23T13:00:20Z start
              ignored: Stale
            2026-11-23T13:00:21Z start
              ignored: Stale
            2026-11-23T13:00:22Z wake
              ignored: Early
            2026-11-23T13:00:23Z sent again
              ignored: Stale
            2026-11-23T13:00:24Z sent hello
              ignored: Stale
            2026-11-23T13:00:25Z sent hello
              ignored: Stale
            2026-11-23T13:59:59Z wake
              ignored: Early
            2026-11-23T14:01:00Z wake
              order again for anna
              sends again, due 2026-11-23T14:01:00Z
            2026-11-23T14:01:01Z wake
              ignored: Stale
            2026-11-23T14:01:02Z refused again
              is parked at again: mend it
            2026-11-23T14:01:03Z sent again
              ignored: Parked
            2026-11-23T14:01:04Z wake
              ignored: Parked
            keeps Name, StartDate
            2026-11-23T13:00:20Z hello sent
            2026-11-23T14:01:00Z pause waited
        "#]],
    );
}

#[test]
fn what_is_over_stays_over() {
    check(
        "hello: send",
        "
        2026-11-23T13:00:20Z start
        2026-11-23T13:00:21Z sent hello
        2026-11-23T13:00:22Z start
        2026-11-23T13:00:22Z wake
        2026-11-23T13:00:22Z sent hello
        2026-11-23T13:00:22Z erase
        ",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:21Z sent hello
              left as finished at 2026-11-23T13:00:20Z
            2026-11-23T13:00:22Z start
              ignored: Left
            2026-11-23T13:00:22Z wake
              ignored: Left
            2026-11-23T13:00:22Z sent hello
              ignored: Left
            2026-11-23T13:00:22Z erase
              ignored: Left
            keeps 
            2026-11-23T13:00:21Z hello sent
        "#]],
    );
}

#[test]
fn who_is_erased_leaves_and_leaves_nothing_behind() {
    check(
        "
        hello: send
        pause: wait 3 days
        again: send
        ",
        "
        2026-11-23T13:00:20Z start
        2026-11-23T13:00:21Z sent hello
        2026-11-24T13:00:00Z erase
        2026-11-26T13:01:00Z wake
        ",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:21Z sent hello
              alarm at 2026-11-26T13:01:00Z
              waits at pause until 2026-11-26T13:01:00Z
            2026-11-24T13:00:00Z erase
              left as erased at 2026-11-24T13:00:00Z
            2026-11-26T13:01:00Z wake
              ignored: Left
            keeps 
            2026-11-23T13:00:21Z hello sent
        "#]],
    );
}

#[test]
fn a_secret_is_forgotten_after_its_last_mail_and_the_rest_is_kept() {
    check(
        "
        code: send Code
        pause: wait 1 hour
        name: send Name
        ",
        "
        2026-11-23T13:00:20Z start
        2026-11-23T13:00:21Z sent code
        2026-11-23T14:01:00Z wake
        2026-11-23T14:01:01Z sent name
        ",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              order code for anna
              sends code, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:21Z sent code
              alarm at 2026-11-23T14:01:00Z
              waits at pause until 2026-11-23T14:01:00Z
            2026-11-23T14:01:00Z wake
              order name for anna
              sends name, due 2026-11-23T14:01:00Z
            2026-11-23T14:01:01Z sent name
              left as finished at 2026-11-23T14:01:00Z
            keeps Name, StartDate
            2026-11-23T13:00:21Z code sent
            2026-11-23T14:01:00Z pause waited
            2026-11-23T14:01:01Z name sent
        "#]],
    );
}

#[test]
fn a_secret_that_a_notification_tells_stays_until_the_record_goes() {
    check(
        "
        note: notify joris: Code
        pause: wait 1 hour
        hello: send
        ",
        "
        2026-11-23T13:00:20Z start
        2026-11-23T14:01:00Z wake
        2026-11-23T14:01:01Z sent hello
        ",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              order note for joris
              alarm at 2026-11-23T14:01:00Z
              waits at pause until 2026-11-23T14:01:00Z
            2026-11-23T14:01:00Z wake
              order hello for anna
              sends hello, due 2026-11-23T14:01:00Z
            2026-11-23T14:01:01Z sent hello
              left as finished at 2026-11-23T14:01:00Z
            keeps Code, Name, StartDate
            2026-11-23T13:00:20Z note notified
            2026-11-23T14:01:00Z pause waited
            2026-11-23T14:01:01Z hello sent
        "#]],
    );
}

#[test]
fn a_secret_stays_while_its_mail_is_parked() {
    check(
        "code: send Code",
        "
        2026-11-23T13:00:20Z start
        2026-11-23T13:00:21Z refused code
        ",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              order code for anna
              sends code, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:21Z refused code
              is parked at code: mend it
            keeps Code, Name, StartDate
        "#]],
    );
}

#[test]
fn an_empty_journey_is_finished_at_once() {
    check(
        "",
        "2026-11-23T13:00:20Z start",
        &expect![[r#"
        2026-11-23T13:00:20Z start
          left as finished at 2026-11-23T13:00:20Z
        keeps Name, StartDate
    "#]],
    );
}
