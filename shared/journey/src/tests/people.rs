//! What is known of people: what two records of one come to, and what a step changes.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::journeys::{contact, plan};
use crate::{
    BUILT_IN, Change, Consent, Contact, ContactId, Field, FieldType, Presence, SCORE, Settings,
    Value, zone,
};

#[test]
fn who_takes_somebody_over_keeps_what_was_known_of_them_and_gets_the_rest() {
    let other = Contact {
        id: ContactId::of("ann"),
        source_id: "ann".to_owned(),
        full_name: "Ann".to_owned(),
        locale: Some("nl".to_owned()),
        time_zone: Some("Asia/Tokyo".to_owned()),
        fields: [number("member", 0.0), number("age", 30.0)].into(),
        tags: [name("vip")].into(),
        lists: [name("news")].into(),
        consent: [(name("news"), proof(2)), (name("offers"), proof(1))].into(),
        absorbed: [ContactId::of("a")].into(),
        ..contact()
    };
    let own = Contact {
        locale: Some("en".to_owned()),
        tags: [name("old")].into(),
        lists: [name("daily")].into(),
        consent: [(name("news"), proof(1))].into(),
        absorbed: [ContactId::of("b")].into(),
        ..contact()
    };
    let expected = Contact {
        time_zone: other.time_zone.clone(),
        fields: [
            ("member".to_owned(), Value::Bool(true)),
            number("age", 30.0),
        ]
        .into(),
        tags: [name("old"), name("vip")].into(),
        lists: [name("daily"), name("news")].into(),
        consent: other.consent.clone(),
        absorbed: ["a", "ann", "b"].map(ContactId::of).into(),
        ..own.clone()
    };
    let both = own.absorb(other);
    assert_eq!(both, expected);
    for (called, is_theirs) in [("anna", true), ("ann", true), ("a", true), ("els", false)] {
        assert_eq!(
            both.is_called(&ContactId::of(called)),
            is_theirs,
            "{called}"
        );
    }
}

#[test]
fn a_score_is_taken_over_with_the_moment_it_fades_from_where_there_was_none() {
    let scored = |points: Option<f64>, day: i64| Contact {
        fields: points
            .map(|points| number(SCORE, points))
            .into_iter()
            .collect(),
        scored: points.map(|_| at(day)),
        ..contact()
    };
    let (none, five, nine) = (scored(None, 0), scored(Some(5.0), 1), scored(Some(9.0), 2));
    for (own, other, expected) in [
        (&none, &nine, &nine),
        (&five, &nine, &five),
        (&five, &none, &five),
    ] {
        let both = own.clone().absorb(other.clone());
        assert_eq!(
            (&both.fields, both.scored),
            (&expected.fields, expected.scored)
        );
    }
}

#[test]
fn an_agreement_of_this_moment_is_no_mistake_and_an_earlier_one_takes_nothing_from_it() {
    let mut anna = contact();
    for day in [10, 9] {
        anna.agree(name("news"), proof(day), at(10));
    }
    assert_eq!(anna.consent["news"].at, at(10));
}

#[test]
fn a_default_holds_where_nobody_has_given_a_field() {
    let mut settings = settings();
    let field = |default| Field {
        ty: FieldType::Number,
        optional: true,
        default,
        sensitive: false,
    };
    let seven = || Some(Value::Number(7.0));
    settings.fields.insert(name("age"), field(seven()));
    settings.fields.insert(name("size"), field(seven()));
    settings.fields.insert(name("weight"), field(None));
    let anna = Contact {
        fields: [number("age", 30.0)].into(),
        ..contact()
    };
    let seen = anna.seen(&settings, at(1));
    assert_eq!(
        seen.fields,
        [number("age", 30.0), number("size", 7.0)].into()
    );
}

#[test]
fn whatever_is_built_in_can_be_read_and_so_can_their_fields() {
    let mut anna = Contact {
        tags: [name("vip")].into(),
        lists: [name("news")].into(),
        ..contact()
    };
    let always = BUILT_IN
        .iter()
        .filter(|(.., presence)| *presence == Presence::Always);
    let values = anna.values();
    assert_eq!(values.len(), always.clone().count() + 1);
    assert!(
        always
            .into_iter()
            .all(|(name, kind, _)| values[*name].kind() == *kind)
    );
    let text = |text: &str| Value::Text(text.to_owned());
    let list = |text: &str| Value::List(vec![text.to_owned()]);
    anna.locale = Some("nl".to_owned());
    anna.time_zone = Some("Asia/Tokyo".to_owned());
    let expected = [
        ("email", text("anna@school.example")),
        ("full_name", text("Anna")),
        ("id", text("anna")),
        ("lists", list("news")),
        ("locale", text("nl")),
        ("member", Value::Bool(true)),
        ("tags", list("vip")),
        ("time_zone", text("Asia/Tokyo")),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(anna.values(), expected.into());
}

#[test]
fn a_clock_that_nobody_knows_is_the_projects() {
    let tokyo = zone("Asia/Tokyo").unwrap();
    for (own, expected) in [
        (None, TimeZone::UTC),
        (Some("Asia/Tokyo"), tokyo),
        (Some("Nowhere"), TimeZone::UTC),
    ] {
        let anna = Contact {
            time_zone: own.map(str::to_owned),
            ..contact()
        };
        assert_eq!(anna.zone(&TimeZone::UTC), expected);
    }
}

#[test]
fn a_step_changes_what_it_says_and_nothing_else() {
    let both = tagged();
    let lists = |names: &[&str]| Contact {
        lists: names.iter().map(|text| name(text)).collect(),
        ..both.clone()
    };
    let tags = |names: &[&str]| Contact {
        tags: names.iter().map(|text| name(text)).collect(),
        ..both.clone()
    };
    let scored = Contact {
        fields: [("member".to_owned(), Value::Bool(true)), number(SCORE, 3.0)].into(),
        scored: Some(at(3)),
        ..both.clone()
    };
    for (change, verb, expected) in [
        (
            Change::Join(name("more")),
            "join",
            lists(&["daily", "more", "news"]),
        ),
        (Change::Leave(name("news")), "leave", lists(&["daily"])),
        (
            Change::Tag(name("new")),
            "tag",
            tags(&["new", "old", "vip"]),
        ),
        (Change::Untag(name("vip")), "untag", tags(&["old"])),
        (Change::Score(3.0), "score", scored),
    ] {
        assert_eq!(change.verb(), verb);
        assert_eq!(changed(&change), expected, "{change:?}");
    }
}

#[test]
fn a_step_sets_fields_and_takes_them_away() {
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    let fields = [
        ("full_name", text("Els")),
        ("locale", text("en")),
        ("time_zone", None),
        ("member", None),
        ("city", text("Ede")),
    ];
    let set = Change::Set(fields.map(|(name, value)| (name.to_owned(), value)).into());
    assert_eq!(set.verb(), "set");
    let expected = Contact {
        full_name: "Els".to_owned(),
        locale: Some("en".to_owned()),
        time_zone: None,
        fields: [("city".to_owned(), Value::Text("Ede".to_owned()))].into(),
        ..tagged()
    };
    assert_eq!(changed(&set), expected);
}

#[test]
fn points_are_added_and_never_to_more_than_a_number_can_be() {
    let mut anna = contact();
    for (points, expected) in [
        (3.0, 3.0),
        (4.0, 7.0),
        (-9.0, -2.0),
        (f64::MAX, f64::MAX),
        (f64::MAX, f64::MAX),
    ] {
        Change::Score(points).apply(&mut anna, &settings(), at(3));
        assert_eq!(anna.fields[SCORE], Value::Number(expected));
    }
}

/// Somebody of whom several things are known.
fn tagged() -> Contact {
    Contact {
        tags: [name("vip"), name("old")].into(),
        lists: [name("news"), name("daily")].into(),
        locale: Some("nl".to_owned()),
        time_zone: Some("Asia/Tokyo".to_owned()),
        ..contact()
    }
}

/// Returns what becomes of them by a change on the third day.
fn changed(change: &Change) -> Contact {
    let mut contact = tagged();
    change.apply(&mut contact, &settings(), at(3));
    contact
}

fn settings() -> Settings {
    plan(Vec::new()).settings
}

fn proof(day: i64) -> Consent {
    Consent::new(at(day), "form".to_owned(), "Yes".to_owned())
}

fn number(name: &str, number: f64) -> (String, Value) {
    (name.to_owned(), Value::Number(number))
}

fn name(text: &str) -> String {
    text.to_owned()
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_second(day * 86_400).unwrap()
}
