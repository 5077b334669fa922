//! Whom an audience chooses out of those whom an event may reach.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::journeys::contact;
use crate::{
    Audience, Condition, Contact, ContactId, Crowd, EmailAddress, Happening, Person, Value, address,
};

#[test]
fn each_way_to_choose_chooses_those_it_names() {
    let list = || Audience::List("news".to_owned());
    let tag = || Audience::Tag("vip".to_owned());
    let says = |text: &str| Audience::Where(Condition::parse(text).unwrap());
    for (audience, expected) in [
        (list(), "both list"),
        (tag(), "both tag"),
        (Audience::AllOf(vec![list(), tag()]), "both"),
        (Audience::AnyOf(vec![list(), tag()]), "both list tag"),
        (Audience::AllOf(vec![]), "both list neither tag"),
        (Audience::AnyOf(vec![]), ""),
        (Audience::Not(Box::new(list())), "neither tag"),
        (says("contact.full_name == event.Name"), "tag"),
        (wanted("Email"), "list"),
        (wanted("Name"), ""),
        (wanted("Other"), ""),
    ] {
        assert_eq!(
            chosen(&audience, &lists_and_tags()),
            expected,
            "{audience:?}"
        );
    }
}

#[test]
fn a_role_is_one_that_the_event_names_one_of_earlier_events_or_a_standing_one() {
    let crowd = roles();
    let any = |linked, standing| role(None, linked, standing);
    let board = |linked, standing| role(Some("BOARD"), linked, standing);
    for (audience, expected) in [
        (board(false, false), "linked posted"),
        (board(true, false), "linked"),
        (board(false, true), "linked posted standing"),
        (board(true, true), "linked standing"),
        (any(false, false), "linked parent posted"),
        (any(true, false), "linked"),
        (any(false, true), "linked parent posted standing"),
        (role(Some("PARENT"), false, false), "parent"),
        (role(Some("PARENT"), true, true), ""),
    ] {
        assert_eq!(chosen(&audience, &crowd), expected, "{audience:?}");
    }
}

/// The crowd is gathered for several audiences at once, so each of them must leave out those whom only another one
/// looked up.
#[test]
fn nobody_is_reached_for_whom_only_another_audience_has_asked() {
    let everybody = || Audience::AllOf(Vec::new());
    let mut people = [
        person("named"),
        person("linked"),
        person("standing"),
        person("asked"),
    ];
    people[0].named = true;
    people[1].linked = roles_of("BOARD");
    people[2].standing = roles_of("BOARD");
    people[3].contact.address = mail_of("anna");
    let crowd = crowd(people);
    let also = |other| Audience::AnyOf(vec![everybody(), other]);
    for (audience, expected) in [
        (everybody(), "linked named"),
        (
            also(role(Some("BOARD"), false, true)),
            "linked named standing",
        ),
        (also(role(Some("BOARD"), false, false)), "linked named"),
        (also(role(Some("PARENT"), false, true)), "linked named"),
        (also(wanted("Email")), "asked linked named"),
    ] {
        assert_eq!(chosen(&audience, &crowd), expected, "{audience:?}");
    }
}

#[test]
fn an_audience_says_what_has_to_be_looked_up_for_it() {
    let inner = Audience::AllOf(vec![
        role(Some("BOARD"), false, true),
        role(Some("PARENT"), false, false),
        role(None, false, true),
        Audience::Where(Condition::parse("has(event.Asked) and contact.member").unwrap()),
    ]);
    let both = Audience::AnyOf(vec![Audience::Not(Box::new(inner)), wanted("Email")]);
    assert_eq!(both.standing_roles(), ["BOARD"].into());
    assert_eq!(both.address_params(), ["Email"].into());
    assert_eq!(both.params(), ["Asked", "Email"].into());
    let nothing = Audience::Tag("vip".to_owned());
    assert_eq!(nothing.standing_roles(), BTreeSet::new());
    assert_eq!(nothing.address_params(), BTreeSet::new());
    assert_eq!(nothing.params(), BTreeSet::new());
}

#[test]
fn somebody_is_there_for_a_role_or_for_an_event_only_where_each_way_in_says_so() {
    let tag = || Audience::Tag("vip".to_owned());
    let board = || role(Some("BOARD"), false, false);
    let all = |parts: [Audience; 2]| Audience::AllOf(parts.into());
    let any = |parts: [Audience; 2]| Audience::AnyOf(parts.into());
    let not = |part| Audience::Not(Box::new(part));
    // Whether everybody has a role, and whether an event is asked for at all.
    for (audience, of_roles, asks) in [
        (tag(), false, false),
        (wanted("Email"), false, true),
        (board(), true, true),
        (all([tag(), board()]), true, true),
        (all([tag(), tag()]), false, false),
        (any([tag(), board()]), false, true),
        (any([board(), board()]), true, true),
        (Audience::AnyOf(Vec::new()), false, false),
        (not(board()), false, true),
        (any([board(), not(tag())]), false, true),
    ] {
        assert_eq!(audience.is_of_roles(), of_roles, "{audience:?}");
        assert_eq!(audience.asks_for_event(), asks, "{audience:?}");
    }
}

#[test]
fn an_address_is_read_out_of_a_text_that_is_one() {
    let text = |text: &str| address(&Value::Text(text.to_owned()));
    assert_eq!(text("Anna@School.Example"), Some(mail_of("anna")));
    assert_eq!(text("anna"), None);
    assert_eq!(address(&Value::Number(5.0)), None);
}

/// Returns the names of those whom an audience chooses, in the order of the alphabet.
fn chosen(audience: &Audience, crowd: &Crowd) -> String {
    let text = |text: &str| Value::Text(text.to_owned());
    let params = BTreeMap::from([
        ("Email".to_owned(), text("Anna@School.Example")),
        ("Name".to_owned(), text("tag")),
    ]);
    let happening = Happening {
        params: &params,
        zone: &TimeZone::UTC,
        now: Timestamp::UNIX_EPOCH,
    };
    let chosen = audience.of(crowd, &happening).into_iter();
    let mut names: Vec<_> = chosen.map(|contact| contact.full_name.as_str()).collect();
    names.sort_unstable();
    names.join(" ")
}

fn lists_and_tags() -> Crowd {
    let mut people = [
        person("both"),
        person("list"),
        person("tag"),
        person("neither"),
    ];
    for at in [0, 1] {
        people[at].contact.lists = roles_of("news");
    }
    for at in [0, 2] {
        people[at].contact.tags = roles_of("vip");
    }
    people[1].contact.address = mail_of("anna");
    for person in &mut people {
        person.named = true;
    }
    crowd(people)
}

fn roles() -> Crowd {
    let mut people = [
        person("posted"),
        person("linked"),
        person("standing"),
        person("parent"),
    ];
    people[0].posted = roles_of("BOARD");
    people[1].linked = roles_of("BOARD");
    people[2].standing = roles_of("BOARD");
    people[3].posted = roles_of("PARENT");
    for person in &mut people {
        person.named = true;
    }
    crowd(people)
}

fn crowd(people: [Person; 4]) -> Crowd {
    let people = people.map(|person| (person.contact.id.clone(), person));
    Crowd {
        people: people.into(),
    }
}

fn person(name: &str) -> Person {
    Person {
        contact: Contact {
            id: ContactId::of(name),
            full_name: name.to_owned(),
            address: mail_of(name),
            ..contact()
        },
        named: false,
        posted: BTreeSet::new(),
        linked: BTreeSet::new(),
        standing: BTreeSet::new(),
    }
}

fn role(role: Option<&str>, linked: bool, standing: bool) -> Audience {
    Audience::Role {
        role: role.map(str::to_owned),
        linked,
        standing,
    }
}

fn wanted(param: &str) -> Audience {
    Audience::Address {
        param: param.to_owned(),
    }
}

fn mail_of(name: &str) -> EmailAddress {
    format!("{name}@school.example").parse().unwrap()
}

fn roles_of(role: &str) -> BTreeSet<String> {
    [role.to_owned()].into()
}
