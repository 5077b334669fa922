//! Files that are not YAML, or are more than YAML should be.

use std::fmt::Write;

use expect_test::expect;

use crate::folder::{good, table};

#[test]
fn broken_yaml_is_explained() {
    table(
        "yaml/broken_yaml_is_explained",
        "journeys/nieuws.yaml",
        &[
            ("kind: marketing", "\tkind: marketing"),
            ("kind: marketing", "kind marketing"),
            ("kind: marketing", "title: Nieuws: van ons\nkind: marketing"),
            ("kind: marketing", "title: \"Nieuws\nkind: marketing"),
            ("kind: marketing", "title: {{event.form}}\nkind: marketing"),
            (
                "kind: marketing",
                "title: {{event.form}} is nieuw\nkind: marketing",
            ),
            ("kind: marketing", "title: [Nieuws\nkind: marketing"),
            ("kind: marketing", "title: @nieuws\nkind: marketing"),
            ("kind: marketing", " kind: marketing"),
            ("kind: marketing", "kind: marketing\nkind: marketing"),
            ("kind: marketing", "kind: !x marketing"),
            ("kind: marketing", "kind: *soort"),
            ("  - send: nieuws", "  - send: nieuws\n - wait: 1 day"),
            ("  - send: nieuws", "  - send: nieuws\n    - wait: 1 day"),
            ("  - send: nieuws", "  - send: nieuws\n---\njourney: twee"),
            ("steps:\n  - send: nieuws", "steps: - send: nieuws"),
        ],
    );
}

#[test]
fn everything_is_told_at_once_also_beside_broken_yaml() {
    good()
        .edit("waypost.yaml", "review_days: 5", "review_days: 5: 6")
        .edit("waypost.yaml", "locale: nl", "locale: dutch")
        .edit("events.yaml", "title:", "titel:")
        .edit("journeys/nieuws.yaml", "reentry: never", "reentry: nevr")
        .edit("journeys/start.yaml", "wait: 3 days", "wait: 3 dagen")
        .check(expect![[r#"
            events.yaml:2:3 an event has no key `titel`
              = did you mean `title`?
            journeys/nieuws.yaml:7:10 `nevr` does not say whether somebody may come in again
              = did you mean `never`?
            journeys/start.yaml:9:13 `dagen` is not a unit of time
              = durations are written in English: minutes, hours, days, weeks, months and years
            waypost.yaml:3:9 `dutch` is not a language tag
              = write one such as `nl`, `en` or `nl-BE`
            waypost.yaml:10:17 this is not YAML: a `:` stands where no key can
              = a text that contains `: ` needs quotes; else look at the indentation"#]]);
}

#[test]
fn a_name_is_not_unknown_while_the_file_that_declares_it_is_broken() {
    good()
        .edit("events.yaml", "MEMBER_NEW:", "MEMBER_NEW: {")
        .check(expect![[r#"
            events.yaml:15:3 this is not YAML: the pieces between `{ }` or `[ ]` do not fit together
              = put a comma between two pieces, and close each bracket with its own kind"#]]);
    good()
        .edit("audiences.yaml", "sot: {", "sot: {{")
        .check(expect![[r#"
            audiences.yaml:1:7 YAML reads `{{` as the start of a mapping
              = put the whole text in quotes: "{{…}}"
            audiences.yaml:2:1 this is not YAML: the pieces between `{ }` or `[ ]` do not fit together
              = put a comma between two pieces, and close each bracket with its own kind"#]]);
}

#[test]
fn anchors_are_read_and_cannot_explode() {
    good()
        .edit("waypost.yaml", "default: {", "default: &wij {")
        .edit(
            "waypost.yaml",
            "{ name: De directie, address: directie@mail.debrug.example }",
            "*wij",
        )
        .check(expect!["fine"]);
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{inner}]").unwrap();
    }
    good().put("events/bomb.yaml", bomb).check(expect![[r#"
        events/bomb.yaml:1:1 the file has more than 50000 values
          = split it, and do not repeat large pieces with `*` aliases
        events/bomb.yaml:1:9 an event must be a mapping, and this is a list
          = write lines of `key: value`
        events/bomb.yaml:2:9 an event must be a mapping, and this is a list
          = write lines of `key: value`
        events/bomb.yaml:3:9 an event must be a mapping, and this is a list
          = write lines of `key: value`
        events/bomb.yaml:4:9 an event must be a mapping, and this is a list
          = write lines of `key: value`"#]]);
    good()
        .put("audiences.yaml", "sot: &sot [*sot]\n")
        .check(expect![[r#"
            audiences.yaml:1:12 this alias stands inside what it repeats
              = write the piece out
            journeys/start.yaml:5:6 no audience is called `betrokkenen`
              = there are `sot`; declare it in audiences.yaml
            journeys/start.yaml:5:19 no audience is called `aanvrager`
              = there are `sot`; declare it in audiences.yaml
            journeys/start.yaml:15:54 no audience is called `commissie`
              = there are `sot`; declare it in audiences.yaml"#]]);
    good()
        .put("events/deep.yaml", format!("X: {}", "[".repeat(100)))
        .check(expect![[r#"
            events/deep.yaml:1:68 this is not YAML: lists and mappings are nested too deeply
              = at most 64 levels are read"#]]);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let text = "\u{feff}journey: extra\r\nkind: transactional\r\ntrigger: { event: MEMBER_NEW }\r\nunused: [form]\r\nreentry: nevr\r\nsteps:\r\n  - wait: 1 day\r\n";
    good().put("journeys/extra.yaml", text).check(expect![[r#"
        journeys/extra.yaml:5:10 `nevr` does not say whether somebody may come in again
          = did you mean `never`?"#]]);
}

#[test]
fn a_release_that_was_written_on_windows_is_the_same_release() {
    let mut windows = good();
    for (file, text) in good().texts() {
        windows = windows.put(&file, format!("\u{feff}{}", text.replace('\n', "\r\n")));
    }
    assert_eq!(windows.compile().unwrap(), good().compile().unwrap());
}
