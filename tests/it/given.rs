//! Short ways to write journeys, releases and posts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use journey::{
    Absent, Action, Arm, Audience, Branch, Condition, ContactId, EmailAddress, Entrance, EventType,
    Field, FieldType, Hook, Hours, Moment, Occasion, Period, Plan, Publish, Purpose, Reentry,
    Release, ResultKind, Rules, Send, Sender, Settings, Step, Trigger, Wait, Window,
};
use mail::{Source, Template};
use serde_json::{Value as Json, json};
use wire::Secret;

use crate::world::State;

/// A release in force.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) hash: String,
    pub(crate) release: Arc<Release>,
    pub(crate) plans: BTreeMap<String, Arc<Plan>>,
    pub(crate) templates: BTreeMap<String, Arc<Template>>,
    /// Whether its mails are written here, so that every word of them is known.
    pub(crate) ours: bool,
}

/// Publishes journeys.
pub(crate) fn publish(plans: &[Plan]) -> Arc<Published> {
    publish_with(plans, settings())
}

/// Publishes journeys of a project.
pub(crate) fn publish_with(plans: &[Plan], settings: Settings) -> Arc<Published> {
    let mut journeys = BTreeMap::new();
    let mut by_hash = BTreeMap::new();
    let mut templates = BTreeMap::new();
    let mut events = BTreeMap::new();
    for plan in plans {
        let hash = wire::content_hash(&wire::plan_to_json(plan));
        for ((name, _), template) in &plan.templates {
            templates.insert(template.clone(), Arc::new(template_called(name)));
        }
        for event in plan.triggers.iter().filter_map(Trigger::event) {
            events.insert(event.to_owned(), event_type(event));
        }
        journeys.insert(plan.journey.clone(), Entrance::to(plan, hash.clone()));
        by_hash.insert(hash, Arc::new(plan.clone()));
    }
    let release = Release {
        settings,
        events,
        lists: BTreeSet::from(["news".to_owned()]),
        topics: BTreeMap::from([("news".to_owned(), "News".to_owned())]),
        hooks: BTreeMap::new(),
        journeys,
    };
    Arc::new(Published {
        hash: wire::content_hash(&wire::release_to_json(&release)),
        release: Arc::new(release),
        plans: by_hash,
        templates,
        ours: true,
    })
}

/// Has another system hear of everything.
pub(crate) fn with_hook(published: &Published) -> Arc<Published> {
    let hooks = BTreeMap::from([("crm".to_owned(), hook())]);
    let release = Release {
        hooks,
        ..Release::clone(&published.release)
    };
    with_release(published, release)
}

/// The other system.
pub(crate) fn hook() -> Hook {
    Hook {
        url: "https://crm.example/hook".to_owned(),
        secret: "crm".to_owned(),
        results: ResultKind::ALL.iter().map(|(kind, _)| *kind).collect(),
    }
}

/// Puts another release in force, over the same plans.
pub(crate) fn with_release(published: &Published, release: Release) -> Arc<Published> {
    Arc::new(Published {
        hash: published.hash.clone(),
        release: Arc::new(release),
        plans: published.plans.clone(),
        templates: published.templates.clone(),
        ours: published.ours,
    })
}

/// A journey that `HELLO` lets people into, again and again.
pub(crate) fn journey(purpose: Purpose, steps: Vec<Step>) -> Plan {
    let sends = steps.iter().filter_map(|step| step.action.send());
    let names = sends.map(|send| send.template.clone());
    let templates = names.map(|name| ((name.clone(), None), format!("hash of {name}")));
    Plan {
        journey: "welcome".to_owned(),
        title: "Welcome".to_owned(),
        purpose,
        triggers: vec![trigger("HELLO", None)],
        to: None,
        reentry: Reentry::Unlimited,
        entries_max: None,
        publish: Publish::default(),
        rules: Rules::default(),
        templates: templates.collect(),
        steps,
        params: params(),
        settings: settings(),
    }
}

pub(crate) fn marketing() -> Purpose {
    Purpose::Marketing {
        topic: "news".to_owned(),
    }
}

pub(crate) fn trigger(event: &str, filter: Option<&str>) -> Trigger {
    Trigger {
        on: Occasion::Event(event.to_owned()),
        filter: filter.map(|filter| Condition::parse(filter).expect("a condition")),
    }
}

/// Puts steps one after the other; the last one ends the journey.
pub(crate) fn chain(steps: &[(&str, Verb<'_>)]) -> Vec<Step> {
    let last = steps.len() - 1;
    let steps = steps.iter().enumerate();
    steps
        .map(|(at, (id, verb))| step(id, *verb, (at < last).then_some(at + 1)))
        .collect()
}

/// What a step does, in short.
#[derive(Clone, Copy)]
pub(crate) enum Verb<'a> {
    /// A question, and where yes leads; no leads to the next step.
    Case(&'a str, Option<usize>),
    Exit(&'a str),
    /// A question, and where no leads; yes leads to the next step.
    If(&'a str, Option<usize>),
    Jump,
    /// A notification to whoever has a role.
    Notify(&'a str),
    Send,
    SendWithin(&'a str),
    /// How many of a hundred go on to the next step, and where the others go.
    Split(u8, Option<usize>),
    Until(&'a str),
    Wait(&'a str),
    Window(&'a str),
}

/// Writes one step.
pub(crate) fn step(id: &str, verb: Verb<'_>, next: Option<usize>) -> Step {
    let mail = |expires: Option<&str>, to| Send {
        template: id.to_owned(),
        from: sender(),
        to,
        expires: expires.map(|expires| Period::parse(expires).expect("a period")),
        over: None,
        params: BTreeSet::from(["Code".to_owned()]),
        sensitive: false,
    };
    let action = match verb {
        Verb::Case(condition, yes) => Action::Case {
            arms: vec![Arm {
                condition: Condition::parse(condition).expect("a condition"),
                next: yes,
            }],
            otherwise: next,
        },
        Verb::Jump => Action::Jump { next },
        Verb::Split(share, others) => split([share, 100 - share], [next, others]),
        Verb::Window(window) => Action::Window {
            hours: Hours {
                windows: vec![Window::parse(window).expect("a window")],
                closed: BTreeSet::new(),
            },
            next,
        },
        Verb::Exit(reason) => Action::Exit {
            reason: reason.to_owned(),
        },
        Verb::If(condition, otherwise) => Action::If {
            condition: Condition::parse(condition).expect("a condition"),
            then: next,
            otherwise,
        },
        Verb::Notify(to) => Action::Send {
            send: mail(None, Some(role(to))),
            next,
        },
        Verb::Send => Action::Send {
            send: mail(None, None),
            next,
        },
        Verb::SendWithin(expires) => Action::Send {
            send: mail(Some(expires), None),
            next,
        },
        Verb::Until(moment) => Action::WaitUntil {
            moment: Moment::parse(moment).expect("a moment"),
            absent: Absent::Continue,
            next,
        },
        Verb::Wait(wait) => Action::Wait {
            wait: Wait::parse(wait).expect("a wait"),
            next,
        },
    };
    Step {
        id: id.to_owned(),
        action,
    }
}

/// Parts people into two.
fn split(shares: [u8; 2], nexts: [Option<usize>; 2]) -> Action {
    let sides = ["one", "other"].into_iter().zip(shares).zip(nexts);
    let sides = sides.map(|((name, share), next)| Branch {
        name: name.to_owned(),
        share,
        next,
    });
    Action::Split {
        name: "experiment".to_owned(),
        branches: sides.collect(),
    }
}

/// Whoever an event names in a role, or has.
pub(crate) fn role(role: &str) -> Audience {
    Audience::Role {
        role: Some(role.to_owned()),
        linked: false,
        standing: false,
    }
}

/// The body of a post about people, each with a role.
pub(crate) fn post(event: &str, id: &str, people: &[(&str, &str)]) -> String {
    let people: Vec<_> = people.iter().map(|(id, role)| person(id, role)).collect();
    json!({ "type": event, "data": { "Code": code(id) }, "people": people }).to_string()
}

pub(crate) fn person(id: &str, role: &str) -> Json {
    json!({
        "id": id, "role": role, "email": format!("{id}@school.example"), "full_name": id,
        "consent": { "news": { "at": "2026-01-01T00:00:00Z", "how": "form", "text": "Yes" } },
    })
}

pub(crate) fn address(of: &str) -> EmailAddress {
    format!("{of}@school.example").parse().expect("an address")
}

/// What the mail of a step must say: who gets it, who travels, and what the event said.
pub(crate) fn words(
    step: &str,
    recipient: &ContactId,
    contact: &ContactId,
    event: &str,
    state: &State,
) -> Option<String> {
    let name = |id| Some(state.people.contact(id)?.contact.source_id);
    let (recipient, contact) = (name(recipient)?, name(contact)?);
    Some(format!(
        "{step} for {recipient} about {contact}: {}\n",
        code(event)
    ))
}

pub(crate) fn secret() -> Secret {
    Secret::parse("whsec_dGhlIHNlY3JldCBvZiB0aGUgc291cmNl").expect("a secret")
}

pub(crate) fn sender() -> Sender {
    Sender {
        name: "School".to_owned(),
        address: "mail@school.example".parse().expect("an address"),
        reply_to: None,
    }
}

pub(crate) fn settings() -> Settings {
    let text = |optional| Field {
        ty: FieldType::Bool,
        optional,
        default: None,
        sensitive: false,
    };
    Settings {
        organization: "School".to_owned(),
        locale: "en".to_owned(),
        zone: TimeZone::UTC,
        vars: BTreeMap::new(),
        fields: BTreeMap::from([("vip".to_owned(), text(true))]),
        scoring: Default::default(),
        confirmed: Default::default(),
        soft: Default::default(),
        tracking: None,
    }
}

fn params() -> BTreeMap<String, Field> {
    let code = Field {
        ty: FieldType::String,
        optional: false,
        default: None,
        sensitive: true,
    };
    BTreeMap::from([("Code".to_owned(), code)])
}

fn event_type(name: &str) -> EventType {
    EventType {
        title: name.to_owned(),
        when: String::new(),
        params: params(),
    }
}

/// Each event has a code of its own, so that a mail shows which event it is about.
pub(crate) fn code(event: &str) -> String {
    format!("code of {event}")
}

fn template_called(name: &str) -> Template {
    let body =
        format!("{name} for {{{{recipient.id}}}} about {{{{contact.id}}}}: {{{{event.Code}}}}");
    let source = Source {
        subject: name.to_owned(),
        preheader: String::new(),
        html: format!("<p>{body}</p>"),
        text: body,
    };
    Template::compile(&source).expect("a template")
}
