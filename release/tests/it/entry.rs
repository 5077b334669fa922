//! Mistakes in the head of a journey: its name, its kind, who comes in.

use expect_test::expect;

use crate::folder::{Folder, good, table};

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
            (
                "reentry: unlimited",
                "pace: 9 per minute\nreentry: unlimited",
            ),
            ("reentry: unlimited", "reentry: unlimted"),
            ("reentry: unlimited", "reentry: once"),
            ("reentry: unlimited", "reentry: single"),
            ("reentry: unlimited", "reentry: { after: 180 days }"),
            ("reentry: unlimited", "reentry: { after: 180 dagen }"),
            ("reentry: unlimited", "reentry: { at_most: 3 }"),
            (
                "reentry: unlimited",
                "reentry: { after: 180 days, at_most: 3 }",
            ),
            ("reentry: unlimited", "reentry: { at_most: 0 }"),
            ("reentry: unlimited", "reentry: { atmost: 3 }"),
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
                "[{ event: TRACK_START }, { manual: true, where: contact.member }]",
            ),
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
            ("reentry: never", "reentry: never\npace: 600"),
            ("reentry: never", "reentry: never\npace: 0 per minute"),
            ("reentry: never", "reentry: never\npace: 10 per minute"),
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

#[test]
fn a_topic_that_people_must_confirm_is_declared_and_asked_for() {
    table(
        "entry/confirms",
        "journeys/start.yaml",
        &[
            (
                "kind: transactional",
                "kind: transactional\nconfirms: nieuwsbrief",
            ),
            (
                "kind: transactional",
                "kind: transactional\nconfirms: nieuws",
            ),
            (
                "kind: transactional",
                "kind: marketing\ntopic: nieuwsbrief\nconfirms: nieuwsbrief",
            ),
            (
                "{ event: TRACK_START }",
                "[{ event: TRACK_START }, { opted_in: nieuwsbrief }]",
            ),
            (
                "{ event: TRACK_START }",
                "[{ event: TRACK_START }, { opted_in: nieuws }]",
            ),
        ],
    );
    table(
        "entry/topics",
        "waypost.yaml",
        &[
            (
                "nieuwsbrief: Nieuws van de vereniging",
                "nieuwsbrief: { about: De nieuwsbrief, opt_in: double }",
            ),
            (
                "nieuwsbrief: Nieuws van de vereniging",
                "nieuwsbrief: { about: De nieuwsbrief, opt_in: dubbel }",
            ),
            (
                "nieuwsbrief: Nieuws van de vereniging",
                "nieuwsbrief: { opt_in: double }",
            ),
            (
                "nieuwsbrief: Nieuws van de vereniging",
                "nieuwsbrief: { about: De nieuwsbrief, optin: double }",
            ),
            (
                "nieuwsbrief: Nieuws van de vereniging",
                "nieuwsbrief: [De nieuwsbrief]",
            ),
            (
                "nieuwsbrief: Nieuws van de vereniging",
                "nieuwsbrief: { about: De nieuwsbrief, opt_in: soft }",
            ),
            (
                "nieuwsbrief: Nieuws van de vereniging",
                "nieuwsbrief: { about: De nieuwsbrief, opt_in: soft }\ntracking: nieuwsbrief",
            ),
            ("scoring:", "tracking: nieuwsbrief\nscoring:"),
            ("scoring:", "tracking: nieuwsbrif\nscoring:"),
        ],
    );
}

/// A mail that asks must lead somewhere; one that does not ask has no such link.
#[test]
fn a_question_leads_to_where_it_is_answered() {
    let double = |folder: Folder| {
        let topic = "nieuwsbrief: { about: De nieuwsbrief, opt_in: double }";
        folder.edit(
            "waypost.yaml",
            "nieuwsbrief: Nieuws van de vereniging",
            topic,
        )
    };
    let journey = "journey: vraag\nkind: transactional\nconfirms: nieuwsbrief\ntrigger: { event: MEMBER_NEW }\n\
        reentry: unlimited\nunused: [form]\nsteps:\n  - send: vraag\n";
    let asking = |text: &str| {
        let mail = format!("---\nsubject: Mogen wij u mailen?\n---\n\n{text}\n");
        double(good())
            .put("journeys/vraag.yaml", journey)
            .put("templates/vraag.md", mail)
    };
    asking("[Ja of nee]({{links.confirm}} \"button\")").check(expect!["fine"]);
    asking("Dag.").check(expect![[r#"
        templates/vraag.md:2:10 a mail that asks people to confirm must lead them to where they can
          = add `[Confirm]({{links.confirm}} "button")` to the template"#]]);
    good()
        .edit(
            "templates/start.md",
            "{{recipient.full_name}}",
            "{{recipient.full_name}} {{links.confirm}}",
        )
        .check(expect![[r#"
            templates/start.md:8:31 `links.confirm` may be absent
              = write `{{#if links.confirm}} … {{/if}}` around it, or `{{default links.confirm "…"}}`"#]]);
    // A colleague is told, and not asked: nothing need lead anywhere.
    let told = format!("{journey}  - send: {{ template: melding, to: sot }}\n");
    asking("[Ja of nee]({{links.confirm}})")
        .put("journeys/vraag.yaml", told)
        .put(
            "templates/melding.md",
            "---\nsubject: Melding\n---\n\nEr is iemand.\n",
        )
        .check(expect!["fine"]);
}

/// Neither the templates of a journey that cannot be read are to blame, nor a journey for a topic that cannot.
#[test]
fn what_a_question_needs_is_not_missed_where_something_else_is_wrong() {
    let topic = |opt_in: &str| format!("nieuwsbrief: {{ about: De nieuwsbrief, {opt_in} }}");
    let asking = |opt_in: &str, from: &str, to: &str| {
        let journey = "journey: vraag\nkind: transactional\nconfirms: nieuwsbrief\ntrigger: { event: MEMBER_NEW }\n\
            reentry: unlimited\nunused: [form]\nsteps:\n  - send: vraag\n";
        let mail = "---\nsubject: Mogen wij u mailen?\n---\n\n[Ja of nee]({{links.confirm}})\n";
        good()
            .edit(
                "waypost.yaml",
                "nieuwsbrief: Nieuws van de vereniging",
                &topic(opt_in),
            )
            .put("journeys/vraag.yaml", journey)
            .edit("journeys/vraag.yaml", from, to)
            .put("templates/vraag.md", mail)
    };
    let double = "opt_in: double";
    asking(double, "trigger: {", "trigger: [{").check(expect![[r#"
        journeys/vraag.yaml:5:8 this is not YAML: a `:` stands where no key can
          = a text that contains `: ` needs quotes; else look at the indentation"#]]);
    asking(double, "steps:", "stps:").check(expect![[r#"
        journeys/vraag.yaml:7:1 a journey has no key `stps`
          = did you mean `steps`?"#]]);
    asking(double, "confirms:", "confrims:").check(expect![[r#"
        journeys/vraag.yaml:3:1 a journey has no key `confrims`
          = did you mean `confirms`?"#]]);
    asking(double, "transactional", "marketing\ntopic: nieuwsbrief").check(expect![[r#"
        journeys/vraag.yaml:4:1 advertising cannot ask whether it is wanted
          = write `kind: transactional`, and no `topic`"#]]);
    asking("opt_in: dubble", "steps:", "steps:").check(expect![[r#"
        waypost.yaml:16:49 `opt_in` must be `soft` or `single` or `double`, and this is `dubble`
          = did you mean `double`?"#]]);
    asking("optin: double", "steps:", "steps:").check(expect![[r#"
        waypost.yaml:16:41 a topic has no key `optin`
          = did you mean `opt_in`?"#]]);
}
