//! What is published, who is told what it changes, and what the functions make of it.

use std::{fs, io::Write};

use expect_test::expect;
use journey::Phase;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    command::{said, sera},
    laptop::Laptop,
    operator::{
        HELLO_ANEW, LATE, PAUSE, PROJECT, files, hello, in_terminal, json_of, told, typed, waiting,
    },
    releases,
    time::eventually,
};

#[test]
fn what_would_change_and_who_is_inside_is_shown_before_anything_is_changed() {
    let laptop = waiting();
    let edited = edited();
    // Nobody can be asked here.
    let shown = typed(&laptop, edited.path(), &["publish", "."]);
    told(
        &shown,
        &expect![[r#"
        Release … on laptop, in place of …, in force since … …

          JOURNEY  CHANGE   VERSION   ON THEIR WAY
          late     new      @1                      2098-12-01 until 2099-06-01
          pause    changed  @1 -> @2  1 @1          mail hello

          Mails: changed hello

    "#]],
    );
    assert_eq!(shown.code, 2);
    assert!(shown.err.contains("say --yes"), "{shown:?}");
    let before = typed(&laptop, laptop.folder(), &["status", "--json"]);
    assert_eq!(json_of(&before)["journeys"]["pause"]["version"], 1);
}

#[test]
fn what_is_published_is_in_force_at_once_and_taken_up_without_a_restart() {
    let laptop = waiting();
    let edited = edited();
    let done = typed(&laptop, edited.path(), &["publish", ".", "--yes", "--json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let done = json_of(&done);
    assert_eq!(done["published"], true);
    assert_eq!(done["journeys"]["pause"]["change"], "changed");
    assert_eq!(done["journeys"]["pause"]["in_flight"][0]["waiting"], 1);

    let again = typed(&laptop, edited.path(), &["publish", "."]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(
        again.out.starts_with("Nothing changes: this is release "),
        "{again:?}"
    );

    let status = typed(&laptop, edited.path(), &["status", "."]);
    told(
        &status,
        &expect![[r#"
        laptop: release … in force since … …, by els

          JOURNEY  VERSION  ON  WAITING  SENDING  PARKED
          late     @1                                     published, 2098-12-01 until 2099-06-01 (closed)
          pause    @2       @1  1        0        0       published

          QUEUE             WAITING  IN WORK  LATER  DEAD
          events            0        0        0      0
          calls             0        0        0      0
          moves             0        0        0      0
          orders            0        0        0      0
          orders-marketing  0        0        0      0
          reports           0        0        0      0
          wake                                       0

          Nobody is overdue.
          No refused post is kept.
    "#]],
    );
    // The functions follow without a restart: the new mail is sent within seconds.
    eventually("the new release is taken up", || {
        let id = format!("new-{}", laptop.inbox().len());
        laptop.source().tell(&id, &hello(&id));
        let mail = eventually("a mail", || laptop.mail_to(&format!("{id}@school.example")));
        (mail["subject"] == "Hello anew").then_some(())
    });
}

#[test]
fn whoever_publishes_second_is_told_and_changes_nothing() {
    let laptop = waiting();
    let first = releases::of(&files(&[("templates/hello.md", HELLO_ANEW)]));
    let second = releases::of(&files(&[("journeys/late.yaml", LATE)]));
    let mut asked = in_terminal(&laptop, second.path(), "publish .");
    let mut stdin = asked.stdin.take().unwrap();
    let output = laptop.folder().join("asked.txt");
    eventually("somebody is asked", || {
        let said = fs::read_to_string(&output).unwrap_or_default();
        said.contains("Type yes to go ahead").then_some(())
    });
    let done = typed(&laptop, first.path(), &["publish", ".", "--yes"]);
    assert_eq!(done.code, 0, "{done:?}");
    writeln!(stdin, "yes").unwrap();
    let ended = asked.wait().unwrap();
    let said = fs::read_to_string(&output).unwrap();
    assert_eq!(ended.code(), Some(2), "{said}");
    assert!(said.contains("somebody else has published"), "{said}");
    let status = json_of(&typed(&laptop, laptop.folder(), &["status", "--json"]));
    assert_eq!(status["journeys"]["late"], Value::Null);
    assert_eq!(status["journeys"]["pause"]["version"], 2);
}

#[test]
fn a_journey_that_is_withdrawn_lets_nobody_in_and_those_inside_finish() {
    let laptop = waiting();
    let slip = typed(&laptop, laptop.folder(), &["unpublish", "pauze", "--yes"]);
    assert_eq!(slip.code, 2);
    assert!(slip.err.contains("did you mean `pause`?"), "{slip:?}");
    let gone = typed(&laptop, laptop.folder(), &["unpublish", "pause", "--yes"]);
    assert_eq!(gone.code, 0, "{gone:?}");
    assert!(gone.out.contains("withdrawn"), "{gone:?}");
    eventually("the event lets nobody in", || {
        let id = format!("late-{}", laptop.cloud().scan("events").len());
        laptop.source().tell(&id, &hello(&id));
        laptop.settle_soon();
        let runs = laptop.cloud().enrollments();
        (!runs.iter().any(|run| run.enrollment.event == id)).then_some(())
    });
    let status = json_of(&typed(&laptop, laptop.folder(), &["status", "--json"]));
    let pause = &status["journeys"]["pause"];
    assert_eq!(pause["published"], false);
    assert_eq!(pause["in_flight"][0]["version"], 1);
    laptop.cloud().pass(4 * 24 * 3600);
    eventually("the one inside finishes", || {
        let runs = laptop.cloud().enrollments();
        let first = runs.iter().find(|run| run.enrollment.event == "anna")?;
        matches!(first.enrollment.phase, Phase::Left { .. }).then_some(())
    });
    let all = typed(&laptop, laptop.folder(), &["unpublish", "--all", "--yes"]);
    assert_eq!(all.code, 2, "{all:?}");
}

#[test]
fn what_cannot_be_of_use_is_not_published() {
    let laptop = waiting();
    let elsewhere = PROJECT.replace("mail.school.example", "mail.elsewhere.example");
    let foreign = releases::of(&files(&[("waypost.yaml", &elsewhere)]));
    let refused = typed(&laptop, foreign.path(), &["publish", ".", "--yes"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused
            .out
            .contains("SES has not verified mail.elsewhere.example"),
        "{refused:?}"
    );
    let broken = releases::of(&files(&[("journeys/late.yaml", "journey: late\n")]));
    let refused = typed(&laptop, broken.path(), &["publish", ".", "--yes"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let status = json_of(&typed(&laptop, broken.path(), &["status", ".", "--json"]));
    assert_eq!(status["journeys"]["late"]["folder"], "draft");
    assert_eq!(status["well"], false);
    let nowhere = said(broken.path(), &["status"]);
    assert_eq!(nowhere.code, 2);
    assert!(
        nowhere.err.contains("no stack is named: say --stack NAME"),
        "{nowhere:?}"
    );
}

#[test]
fn what_is_shipped_and_not_installed_is_told() {
    let laptop = Laptop::shared();
    let status = typed(&laptop, &sera(), &["status", ".", "--json"]);
    let status = json_of(&status);
    assert_eq!(status["not_installed"], json!([]));
    assert_eq!(status["journeys"]["05-startbrief"]["folder"], "published");
    // In its folder nobody needs to say which stack is meant, or where its AWS is.
    let here = said(laptop.folder(), &["status", "--json"]);
    assert_eq!(json_of(&here)["release"], status["release"]);
}

/// Changes the mail of the journey, and adds another.
fn edited() -> TempDir {
    releases::of(&files(&[
        ("journeys/pause.yaml", PAUSE),
        ("journeys/late.yaml", LATE),
        ("templates/hello.md", HELLO_ANEW),
    ]))
}
