//! A plan, a contact and an enrollment for the stories beside this file.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;

use crate::{
    Audience, Contact, ContactId, Enrollment, EnrollmentId, Field, FieldType, Phase, Plan, Publish,
    Purpose, Reentry, Rules, Send, Sender, Settings, Signals, Step, Value, zone,
};

pub(super) fn plan(steps: Vec<Step>) -> Plan {
    let field = |ty, sensitive| Field {
        ty,
        optional: true,
        default: None,
        sensitive,
    };
    Plan {
        journey: "welcome".to_owned(),
        title: "Welcome".to_owned(),
        purpose: Purpose::Transactional,
        triggers: Vec::new(),
        to: None,
        reentry: Reentry::Unlimited,
        entries_max: None,
        publish: Publish::default(),
        rules: Rules::default(),
        steps,
        params: BTreeMap::from([
            ("Code".to_owned(), field(FieldType::String, true)),
            ("Name".to_owned(), field(FieldType::String, false)),
            ("StartDate".to_owned(), field(FieldType::Date, false)),
        ]),
        settings: Settings {
            organization: "School".to_owned(),
            locale: "nl".to_owned(),
            zone: zone("Europe/Amsterdam").unwrap(),
            vars: BTreeMap::new(),
            fields: BTreeMap::new(),
            scoring: Default::default(),
            confirmed: Default::default(),
            soft: Default::default(),
            tracking: None,
        },
        templates: BTreeMap::new(),
    }
}

pub(super) fn mail(template: &str, to: Option<Audience>, params: BTreeSet<String>) -> Send {
    Send {
        template: template.to_owned(),
        from: Sender {
            name: "School".to_owned(),
            address: "mail@school.example".parse().unwrap(),
            reply_to: None,
        },
        to,
        expires: None,
        over: None,
        params,
        sensitive: false,
    }
}

/// Somebody who is a member.
pub(super) fn contact() -> Contact {
    Contact {
        id: ContactId::of("anna"),
        source_id: "anna".to_owned(),
        address: "anna@school.example".parse().unwrap(),
        full_name: "Anna".to_owned(),
        locale: None,
        time_zone: None,
        fields: BTreeMap::from([("member".to_owned(), Value::Bool(true))]),
        tags: BTreeSet::new(),
        lists: BTreeSet::new(),
        consent: BTreeMap::new(),
        absorbed: Default::default(),
        scored: None,
    }
}

pub(super) fn enrollment(plan: &Plan) -> Enrollment {
    let contact = ContactId::of("anna");
    let text = |text: &str| Value::Text(text.to_owned());
    Enrollment {
        id: EnrollmentId::of(&plan.journey, None, &contact, Some("e1")),
        contact,
        journey: plan.journey.clone(),
        plan: "hash".to_owned(),
        subject: None,
        event: "e1".to_owned(),
        entered: "2026-11-23T13:00:00Z".parse().unwrap(),
        params: BTreeMap::from([
            ("Code".to_owned(), text("1234")),
            ("Name".to_owned(), text("Anna")),
            ("StartDate".to_owned(), Value::Date(date(2026, 12, 15))),
        ]),
        notified: BTreeMap::new(),
        signals: Signals::default(),
        hops: 0,
        campaign: false,
        phase: Phase::Entered,
        path: Vec::new(),
    }
}
