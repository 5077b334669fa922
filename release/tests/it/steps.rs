//! Mistakes in the steps of a journey.

use expect_test::expect;

use crate::folder::{good, table};

#[test]
fn a_step_does_one_thing() {
    table(
        "steps/a_step_does_one_thing",
        "journeys/start.yaml",
        &[
            ("- wait: 3 days at 09:30", "- wacht: 3 days"),
            ("- wait: 3 days at 09:30", "- sned: start"),
            ("- wait: 3 days at 09:30", "- wait: 3 days\n    send: start"),
            ("- wait: 3 days at 09:30", "- id: pauze"),
            ("- wait: 3 days at 09:30", "- then: []"),
            (
                "- wait: 3 days at 09:30",
                "- wait: 3 days\n    then:\n      - exit: klaar",
            ),
            (
                "- wait: 3 days at 09:30",
                "- wait: 3 days\n    absent: exit",
            ),
            ("- wait: 3 days at 09:30", "- exit"),
            ("- wait: 3 days at 09:30", "- Klaar"),
            ("- wait: 3 days at 09:30", "-"),
            ("- wait: 3 days at 09:30", "- [wait, 3 days]"),
            (
                "- wait: 3 days at 09:30",
                "- wait: 3 days\n    id: dit is lang",
            ),
        ],
    );
}

#[test]
fn every_verb_is_checked() {
    table(
        "steps/every_verb_is_checked",
        "journeys/start.yaml",
        &[
            ("- wait: 3 days at 09:30", "- tag: vip"),
            ("- wait: 3 days at 09:30", "- window: mon-fri 09:00-12:00"),
            (
                "- wait: 3 days at 09:30",
                "- wait_for: MEMBER_NEW\n    within: 3 days\n    then:\n      - send: strat",
            ),
            ("- wait: 3 days at 09:30", "- jump: herinnering"),
            ("- wait: 3 days at 09:30", "- jump: herinering"),
            ("- wait: 3 days at 09:30", "- enroll: nieuws"),
            ("- wait: 3 days at 09:30", "- wait_for: MEMBER_NEW"),
            (
                "- wait: 3 days at 09:30",
                "- wait_for: MEMBER_NIEUW\n    within: 3 days",
            ),
            (
                "- wait: 3 days at 09:30",
                "- wait_for: { opened: strat }\n    within: 3 days",
            ),
            (
                "- wait: 3 days at 09:30",
                "- wait_for: { opened: start }\n    where: contact.member\n    within: 3 days",
            ),
            (
                "- wait: 3 days at 09:30",
                "- wait_for: MEMBER_NEW\n    where: signal.from == 'x'\n    within: 3 days",
            ),
            ("- wait: 3 days at 09:30", "- window: mon-fry 09:00-12:00"),
            (
                "- wait: 3 days at 09:30",
                "- window: mon-fri 09:00-12:00\n    calendar: be",
            ),
            ("- wait: 3 days at 09:30", "- join: vip"),
            (
                "- wait: 3 days at 09:30",
                "- set: { member: ja, membr: true }",
            ),
            (
                "- wait: 3 days at 09:30",
                "- set: { seats: +1, score: +5, time_zone: Asia/Kolkatta }",
            ),
            ("- wait: 3 days at 09:30", "- score: veel"),
            ("- wait: 3 days at 09:30", "- call: crm"),
            ("- wait: 3 days at 09:30", "- split: proef"),
            (
                "- wait: 3 days at 09:30",
                "- split: proef\n    branches: { a: { share: 50 }, b: { share: 40 } }",
            ),
            (
                "- wait: 3 days at 09:30",
                "- case: [{ when: contact.membr, steps: [] }, { steps: [] }]",
            ),
            ("expires: 12 hours", "over: wait"),
        ],
    );
}

#[test]
fn what_is_said_almost_right_is_explained() {
    table(
        "steps/what_is_said_almost_right_is_explained",
        "journeys/start.yaml",
        &[
            ("- wait: 3 days at 09:30", "- window: mon 9:00-12:00"),
            (
                "- wait: 3 days at 09:30",
                "- window: monday-friday 09:00-12:00",
            ),
            (
                "- wait: 3 days at 09:30",
                "- window: mon-fri 09:00-12:00\n    calendar: [nl, x]",
            ),
            (
                "- wait: 3 days at 09:30",
                "- wait_for: MEMBER_NEW\n    where: event.form == 'x'\n    within: 3 days",
            ),
            (
                "- wait: 3 days at 09:30",
                "- case: [{ when: contact.member, then: [{ send: start }] }]",
            ),
            ("- wait: 3 days at 09:30", "- enroll: zz"),
        ],
    );
}

#[test]
fn sends_are_checked() {
    table(
        "steps/sends_are_checked",
        "journeys/start.yaml",
        &[
            ("- send: start", "- send: strat"),
            ("- send: start", "- send: start.md"),
            ("- send: start", "- send: templates/start.md"),
            ("- send: start", "- send:"),
            ("- send: start", "- send: start\n    to: sot"),
            ("- send: start", "- send: { to: sot }"),
            ("from: directie", "from: director"),
            ("expires: 12 hours", "expiers: 12 hours"),
            ("expires: 12 hours", "expires: 12 uur"),
            ("expires: 12 hours", "expires: 12"),
            ("      - id: herinnering\n        send", "      - send"),
            ("id: herinnering", "id: start"),
            (
                "- send: start",
                "- id: start\n    wait: 1 day\n  - send: start",
            ),
        ],
    );
}

#[test]
fn waits_and_moments_are_checked() {
    table(
        "steps/waits_and_moments_are_checked",
        "journeys/start.yaml",
        &[
            ("3 days at 09:30", "3"),
            ("3 days at 09:30", "3 dagen"),
            ("3 days at 09:30", "-3 days"),
            ("3 days at 09:30", "3 days at 25:00"),
            ("3 days at 09:30", "3 hours at 09:30"),
            ("3 days at 09:30", "0 days"),
            ("event.Track.StartDate -", "event.Track.Startdate -"),
            ("event.Track.StartDate -", "event.Person.FullName -"),
            ("event.Track.StartDate - 7 days", "contact.since"),
            (
                "event.Track.StartDate - 7 days at 09:00",
                "contact.since\n    absent: wachten",
            ),
            ("event.Track.StartDate - 7 days at 09:00", "31-12-2026"),
        ],
    );
}

#[test]
fn conditions_are_checked() {
    table(
        "steps/conditions_are_checked",
        "journeys/start.yaml",
        &[
            ("opened('start') and", "opened('strat') and"),
            ("opened('start') and", "opened('herinnering') and"),
            ("opened('start') and", "clicked('start', 'huis') and"),
            ("opened('start') and", "contact.membr and"),
            ("opened('start') and", "!contact.member and"),
            ("opened('start') and", "contact.member = true and"),
            ("opened('start') and", "contact.first_name == 'Jan' and"),
            ("opened('start') and", "event.Track.StartDate > 3 and"),
            ("opened('start') and", "contact.email > 3 and"),
            (
                "opened('start') and has(contact.since)",
                "\"contact.membr\"",
            ),
            ("opened('start') and has(contact.since)", "true"),
            (
                "opened('start') and has(contact.since)",
                "contact.id in ('nl','en')",
            ),
            (
                "opened('start') and has(contact.since)",
                "{contact.member} == true",
            ),
            (
                "opened('start') and has(contact.since)",
                "{{event.Track.Hours}} > 3",
            ),
            (
                "opened('start') and has(contact.since)",
                "{{ contact.member }}",
            ),
            ("opened('start') and has(contact.since)", ""),
        ],
    );
}

#[test]
fn branches_lead_somewhere() {
    table(
        "steps/branches_lead_somewhere",
        "journeys/start.yaml",
        &[
            (
                "      - exit: gezien",
                "      - exit: gezien\n      - send: start",
            ),
            ("      - exit: gezien\n", "      []\n"),
            (
                "    then:\n      - exit: gezien\n    else:\n",
                "    then:\n",
            ),
            ("exit: gezien", "exit: finished"),
            ("exit: gezien", "exit:"),
            ("    then:\n      - exit", "    than:\n      - exit"),
            (
                "    else:\n      - id",
                "    else:\n      - exit: weg\n      - id",
            ),
        ],
    );
}

#[test]
fn a_journey_leads_forward_only() {
    good()
        .edit(
            "journeys/start.yaml",
            "      - exit: gezien",
            "      - jump: start",
        )
        .check(expect![[r#"
            journeys/start.yaml:12:15 this jump leads in a circle, by way of `start`
              = a journey leads forward only, so that it ends: jump to a step that does not lead here"#]]);
}

#[test]
fn nobody_reaches_what_comes_after_everybody_left() {
    let steps = "steps:
  - if: contact.member
    then:
      - exit: lid
    else:
      - exit: geen-lid
  - send: nieuws
";
    good()
        .edit("journeys/nieuws.yaml", "steps:\n  - send: nieuws\n", steps)
        .check(expect![[r#"
            journeys/nieuws.yaml:14:5 nobody reaches this step
              = remove it, or move it before what everybody leaves by
              + journeys/nieuws.yaml:9:5 everybody leaves here"#]]);
}

#[test]
fn journeys_have_limits() {
    let many = format!("steps:\n{}", "  - wait: 1 day\n".repeat(201));
    good()
        .edit("journeys/nieuws.yaml", "steps:\n", &many)
        .check(expect![[r#"
            journeys/nieuws.yaml:209:5 a journey has at most 200 steps
              = split it into several journeys"#]]);

    let mut deep = "steps:\n".to_owned();
    for level in 0..14 {
        let indent = " ".repeat(4 * level + 2);
        deep += &format!("{indent}- if: contact.member\n{indent}  then:\n");
    }
    deep += &format!("{}- exit: diep\n", " ".repeat(58));
    good()
        .edit("journeys/nieuws.yaml", "steps:\n", &deep)
        .check(expect![[r#"
            journeys/nieuws.yaml:35:55 steps are nested more than 12 deep
              = split the journey"#]]);
}

#[test]
fn what_a_step_changes_is_taken_as_it_is_written() {
    let steps = [
        "set: { leads.city: \"{{event.Person.FullName}}\" }",
        "tag: \"{{event.Person.FullName}}\"",
        "exit: \"{{contact.full_name}}\"",
    ];
    let edits = steps.map(|step| format!("- {step}"));
    let edits = edits
        .each_ref()
        .map(|edit| ("- wait: 3 days at 09:30", edit.as_str()));
    table(
        "steps/what_a_step_changes_is_taken_as_it_is_written",
        "journeys/start.yaml",
        &edits,
    );
}
