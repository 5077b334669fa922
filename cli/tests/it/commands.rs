//! The commands as people and programs use them: what they print, and how they end.

use std::{fs, path::Path};

use expect_test::{Expect, expect};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    command::{Said, operated, said, sera, waypost},
    laptop::Laptop,
    releases,
    time::eventually,
};

#[test]
fn a_release_without_defects_ends_with_0() {
    let folder = TempDir::new().unwrap();
    let sera = sera();
    let sera = sera.to_str().unwrap();
    check(
        &said(folder.path(), &["check", sera]),
        &expect![[r#"
            0
            No defects. 9 events, 9 journeys, 9 templates.
        "#]],
    );
    let found = said(folder.path(), &["check", sera, "--json"]);
    assert_eq!(json_of(&found), json!({ "ok": true, "defects": [] }));
    assert_eq!(found.code, 0);
}

#[test]
fn why_a_stack_cannot_be_reached_is_said_in_few_lines() {
    let found = operated("http://127.0.0.1:9", &["status", "--stack", "nosuch"]);
    assert_eq!(found.code, 2, "{found:?}");
    let lines: Vec<_> = found.err.lines().collect();
    let [first, second, root] = lines.as_slice() else {
        panic!("{found:?}");
    };
    assert!(first.contains("the stack `nosuch`"), "{found:?}");
    assert!(second.contains("/waypost/nosuch/wiring"), "{found:?}");
    assert!(root.contains("Connection refused"), "{found:?}");
}

#[test]
fn a_folder_of_a_release_is_told_apart_from_the_release() {
    let folder = TempDir::new().unwrap();
    let release = folder.path().join("mine");
    for name in ["waypost.yaml", "journeys/a.yaml"] {
        let file = release.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    for (from, typed, above) in [
        (folder.path(), "mine/journeys", "mine"),
        (&release, "journeys", "."),
        (&release.join("journeys"), ".", "./.."),
    ] {
        let found = said(from, &["check", typed]);
        assert_eq!(found.code, 1, "{found:?}");
        for words in [
            "`journeys` is a folder of a release, and not the release",
            &format!("the release is the folder above it, `{above}`"),
        ] {
            assert!(found.out.contains(words), "{typed}: {words}: {found:?}");
        }
    }
}

#[test]
fn how_much_advertising_one_person_gets_is_said() {
    let folder = TempDir::new().unwrap();
    let release = sera().join("../win-back");
    let release = release.to_str().unwrap();
    check(
        &said(folder.path(), &["check", release]),
        &expect![[r#"
            0
            No defects. 1 event, 1 journey, 4 templates.
            At most 4 advertising mails a week from this release to one person.
        "#]],
    );
    let found = json_of(&said(folder.path(), &["check", release, "--json"]));
    let expected = json!({ "mails": 4, "for_each_subject": false, "unlimited": [], "passing": [] });
    assert_eq!(found["advertising_a_week"], expected);
}

#[test]
fn every_defect_is_printed_at_once_with_its_place_and_ends_with_1() {
    let release = broken();
    check(
        &said(release.path(), &["check"]),
        &expect![[r#"
            1
            error: no template is called `startbreif`
             --> journeys/05-startbrief.yaml:9:11
              |
            9 |   - send: startbreif
              |           ^^^^^^^^^^ unknown template
              |
              = help: did you mean `startbrief`?

            error: nothing is called `event.Person.FulName`
             --> templates/verlenging.md:6:18
              |
            6 | # Meer tijd voor {{event.Person.FulName}}
              |                  ^^^^^^^^^^^^^^^^^^^^^^^^
              |
              = help: did you mean `event.Person.FullName`?

            2 defects in 2 files
        "#]],
    );
    let found = said(release.path(), &["check", ".", "--json"]);
    assert_eq!(found.code, 1);
    let report = json_of(&found);
    assert_eq!(report["ok"], false);
    let places = report["defects"].as_array().unwrap().iter().map(|defect| {
        let Value::String(file) = &defect["file"] else {
            panic!("{defect}")
        };
        format!("{file}:{}:{}", defect["line"], defect["column"])
    });
    let places: Vec<_> = places.collect();
    assert_eq!(
        places,
        [
            "journeys/05-startbrief.yaml:9:11",
            "templates/verlenging.md:6:18"
        ]
    );
}

#[test]
fn what_is_no_release_and_what_cannot_be_read_are_told_apart() {
    let folder = TempDir::new().unwrap();
    // A folder without a release has defects; broken YAML is a defect like any other.
    let empty = said(folder.path(), &["check"]);
    assert_eq!(empty.code, 1, "{empty:?}");
    assert!(empty.out.contains("waypost.yaml"), "{empty:?}");
    let release = releases::sera_with(&[]);
    fs::write(release.path().join("events.yaml"), "A: [\n").unwrap();
    let yaml = said(release.path(), &["check"]);
    assert_eq!(yaml.code, 1, "{yaml:?}");
    assert!(yaml.out.contains(" --> events.yaml:1:4"), "{yaml:?}");
    // No folder at all cannot be checked.
    for words in [
        &["check", "nowhere"][..],
        &["preview", "nowhere"],
        &["serve", "--release", "nowhere"],
        &["run", "--release", "nowhere"],
    ] {
        let nowhere = said(folder.path(), words);
        assert_eq!(
            (nowhere.code, nowhere.out.as_str()),
            (2, ""),
            "{words:?}: {nowhere:?}"
        );
        assert!(
            nowhere.err.starts_with("waypost: ") && nowhere.err.contains("nowhere"),
            "{nowhere:?}"
        );
        assert_eq!(nowhere.err.trim_end().lines().count(), 1, "{nowhere:?}");
    }
}

#[test]
fn a_release_with_defects_is_neither_shown_nor_played_nor_served() {
    let release = broken();
    for command in ["preview", "run", "serve"] {
        let words = match command {
            "preview" => vec!["preview", "."],
            other => vec![other, "--release", "."],
        };
        let refused = said(release.path(), &words);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.out.contains("2 defects in 2 files"), "{refused:?}");
    }
    for made in ["out", ".waypost"] {
        assert!(!release.path().join(made).exists(), "{made}");
    }
}

#[test]
fn every_mail_can_be_looked_at_without_what_is_sensitive() {
    let folder = TempDir::new().unwrap();
    let sera = sera();
    let sera = sera.to_str().unwrap();
    let shown = said(folder.path(), &["preview", sera, "--json"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    let out = folder.path().join("out/preview");
    let mails = json_of(&shown)["mails"].as_array().unwrap().clone();
    assert_eq!(mails.len(), 9);
    let index = fs::read_to_string(out.join("index.html")).unwrap();
    for mail in &mails {
        let html = mail["html"].as_str().unwrap();
        assert!(index.contains(html), "{html} is not in the index");
        let text = fs::read_to_string(out.join(mail["text"].as_str().unwrap())).unwrap();
        let page = fs::read_to_string(out.join(html)).unwrap();
        for form in [&index, &text, &page] {
            assert!(!form.contains("K7QF"), "a code stands in {html}");
        }
        assert!(!mail["subject"].as_str().unwrap().contains("{{"), "{mail}");
    }
    let one = said(
        folder.path(),
        &[
            "preview",
            sera,
            "--journey",
            "05-startbrief",
            "--out",
            "one",
        ],
    );
    assert_eq!(one.code, 0, "{one:?}");
    assert_eq!(fs::read_dir(folder.path().join("one")).unwrap().count(), 3);
    let none = said(
        folder.path(),
        &["preview", sera, "--journey", "05-startbref"],
    );
    assert_eq!(none.code, 2, "{none:?}");
    assert_eq!(
        none.err,
        "waypost: there is no journey `05-startbref`; did you mean `05-startbrief`?\n"
    );
}

#[test]
fn an_edited_release_is_served_at_once_and_a_broken_one_is_not() {
    let release = releases::sera_with(&[]);
    let template = release.path().join("templates/traject-gestopt.md");
    let text = fs::read_to_string(&template).unwrap();
    let laptop = Laptop::start(release.path());
    let subject =
        |person: &str| {
            let address = format!("{person}@school.example");
            laptop.source().tell(person, &json!({
            "type": "TRACK_END", "data": { "Person": { "FullName": "Sam" } },
            "people": [{ "id": person, "role": "SOT", "email": address, "full_name": "Anna" }],
        }));
            let mail = eventually("the mail comes", || laptop.mail_to(&address));
            mail["subject"].as_str().unwrap().to_owned()
        };
    assert_eq!(subject("before"), "Het traject van Sam is gestopt");

    fs::write(
        &template,
        text.replace("subject: Het traject", "subject: Ons traject"),
    )
    .unwrap();
    laptop.await_output("Published again");
    // A release in force is read again when it is older than five seconds.
    eventually("the new text is mailed", || {
        let now = subject(&format!("after-{}", laptop.inbox().len()));
        (now == "Ons traject van Sam is gestopt").then_some(())
    });

    fs::write(&template, text.replace("FullName}} is", "Fullname}} is")).unwrap();
    laptop.await_output("The release of before stays in force.");
    assert!(
        laptop
            .output()
            .contains("did you mean `event.Person.FullName`?"),
        "{}",
        laptop.output()
    );
    assert_eq!(subject("last"), "Ons traject van Sam is gestopt");
}

#[test]
fn a_folder_serves_one_at_a_time_and_is_let_go_of_in_order() {
    let laptop = Laptop::start(&sera());
    let release = sera();
    let words = [
        "serve",
        "--port",
        "0",
        "--release",
        release.to_str().unwrap(),
    ];
    let second = said(laptop.folder(), &words);
    assert_eq!(second.code, 2, "{second:?}");
    assert!(
        second.err.contains("is in use by another process"),
        "{second:?}"
    );
    let (mut laptop, code) = laptop.stop();
    assert_eq!(code, Some(0), "{}", laptop.output());
    assert!(
        laptop
            .output()
            .ends_with("Stopped. What waits goes on at the next start.\n")
    );
    laptop.start_again();
    laptop
        .source()
        .tell("still", &json!({ "type": "REGISTRATION_NEW", "data": {} }));
}

#[test]
fn what_is_not_a_command_is_explained() {
    let folder = TempDir::new().unwrap();
    for words in [
        &["chekc"][..],
        &["check", "--jsn"],
        &["serve", "--port", "many"],
    ] {
        let unknown = said(folder.path(), words);
        assert_eq!((unknown.code, unknown.out.as_str()), (2, ""), "{unknown:?}");
        assert!(unknown.err.contains("--help"), "{unknown:?}");
    }
    for words in [&["--help"][..], &["check", "--help"], &["serve", "--help"]] {
        let help = said(folder.path(), words);
        assert_eq!(help.code, 0, "{help:?}");
        for code in [
            "0  all is well",
            "1  something is wrong",
            "2  it could not do its work",
        ] {
            assert!(help.out.contains(code), "{code} in {help:?}");
        }
    }
    let version = said(folder.path(), &["--version"]);
    assert_eq!(
        version.out,
        format!("waypost {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let folder = TempDir::new().unwrap();
    let broken = broken();
    let mut check = waypost(folder.path());
    check.args(["check", "--json"]).arg(broken.path());
    let mut check = check.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(check.stdout.take());
    assert_eq!(check.wait().unwrap().code(), Some(1));
}

fn broken() -> TempDir {
    let release = releases::sera_with(&[]);
    edit(
        release.path(),
        "journeys/05-startbrief.yaml",
        "send: startbrief",
        "send: startbreif",
    );
    edit(
        release.path(),
        "templates/verlenging.md",
        "voor {{event.Person.FullName",
        "voor {{event.Person.FulName",
    );
    release
}

fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let file = folder.join(file);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches(from).count(), 1, "`{from}`");
    fs::write(&file, text.replace(from, to)).unwrap();
}

fn json_of(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

#[track_caller]
fn check(said: &Said, expect: &Expect) {
    assert_eq!(said.err, "");
    let out: Vec<_> = said.out.lines().map(str::trim_end).collect();
    expect.assert_eq(&format!("{}\n{}\n", said.code, out.join("\n")));
}
