//! Who an event concerns: links, roles, audiences, and whom it must never reach.

use std::collections::BTreeSet;

use journey::Audience;
use serde_json::{Value as Json, json};

use crate::given;
use crate::posts::{Posted, enrolled, event, events_of, plan, play, unlinked};

#[test]
fn a_role_holds_for_its_subject_until_it_is_unlinked() {
    let first = event(
        "e1",
        "2026-11-21T10:00:00Z",
        Some("pupil-1"),
        &[given::person("anna", "SOT")],
    );
    let other = event(
        "e2",
        "2026-11-21T11:00:00Z",
        Some("pupil-2"),
        &[given::person("els", "SOT")],
    );
    let silent = event("e3", "2026-11-21T12:00:00Z", Some("pupil-1"), &[]);
    let unlink = event(
        "e4",
        "2026-11-21T13:00:00Z",
        Some("pupil-1"),
        &[unlinked("anna", "SOT")],
    );
    let after = event("e5", "2026-11-21T14:00:00Z", Some("pupil-1"), &[]);
    let world = play(
        &[plan("sot", Some(given::role("SOT")))],
        &[first, other, silent, unlink, after],
    );
    assert_eq!(events_of(&world), ["e1 anna", "e2 els", "e3 anna"]);
    let unresolved: Vec<_> = world
        .state()
        .exceptions
        .values()
        .map(|one| one.event.clone())
        .collect();
    assert_eq!(unresolved, ["e4", "e5"]);
}

#[test]
fn a_late_event_cannot_link_whom_a_newer_one_unlinked() {
    let unlink = event(
        "e2",
        "2026-11-21T13:00:00Z",
        Some("pupil-1"),
        &[unlinked("anna", "SOT")],
    );
    let first = event(
        "e0",
        "2026-11-21T09:00:00Z",
        Some("pupil-1"),
        &[given::person("anna", "SOT")],
    );
    let late = event(
        "e1",
        "2026-11-21T10:00:00Z",
        Some("pupil-1"),
        &[given::person("anna", "SOT")],
    );
    let after = event("e3", "2026-11-21T14:00:00Z", Some("pupil-1"), &[]);
    let world = play(
        &[plan("sot", Some(given::role("SOT")))],
        &[first, unlink, late, after],
    );
    assert!(!events_of(&world).contains(&"e3 anna".to_owned()));
}

#[test]
fn without_a_subject_a_role_holds_for_its_event_and_a_standing_one_for_all() {
    let mut standing = given::person("cora", "COMMITTEE");
    standing["standing"] = json!(true);
    let mut audience = given::role("COMMITTEE");
    if let Audience::Role { standing, .. } = &mut audience {
        *standing = true;
    }
    let posts = [
        event(
            "e1",
            "2026-11-21T10:00:00Z",
            None,
            &[given::person("dirk", "COMMITTEE")],
        ),
        event("e2", "2026-11-21T11:00:00Z", None, &[standing]),
        event("e3", "2026-11-21T12:00:00Z", Some("pupil-1"), &[]),
        event(
            "e4",
            "2026-11-21T13:00:00Z",
            None,
            &[unlinked("cora", "COMMITTEE")],
        ),
        event("e5", "2026-11-21T14:00:00Z", Some("pupil-2"), &[]),
    ];
    let world = play(&[plan("committee", Some(audience))], &posts);
    assert_eq!(events_of(&world), ["e1 dirk", "e2 cora", "e3 cora"]);
}

#[test]
fn who_asks_is_answered_only_if_an_earlier_event_linked_them() {
    // The reviews of a pupil go to whoever asks for them, and only to those who were linked before.
    let linked = Audience::Role {
        role: None,
        linked: true,
        standing: false,
    };
    let param = "Code".to_owned();
    let asks = Audience::AllOf(vec![Audience::Address { param }, linked]);
    let named = |id| [given::person(id, "SOT")];
    let posts = [
        event(
            "e0",
            "2026-11-20T10:00:00Z",
            Some("pupil-1"),
            &named("anna"),
        ),
        event("e1", "2026-11-20T11:00:00Z", Some("pupil-2"), &named("els")),
        ask("linked", "anna", &named("anna")),
        ask("elsewhere", "els", &[]),
        ask("named_only_now", "bram", &named("bram")),
        ask("named_before", "bram", &[]),
        ask("nobody", "stranger", &[]),
        ask("unlinked", "anna", &[unlinked("anna", "SOT")]),
    ];
    let world = play(&[plan("reviews", Some(asks))], &posts);
    assert_eq!(events_of(&world), ["linked anna", "named_before bram"]);
}

#[test]
fn a_union_reaches_each_person_once_and_a_difference_leaves_people_out() {
    let people = [
        given::person("anna", "SOT"),
        given::person("anna", "COPA"),
        given::person("joris", "COPA"),
    ];
    let union = Audience::AnyOf(vec![given::role("SOT"), given::role("COPA")]);
    let but = Audience::AllOf(vec![
        Audience::Role {
            role: None,
            linked: false,
            standing: false,
        },
        Audience::Not(Box::new(given::role("SOT"))),
    ]);
    let post = event("e1", "2026-11-21T10:00:00Z", None, &people);
    let world = play(
        &[plan("but", Some(but)), plan("union", Some(union))],
        &[post],
    );
    assert_eq!(enrolled(&world), ["but joris", "union anna", "union joris"]);
}

#[test]
fn nobody_is_reached_through_what_another_journey_asks_for() {
    // One journey looks up an address, and adds a standing role; the other takes whoever is on a list.
    let on_list = |id: &str, role: &str| {
        let mut person = given::person(id, role);
        person["lists"] = json!({ "news": true });
        person
    };
    let mut cora = on_list("cora", "COMMITTEE");
    cora["standing"] = json!(true);
    let mut committee = given::role("COMMITTEE");
    if let Audience::Role { standing, .. } = &mut committee {
        *standing = true;
    }
    let asks = Audience::AnyOf(vec![
        Audience::Address {
            param: "Code".to_owned(),
        },
        committee,
    ]);
    let list = Audience::List("news".to_owned());
    let mut ask = event(
        "e2",
        "2026-11-21T11:00:00Z",
        Some("pupil-2"),
        &[on_list("anna", "SOT")],
    );
    ask.1["data"]["Code"] = json!("els@school.example");
    let posts = [
        event(
            "e0",
            "2026-11-20T10:00:00Z",
            Some("pupil-1"),
            &[on_list("els", "SOT")],
        ),
        event("e1", "2026-11-20T11:00:00Z", None, &[cora]),
        ask,
    ];
    let world = play(
        &[plan("asks", Some(asks)), plan("list", Some(list))],
        &posts,
    );
    let state = world.state();
    let runs = state.runs.all().map(|run| &run.enrollment);
    let reached = runs.filter(|run| run.event == "e2").map(|run| {
        let person = state.people.contact(&run.contact).expect("a person");
        format!("{} {}", run.journey, person.contact.source_id)
    });
    let reached: BTreeSet<_> = reached.collect();
    let expected = ["asks cora", "asks els", "list anna"].map(str::to_owned);
    assert_eq!(reached, BTreeSet::from(expected));
}

#[test]
fn whoever_an_event_unlinks_is_not_reached_by_it() {
    let list = Audience::Not(Box::new(given::role("COPA")));
    let posts = [
        event(
            "e1",
            "2026-11-21T10:00:00Z",
            Some("pupil-1"),
            &[given::person("anna", "SOT"), given::person("els", "SOT")],
        ),
        event(
            "e2",
            "2026-11-21T11:00:00Z",
            Some("pupil-1"),
            &[unlinked("anna", "SOT")],
        ),
    ];
    let world = play(&[plan("all", None), plan("not copa", Some(list))], &posts);
    let after: Vec<_> = events_of(&world)
        .into_iter()
        .filter(|one| one.starts_with("e2"))
        .collect();
    assert_eq!(after, ["e2 els"]);
}

/// Somebody asks for what is known about a pupil.
fn ask(id: &str, who: &str, people: &[Json]) -> Posted {
    let (id, mut body) = event(id, "2026-11-21T10:00:00Z", Some("pupil-1"), people);
    body["data"]["Code"] = json!(format!("{who}@school.example"));
    (id, body)
}

#[test]
fn nobody_comes_in_before_the_first_day_or_after_the_last() {
    // It is the 23rd in the project's zone.
    let day = |day| Some(jiff::civil::date(2026, 11, day));
    for (from, until, open) in [
        (day(23), day(24), true),
        (day(24), None, false),
        (None, day(23), false),
    ] {
        let mut plan = plan("sot", Some(given::role("SOT")));
        plan.publish = journey::Publish { from, until };
        let anna = event(
            "e1",
            "2026-11-21T10:00:00Z",
            None,
            &[given::person("anna", "SOT")],
        );
        let joris = event(
            "e2",
            "2026-11-21T11:00:00Z",
            None,
            &[given::person("joris", "COPA")],
        );
        let world = play(&[plan], &[anna, joris]);
        assert_eq!(enrolled(&world).len(), usize::from(open));
        let state = world.state();
        let exceptions = state.exceptions.values();
        let told: Vec<_> = exceptions
            .map(|one| format!("{} {} {}", one.event, one.kind.as_str(), one.reason))
            .collect();
        let nobody = "e2 unresolved nobody is in the journey's audience";
        let expected: &[&str] = match open {
            true => &[nobody],
            false => &["e1 entry_refused publish", nobody],
        };
        assert_eq!(told, expected);
    }
}
