//! What an operator does to a running stack: publish, withdraw, look, put back, replay, let go on.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use expect_test::{Expect, expect};
use journey::Phase;
use serde_json::{Value, json};

use crate::{
    command::{Said, said, sera, waypost},
    laptop::{Laptop, alone},
    releases,
    time::eventually,
};

#[test]
fn a_folder_is_published_after_it_was_shown_what_changes_and_who_is_inside() {
    let laptop = waiting();
    let edited = releases::of(&files(&[
        ("journeys/pause.yaml", PAUSE),
        ("journeys/late.yaml", LATE),
        ("templates/hello.md", HELLO_ANEW),
    ]));
    // Nobody can be asked here.
    let shown = typed(&laptop, edited.path(), &["publish", "."]);
    told(&shown, &expect![[r#""#]]);
    assert_eq!(shown.code, 2);
    assert!(shown.err.contains("say --yes"), "{shown:?}");
    let before = typed(&laptop, laptop.folder(), &["status", "--json"]);
    assert_eq!(json_of(&before)["journeys"]["pause"]["version"], 1);

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
    told(&status, &expect![[r#""#]]);
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
fn a_refused_post_is_replayed_once_the_release_is_mended() {
    let laptop = waiting();
    let mut event = hello("joris");
    event["type"] = json!("hello_again");
    let answer = laptop.source().post("joris", &event);
    assert_eq!(answer.status, 422, "{answer:?}");
    let list = typed(&laptop, laptop.folder(), &["events"]);
    assert!(
        list.out.contains("no event is called `hello_again`"),
        "{list:?}"
    );
    assert!(!list.out.contains("school.example"), "{list:?}");
    let shown = typed(&laptop, laptop.folder(), &["events", "--show", "joris"]);
    assert!(shown.out.contains("joris@school.example"), "{shown:?}");
    let still = typed(
        &laptop,
        laptop.folder(),
        &["events", "replay", "--all", "--yes"],
    );
    assert_eq!(still.code, 1, "{still:?}");
    assert!(still.out.contains("still fails"), "{still:?}");

    let mended = EVENTS.replace("HELLO:", "hello_again:");
    let journey = PAUSE.replace("HELLO", "hello_again");
    let mended = releases::of(&files(&[
        ("events.yaml", &mended),
        ("journeys/pause.yaml", &journey),
    ]));
    let done = typed(&laptop, mended.path(), &["publish", ".", "--yes"]);
    assert_eq!(done.code, 0, "{done:?}");
    let taken = typed(
        &laptop,
        laptop.folder(),
        &["events", "replay", "joris", "--yes"],
    );
    assert_eq!(taken.code, 0, "{taken:?}");
    eventually("the mail comes", || laptop.mail_to("joris@school.example"));
    // The source may have mended its side too; nothing happens twice.
    laptop.settle();
    laptop.source().tell("joris", &event);
    let again = typed(
        &laptop,
        laptop.folder(),
        &["events", "replay", "joris", "--yes", "--json"],
    );
    assert_eq!(json_of(&again)["events"][0]["verdict"], "was replayed");
    laptop.settle();
    assert!(laptop.mail_to("joris@school.example").is_some());
}

#[test]
fn dead_letters_go_back_to_their_queue_and_are_worked_off() {
    let _alone = alone();
    let laptop = waiting();
    laptop.cloud().send("events", "poison");
    eventually("the letter is put away", || {
        let queues = laptop.cloud().queues()?;
        queues.contains_key("events-dead").then_some(())
    });
    let shown = typed(&laptop, laptop.folder(), &["redrive"]);
    assert_eq!(shown.code, 2, "{shown:?}");
    assert!(
        shown.out.contains("events") && !shown.out.contains("poison"),
        "{shown:?}"
    );
    let status = typed(&laptop, laptop.folder(), &["status"]);
    assert_eq!(status.code, 1, "{status:?}");
    // It comes back and is put away again: nothing is lost on the way.
    let moved = typed(&laptop, laptop.folder(), &["redrive", "events", "--yes"]);
    assert_eq!(moved.code, 0, "{moved:?}");
    eventually("the letter is put away again", || {
        let queues = laptop.cloud().queues()?;
        (queues.get("events-dead")? == &[1, 0, 0]).then_some(())
    });
    let dropped = typed(
        &laptop,
        laptop.folder(),
        &["redrive", "--drop", "--yes", "--json"],
    );
    assert_eq!(json_of(&dropped)["queues"]["events"]["dropped"], 1);
    let slip = typed(&laptop, laptop.folder(), &["redrive", "event"]);
    assert!(slip.err.contains("did you mean `events`?"), "{slip:?}");
    let none = typed(&laptop, laptop.folder(), &["redrive"]);
    assert_eq!((none.code, none.out.as_str()), (0, "No dead letters.\n"));
}

#[test]
fn a_parked_run_goes_on_once_what_it_needs_is_mended() {
    let laptop = waiting();
    laptop.cloud().delete_identity("mail.school.example");
    laptop.source().tell("bram", &hello("bram"));
    eventually("the run is parked", || {
        let status = typed(&laptop, laptop.folder(), &["status", "--json"]);
        let groups = json_of(&status)["journeys"]["pause"]["in_flight"].take();
        (groups[0]["parked"] == 1).then_some(())
    });
    let list = typed(&laptop, laptop.folder(), &["retry"]);
    assert_eq!(list.code, 2, "{list:?}");
    assert!(
        list.out
            .contains("is the sender's domain verified with SES?"),
        "{list:?}"
    );
    laptop.cloud().verify_identity("mail.school.example");
    let done = typed(&laptop, laptop.folder(), &["retry", "pause", "--yes"]);
    assert_eq!(done.code, 0, "{done:?}");
    eventually("the mail comes", || laptop.mail_to("bram@school.example"));
    let none = typed(&laptop, laptop.folder(), &["retry", "--json"]);
    assert_eq!(json_of(&none)["parked"], json!([]));
}

/// Starts a laptop on which Anna waits in a journey.
fn waiting() -> Laptop {
    let release = releases::of(&files(&[]));
    let laptop = Laptop::start(release.path());
    laptop.source().tell("anna", &hello("anna"));
    eventually("the mail comes", || laptop.mail_to("anna@school.example"));
    laptop.settle();
    laptop
}

/// Types a command about the stack of a laptop.
fn typed(laptop: &Laptop, folder: &Path, words: &[&str]) -> Said {
    crate::command::ended(&mut about(laptop, folder, words))
}

fn about(laptop: &Laptop, folder: &Path, words: &[&str]) -> Command {
    let mut command = waypost(folder);
    command.args(words).envs([
        ("WAYPOST_STACK", "laptop"),
        ("AWS_ENDPOINT_URL", &laptop.cloud().endpoint),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("USER", "els"),
    ]);
    command
}

/// Types a command in a terminal, whose output goes to `asked.txt`.
fn in_terminal(laptop: &Laptop, folder: &Path, words: &str) -> std::process::Child {
    let line = format!("{} {words}", env!("CARGO_BIN_EXE_waypost"));
    let typed = about(laptop, folder, &[]);
    let mut script = Command::new("script");
    script
        .args(["-qefc", &line, "/dev/null"])
        .current_dir(folder);
    for (name, value) in typed.get_envs() {
        script.env(name, value.unwrap_or_default());
    }
    let output = fs::File::create(laptop.folder().join("asked.txt")).unwrap();
    script
        .stdin(Stdio::piped())
        .stdout(output)
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn files<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("waypost.yaml", PROJECT),
        ("events.yaml", EVENTS),
        ("journeys/pause.yaml", PAUSE),
        ("templates/hello.md", HELLO),
    ];
    let kept = usual.into_iter();
    let kept = kept.filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    kept.chain(changed.iter().copied()).collect()
}

fn hello(person: &str) -> Value {
    json!({
        "type": "HELLO", "data": {},
        "people": [{
            "id": person, "role": "SOT", "email": format!("{person}@school.example"), "full_name": "Somebody",
        }],
    })
}

fn json_of(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

/// Compares what people read, without the times and hashes, which are others every time.
#[track_caller]
fn told(said: &Said, expected: &Expect) {
    let hidden = said.out.lines().map(|line| {
        let words = line.split(' ').map(|word| {
            let bare = word.trim_end_matches([',', '.']);
            let hash = bare.len() == 8 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
            let day = bare.len() == 10 && bare.starts_with("20") && bare.contains('-');
            let time = bare.len() == 5 && bare.as_bytes()[2] == b':';
            let known = matches!(bare, "2026-12-01" | "2099-06-01");
            if (hash || day || time) && !known {
                word.replace(bare, "…")
            } else {
                word.to_owned()
            }
        });
        words.collect::<Vec<_>>().join(" ").trim_end().to_owned()
    });
    expected.assert_eq(&format!("{}\n", hidden.collect::<Vec<_>>().join("\n")));
}

#[test]
fn what_is_shipped_and_not_installed_is_told() {
    let laptop = Laptop::shared();
    let status = typed(&laptop, &sera(), &["status", ".", "--json"]);
    let status = json_of(&status);
    assert_eq!(status["not_installed"], json!([]));
    assert_eq!(status["journeys"]["05-startbrief"]["folder"], "published");
}

const PROJECT: &str = "waypost: 1
organisation: School
locale: en
time_zone: Europe/Amsterdam
senders:
  default: { name: School, address: post@mail.school.example }
";
const EVENTS: &str = "HELLO:
  title: Hello
  when: Now.
  params: {}
  example: {}
";
const PAUSE: &str = "journey: pause
title: Pause
kind: transactional
trigger: { event: HELLO }
reentry: unlimited
steps:
  - send: hello
  - wait: 3 days
  - exit: done
";
const LATE: &str = "journey: late
title: Late
kind: transactional
trigger: { event: HELLO }
reentry: never
publish: { from: 2026-12-01, until: 2099-06-01 }
steps:
  - send: hello
";
const HELLO: &str = "---
subject: Hello
preheader: Hello to you
---
Hello.
";
const HELLO_ANEW: &str = "---
subject: Hello anew
preheader: Hello to you
---
Hello anew.
";
