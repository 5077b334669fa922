//! Mistakes in events.yaml.

use expect_test::expect;

use crate::folder::{good, table};

#[test]
fn events_and_parameters_are_checked() {
    table(
        "events/events_and_parameters_are_checked",
        "events.yaml",
        &[
            ("title: \"#5 Startbrief\"", "titel: \"#5 Startbrief\""),
            ("title: \"#5 Startbrief\"", "title: #5 Startbrief"),
            ("MEMBER_NEW:", "MEMBER NEW:"),
            ("MEMBER_NEW:", "TRACK_START:"),
            ("Track.Hours: number?", "Track.Hours: integer?"),
            ("Track.Hours: number?", "Track.Hours: uren"),
            (
                "Track.Hours: number?",
                "Track.Hours: { type: number, default: veel }",
            ),
            ("Track.Hours: number?", "Track.Hours: { default: 3 }"),
            (
                "Track.Hours: number?",
                "Track.Hours: { type: number?, secret: true }",
            ),
            ("Track.Hours: number?", "Track Hours: number?"),
            ("Track.Hours: number?", "Track: number?"),
            ("Track.Hours: number?", "Track: { Hours: number? }"),
            ("Track.Hours: number?", "Track.StartDate: number?"),
            ("params: { form: string }", "params: [form]"),
        ],
    );
}

#[test]
fn an_example_matches_its_event() {
    table(
        "events/an_example_matches_its_event",
        "events.yaml",
        &[
            ("  example: { form: vrienden }\n", ""),
            ("form: vrienden", "from: vrienden"),
            ("form: vrienden", "form: 12"),
            ("form: vrienden", "form: [vrienden]"),
            ("form: vrienden", "form: vrienden, amount: 3"),
            ("2027-02-12", "12-02-2027"),
            ("2027-02-12", "2027-02-30"),
            ("anna@school.example", "anna"),
            (
                "Person: { FullName: Sam de Vries }",
                "Person.FullName: Sam de Vries",
            ),
            ("Person: { FullName: Sam de Vries }", "Person: Sam de Vries"),
            (
                "Person: { FullName: Sam de Vries }",
                "Person: { Fullname: Sam de Vries }",
            ),
            ("    Request: { Email: anna@school.example }\n", ""),
            (
                "StartDate: 2027-02-12",
                "StartDate: 2027-02-12, Hours: \"12\"",
            ),
            ("FullName: Sam de Vries", "FullName: \"\""),
        ],
    );
}

#[test]
fn events_can_stand_in_several_files() {
    good()
        .put(
            "events/orders.yaml",
            "ORDER_PLACED:\nMEMBER_NEW:\n  title: Again\n",
        )
        .check(expect![[r#"
            events/orders.yaml:2:1 two events are called `MEMBER_NEW`
              = give one of them another name, or remove it
              + events.yaml:13:1 first here"#]]);
}

#[test]
fn a_secret_stays_out_of_the_inbox() {
    good()
        .edit(
            "events.yaml",
            "Person.FullName: string",
            "Person.FullName: { type: string, sensitive: true }",
        )
        .check(expect![[r#"
            templates/start.en.md:2:11 `event.Person.FullName` is sensitive, and this is the subject and the preheader, which show before a mail is opened
              = let it stand in the text of the body only
            templates/start.md:2:11 `event.Person.FullName` is sensitive, and this is the subject and the preheader, which show before a mail is opened
              = let it stand in the text of the body only"#]]);
}

#[test]
fn a_file_that_is_wrapped_in_its_own_name_is_unwrapped() {
    good()
        .put(
            "events/orders.yaml",
            "events:\n  ORDER_PLACED: { titel: Bestelling }\n",
        )
        .edit("audiences.yaml", "sot: { role: SOT }", "sot: { rol: SOT }")
        .check(expect![[r#"
            audiences.yaml:1:8 an audience has no key `rol`
              = did you mean `role`?
            events/orders.yaml:1:1 the file holds events alone, and needs no `events:` around them
              = remove this line, and the spaces before the others
            events/orders.yaml:2:19 an event has no key `titel`
              = did you mean `title`?"#]]);
}
