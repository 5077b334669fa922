//! Files and folders that are missing, misnamed or unreadable.

use std::path::Path;

use expect_test::expect;

use crate::folder::good;

#[test]
fn a_release_needs_its_project_file() {
    good().remove("waypost.yaml").check(expect![[r#"
        waypost.yaml:1:1 the release has no waypost.yaml
          = a release is a folder with `waypost.yaml`, `events.yaml`, `audiences.yaml`, `events`, `journeys`, `layouts`, `templates` and `tests`; waypost.yaml says `organisation`, `locale`, `time_zone` and `senders`"#]]);
}

#[test]
fn slips_in_names_are_pointed_out() {
    good()
        .put("Waypost.yml", "x")
        .put("event.yaml", "x")
        .put("audience.yaml", "x")
        .put("journey/welkom.yaml", "x")
        .put("Templates/welkom.md", "x")
        .put("journeys/welkom.yml", "x")
        .put("journeys/welkom.YAML", "x")
        .put("templates/welkom.markdown", "x")
        .put("layouts/stijl.mjm", "x")
        .check(expect![[r#"
            Templates:1:1 `Templates` is not read
              = did you mean `templates`? Rename it, or remove it
            Waypost.yml:1:1 `Waypost.yml` is not read
              = did you mean `waypost.yaml`? Rename it, or remove it
            audience.yaml:1:1 `audience.yaml` is not read
              = did you mean `audiences.yaml`? Rename it, or remove it
            event.yaml:1:1 `event.yaml` is not read
              = did you mean `events.yaml`? Rename it, or remove it
            journey:1:1 `journey` is not read
              = did you mean `journeys`? Rename it, or remove it
            journeys/welkom.YAML:1:1 `journeys/welkom.YAML` is not read
              = did you mean `journeys/welkom.yaml`? Rename it, or remove it
            journeys/welkom.yml:1:1 `journeys/welkom.yml` is not read
              = did you mean `journeys/welkom.yaml`? Rename it, or remove it
            layouts/stijl.mjm:1:1 `layouts/stijl.mjm` is not read
              = did you mean `layouts/stijl.mjml`? Rename it, or remove it
            templates/welkom.markdown:1:1 `templates/welkom.markdown` is not read
              = did you mean `templates/welkom.md`? Rename it, or remove it"#]]);
}

#[test]
fn what_is_no_part_of_a_release_is_ignored() {
    good()
        .put("README.md", "hello")
        .put("tests/welkom.yaml", "nonsense: [")
        .put("posts/1.json", "{")
        .put(".waypost/x.yaml", "[")
        .put("journeys/.welkom.yaml.swp", "x")
        .put("journeys/welkom.yaml~", "x")
        .put("templates/README.md", "x")
        .put("templates/logo.png", [0xff, 0xd8])
        .check(expect!["fine"]);
}

#[test]
fn journeys_can_stand_in_folders() {
    let text = "journey: extra\nkind: transactional\ntrigger: { event: MEMBER_NEW }\nunused: [form]\nreentry: never\nsteps:\n  - wait: 1 day\n";
    good()
        .put("journeys/leden/extra.yaml", text)
        .check(expect!["fine"]);
    good()
        .put("journeys/a/b/c/d/e.yaml", text)
        .check(expect![[r#"
            journeys/a/b/c/d:1:1 folders are nested more than 4 deep
              = move it up"#]]);
}

#[test]
fn files_must_be_text_of_a_sensible_size() {
    good()
        .put(
            "journeys/strange.yaml",
            b"journey: x\ntitle: \xff\n".as_slice(),
        )
        .put("journeys/large.yaml", "# much\n".repeat(200_000))
        .check(expect![[r#"
            journeys/large.yaml:1:1 the file has 1400000 bytes, and at most 1048576 are read
              = split it
            journeys/strange.yaml:2:8 the file is not UTF-8 text
              = save it as UTF-8"#]]);
}

#[test]
fn a_folder_that_is_not_there_is_no_defect() {
    let error = release::compile(Path::new("/nowhere/at/all")).unwrap_err();
    assert!(matches!(error, release::Failure::Unreadable(_)));
    assert!(
        error
            .to_string()
            .starts_with("cannot read the release in /nowhere/at/all: ")
    );
}

#[test]
fn a_defect_is_shown_with_its_place_its_source_and_what_to_do() {
    good()
        .edit("journeys/nieuws.yaml", "MEMBER_NEW", "member_new")
        .edit("waypost.yaml", "lists: [vips]", "lists: [vips, vips]")
        .edit("journeys/start.yaml", "journey: start", "journey: nieuws")
        .report(expect![[r#"
            error: no event is called `member_new`
             --> journeys/nieuws.yaml:5:12
              |
            5 |   - event: member_new
              |            ^^^^^^^^^^ unknown event
              |
              = help: did you mean `MEMBER_NEW`?

            error: two journeys are called `nieuws`
             --> journeys/start.yaml:1:10
              |
            1 | journey: nieuws
              |          ^^^^^^ again here
              |
             ::: journeys/nieuws.yaml:1:10
              |
            1 | journey: nieuws
              |          ------ first here
              |
              = help: give one of them another name, or remove it

            error: two lists are called `vips`
              --> waypost.yaml:17:15
               |
            17 | lists: [vips, vips]
               |         ----  ^^^^ again here
               |         |
               |         first here
               |
               = help: give one of them another name, or remove it

            3 defects in 3 files"#]]);
}

#[test]
fn a_mistake_that_was_made_a_thousand_times_is_shown_often_enough() {
    let steps = "  - wiat: 1 day\n".repeat(700);
    let rejection = good()
        .edit(
            "journeys/nieuws.yaml",
            "steps:\n",
            &format!("steps:\n{steps}"),
        )
        .compile()
        .unwrap_err();
    assert_eq!(
        rejection.defects.len(),
        701,
        "with the one about too many steps"
    );
    let report = rejection.render(release::Color::Never);
    assert_eq!(
        report.matches("did you mean `wait`?").count(),
        release::SHOWN_MAX - 1
    );
    assert!(report.ends_with("… and 201 more\n\n701 defects in 1 file\n"));
}
