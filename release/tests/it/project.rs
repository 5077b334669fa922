//! Mistakes in waypost.yaml.

use crate::folder::table;

#[test]
fn what_a_project_must_say_is_missed() {
    table(
        "project/what_a_project_must_say_is_missed",
        "waypost.yaml",
        &[
            ("organisation: De Brug\n", ""),
            ("locale: nl\n", ""),
            ("time_zone: Europe/Amsterdam\n", ""),
            ("  default: {", "  standaard: {"),
            ("name: De Brug, ", ""),
            ("address: noreply@mail.debrug.example, ", ""),
        ],
    );
}

#[test]
fn what_a_project_says_about_itself_is_checked() {
    table(
        "project/what_a_project_says_about_itself_is_checked",
        "waypost.yaml",
        &[
            ("waypost: 1", "waypost: 2"),
            ("organisation: De Brug", "organization: De Brug"),
            ("organisation: De Brug", "organisation:"),
            ("organisation: De Brug", "organisation: [De Brug]"),
            ("locale: nl", "locale: Nederlands"),
            ("locale: nl", "locale: nl_NL"),
            ("Europe/Amsterdam", "Amsterdam"),
            ("Europe/Amsterdam", "+01:00"),
        ],
    );
}

#[test]
fn senders_are_people_that_can_be_mailed() {
    table(
        "project/senders_are_people_that_can_be_mailed",
        "waypost.yaml",
        &[
            ("noreply@mail.debrug.example", "noreply@mail"),
            ("noreply@mail.debrug.example", "noreply.mail.debrug.example"),
            ("noreply@mail.debrug.example", "noreply@débrug.example"),
            ("info@debrug.example", "De Brug <info@debrug.example>"),
            ("name: De Brug,", "name: De Brug <x@y.example>,"),
            ("reply_to:", "replyto:"),
            ("directie: {", "de directie: {"),
        ],
    );
}

#[test]
fn vars_fields_topics_and_lists_are_checked() {
    table(
        "project/vars_fields_topics_and_lists_are_checked",
        "waypost.yaml",
        &[
            ("https://app.debrug.example/", "app.debrug.example"),
            ("review_days: 5", "review_days: [5]"),
            ("review_days: 5", "review_days:"),
            ("review_days: 5", "phone: 0612345678"),
            ("review_days: 5", "review days: 5"),
            ("since: date?", "since: datum"),
            ("since: date?", "since: boolean"),
            ("since: date?", "since: dat?"),
            ("default: false", "default: nee"),
            ("type: bool", "typ: bool"),
            ("since: date?", "full_name: number"),
            ("since: date?", "tags: string"),
            ("since: date?", "locale: string"),
            ("nieuwsbrief: Nieuws van de vereniging", "nieuwsbrief:"),
            ("lists: [vips]", "lists: [vips, vips]"),
            ("lists: [vips]", "lists: vips"),
        ],
    );
}

#[test]
fn limits_are_checked() {
    table(
        "project/limits_are_checked",
        "waypost.yaml",
        &[
            ("2026-12-25", "25-12-2026"),
            ("closed:", "close:"),
            ("mon-sat 08:00-21:00", "ma-za 08:00-21:00"),
            ("mon-sat 08:00-21:00", "mon-sat 8:00-21:00"),
            ("mon-sat 08:00-21:00", "mon-sat 08:00-24:30"),
            ("1 per day", "een per dag"),
            ("share: 5", "share: 500"),
            ("share: 5", "share: 5%"),
            ("opened: +1", "opened: veel"),
            ("opened: +1", "openend: +1"),
            ("'https://crm.debrug.example/hook'", "crm"),
            (
                "'https://crm.debrug.example/hook'",
                "'http://crm.debrug.example/hook'",
            ),
            (
                "secret: s3",
                "secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            ),
            ("secret: s3", "results: [mail.send]"),
            ("secret: s3", "results: mail.sent, retries: 3"),
        ],
    );
}

#[test]
fn how_fast_advertising_leaves_is_checked() {
    let holdout = "  holdout: { name: 2026-h2, share: 5 }";
    let with = |line: &str| format!("{holdout}\n  {line}");
    let warm_up = |rest: &str| with(&format!("warm_up: {{ from: 2026-12-01, {rest} }}"));
    let texts = [
        with("pace: 600 per minute"),
        with("pace: 600 per hour"),
        with("pace: 70000 per minute"),
        warm_up("days: 30, first_day: 200, growth: 25"),
        warm_up("days: 30, first_day: 200"),
        warm_up("days: 121, first_day: 0, growth: 201"),
        with("warm_up: { from: 1 December, days: 30, first_day: 200, growth: 25 }"),
        with("warm_up: 30 days"),
        warm_up("days: 30, first: 200, growth: 25"),
        with("large: { above: 500, window: mon-fri 19:00-21:00 }"),
        with("large: never"),
        with("large: { above: many }"),
        with("large: { window: evening, from: 500 }"),
        with("large: 500"),
        with("large: { window: 02:00-03:00 }"),
    ];
    let changes: Vec<_> = texts.iter().map(|text| (holdout, text.as_str())).collect();
    table(
        "project/how_fast_advertising_leaves_is_checked",
        "waypost.yaml",
        &changes,
    );
}

#[test]
fn how_fast_a_score_fades_is_checked() {
    let counted = "opened: +1";
    let fades = |half_life: &str| format!("{counted}\n  half_life: {half_life}");
    let texts = [
        fades("90 days"),
        fades("1 month"),
        fades("36 hours"),
        fades("90"),
        fades("-3 days"),
        fades("11 years"),
        fades("0 days"),
    ];
    let changes: Vec<_> = texts.iter().map(|text| (counted, text.as_str())).collect();
    table(
        "project/how_fast_a_score_fades_is_checked",
        "waypost.yaml",
        &changes,
    );
}
