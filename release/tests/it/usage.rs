//! Parameters that get lost.

use expect_test::expect;

use crate::folder::{good, table};

#[test]
fn a_parameter_that_nothing_uses_is_named_with_the_journey() {
    good()
        .edit(
            "templates/start.md",
            "{{#if event.Track.Hours}}Het duurt {{event.Track.Hours}} uur.{{/if}}",
            "",
        )
        .edit(
            "templates/start.en.md",
            "{{#if event.Track.Hours}}It takes {{event.Track.Hours}} hours.{{/if}}",
            "",
        )
        .check(expect![[r#"
            events.yaml:7:5 nothing in the journey `start` uses `Track.Hours` of TRACK_START
              = show it: `{{event.Track.Hours}}`; or allow it in the journey: `unused: [Track.Hours]`
              + journeys/start.yaml:4:19 lets people in"#]]);
    good()
        .edit(
            "journeys/nieuws.yaml",
            "event.form == 'vrienden' and not",
            "not",
        )
        .check(expect![[r#"
            events.yaml:14:13 nothing in the journey `nieuws` uses `form` of MEMBER_NEW
              = show it: `{{event.form}}`; or allow it in the journey: `unused: [form]`
              + journeys/nieuws.yaml:5:12 lets people in"#]]);
}

#[test]
fn a_journey_can_allow_it() {
    good()
        .edit(
            "journeys/nieuws.yaml",
            "    where: event.form == 'vrienden' and not contact.member\n",
            "unused: [form]\n",
        )
        .check(expect!["fine"]);
}

#[test]
fn what_is_called_unused_is_declared_and_is_not_used() {
    table(
        "usage/what_is_called_unused_is_declared_and_is_not_used",
        "journeys/nieuws.yaml",
        &[
            ("reentry: never", "reentry: never\nunused: [form]"),
            ("reentry: never", "reentry: never\nunused: [from]"),
            ("reentry: never", "reentry: never\nunused: form"),
        ],
    );
}

#[test]
fn a_mistake_elsewhere_does_not_make_parameters_look_unused() {
    table(
        "usage/a_mistake_elsewhere_does_not_make_parameters_look_unused",
        "journeys/nieuws.yaml",
        &[
            (
                "where: event.form == 'vrienden' and not contact.member",
                "where: event.form = 'vrienden'",
            ),
            ("- send: nieuws", "- send: niews"),
        ],
    );
}
