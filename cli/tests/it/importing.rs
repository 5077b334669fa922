//! Bringing over messages from Spotler, as somebody types it.

use std::fs;

use tempfile::TempDir;

use crate::command::{Said, said};
use crate::operator::json_of;

const MESSAGE: &str = "Naam: N #1 Begin\nTag: BEGIN\nOnderwerp: Het begint\n\nDag [automationfield:Recipient.FullName], de code is [automationfield:AccessCode.Code].\n";

#[test]
fn a_message_becomes_a_release_that_passes_its_check() {
    let folder = TempDir::new().unwrap();
    put(&folder, "in/een.TXT", MESSAGE.as_bytes());
    let told = import(&folder);
    assert_eq!(told.code, 0, "{}", told.out);
    assert_eq!(
        json_of(&told)["messages"],
        serde_json::json!(["N #1 Begin"])
    );
    let checked = said(folder.path(), &["check", "out"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
    // Once more, nothing is to do.
    let again = import(&folder);
    assert_eq!(
        (again.code, &json_of(&again)["written"]),
        (0, &serde_json::json!([]))
    );
}

#[test]
fn messages_of_one_event_may_show_different_parts_of_it() {
    let folder = TempDir::new().unwrap();
    put(&folder, "in/een.txt", MESSAGE.as_bytes());
    let second =
        "Naam: N #2 Ook\nTag: BEGIN\nOnderwerp: Ook\n\nOp [automationfield:Track.StartDate].\n";
    put(&folder, "in/twee.txt", second.as_bytes());
    let told = import(&folder);
    assert_eq!(json_of(&told)["sound"], true, "{}", told.out);
    let journey = fs::read_to_string(folder.path().join("out/journeys/01-begin.yaml")).unwrap();
    assert!(journey.contains("unused: [Track.StartDate]\n"), "{journey}");
}

#[test]
fn what_only_looks_like_a_command_and_fields_in_links_pass_the_check() {
    let folder = TempDir::new().unwrap();
    let odd = "\n{{else}} {{{x}}} {{#if y}} {{ C:\\[automationfield:X]\n[Open](https://x.example/[automationfield:Code]) of [alles]([automationfield:Link])\n";
    put(&folder, "in/een.txt", format!("{MESSAGE}{odd}").as_bytes());
    let told = import(&folder);
    assert_eq!(told.code, 1, "somebody has to look at it: {}", told.out);
    assert_eq!(json_of(&told)["sound"], true, "{}", told.out);
    let checked = said(folder.path(), &["check", "out"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
}

#[test]
fn what_is_there_already_is_never_overwritten() {
    let folder = TempDir::new().unwrap();
    put(&folder, "in/een.txt", MESSAGE.as_bytes());
    put(&folder, "out/templates/01-begin.md", b"caf\xe9");
    let told = import(&folder);
    assert_eq!(told.code, 1, "{}", told.out);
    let kept = fs::read(folder.path().join("out/templates/01-begin.md")).unwrap();
    assert_eq!(kept, b"caf\xe9");

    put(&folder, "out/events.yaml", b"CAF\xe9: {}\n");
    let told = import(&folder);
    assert_eq!(told.code, 2, "{}", told.err);
    assert!(told.err.contains("events.yaml"), "{}", told.err);
    let kept = fs::read(folder.path().join("out/events.yaml")).unwrap();
    assert_eq!(kept, b"CAF\xe9: {}\n");
}

#[test]
fn what_cannot_be_brought_over_is_told() {
    let folder = TempDir::new().unwrap();
    put(&folder, "in/a.txt", MESSAGE.as_bytes());
    put(
        &folder,
        "in/b.txt",
        MESSAGE.replace("Het begint", "Iets anders").as_bytes(),
    );
    put(&folder, "in/c.docx", b"PK");
    put(&folder, "in/d/e.txt", MESSAGE.as_bytes());
    put(&folder, "in/.hidden", b"");
    let told = import(&folder);
    assert_eq!(told.code, 1, "{}", told.out);
    let told = json_of(&told);
    let notes = told["notes"].as_array().unwrap().iter();
    let files: Vec<_> = notes.map(|note| note["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["in/c.docx", "in/d", "in/b.txt"]);
    assert_eq!(told["messages"].as_array().unwrap().len(), 1);
}

#[test]
fn where_there_is_no_message_no_release_is_begun() {
    let folder = TempDir::new().unwrap();
    put(&folder, "in/a.txt", b"Naam: A\n");
    let told = import(&folder);
    assert_eq!(told.code, 1, "{told:?}");
    let report = json_of(&told);
    assert_eq!(report["written"], serde_json::json!([]));
    assert_eq!(report["notes"][0]["file"], "in/a.txt");
    let told = said(folder.path(), &["import", "spotler", "in", "--out", "out"]);
    assert_eq!(told.code, 1, "{told:?}");
    let last = told.out.lines().last();
    assert_eq!(
        last,
        Some("No message was brought over, so nothing is written.")
    );
    assert!(!folder.path().join("out").exists());
}

fn import(folder: &TempDir) -> Said {
    said(
        folder.path(),
        &["import", "spotler", "in", "--out", "out", "--json"],
    )
}

fn put(folder: &TempDir, name: &str, bytes: &[u8]) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}
