//! Every example is sound, keeps what its scenarios say, can be drawn, and is played from its README's own command.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{said, sera};
use crate::operator::json_of;

#[test]
fn every_example_does_what_its_readme_says() {
    for (name, mails) in [
        ("birthday", 1),
        // Its dates and those of win-back are of one year, and some day they are past.
        ("contract-renewal", 0),
        ("donation", 4),
        ("newsletter", 2),
        ("welcome", 3),
        ("win-back", 0),
    ] {
        let folder = TempDir::new().unwrap();
        let release = example(name);
        let release = release.to_str().unwrap();
        let readme = fs::read_to_string(example(name).join("README.md")).unwrap();
        for command in [
            &["check", release][..],
            &["test", release],
            &["draw", release, "--out", "pictures"],
        ] {
            let done = said(folder.path(), command);
            assert_eq!(done.code, 0, "{command:?}: {done:?}");
            assert!(
                readme.contains(&format!("waypost {} ", command[0])),
                "{readme}"
            );
        }
        // What a source would post is there, and is what the command says.
        let typed = readme
            .lines()
            .find_map(|line| line.strip_prefix("waypost trigger "));
        let mut words = typed.expect("it says how to post").split_whitespace();
        let (event, post) = (words.next().unwrap(), words.nth(1).unwrap());
        let post = example(name).join(post.strip_prefix(&format!("examples/{name}/")).unwrap());
        let post: Value = serde_json::from_slice(&fs::read(post).unwrap()).unwrap();
        assert_eq!(post["type"], event, "{name}");
        let played = said(folder.path(), &["run", "--release", release]);
        assert_eq!(played.code, 0, "{name}: {played:?}");
        // What is recommended next serves this release, and not another one.
        let next = format!(" serve --release {release} ");
        assert!(played.out.contains(&next), "{name}: {}", played.out);
        let letters = fs::read_dir(folder.path().join("out/mail")).unwrap();
        let letters = letters.filter(|file| {
            let path = file.as_ref().unwrap().path();
            path.extension().is_some_and(|end| end == "eml")
        });
        assert!(letters.count() >= mails, "{name}: {}", played.out);
        // Where dates are past, nobody is let in; every other post shows something.
        let idle = played
            .out
            .contains(" let nobody into a journey and moved nobody on");
        assert!(!idle || mails == 0, "{name}: {}", played.out);
        let nobody = played.out.contains(" 0 mails, ");
        assert_eq!(
            nobody,
            played.out.contains("Nobody was mailed."),
            "{name}: {}",
            played.out
        );
        if name == "welcome" {
            let booked = "Noor Jansen in welkom: was moved on by it";
            assert!(played.out.contains(booked), "{}", played.out);
        }
    }
}

#[test]
fn every_mail_of_every_example_can_be_looked_at() {
    for name in [
        "birthday",
        "contract-renewal",
        "donation",
        "newsletter",
        "sera",
        "welcome",
        "win-back",
    ] {
        let folder = TempDir::new().unwrap();
        let release = example(name);
        let done = said(
            folder.path(),
            &["preview", release.to_str().unwrap(), "--json"],
        );
        assert_eq!(done.code, 0, "{name}: {done:?}");
        let told = json_of(&done);
        let mails = told["mails"].as_array().unwrap();
        for file in fs::read_dir(release.join("templates")).unwrap() {
            let file = file.unwrap().path();
            let template = file
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .split('.')
                .next()
                .unwrap();
            let of_it = mails.iter().find(|mail| mail["template"] == template);
            let made = of_it.and_then(|mail| mail["html"].as_str());
            assert!(made.is_some(), "{name} has no mail of {template}: {told:#}");
        }
    }
}

#[test]
fn the_picture_in_the_docs_is_that_of_the_example() {
    let folder = TempDir::new().unwrap();
    let release = example("win-back");
    let drawn = said(folder.path(), &["draw", release.to_str().unwrap()]);
    assert_eq!(drawn.code, 0, "{drawn:?}");
    let drawn = fs::read_to_string(folder.path().join("pictures/terugwinnen.svg")).unwrap();
    let shown = fs::read_to_string(example("../docs/win-back.svg")).unwrap();
    assert!(
        drawn == shown,
        "copy pictures/terugwinnen.svg to docs/win-back.svg"
    );
}

#[test]
fn no_example_is_forgotten_here() {
    let folders = fs::read_dir(example("")).unwrap();
    // The CRM that listens is none: `hooks.rs` runs it.
    let releases = folders.map(|one| one.unwrap());
    let releases = releases.filter(|one| one.path().join("waypost.yaml").exists());
    let names = releases.map(|one| one.file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    let known = [
        "birthday",
        "contract-renewal",
        "donation",
        "newsletter",
        "sera",
        "welcome",
        "win-back",
    ];
    assert_eq!(names, known);
}

fn example(name: &str) -> PathBuf {
    sera().parent().unwrap().join(name)
}
