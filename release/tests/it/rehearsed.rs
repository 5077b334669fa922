//! What is played of a scenario, and what no scenario may say.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use std::fs;

use expect_test::expect;
use release::{Color, compile, difference, play, render, scenarios};

const HEAD: &str = "journey: k\ntitle: k\nkind: transactional\n";

/// Plays the one scenario, and shows its defects or where its story came out otherwise.
fn played(journey: &str, scenario: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let good = format!("{HEAD}{journey}");
    let scenario = format!("journey: k\nscenarios:\n- name: n\n{scenario}");
    for (name, text) in [
        ("waypost.yaml", PROJECT),
        (
            "events.yaml",
            "HI: { title: hi, when: now, params: {}, example: {} }\n",
        ),
        ("journeys/k.yaml", good.as_str()),
        ("templates/t.md", "---\nsubject: Hi\n---\nHello\n"),
        ("tests/k.yaml", scenario.as_str()),
    ] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let compiled = match compile(dir.path()) {
        Ok(compiled) => compiled,
        Err(release::Failure::Rejected(rejection)) => panic!("{}", rejection.render(Color::Never)),
        Err(error) => panic!("{error}"),
    };
    let read = scenarios(dir.path(), &compiled).unwrap();
    if !read.defects.is_empty() {
        return read.render(Color::Never);
    }
    let scenario = &read.scenarios[0];
    let plan = &compiled.journeys["k"].plan;
    let found = match play(scenario, plan) {
        Ok(found) => found,
        Err(defect) => return render(&[*defect], &read.sources, Color::Never),
    };
    let expected = scenario.expect.iter().map(|(entry, _)| entry.clone());
    let expected: Vec<_> = expected.collect();
    match difference(&expected, &found) {
        None => "as expected".to_owned(),
        Some(difference) => {
            let words = found
                .iter()
                .map(|one| format!("{} {}\n", one.what, one.word));
            format!("{difference:?}\n{}", words.collect::<String>())
        }
    }
}

#[test]
fn a_journey_that_lets_people_into_itself_is_cut_off_as_a_circle() {
    let journey = "trigger: [{ manual: true }, { joins: la }]\nreentry: unlimited\nsteps:\n\
                   - join: la\n- leave: la\n";
    let one = |what: &str| format!("  - {{ at: 2026-11-23 22:00, {what} }}\n");
    let mut expect = String::new();
    for run in 0..9 {
        expect += &one("join: la");
        expect += &one("leave: la");
        expect += &one("leaves: finished");
        if run == 8 {
            expect += &one("refused: circle");
        }
    }
    let scenario = format!("  enters: 2026-11-23 22:00\n  expect:\n{expect}");
    assert_eq!(played(journey, &scenario), "as expected");
}

#[test]
fn a_scenario_without_an_end_says_nothing_about_dates_that_come_every_year() {
    let journey = "trigger: { date: contact.born at 09:00, every: year }\nreentry: unlimited\n\
                   steps:\n- send: t\n";
    let born = "  contact: { born: 1990-11-24 }\n  from: 2026-11-01 10:00\n";
    expect![[r#"
        error: this scenario ends before the date that comes every year
         --> tests/k.yaml:3:9
          |
        3 | - name: n
          |         ^
          |
          = help: write when it stops, after the last date that it shows: `until: 2027-12-31 23:59`"#]].assert_eq(&played(journey, &format!("{born}  expect: []\n")));
    let whole = format!("{born}  until: 2026-11-24 08:59\n  expect: []\n");
    assert_eq!(played(journey, &whole), "as expected");
    // Who shows something else need not wait for them.
    let both = journey
        .replace("trigger: {", "trigger: [{ manual: true }, {")
        .replace("year }", "year }]");
    let enters = born.replace("from: 2026-11-01", "enters: 2026-11-02");
    let sent = "  expect: [{ at: 2026-11-02 10:00, send: t }, { at: 2026-11-02 10:00, leaves: finished }]\n";
    assert_eq!(played(&both, &format!("{enters}{sent}")), "as expected");
    let nobody = "  from: 2026-11-01 10:00\n  expect: []\n";
    assert_eq!(played(journey, nobody), "as expected");
}

#[test]
fn nothing_is_set_before_the_contact_is_written_down() {
    let journey = "trigger: { tagged: vip }\nreentry: never\nsteps:\n- send: t\n";
    let happens = "  from: 2026-11-23 10:00\n  happens:\n  - { at: 2026-11-23 09:59, set: { member: true } }\n  expect: []\n";
    expect![[r#"
        error: this is set before `from`, when the contact is first written down
         --> tests/k.yaml:6:5
          |
        6 |   - { at: 2026-11-23 09:59, set: { member: true } }
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: set it at `from` or later, or let `from` begin earlier

        1 defect in 1 file
    "#]]
    .assert_eq(&played(journey, happens));
    let same = happens.replace("09:59", "10:00");
    assert_eq!(played(journey, &same), "as expected");
}

#[test]
fn a_scenario_that_goes_round_for_years_is_cut_off() {
    let journey = "trigger: [{ manual: true }, { joins: la }]\nreentry: unlimited\nsteps:\n\
                   - leave: la\n- wait: 20 hours\n- join: la\n";
    let enters = "  enters: 2026-11-23 22:00\n";
    expect![[r#"
        error: this scenario takes more than 20000 steps
         --> tests/k.yaml:3:9
          |
        3 | - name: n
          |         ^
          |
          = help: write when it stops: `until: 2027-12-31 23:59`; if it says so, stop it earlier"#]]
    .assert_eq(&played(journey, &format!("{enters}  expect: []\n")));
    let one = "{ at: 2026-11-23 22:00, leave: la }";
    let day = format!("{enters}  until: 2026-11-24 17:59\n  expect: [{one}]\n");
    assert_eq!(played(journey, &day), "as expected");
}

/// Returns what is wrong with a scenario of an ordinary journey.
fn wrong_with(scenario: &str) -> String {
    let journey = "trigger: { event: HI }\nreentry: never\nsteps:\n- send: t\n";
    played(journey, scenario)
}

#[test]
fn what_is_set_is_no_addition() {
    let happens = "  enters: 2026-11-23 10:00\n  happens:\n  - { at: 2026-11-23 09:59, set: { score: +5 } }\n  expect:\n  - { at: 2026-11-23 09:59, set: { score: +5, seats: +1, member: true } }\n";
    expect![[r#"
        error: `+5` would set `score` to 5, and add nothing to it
         --> tests/k.yaml:6:43
          |
        6 |   - { at: 2026-11-23 09:59, set: { score: +5 } }
          |                                           ^^
          |
          = help: write what it becomes, without the sign: `score: 5`; what adds is a step `score: +5`

        error: `+5` would set `score` to 5, and add nothing to it
         --> tests/k.yaml:8:43
          |
        8 |   - { at: 2026-11-23 09:59, set: { score: +5, seats: +1, member: true } }
          |                                           ^^
          |
          = help: write what it becomes, without the sign: `score: 5`; what adds is a step `score: +5`

        error: `+1` would set `seats` to 1, and add nothing to it
         --> tests/k.yaml:8:54
          |
        8 |   - { at: 2026-11-23 09:59, set: { score: +5, seats: +1, member: true } }
          |                                                      ^^
          |
          = help: write what it becomes, without the sign: `seats: 1`; other fields than the score cannot be counted up

        3 defects in 1 file
    "#]].assert_eq(&wrong_with(happens));
}

#[test]
fn a_contact_lives_in_a_zone_that_there_is() {
    let contact = "  contact: { time_zone: Asia/Kolkatta }\n  enters: 2026-11-23 10:00\n  happens:\n  - { at: 2026-11-23 09:59, set: { time_zone: Amsterdm } }\n  expect: []\n";
    expect![[r#"
        error: no time zone is called `Asia/Kolkatta`
         --> tests/k.yaml:4:25
          |
        4 |   contact: { time_zone: Asia/Kolkatta }
          |                         ^^^^^^^^^^^^^
          |
          = help: did you mean `Asia/Kolkata`?

        error: no time zone is called `Amsterdm`
         --> tests/k.yaml:7:47
          |
        7 |   - { at: 2026-11-23 09:59, set: { time_zone: Amsterdm } }
          |                                               ^^^^^^^^
          |
          = help: did you mean `Europe/Amsterdam`?

        2 defects in 1 file
    "#]]
    .assert_eq(&wrong_with(contact));
}

#[test]
fn one_mistake_in_a_scenario_is_told_once_and_hides_no_other() {
    let many = "  contact: { tags: vip, email: x, membr: true }\n  enters: tomorrow\n  happens:\n  - { at: 2026-11-23 09:59, joins: la }\n  - { at: never, event: HO }\n  expect:\n  - { at: 2026-11-23 09:59, sends: t }\n";
    expect![[r#"
        error: `tags` must be a list, and this is a text
         --> tests/k.yaml:4:20
          |
        4 |   contact: { tags: vip, email: x, membr: true }
          |                    ^^^
          |
          = help: begin each item with `- `

        error: `email` is no address that can be mailed
         --> tests/k.yaml:4:32
          |
        4 |   contact: { tags: vip, email: x, membr: true }
          |                                ^
          |
          = help: leave it out: nothing is sent

        error: no contact field is called `membr`
         --> tests/k.yaml:4:35
          |
        4 |   contact: { tags: vip, email: x, membr: true }
          |                                   ^^^^^ unknown contact field
          |
          = help: did you mean `member`?

        error: `enters` is `tomorrow`, which is no time
         --> tests/k.yaml:5:11
          |
        5 |   enters: tomorrow
          |           ^^^^^^^^
          |
          = help: write `2026-11-23 14:00`, or `2026-10-25 02:30+01:00` where a clock shows it twice

        error: a happening has no key `joins`
         --> tests/k.yaml:7:29
          |
        7 |   - { at: 2026-11-23 09:59, joins: la }
          |                             ^^^^^ unknown key
          |
          = help: a happening can have `at`, `opened`, `clicked`, `link`, `event`, `data` and `set`

        error: `at` is `never`, which is no time
         --> tests/k.yaml:8:11
          |
        8 |   - { at: never, event: HO }
          |           ^^^^^
          |
          = help: write `2026-11-23 14:00`, or `2026-10-25 02:30+01:00` where a clock shows it twice

        error: no event is called `HO`
         --> tests/k.yaml:8:25
          |
        8 |   - { at: never, event: HO }
          |                         ^^ unknown event
          |
          = help: there are `HI`; declare it in events.yaml

        error: an expectation has no key `sends`
          --> tests/k.yaml:10:29
           |
        10 |   - { at: 2026-11-23 09:59, sends: t }
           |                             ^^^^^ unknown key
           |
           = help: did you mean `send`?

        8 defects in 1 file
    "#]]
    .assert_eq(&wrong_with(many));
}

const PROJECT: &str = "waypost: 1
organisation: O
locale: en
time_zone: Europe/Amsterdam
senders: { default: { name: O, address: a@mail.oracle.example } }
vars: { organisation: O, brand: O, address: S 1 }
contact: { member: { type: bool, default: false }, born: date?, score: { type: number, default: 0 }, seats: number? }
lists: [la]
";
