//! One of everything that is written down.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::date;
use journey::{
    Absent, Action, Audience, Condition, Consent, Contact, ContactId, EmailAddress, Entrance,
    EventType, Field, FieldType, Moment, Occasion, Period, Plan, Publish, Purpose, Reentry,
    Release, ResultKind, Rules, Send, Sender, Settings, Step, Trigger, Value, Wait,
};

pub(super) use super::runs::{enrollment, order, phases};
use crate::{
    Bond, Bonds, ContactRecord, DeadQueue, Event, EventsMessage, Posted, Queue, Queues, RoleBond,
    Tables, Tracking, Wiring,
};

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

pub(super) fn values() -> BTreeMap<String, Value> {
    BTreeMap::from([
        ("a.bool".to_owned(), Value::Bool(true)),
        ("b.date".to_owned(), Value::Date(date(2026, 12, 1))),
        (
            "c.time".to_owned(),
            Value::DateTime(at("2026-12-01T09:00:00Z")),
        ),
        (
            "d.list".to_owned(),
            Value::List(vec!["x".to_owned(), "y".to_owned()]),
        ),
        ("e.number".to_owned(), Value::Number(0.1)),
        ("f.text".to_owned(), Value::Text("2026-12-01".to_owned())),
    ])
}

fn consent() -> BTreeMap<String, Consent> {
    let proof = Consent {
        at: at("2026-11-01T08:00:00Z"),
        how: "form".to_owned(),
        text: "Yes, send me offers".to_owned(),
        version: Some("2026-09".to_owned()),
        proof: Some("form 4711".to_owned()),
        withdrawn: Some(at("2026-09-01T08:00:00Z")),
        confirmed: Some(at("2026-10-01T08:00:00Z")),
        ahead: Some(at("2026-12-24T08:00:00Z")),
    };
    BTreeMap::from([("offers".to_owned(), proof)])
}

pub(super) fn contact() -> ContactRecord {
    ContactRecord {
        contact: Contact {
            id: ContactId::of("sot-17"),
            source_id: "sot-17".to_owned(),
            address: address("anna@school.example"),
            full_name: "Anna".to_owned(),
            locale: Some("nl".to_owned()),
            time_zone: Some("Europe/Amsterdam".to_owned()),
            fields: values(),
            tags: BTreeSet::from(["vip".to_owned()]),
            lists: BTreeSet::from(["news".to_owned()]),
            consent: consent(),
            absorbed: [ContactId::of("sot-16")].into(),
            scored: Some(at("2026-11-21T09:15:00Z")),
        },
        as_of: at("2026-11-22T09:15:00Z"),
        counted: ["news".to_owned()].into(),
        unheard: super::revisions::revisions(),
    }
}

pub(super) fn bonds() -> Bonds {
    let bond = |holds, since: &str| RoleBond {
        holds,
        since: since.to_owned(),
        as_of: at("2026-11-22T09:15:00Z"),
    };
    Bonds {
        roles: BTreeMap::from([
            ("COPA".to_owned(), bond(false, "e1")),
            ("SOT".to_owned(), bond(true, "e2")),
        ]),
    }
}

pub(super) fn events() -> EventsMessage {
    let posted = |bond| Posted {
        source_id: "sot-17".to_owned(),
        roles: BTreeSet::from(["SOT".to_owned()]),
        address: address("anna@school.example"),
        full_name: "Anna".to_owned(),
        locale: Some("nl".to_owned()),
        time_zone: None,
        fields: BTreeMap::new(),
        cleared: BTreeSet::from(["vip".to_owned()]),
        lists: BTreeMap::from([("news".to_owned(), false)]),
        tags: BTreeMap::from([("vip".to_owned(), true)]),
        consent: consent(),
        bond,
        merged: BTreeSet::from(["sot-16".to_owned()]),
    };
    let event = Event {
        id: "e1".to_owned(),
        ty: "TRACK_START".to_owned(),
        timestamp: at("2026-11-22T09:15:00Z"),
        subject: Some("pupil-1".to_owned()),
        params: values(),
        people: vec![
            posted(Bond::Linked),
            posted(Bond::Standing),
            posted(Bond::Unlinked),
        ],
    };
    EventsMessage {
        release: "0123456789abcdef".to_owned(),
        events: vec![event],
    }
}

pub(super) fn settings() -> Settings {
    Settings {
        organization: "School".to_owned(),
        locale: "nl".to_owned(),
        zone: journey::zone("Europe/Amsterdam").unwrap(),
        vars: BTreeMap::from([("phone".to_owned(), Value::Text("020".to_owned()))]),
        fields: fields(),
        scoring: Default::default(),
        confirmed: Default::default(),
        soft: Default::default(),
        tracking: None,
    }
}

pub(super) fn fields() -> BTreeMap<String, Field> {
    let fields = FieldType::ALL.iter().enumerate().map(|(at, (name, ty))| {
        let field = Field {
            ty: *ty,
            optional: at % 2 == 0,
            default: (at == 0).then_some(Value::Bool(false)),
            sensitive: at == 5,
        };
        ((*name).to_owned(), field)
    });
    fields.collect()
}

fn audience() -> Audience {
    let role = |role: Option<&str>, linked, standing| Audience::Role {
        role: role.map(str::to_owned),
        linked,
        standing,
    };
    Audience::AnyOf(vec![
        Audience::AllOf(vec![
            Audience::Address {
                param: "Request.Email".to_owned(),
            },
            role(None, true, false),
        ]),
        role(Some("COMMITTEE"), false, true),
        Audience::Not(Box::new(Audience::Tag("gone".to_owned()))),
        Audience::List("news".to_owned()),
        Audience::Where(Condition::parse("contact.score > 5").unwrap()),
    ])
}

fn trigger() -> Trigger {
    Trigger {
        on: Occasion::Event("TRACK_START".to_owned()),
        filter: Some(Condition::parse("event.Hours >= 12").unwrap()),
    }
}

fn steps() -> Vec<Step> {
    let sender = Sender {
        name: "School".to_owned(),
        address: address("mail@school.example"),
        reply_to: Some(address("help@school.example")),
    };
    let send = Send {
        template: "hello".to_owned(),
        from: sender,
        to: None,
        expires: Some(Period::parse("12 hours").unwrap()),
        over: None,
        params: BTreeSet::from(["Hours".to_owned()]),
        sensitive: false,
    };
    let note = Send {
        to: Some(audience()),
        expires: None,
        ..send.clone()
    };
    let until = |text: &str, absent, next| Action::WaitUntil {
        moment: Moment::parse(text).unwrap(),
        absent,
        next: Some(next),
    };
    let steps = [
        Action::If {
            condition: Condition::parse("has(contact.score)").unwrap(),
            then: Some(1),
            otherwise: None,
        },
        Action::Send {
            send,
            next: Some(2),
        },
        Action::Send {
            send: note,
            next: Some(3),
        },
        Action::Wait {
            wait: Wait::parse("2 weeks at 09:30").unwrap(),
            next: Some(4),
        },
        until("event.Start - 7 days at 09:00", Absent::Exit, 5),
        until("2026-12-24 09:00", Absent::Continue, 6),
        Action::Exit {
            reason: "done".to_owned(),
        },
    ];
    let steps = steps.into_iter().enumerate().map(|(at, action)| Step {
        id: format!("s{at}"),
        action,
    });
    steps.collect()
}

pub(super) fn plan() -> Plan {
    Plan {
        journey: "welcome".to_owned(),
        title: "Welcome".to_owned(),
        purpose: Purpose::Marketing {
            topic: "offers".to_owned(),
        },
        triggers: vec![trigger()],
        to: Some(audience()),
        reentry: Reentry::Never,
        entries_max: None,
        publish: Publish {
            from: Some(date(2026, 12, 1)),
            until: Some(date(2027, 6, 1)),
        },
        rules: Rules::default(),
        steps: steps(),
        params: fields(),
        settings: settings(),
        templates: BTreeMap::from([
            (("hello".to_owned(), None), "aaaa".to_owned()),
            (
                ("hello".to_owned(), Some("en".to_owned())),
                "bbbb".to_owned(),
            ),
        ]),
    }
}

fn hook() -> journey::Hook {
    journey::Hook {
        url: "https://crm.example/hook".to_owned(),
        secret: "crm-2026".to_owned(),
        results: [ResultKind::Sent, ResultKind::OptedOut].into(),
    }
}

pub(super) fn release() -> Release {
    let event = EventType {
        title: "Start".to_owned(),
        when: "when a track starts".to_owned(),
        params: fields(),
    };
    Release {
        settings: settings(),
        events: BTreeMap::from([("TRACK_START".to_owned(), event)]),
        lists: BTreeSet::from(["news".to_owned()]),
        topics: BTreeMap::from([("offers".to_owned(), "Offers".to_owned())]),
        hooks: BTreeMap::from([("crm".to_owned(), hook())]),
        journeys: BTreeMap::from([(
            "welcome".to_owned(),
            Entrance::to(&plan(), "cccc".to_owned()),
        )]),
    }
}

pub(super) fn wiring() -> Wiring {
    let queue = |name: &str| Queue {
        url: format!("https://sqs/{name}"),
        dead_url: format!("https://sqs/{name}-dead"),
    };
    Wiring {
        tables: Tables {
            contacts: "s-contacts".to_owned(),
            enrollments: "s-enrollments".to_owned(),
            sends: "s-sends".to_owned(),
            events: "s-events".to_owned(),
            releases: "s-releases".to_owned(),
        },
        queues: Queues {
            events: queue("events"),
            calls: Some(queue("calls")),
            moves: queue("moves"),
            orders: queue("orders"),
            orders_marketing: queue("orders-marketing"),
            reports: queue("reports"),
            wake: DeadQueue {
                dead_url: "https://sqs/wake-dead".to_owned(),
            },
        },
        configuration_set: "s-set".to_owned(),
        events_url: "https://events.example/v1/events".to_owned(),
        mail_domain: Some("mail.example".to_owned()),
        alarm_topic: Some("arn:aws:sns:eu-west-1:000000000000:s-alarms".to_owned()),
        tracking: Some(Tracking {
            domain: "links.example".to_owned(),
            target: "r.eu-west-1.awstrack.me".to_owned(),
            https: false,
        }),
    }
}
