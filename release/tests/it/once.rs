//! One slip of the pen: told once, where it is, and with what was meant.

use expect_test::expect;

use crate::folder::{Folder, good, table};

#[test]
fn a_slip_in_the_events_is_told_once() {
    table(
        "once/a_slip_in_the_events_is_told_once",
        "events.yaml",
        &[
            ("form: string", "form: { typ: string }"),
            ("params: { form", "parms: { form"),
            ("Request: { Email", "request: { Email"),
            ("Request: { Email", "Reqest: { Email"),
        ],
    );
}

#[test]
fn a_slip_in_a_journey_is_told_once() {
    table(
        "once/a_slip_in_a_journey_is_told_once",
        "journeys/start.yaml",
        &[
            ("  - wait: 3 days", "   - wait: 3 days"),
            ("[betrokkenen, aanvrager]", "betrokkenen, aanvrager"),
            ("  - send: start\n", "   - send: start\n"),
            ("steps:\n", "---\nsteps:\n"),
            ("  - send: start\n", "  - send start\n"),
            (
                "      - exit: gezien\n",
                "      - exit: gezien\n     - exit: niets\n",
            ),
        ],
    );
}

#[test]
fn a_slip_in_a_template_is_told_once() {
    table(
        "once/a_slip_in_a_template_is_told_once",
        "templates/start.md",
        &[
            (
                "preheader: De gegevens",
                "preheader: {{event.Person.FullName}} De gegevens",
            ),
            (
                "preheader: De gegevens van het traject",
                "preheader: {{event.Person.FullName}}",
            ),
            ("layout: huisstijl", "layout: huisstijl.mjml"),
            ("{{#if event.Track.Hours}}", "{{#if event.Track.Hours > 3}}"),
            ("uur.{{/if}}", "uur.{{/if}"),
            (
                "Beste {{recipient.full_name}}",
                "Beste {{recipient.full_name}}}",
            ),
            (
                "Beste {{recipient.full_name}}",
                "Beste [[recipient.full_name]]",
            ),
        ],
    );
    good()
        .edit(
            "templates/start.en.md",
            "{{date event.Track.StartDate",
            "{{date event.Track.StratDate",
        )
        .check(expect![[r#"
            templates/start.en.md:10:14 nothing is called `event.Track.StratDate`
              = did you mean `event.Track.StartDate`?"#]]);
}

#[test]
fn a_slip_in_a_layout_is_told_once() {
    table(
        "once/a_slip_in_a_layout_is_told_once",
        "layouts/huisstijl.mjml",
        &[
            (
                "<mj-section><mj-column><mj-text>{{>",
                "<mj-sectio><mj-column><mj-text>{{>",
            ),
            ("}}</mj-text></mj-column>", "}}</mj-text></mj-colum>"),
            ("<mj-text>{{>", "<mj-text color=red>{{>"),
            ("{{> content}}", "{{{content}}}"),
            ("{{> content}}", "{{> contnet}}"),
        ],
    );
}

#[test]
fn a_template_that_is_there_twice_is_told_once() {
    good()
        .put("templates/start.html", "---\nsubject: x\n---\n<p>x</p>\n")
        .check(expect![[r#"
            templates/start.md:1:1 two templates are called `start`
              = give one of them another name, or remove it
              + templates/start.html:1:1 first here"#]]);
}

#[test]
fn an_event_that_declares_nothing_says_where_to_declare() {
    good()
        .edit(
            "journeys/nieuws.yaml",
            "    where: event.form == 'vrienden' and not contact.member\n",
            "",
        )
        .put("events.yaml", events_without_params())
        .edit("templates/nieuws.md", "# Welkom", "# {{event.form}}")
        .check(expect![[r#"
            templates/nieuws.md:6:3 nothing is called `event.form`
              = declare it under `params` in events.yaml, or leave it out"#]]);
}

fn events_without_params() -> String {
    let all = good().texts();
    let events = all.iter().find(|(file, _)| file == "events.yaml");
    let (first, _) = events
        .and_then(|(_, text)| text.split_once("MEMBER_NEW:"))
        .expect("it stands there");
    format!("{first}MEMBER_NEW:\n")
}

#[test]
fn what_a_release_may_be_called_is_up_to_its_author() {
    named("prüfungsausschuß").check(expect!["fine"]);
    named("école-2").check(expect!["fine"]);
    named("-x").check(expect![[r#"
        audiences.yaml:1:1 the name `-x` of an audience is not spelled as one: it is letters, digits, `-` and `_`
          = choose a short name"#]]);
}

/// Gives an audience another name.
fn named(audience: &str) -> Folder {
    good()
        .edit("audiences.yaml", "sot: {", &format!("{audience}: {{"))
        .edit("audiences.yaml", "[sot,", &format!("[{audience},"))
}

#[test]
fn yaml_may_fold_and_repeat() {
    good()
        .edit(
            "journeys/start.yaml",
            "title: Startbrief",
            "title: >\n  Startbrief\n  en meer",
        )
        .edit("waypost.yaml", "default: {", "default: &ons {")
        .edit(
            "waypost.yaml",
            "directie: { name: De directie, address: directie@mail.debrug.example }",
            "directie: { <<: *ons, name: De directie }",
        )
        .check(expect!["fine"]);
}

#[test]
fn an_example_may_leave_out_what_has_a_default() {
    good()
        .edit(
            "events.yaml",
            "Track.Hours: number?",
            "Track.Hours: { type: number, default: 2 }",
        )
        .check(expect!["fine"]);
}
