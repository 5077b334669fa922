//! Makes the mails of a small release and looks at them.

use std::fs;

use expect_test::expect;
use jiff::Timestamp;
use release::Compiled;

use super::pictures;

#[test]
fn every_send_is_pictured_with_each_event_and_language() {
    let pictures = pictures(&compiled(), now());
    let lines = pictures.iter().map(|picture| {
        let mail = picture.mail.as_ref().unwrap();
        format!("{}: {} | {}", picture.file, mail.subject, mail.text.trim())
    });
    expect![[r#"
        code.code.code: Code voor 1 december 2026 | Robin Jansen: ••••••••
        code.code.code-again: Code voor 24 december 2026 | Robin Jansen: ••••••••
        code.code.code.en: Code for 1 December 2026 | Robin: ••••••••
        code.code.code-again.en: Code for 24 December 2026 | Robin: ••••••••"#]]
    .assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_is_sensitive_is_shown_as_dots() {
    for picture in pictures(&compiled(), now()) {
        let mail = picture.mail.unwrap();
        let everything = [mail.subject, mail.preheader, mail.html, mail.text].concat();
        assert!(!everything.contains("S3CRET"), "{}", picture.file);
    }
}

fn compiled() -> Compiled {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        let file = dir.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    match release::compile(dir.path()) {
        Ok(compiled) => compiled,
        Err(release::Failure::Rejected(rejection)) => {
            panic!("{}", rejection.render(release::Color::Never))
        }
        Err(error) => panic!("{error}"),
    }
}

fn now() -> Timestamp {
    "2026-11-22T10:15:00+01:00".parse().unwrap()
}

const FILES: [(&str, &str); 5] = [
    (
        "waypost.yaml",
        "waypost: 1
organisation: De Brug
locale: nl
time_zone: Europe/Amsterdam
senders:
  default: { name: De Brug, address: post@brug.example }
contact:
  first_name: string?
",
    ),
    (
        "events.yaml",
        "CODE:
  title: Code
  when: Altijd.
  params:
    Code: { type: string, sensitive: true }
    Day: date
  example: { Code: S3CRET, Day: 2026-12-01 }
CODE_AGAIN:
  title: Nog een code
  when: Altijd.
  params:
    Code: { type: string, sensitive: true }
    Day: date
  example: { Code: S3CRET-2, Day: 2026-12-24 }
",
    ),
    (
        "journeys/code.yaml",
        "journey: code
title: Code
kind: transactional
trigger: [{ event: CODE }, { event: CODE_AGAIN }]
reentry: unlimited
steps:
  - send: code
",
    ),
    (
        "templates/code.md",
        "---
subject: Code voor {{date event.Day}}
---
{{recipient.full_name}}: {{event.Code}}
",
    ),
    (
        "templates/code.en.md",
        "---
subject: Code for {{date event.Day}}
---
{{#if recipient.first_name}}{{recipient.first_name}}{{/if}}: {{event.Code}}
",
    ),
];
