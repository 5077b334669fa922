//! Stories of runs that are parked, and go on once somebody has mended why.

use expect_test::expect;

use super::script::check;

#[test]
fn a_parked_run_takes_the_step_again_that_could_not_be_done() {
    check(
        "
        hello: send
        pause: wait 1 hour
        ",
        "
        2026-11-23T13:00:20Z start
        2026-11-23T13:00:21Z retry
        2026-11-23T13:00:22Z refused hello
        2026-11-23T13:00:23Z start
        2026-11-25T13:00:24Z retry
        2026-11-25T13:00:25Z retry
        2026-11-25T13:00:26Z refused hello
        2026-11-25T13:00:27Z retry
        2026-11-25T13:00:28Z sent hello
        2026-11-25T13:00:29Z retry
        2026-11-25T14:02:00Z wake
        2026-11-25T14:02:01Z retry
        ",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:21Z retry
              ignored: Stale
            2026-11-23T13:00:22Z refused hello
              is parked at hello: mend it
            2026-11-23T13:00:23Z start
              ignored: Parked
            2026-11-25T13:00:24Z retry
              order hello for anna
              sends hello, due 2026-11-23T13:00:22Z
            2026-11-25T13:00:25Z retry
              ignored: Stale
            2026-11-25T13:00:26Z refused hello
              is parked at hello: mend it
            2026-11-25T13:00:27Z retry
              order hello for anna
              sends hello, due 2026-11-25T13:00:26Z
            2026-11-25T13:00:28Z sent hello
              alarm at 2026-11-25T14:01:00Z
              waits at pause until 2026-11-25T14:01:00Z
            2026-11-25T13:00:29Z retry
              ignored: Stale
            2026-11-25T14:02:00Z wake
              left as finished at 2026-11-25T14:01:00Z
            2026-11-25T14:02:01Z retry
              ignored: Left
            keeps Name, StartDate
            2026-11-25T13:00:28Z hello sent
            2026-11-25T14:01:00Z pause waited
        "#]],
    );
}
