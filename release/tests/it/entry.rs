//! Mistakes in the head of a journey: its name, its kind, who comes in.

use expect_test::expect;

use crate::folder::{good, table};

#[test]
fn what_a_journey_must_say_is_missed() {
    table(
        "entry/what_a_journey_must_say_is_missed",
        "journeys/start.yaml",
        &[
            ("journey: start\n", ""),
            ("kind: transactional\n", ""),
            ("trigger: { event: TRACK_START }\n", ""),
            ("reentry: unlimited\n", ""),
        ],
    );
    good()
        .put(
            "journeys/leeg.yaml",
            "journey: leeg\nkind: transactional\ntrigger: { event: MEMBER_NEW }\nreentry: never\n",
        )
        .check(expect![[r#"
            journeys/leeg.yaml:1:1 a journey needs `steps`
              = write what the journey does: `steps:` with a line such as `- send: welkom`"#]]);
    good()
        .put("journeys/leeg.yaml", "# later\n")
        .check(expect![[r#"
            journeys/leeg.yaml:1:1 the file is empty
              = write a journey into it, or remove it"#]]);
}

#[test]
fn the_head_of_a_journey_is_checked() {
    table(
        "entry/the_head_of_a_journey_is_checked",
        "journeys/start.yaml",
        &[
            ("journey: start", "journey: Start Brief"),
            ("journey: start", "journey: nieuws"),
            ("title: Startbrief", "titel: Startbrief"),
            ("kind: transactional", "kind: service"),
            (
                "kind: transactional",
                "kind: transactional\ntopic: nieuwsbrief",
            ),
            ("kind: transactional", "kind: marketing"),
            (
                "kind: transactional",
                "kind: marketing\ntopic: nieuwsbrieff",
            ),
            ("reentry: unlimited", "reentry: unlimted"),
            ("reentry: unlimited", "reentry: once"),
            ("reentry: unlimited", "reentry: single"),
            ("reentry: unlimited", "reentry: { after: 180 days }"),
            ("reentry: unlimited", "reentry: { after: 180 dagen }"),
            ("reentry: unlimited", "reentry: true"),
            ("reentry: unlimited", "reentry: unlimited\nsilence: nevr"),
            ("reentry: unlimited", "reentry: unlimited\nsilence: 3 dagen"),
            (
                "reentry: unlimited",
                "reentry: unlimited\nsilence: 3 days at 09:00",
            ),
            ("reentry: unlimited", "reentry: unlimited\nsilence: [never]"),
            ("reentry: unlimited", "reentry: unlimited\nsilence:"),
        ],
    );
}

#[test]
fn triggers_are_checked() {
    table(
        "entry/triggers_are_checked",
        "journeys/start.yaml",
        &[
            ("{ event: TRACK_START }", "{ event: track_start }"),
            ("{ event: TRACK_START }", "{ event: TRACK START }"),
            ("{ event: TRACK_START }", "{ event: SOMETHING_ELSE }"),
            ("{ event: TRACK_START }", "TRACK_START"),
            ("{ event: TRACK_START }", "{ evnt: TRACK_START }"),
            ("{ event: TRACK_START }", "{ where: contact.member }"),
            ("{ event: TRACK_START }", "[]"),
            (
                "{ event: TRACK_START }",
                "[{ event: TRACK_START }, { event: TRACK_START }]",
            ),
            (
                "{ event: TRACK_START }",
                "{ event: TRACK_START, every: year }",
            ),
            (
                "{ event: TRACK_START }",
                "{ event: TRACK_START, tagged: vip }",
            ),
            (
                "{ event: TRACK_START }",
                "[{ event: TRACK_START }, { joins: vip }]",
            ),
            (
                "{ event: TRACK_START }",
                "[{ event: TRACK_START }, { enters: sot }]",
            ),
            (
                "{ event: TRACK_START }",
                "[{ event: TRACK_START }, { date: 2026-12-24 09:00 }]",
            ),
            ("{ event: TRACK_START }", "{ journey: nieuws }"),
            (
                "{ event: TRACK_START }",
                "{ date: contact.since at 09:00, every: week }",
            ),
            (
                "{ event: TRACK_START }",
                "{ event: TRACK_START, where: event.Track.Hours > 3 }",
            ),
            (
                "{ event: TRACK_START }",
                "{ event: TRACK_START, where: event.Track.Uren > 3 }",
            ),
            (
                "{ event: TRACK_START }",
                "[{ event: TRACK_START }, { event: MEMBER_NEW }]",
            ),
        ],
    );
}

#[test]
fn the_rules_of_a_journey_are_checked() {
    table(
        "entry/the_rules_of_a_journey_are_checked",
        "journeys/nieuws.yaml",
        &[
            (
                "reentry: never",
                "reentry: never\nsend_window: mon-fri 09:00-12:00",
            ),
            ("reentry: never", "reentry: never\nsend_window: altijd"),
            ("reentry: never", "reentry: never\nexit_when: contact.membr"),
            (
                "reentry: never",
                "reentry: never\ngoal: { within: 14 dagen }",
            ),
            (
                "reentry: never",
                "reentry: never\npublish: { until: 2027-06-01, at_end: stop }",
            ),
            ("reentry: never", "reentry: never\npriority: low"),
        ],
    );
}

#[test]
fn the_days_on_which_people_come_in_are_checked() {
    let publish = |value: &str| format!("reentry: never\npublish: {value}");
    let written = [
        "{ from: 2026-12-01, until: 2027-06-01 }",
        "{ from: 2026-12-01 }",
        "{ from: 1 december }",
        "{ until: 2027-02-29 }",
        "{ from: 2026-12-01, until: 2026-12-01 }",
        "{ from: 2026-12-01, untill: 2026-12-02 }",
        "2026-12-01",
    ]
    .map(publish);
    let edits: Vec<_> = written
        .iter()
        .map(|written| ("reentry: never", written.as_str()))
        .collect();
    table(
        "entry/the_days_on_which_people_come_in_are_checked",
        "journeys/nieuws.yaml",
        &edits,
    );
}
