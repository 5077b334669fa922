//! Journeys played before they run: `test`, `simulate`, `check --paths`.

use std::fs;

use expect_test::{Expect, expect};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    command::{Said, said},
    confirming, releases,
};

#[test]
fn scenarios_that_come_out_as_expected_end_with_0() {
    let release = welcome(STORY);
    let found = said(release.path(), &["test"]);
    check(
        &found,
        &expect![[r#"
            0
            All as expected: 1 scenario.
        "#]],
    );
}

#[test]
fn a_story_that_turns_out_otherwise_is_shown_at_its_place_and_ends_with_1() {
    let release = welcome(&STORY.replace("send: thanks }", "send: again }"));
    check(
        &said(release.path(), &["test"]),
        &expect![[r#"
        1
        tests/welcome.yaml:9:9 welcome: who opens is thanked
              { at: 2026-11-24 09:00, send: hello }
            - { at: 2026-11-30 09:00, send: again }
            - { at: 2026-11-30 09:00, leaves: finished }
            + { at: 2026-11-30 09:00, send: thanks }
            + { at: 2026-11-30 09:00, leaves: finished }

        1 of 1 scenario came out otherwise.
    "#]],
    );
    let found = said(release.path(), &["test", "--json"]);
    let report: Value = serde_json::from_str(&found.out).unwrap();
    assert_eq!(found.code, 1);
    assert_eq!(report["ok"], false);
    assert_eq!(
        report["scenarios"][0]["found"][1],
        json!({ "at": "2026-11-30 09:00", "send": "thanks" })
    );
}

#[test]
fn a_scenario_that_cannot_be_read_is_explained_and_does_not_keep_the_others_from_being_played() {
    let second = "  - name: nobody\n    enters: yesterday\n    happens: [{ at: 2026-11-23 14:00, opened: helo }]\n    expect: []\n";
    let release = welcome(&format!("{STORY}{second}"));
    check(
        &said(release.path(), &["test"]),
        &expect![[r#"
        1
        error: `enters` is `yesterday`, which is no time
          --> tests/welcome.yaml:12:13
           |
        12 |     enters: yesterday
           |             ^^^^^^^^^
           |
           = help: write `2026-11-23 14:00`, or `2026-10-25 02:30+01:00` where a clock shows it twice

        error: no send is called `helo`
          --> tests/welcome.yaml:13:47
           |
        13 |     happens: [{ at: 2026-11-23 14:00, opened: helo }]
           |                                               ^^^^ unknown send
           |
           = help: did you mean `hello`?

        1 scenario as expected. 2 defects in scenarios that cannot be played.
    "#]],
    );
}

#[test]
fn what_an_event_of_a_scenario_lacks_is_named_at_once_and_the_defects_are_counted() {
    let events = "JOINED:
  params: { name: string, day: date, club.name: string, club.town: string, seat: number? }
  example: { name: Jan, day: 2026-11-23, club: { name: Quay, town: Goes } }
";
    let files = FILES.map(|(file, text)| match file {
        "events.yaml" => (file, events.to_owned()),
        "journeys/welcome.yaml" => (
            file,
            format!("{text}unused: [name, day, club.name, club.town, seat]\n"),
        ),
        _ => (file, text.to_owned()),
    });
    let story = STORY.replace(
        "event: JOINED",
        "event: JOINED, data: { day: soon, club: { nam: Quay } }",
    );
    let scenario = ("tests/welcome.yaml", story.as_str());
    let files = files.iter().map(|(file, text)| (*file, text.as_str()));
    let files: Vec<_> = files.chain([scenario]).collect();
    let release = releases::of(&files);
    check(
        &said(release.path(), &["check"]),
        &expect![[r#"
        1
        error: `day` must be a date, and `soon` is none
         --> tests/welcome.yaml:5:61
          |
        5 |       - { at: 2026-11-23 14:00, event: JOINED, data: { day: soon, club: { nam: Quay } } }
          |                                                             ^^^^
          |
          = help: write a date as YYYY-MM-DD: `2027-02-12`

        error: no parameter is called `club.nam`
         --> tests/welcome.yaml:5:75
          |
        5 |       - { at: 2026-11-23 14:00, event: JOINED, data: { day: soon, club: { nam: Quay } } }
          |                                                                           ^^^ unknown parameter
          |
          = help: did you mean `club.name`?

        error: the data lacks `club.town` and `name`
         --> tests/welcome.yaml:5:54
          |
        5 |       - { at: 2026-11-23 14:00, event: JOINED, data: { day: soon, club: { nam: Quay } } }
          |                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: the source would be refused

        3 defects in 1 file
    "#]],
    );
}

#[test]
fn without_scenarios_there_is_nothing_to_play() {
    let release = releases::of(&FILES);
    let found = said(release.path(), &["test"]);
    assert_eq!(found.code, 2);
    assert_eq!(
        found.err,
        "waypost: there is no scenario to play: write one into tests/\n"
    );
}

#[test]
fn a_simulation_tells_what_would_happen() {
    let release = welcome(STORY);
    let words = [
        "simulate",
        "welcome",
        "--from",
        "2026-11-23 14:00",
        "--assume",
        "opened hello after 1 day",
    ];
    check(
        &said(release.path(), &words),
        &expect![[r#"
        0
        Mon 23 Nov 14:00  enters      event JOINED
        Mon 23 Nov 14:00  holds       hello   outside mon-fri 09:00-12:00, looked at again 2026-11-24 09:00
        Tue 24 Nov 09:00  sends       hello
        Tue 24 Nov 09:00  waits       step.2   until 2026-11-28 09:00
        Sat 28 Nov 09:00  looks       opened('hello') -> then
        Sat 28 Nov 09:00  holds       thanks   outside mon-fri 09:00-12:00, looked at again 2026-11-30 09:00
        Mon 30 Nov 09:00  sends       thanks
        Mon 30 Nov 09:00  leaves      finished
    "#]],
    );
    let found = said(release.path(), &["simulate", "welcom"]);
    assert_eq!(found.code, 2);
    let words = ["simulate", "welcome", "--assume", "opened helo"];
    let found = said(release.path(), &words);
    assert_eq!(
        found.err,
        "waypost: in `opened helo`: the journey has no send `helo`\n"
    );
}

#[test]
fn what_lets_the_contact_of_a_simulation_in_is_what_the_journey_says() {
    let release = confirming::release();
    let enters = |trigger: &str| {
        let journey = release.path().join("journeys/welcome.yaml");
        let text = fs::read_to_string(&journey).unwrap();
        let (before, rest) = text.split_once("trigger: ").unwrap();
        let (_, after) = rest.split_once("\nreentry").unwrap();
        fs::write(
            &journey,
            format!("{before}trigger: {trigger}\nreentry{after}"),
        )
        .unwrap();
        let found = said(release.path(), &["simulate", "welcome", "--json"]);
        let lines: Value = serde_json::from_str(&found.out).unwrap_or_else(|_| panic!("{found:?}"));
        lines[0]["what"].as_str().unwrap().to_owned()
    };
    for (trigger, what) in [
        ("{ opted_in: news }", "says yes to news"),
        (
            "[{ opted_in: news }, { tagged: vip }]",
            "says yes to news or gets the tag vip",
        ),
        ("[{ opted_in: news }, { manual: true }]", "by hand"),
        ("[{ opted_in: news }, { event: ISSUE }]", "event ISSUE"),
    ] {
        assert_eq!(enters(trigger), what);
    }
}

#[test]
fn why_nothing_happens_in_a_simulation_is_said() {
    let release = welcome(STORY);
    let journey = release.path().join("journeys/welcome.yaml");
    let text = fs::read_to_string(&journey).unwrap();
    let (before, rest) = text.split_once("trigger: ").unwrap();
    let (_, after) = rest.split_once('\n').unwrap();
    let trigger = "{ event: JOINED, where: contact.full_name == 'Nobody' }";
    fs::write(&journey, format!("{before}trigger: {trigger}\n{after}")).unwrap();
    let found = said(release.path(), &["simulate", "welcome"]);
    let why = "JOINED comes, with the values of its example in events.yaml, and does not fit `where: contact.full_name == 'Nobody'`.";
    let mut lines = found.out.lines();
    assert_eq!(
        [lines.next(), lines.next()],
        [Some("Nothing happens."), Some(why)]
    );
}

#[test]
fn why_somebody_stays_out_of_a_simulation_is_said_in_words() {
    let release = welcome(STORY);
    let journey = release.path().join("journeys/welcome.yaml");
    let text = fs::read_to_string(&journey).unwrap();
    for (reentry, why) in [
        ("never", "they were in it before, and may never come again"),
        ("single", "they are in it already"),
        ("{ after: 30 days }", "the last time is not long enough ago"),
    ] {
        let (before, rest) = text.split_once("reentry: ").unwrap();
        let (_, after) = rest.split_once('\n').unwrap();
        fs::write(&journey, format!("{before}reentry: {reentry}\n{after}")).unwrap();
        let words = [
            "simulate",
            "welcome",
            "--from",
            "2026-11-23 14:00",
            "--assume",
            "JOINED after 1 hour",
        ];
        let found = said(release.path(), &words);
        let line = found.out.lines().find(|line| line.contains("stays out"));
        assert!(line.is_some_and(|line| line.ends_with(why)), "{found:?}");
    }
}

#[test]
fn every_way_through_a_journey_is_listed() {
    let release = welcome(STORY);
    let found = said(release.path(), &["check", "--paths", "welcome"]);
    check(
        &found,
        &expect![[r#"
        0
        1. hello, thanks   4 days, finished
           then
        2. hello, again   4 days, silent
           else
        2 paths; what holds mails back comes on top.
    "#]],
    );
}

fn check(said: &Said, expected: &Expect) {
    let out: Vec<&str> = said.out.lines().map(str::trim_end).collect();
    expected.assert_eq(&format!("{}\n{}\n{}", said.code, out.join("\n"), said.err));
}

fn welcome(story: &str) -> TempDir {
    let scenario = ("tests/welcome.yaml", story);
    let files: Vec<_> = FILES.into_iter().chain([scenario]).collect();
    releases::of(&files)
}

const FILES: [(&str, &str); 7] = [
    (
        "waypost.yaml",
        "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
         senders:\n  default: { name: School, address: mail@mail.school.example }\n",
    ),
    ("events.yaml", "JOINED: {}\n"),
    (
        "layouts/plain.mjml",
        "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}</mj-text></mj-column>\
         </mj-section></mj-body></mjml>\n",
    ),
    (
        "journeys/welcome.yaml",
        "journey: welcome
kind: transactional
trigger: { event: JOINED }
reentry: unlimited
send_window: mon-fri 09:00-12:00
steps:
  - send: hello
  - wait: 4 days
  - if: opened('hello')
    then:
      - send: thanks
    else:
      - send: again
      - exit: silent
",
    ),
    (
        "templates/hello.md",
        "---\nsubject: Hello\nlayout: plain\n---\nHello {{recipient.full_name}}\n",
    ),
    (
        "templates/thanks.md",
        "---\nsubject: Thanks\nlayout: plain\n---\nThanks {{recipient.full_name}}\n",
    ),
    (
        "templates/again.md",
        "---\nsubject: Again\nlayout: plain\n---\nAgain {{recipient.full_name}}\n",
    ),
];

const STORY: &str = "journey: welcome
scenarios:
  - name: who opens is thanked
    happens:
      - { at: 2026-11-23 14:00, event: JOINED }
      - { at: 2026-11-25 10:00, opened: hello }
    expect:
      - { at: 2026-11-24 09:00, send: hello }
      - { at: 2026-11-30 09:00, send: thanks }
      - { at: 2026-11-30 09:00, leaves: finished }
";
