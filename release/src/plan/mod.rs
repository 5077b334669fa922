//! Makes the plan of one journey out of what was written, and says what is wrong with it.

mod entry;
mod flow;
mod graph;
mod rules;
mod steps;
mod usage;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use journey::{Audience, Plan, Send, Value};

use crate::Defect;
use crate::audiences::{AudienceDoc, Resolver};
use crate::events::EventDoc;
use crate::journeys::{JourneyDoc, SendDoc, StepDoc, TriggerDoc, Verb, each};
use crate::mails::{Mails, Sending, Sent, sent};
use crate::names::Names;
use crate::scope::Known;
use crate::settings::Project;
use crate::template::Purpose;
use crate::words::nearest;
use crate::yaml::At;
use graph::Graph;

/// What a journey can refer to.
#[derive(Clone, Copy)]
pub(crate) struct Declared<'a> {
    /// What waypost.yaml says.
    pub(crate) project: &'a Project,
    /// The events.
    pub(crate) events: &'a Names<EventDoc>,
    /// The audiences.
    pub(crate) audiences: &'a Names<AudienceDoc>,
    /// The templates and layouts.
    pub(crate) mails: &'a Mails,
    /// All that can be read anywhere, for whatever cannot be known exactly.
    pub(crate) all: &'a Known,
}

impl<'a> Declared<'a> {
    /// Finds an event; where there is none, the one that was surely meant, after saying so.
    fn event(self, name: &At<String>, defects: &mut Vec<Defect>) -> Option<&'a EventDoc> {
        let meant = || {
            let near = nearest(&name.value, self.events.names())?;
            self.events.get(near)
        };
        let found = self.events.find(name, defects).or_else(meant)?;
        Some(&found.value)
    }
}

/// The texts of the mails that a journey sends, by template and locale.
pub(crate) type Sources = BTreeMap<(String, Option<String>), mail::Source>;

/// Checks a journey and makes its plan; nothing where a defect keeps it from being one.
pub(crate) fn plan(
    declared: Declared<'_>,
    doc: &JourneyDoc,
    defects: &mut Vec<Defect>,
) -> Option<(Plan, Sources)> {
    let events: Vec<(&At<String>, &EventDoc)> = doc
        .triggers
        .iter()
        .filter_map(TriggerDoc::event)
        .filter_map(|event| Some((event, declared.event(event, defects)?)))
        .collect();
    let by_event = doc.triggers.iter().filter_map(TriggerDoc::event).count();
    let exact = doc.whole && events.len() == by_event;
    let own = exact.then(|| {
        let known = Known::of(declared.project, &events, defects);
        // Whoever comes in otherwise brings no parameter.
        match by_event == doc.triggers.len() {
            true => known,
            false => known.perhaps(),
        }
    });
    let mut journey = Journey {
        declared,
        doc,
        known: own.as_ref().unwrap_or(declared.all),
        events: &events,
        exact,
        used: BTreeSet::new(),
        read_by_steps: BTreeSet::new(),
        mails: BTreeMap::new(),
        sets: BTreeMap::new(),
        whole: exact && !doc.steps.is_empty(),
        sends_known: true,
    };
    let triggers = journey.triggers(defects);
    if let Some(topic) = &doc.topic {
        declared.project.topics.find(topic, defects);
    }
    let to = doc.to.as_ref().and_then(|to| journey.audience(to, defects));
    journey.mails(defects);
    let graph = Graph::of(&doc.steps);
    flow::check(&doc.steps, &graph, defects);
    walk::check(&mut journey, &graph, defects);
    journey.confirms(defects);
    let rules = journey.rules(defects);
    usage::check(&journey, defects);

    let purpose = match doc.purpose? {
        Purpose::Confirming | Purpose::Transactional => journey::Purpose::Transactional,
        Purpose::Marketing => journey::Purpose::Marketing {
            topic: doc.topic.as_ref()?.value.clone(),
        },
    };
    let steps = steps::flat(&journey, &graph)?;
    let plan = Plan {
        journey: doc.name.value.clone(),
        title: doc.title.clone(),
        purpose,
        triggers: triggers?,
        to,
        reentry: doc.reentry.as_ref()?.value.clone(),
        entries_max: doc.entries_max,
        publish: doc.publish,
        rules: rules?,
        params: journey.known.params_in(&journey.read_by_steps),
        steps,
        settings: declared.project.settings.clone(),
        templates: BTreeMap::new(),
    };
    Some((plan, journey.sources()))
}

/// A journey that is being checked.
struct Journey<'a> {
    declared: Declared<'a>,
    doc: &'a JourneyDoc,
    known: &'a Known,
    events: &'a [(&'a At<String>, &'a EventDoc)],
    /// Whether the events are all that let people in.
    exact: bool,
    /// The event parameters that something uses, by path.
    used: BTreeSet<String>,
    /// Those of them that are needed after entry.
    read_by_steps: BTreeSet<String>,
    /// What became of each mail, by where in the file its template is named.
    mails: BTreeMap<usize, Mail>,
    /// What each `set` writes, by where in the file it stands.
    sets: BTreeMap<usize, BTreeMap<String, Option<Value>>>,
    /// Whether all of it could be read, so that what nothing uses is a mistake.
    whole: bool,
    /// Whether every send could be read, so that an unknown one is a mistake.
    sends_known: bool,
}

/// A mail of a journey.
struct Mail {
    template: String,
    purpose: Option<Purpose>,
    sent: Sent,
    /// What the plan holds; `None` if that could not be made.
    send: Option<Send>,
}

impl Journey<'_> {
    fn audience(&mut self, doc: &AudienceDoc, defects: &mut Vec<Defect>) -> Option<Audience> {
        let resolver = Resolver {
            audiences: self.declared.audiences,
            lists: &self.declared.project.lists,
            known: self.known,
            used: &doc.place,
        };
        let audience = resolver.audience(doc, defects);
        match &audience {
            Some(audience) => {
                let params = audience.params().into_iter().map(str::to_owned);
                self.used.extend(params);
            }
            None => self.whole = false,
        }
        audience
    }

    /// Checks and compiles the mail of every send.
    fn mails(&mut self, defects: &mut Vec<Defect>) {
        let doc = self.doc;
        let mut sends = Vec::new();
        each(&doc.steps, &mut |step: &StepDoc| {
            sends.extend(step.send());
            if let Verb::Broken(_) = step.verb {
                self.whole = false;
                self.sends_known = false;
            }
        });
        for send in sends {
            let mail = self.mail(send, defects);
            let templates = &self.declared.mails.templates;
            self.sends_known &= templates.get(&send.template.value).is_some();
            self.whole &= mail.sent.whole;
            self.used.extend(mail.sent.params.iter().cloned());
            self.read_by_steps.extend(mail.sent.params.iter().cloned());
            self.mails.insert(send.template.place.span.start, mail);
        }
    }

    fn mail(&mut self, doc: &SendDoc, defects: &mut Vec<Defect>) -> Mail {
        let to = doc.to.as_ref().map(|to| self.audience(to, defects));
        let colleagues = matches!(&to, Some(Some(to)) if to.is_of_roles());
        let purpose = match self.doc.purpose {
            // Colleagues are told, and not asked.
            Some(Purpose::Confirming) if colleagues => Some(Purpose::Transactional),
            purpose => purpose,
        };
        let events: Vec<&EventDoc> = self.events.iter().map(|(_, event)| *event).collect();
        let sending = Sending {
            project: self.declared.project,
            mails: self.declared.mails,
            known: self.known,
            purpose,
            events: &events,
            exact: self.exact,
        };
        // A name that is not known is told wherever it stands.
        let known = self
            .declared
            .mails
            .templates
            .get(&doc.template.value)
            .is_some();
        let mut mails = self.mails.values().filter(|_| known);
        let again =
            mails.find(|mail| mail.template == doc.template.value && mail.purpose == purpose);
        let sent = match again {
            Some(mail) => mail.sent.clone(),
            None => sent(sending, doc, defects),
        };
        let from = match &doc.from {
            Some(name) => self.declared.project.senders.find(name, defects),
            None => self.declared.project.senders.get("default"),
        };
        let send = from.and_then(|from| from.value.clone()).and_then(|from| {
            Some(Send {
                template: doc.template.value.clone(),
                from,
                to: match to {
                    Some(to) => Some(to?),
                    None => None,
                },
                expires: doc.expires.as_ref().map(|read| read.value.clone()),
                over: doc.over,
                params: sent.params.clone(),
                sensitive: sent.sensitive,
            })
        });
        Mail {
            template: doc.template.value.clone(),
            purpose,
            sent,
            send,
        }
    }

    /// Returns what its sends are called.
    fn sends(&self) -> Vec<String> {
        let mut sends = Vec::new();
        each(&self.doc.steps, &mut |step| {
            sends.extend(step.send_id().map(|id| id.value.clone()));
        });
        sends
    }

    /// Returns the texts of all mails.
    fn sources(self) -> Sources {
        let mut sources = Sources::new();
        for mail in self.mails.into_values() {
            let Some(send) = mail.send else {
                continue;
            };
            for (locale, source) in mail.sent.sources {
                sources.insert((send.template.clone(), locale), source);
            }
        }
        sources
    }
}

/// Returns the event parameters among `paths`.
fn params<'p>(paths: impl IntoIterator<Item = &'p str>) -> BTreeSet<String> {
    paths
        .into_iter()
        .filter_map(|path| path.strip_prefix("event."))
        .map(str::to_owned)
        .collect()
}
