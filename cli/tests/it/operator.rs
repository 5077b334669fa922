//! A small release and an operator who types commands about the laptop that runs it.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use expect_test::Expect;
use serde_json::{Value, json};

use crate::{
    command::{Said, ended, waypost},
    laptop::Laptop,
    releases,
    time::eventually,
};

/// Starts a laptop on which Anna waits in a journey.
pub(crate) fn waiting() -> Laptop {
    let release = releases::of(&files(&[]));
    let laptop = Laptop::start(release.path());
    laptop.source().tell("anna", &hello("anna"));
    eventually("the mail comes", || laptop.mail_to("anna@school.example"));
    laptop.settle();
    laptop
}

/// Types a command about the stack of a laptop.
pub(crate) fn typed(laptop: &Laptop, folder: &Path, words: &[&str]) -> Said {
    ended(&mut about(laptop, folder, words))
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
pub(crate) fn in_terminal(laptop: &Laptop, folder: &Path, words: &str) -> std::process::Child {
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

pub(crate) fn files<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
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

pub(crate) fn hello(person: &str) -> Value {
    json!({
        "type": "HELLO", "data": {},
        "people": [{
            "id": person, "role": "SOT", "email": format!("{person}@school.example"), "full_name": "Somebody",
        }],
    })
}

pub(crate) fn json_of(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

/// Compares what people read, without the times and hashes, which are others every time.
#[track_caller]
pub(crate) fn told(said: &Said, expected: &Expect) {
    let hidden = said.out.lines().map(|line| {
        let words = line.split(' ').map(|word| {
            let bare = word.trim_end_matches([',', '.']);
            let hash = bare.len() == 8 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
            let day = bare.len() == 10 && bare.starts_with("20") && bare.contains('-');
            let time = bare.len() == 5 && bare.as_bytes()[2] == b':';
            let known = matches!(bare, "2098-12-01" | "2099-06-01");
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

pub(crate) const PROJECT: &str = "waypost: 1
organisation: School
locale: en
time_zone: Europe/Amsterdam
senders:
  default: { name: School, address: post@mail.school.example }
";
pub(crate) const EVENTS: &str = "HELLO:
  title: Hello
  when: Now.
  params: {}
  example: {}
";
pub(crate) const PAUSE: &str = "journey: pause
title: Pause
kind: transactional
trigger: { event: HELLO }
reentry: unlimited
steps:
  - send: hello
  - wait: 3 days
  - exit: done
";
pub(crate) const LATE: &str = "journey: late
title: Late
kind: transactional
trigger: { event: HELLO }
reentry: never
publish: { from: 2098-12-01, until: 2099-06-01 }
steps:
  - send: hello
";
pub(crate) const HELLO: &str = "---
subject: Hello
preheader: Hello to you
---
Hello.
";
pub(crate) const HELLO_ANEW: &str = "---
subject: Hello anew
preheader: Hello to you
---
Hello anew.
";
