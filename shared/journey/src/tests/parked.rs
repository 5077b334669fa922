//! Those who were parked, and what lets them go on.

use expect_test::expect;

use super::script::check;

#[test]
fn a_mail_is_ordered_again_under_its_name_once_it_is_mended() {
    check(
        "
        hello: send
        pause: wait 1 hour
        ",
        "
        2026-11-23T13:00:20Z start
        2026-11-23T13:00:21Z retry
        2026-11-23T13:00:22Z refused hello
        2026-11-25T09:00:00Z retry
        2026-11-25T09:00:01Z retry
        2026-11-25T09:00:02Z sent hello
        2026-11-25T09:00:03Z retry
        ",
        &expect![[r#"
            2026-11-23T13:00:20Z start
              order hello for anna
              sends hello, due 2026-11-23T13:00:20Z
            2026-11-23T13:00:21Z retry
              ignored: Stale
            2026-11-23T13:00:22Z refused hello
              is parked at hello: mend it
            2026-11-25T09:00:00Z retry
              order hello for anna
              sends hello, due 2026-11-23T13:00:22Z
            2026-11-25T09:00:01Z retry
              ignored: Stale
            2026-11-25T09:00:02Z sent hello
              alarm at 2026-11-25T10:01:00Z
              waits at pause until 2026-11-25T10:01:00Z
            2026-11-25T09:00:03Z retry
              ignored: Stale
            keeps Name, StartDate
            2026-11-25T09:00:02Z hello sent
        "#]],
    );
}
