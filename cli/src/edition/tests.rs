//! What publishing would change, told of small editions.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use jiff::civil::date;
use journey::{
    Entrance, EventType, Occasion, Plan, Publish, Purpose, Reentry, Release, Rules, Settings,
    Trigger, Value,
};
use wire::{History, Published};

use super::{Edition, difference, missing, window};

#[test]
fn the_first_release_is_all_new() {
    told(
        None,
        &edition(&[("welcome", "HELLO", "aa")]),
        &expect![[r#"
            events changed: []
            events new: ["HELLO"]
            events withdrawn: []
            journeys welcome: {"after":1,"before":null,"change":"new","title":"WELCOME","what":[]}
            settings changed: []
            settings new: ["locale","organisation","time_zone"]
            settings withdrawn: []
            templates changed: []
            templates new: ["mail-aa"]
            templates withdrawn: []
        "#]],
    );
}

#[test]
fn what_stays_what_changes_and_what_goes_is_told_apart() {
    let before = edition(&[
        ("stays", "HELLO", "aa"),
        ("changes", "HELLO", "aa"),
        ("goes", "HELLO", "bb"),
    ]);
    let mut after = edition(&[
        ("stays", "HELLO", "aa"),
        ("changes", "BYE", "cc"),
        ("comes", "HELLO", "aa"),
    ]);
    after
        .release
        .settings
        .vars
        .insert("phone".to_owned(), Value::Number(1.0));
    told(
        Some(&before),
        &after,
        &expect![[r#"
            events changed: []
            events new: ["BYE"]
            events withdrawn: []
            journeys changes: {"after":2,"before":1,"change":"changed","title":"CHANGES","what":["who comes in","mail mail-cc","mail mail-aa"]}
            journeys comes: {"after":1,"before":null,"change":"new","title":"COMES","what":[]}
            journeys goes: {"after":null,"before":1,"change":"withdrawn","title":"GOES","what":[]}
            journeys stays: {"after":1,"before":1,"change":"unchanged","title":"STAYS","what":[]}
            settings changed: []
            settings new: ["vars.phone"]
            settings withdrawn: []
            templates changed: []
            templates new: ["mail-cc"]
            templates withdrawn: ["mail-bb"]
        "#]],
    );
}

#[test]
fn a_version_that_comes_back_has_its_old_number() {
    let (first, second) = (
        edition(&[("a", "HELLO", "aa")]),
        edition(&[("a", "HELLO", "bb")]),
    );
    let mut history = History::default();
    note(&mut history, &first);
    note(&mut history, &second);
    let line = &difference(Some(&second), &first, &history).journeys["a"];
    assert_eq!((line.before, line.after), (Some(2), Some(1)));
    let third = edition(&[("a", "HELLO", "cc")]);
    let line = &difference(Some(&first), &third, &history).journeys["a"];
    assert_eq!((line.before, line.after), (Some(1), Some(3)));
}

#[test]
fn a_shipped_trigger_is_installed_when_a_journey_starts_with_it() {
    let sera = edition(&[
        ("05", "TRACK_START", "aa"),
        ("01", "registration_new", "aa"),
    ]);
    let mut release = sera.release;
    let end = event("TRACK_END");
    release.events.insert("TRACK_END".to_owned(), end);
    let missing = missing(&release);
    assert_eq!(missing.len(), 8, "{missing:?}");
    let why = |event: &str| {
        let mut found = missing.iter().filter(|one| one.event == event);
        found.next().map(|one| one.why)
    };
    assert_eq!(why("TRACK_START"), None);
    assert_eq!(why("TRACK_END"), Some("no journey starts with it"));
    assert_eq!(why("REGISTRATION_NEW"), Some("no event is called so"));
}

#[test]
fn nothing_shipped_is_missing_in_a_release_of_ones_own() {
    let own = edition(&[("a", "HELLO", "aa")]);
    assert_eq!(missing(&own.release), []);
}

#[test]
fn a_window_is_written_as_it_is_meant() {
    let day = |day| Some(date(2026, 12, day));
    let windows = [
        (None, None),
        (day(1), None),
        (None, day(2)),
        (day(1), day(2)),
    ];
    let written = windows.map(|(from, until)| window(&Publish { from, until }));
    expect![[r#"[None, Some("from 2026-12-01"), Some("until 2026-12-02"), Some("2026-12-01 until 2026-12-02")]"#]].assert_eq(&format!("{written:?}"));
}

fn told(before: Option<&Edition>, after: &Edition, expected: &Expect) {
    let mut history = History::default();
    if let Some(before) = before {
        note(&mut history, before);
    }
    let difference = difference(before, after, &history);
    let told = serde_json::to_value(&difference).unwrap();
    let parts = told.as_object().unwrap().iter();
    let parts = parts.flat_map(|(part, told)| {
        let names = told.as_object().unwrap().iter();
        names.map(move |(name, told)| format!("{part} {name}: {told}\n"))
    });
    expected.assert_eq(&parts.collect::<String>());
}

fn note(history: &mut History, edition: &Edition) {
    let published = Published {
        release: edition.hash.clone(),
        at: "2026-11-26T01:00:00Z".parse().unwrap(),
        by: "els".to_owned(),
    };
    let journeys = edition.release.journeys.iter();
    history.note(
        published,
        journeys.map(|(name, entrance)| (name.as_str(), entrance.plan.as_str())),
    );
}

/// Makes an edition of journeys, each with its event and the hash of its one mail.
fn edition(journeys: &[(&str, &str, &str)]) -> Edition {
    let plans: BTreeMap<_, _> = journeys
        .iter()
        .map(|(name, event, mail)| ((*name).to_owned(), plan(name, event, mail)))
        .collect();
    let events = journeys.iter();
    let events = events.map(|(_, name, _)| ((*name).to_owned(), event(name)));
    let release = Release {
        settings: settings(),
        events: events.collect(),
        lists: Default::default(),
        topics: BTreeMap::new(),
        hooks: BTreeMap::new(),
        journeys: plans
            .iter()
            .map(|(name, plan)| {
                let hash = wire::content_hash(&wire::plan_to_json(plan));
                (name.clone(), Entrance::to(plan, hash))
            })
            .collect(),
    };
    Edition {
        hash: wire::content_hash(&wire::release_to_json(&release)),
        release,
        plans,
    }
}

fn event(title: &str) -> EventType {
    EventType {
        title: title.to_owned(),
        when: String::new(),
        params: BTreeMap::new(),
    }
}

fn plan(name: &str, event: &str, mail: &str) -> Plan {
    Plan {
        journey: name.to_owned(),
        title: name.to_uppercase(),
        purpose: Purpose::Transactional,
        triggers: vec![Trigger {
            on: Occasion::Event(event.to_owned()),
            filter: None,
        }],
        to: None,
        reentry: Reentry::Never,
        entries_max: None,
        publish: Publish::default(),
        rules: Rules::default(),
        steps: Vec::new(),
        params: BTreeMap::new(),
        settings: settings(),
        templates: BTreeMap::from([((format!("mail-{mail}"), None), mail.to_owned())]),
    }
}

fn settings() -> Settings {
    Settings {
        organization: "School".to_owned(),
        locale: "nl".to_owned(),
        zone: journey::zone("Europe/Amsterdam").unwrap(),
        vars: BTreeMap::new(),
        fields: BTreeMap::new(),
        scoring: Default::default(),
        confirmed: Default::default(),
        soft: Default::default(),
        tracking: None,
    }
}
