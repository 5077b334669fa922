//! Releases that are written as files, and published as any release is.

use std::collections::BTreeMap;
use std::sync::Arc;

use mail::{Source, Template};

use crate::given::Published;

/// Publishes the release of a folder.
pub(crate) fn published(folder: &std::path::Path) -> Arc<Published> {
    let compiled = match release::compile(folder) {
        Ok(compiled) => compiled,
        Err(release::Failure::Rejected(rejection)) => {
            panic!("{}", rejection.render(release::Color::Never))
        }
        Err(error @ release::Failure::Unreadable(_)) => panic!("{error}"),
    };
    let mut plans = BTreeMap::new();
    let mut templates = BTreeMap::new();
    let sealed = release::seal(&compiled);
    for (hash, text) in &sealed.texts {
        if let Ok(plan) = wire::plan_from_json(text) {
            plans.insert(hash.clone(), Arc::new(plan));
        } else if let Ok(doc) = wire::TemplateDoc::from_json(text) {
            let source = Source {
                subject: doc.subject,
                preheader: doc.preheader,
                html: doc.html,
                text: doc.text,
            };
            let template = Template::compile(&source).expect("a template");
            templates.insert(hash.clone(), Arc::new(template));
        }
    }
    let text = sealed
        .texts
        .iter()
        .find(|(hash, _)| *hash == sealed.release);
    let release = text.and_then(|(_, text)| wire::release_from_json(text).ok());
    Arc::new(Published {
        hash: sealed.release.clone(),
        release: Arc::new(release.expect("the release itself")),
        plans,
        templates,
        ours: false,
    })
}

/// Publishes journeys that are written as files, each with a mail of the same name for every send of it.
pub(crate) fn files(journeys: &[(&str, &str)]) -> Arc<Published> {
    files_with(CAPS, journeys)
}

/// Publishes journeys in a project that says something else about advertising.
pub(crate) fn files_with(marketing: &str, journeys: &[(&str, &str)]) -> Arc<Published> {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: String, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    put(
        "waypost.yaml".to_owned(),
        &format!("{PROJECT}marketing:\n{marketing}"),
    );
    put("events.yaml".to_owned(), EVENTS);
    put("audiences.yaml".to_owned(), AUDIENCES);
    put("layouts/plain.mjml".to_owned(), LAYOUT);
    for (name, text) in journeys {
        let text = format!("journey: {name}\n{text}\n");
        for line in text.lines() {
            let send = line.trim_start_matches(['-', ' ']).strip_prefix("send: ");
            let send = send.map(|send| send.trim_start_matches("{ template: "));
            if let Some(send) = send.and_then(|send| send.split([',', ' ']).next()) {
                put(format!("templates/{send}.md"), MAIL);
            }
        }
        put(format!("journeys/{name}.yaml"), &text);
    }
    published(folder.path())
}

const PROJECT: &str = "organisation: School
locale: en
time_zone: Europe/Amsterdam
senders:
  default: { name: School, address: mail@school.example }
topics: { news: News }
lists: { members: Members }
contact:
  vip: { type: bool, default: false }
  score: { type: number, default: 0 }
  born: date?
hooks:
  crm: { url: https://crm.example/hook }
";
const CAPS: &str = "  at_most: [2 per day]\n";
const EVENTS: &str = "START:
  params: {}
NOTE:
  params: {}
PAID:
  params: {}
ORDER:
  params: { amount: number }
  example: { amount: 30 }
";
const AUDIENCES: &str = "vips: { where: contact.vip }
hot: { where: contact.score >= 50 }
";
const LAYOUT: &str = "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}{{#if links.unsubscribe}}
<a href=\"{{links.unsubscribe}}\">Stop</a>{{/if}}</mj-text></mj-column></mj-section></mj-body></mjml>
";
const MAIL: &str = "---
subject: Hello
layout: plain
---
Hello {{recipient.full_name}}
";
