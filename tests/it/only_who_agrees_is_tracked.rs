//! It is measured only of those who agree whether they open a mail and click in it, and of no mail that shows a secret.

use std::sync::Arc;

use jiff::SignedDuration;
use journey::{ContactId, Plan, Purpose, Settings};
use serde_json::{Value as Json, json};

use crate::an_opt_out_is_honored::token_about;
use crate::folders;
use crate::given::{self, Published, Verb, chain, journey, marketing};
use crate::trial::{Log, Story};
use crate::world::{Action, Choose, World};

fn published(purpose: Purpose, tracking: Option<&str>, secret: bool) -> Arc<Published> {
    let settings = Settings {
        tracking: tracking.map(str::to_owned),
        ..given::settings()
    };
    let mut plan: Plan = journey(purpose, chain(&[("one", Verb::Send)]));
    // The plan is older than the rule, as of who is on their way when it is published.
    for field in plan.params.values_mut() {
        field.sensitive = secret;
    }
    let published = given::publish_with(&[plan], settings);
    let mut release = (*published.release).clone();
    let about = "Whether we may see what is read".to_owned();
    release.topics.insert("measuring".to_owned(), about);
    given::with_release(&published, release)
}

/// Posts an event about people, who agree to more than the news where their name says so.
fn hello(story: Story, at: i64, people: &[&str]) -> Story {
    let people: Vec<Json> = people
        .iter()
        .map(|name| {
            let mut person = given::person(name, "SOT");
            if name.starts_with("open") {
                let consent = json!({ "at": "2026-01-01T00:00:00Z", "how": "form", "text": "Yes" });
                person["consent"]["measuring"] = consent;
            }
            person
        })
        .collect();
    let id = format!("e{at}");
    let data = json!({ "Code": given::code(&id) });
    let body = json!({ "type": "HELLO", "data": data, "people": people }).to_string();
    story.after(SignedDuration::from_hours(at), Action::Post { id, body })
}

/// Returns who was mailed, and whether it is measured what they do with it.
fn tracked(world: &World, people: &[&str]) -> Vec<String> {
    let state = world.state();
    let mails = state.service.delivered.iter();
    let mut told: Vec<_> = mails
        .map(|mail| {
            let named = |name: &&&str| ContactId::of(name) == mail.recipient;
            let name = people.iter().find(named).copied().unwrap_or_default();
            format!("{name} {}", mail.tracked)
        })
        .collect();
    told.sort();
    told
}

#[test]
fn where_a_topic_says_so_only_those_are_who_agree_to_it() {
    let people = ["anna", "open-otto"];
    for purpose in [marketing(), Purpose::Transactional] {
        let story = hello(
            Story::of(published(purpose.clone(), Some("measuring"), false)),
            0,
            &people,
        );
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        assert_eq!(tracked(&world, &people), ["anna false", "open-otto true"]);
        // Where no topic says so, the installation alone does.
        let story = hello(Story::of(published(purpose, None, false)), 0, &people);
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(tracked(&world, &people), ["anna true", "open-otto true"]);
    }
}

#[test]
fn whoever_takes_it_back_is_not_measured_any_more() {
    let people = ["open-otto"];
    let story = Story::of(published(Purpose::Transactional, Some("measuring"), false));
    let ask = Action::Ask {
        token: token_about(&story, "open-otto", "measuring"),
        ask: engine::Ask::Out { one_click: false },
    };
    let story = hello(story, 0, &people);
    let story = hello(story.after(SignedDuration::from_hours(1), ask), 2, &people);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(
        tracked(&world, &people),
        ["open-otto false", "open-otto true"]
    );
}

#[test]
fn a_mail_that_shows_a_secret_is_never_measured() {
    let people = ["open-otto"];
    for tracking in [None, Some("measuring")] {
        let story = Story::of(published(Purpose::Transactional, tracking, true));
        let world = hello(story, 0, &people).play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        assert_eq!(tracked(&world, &people), ["open-otto false"]);
    }
}

#[test]
fn a_mail_that_shows_what_is_sensitive_of_a_person_is_never_measured() {
    let folder = tempfile::tempdir().expect("a folder");
    let project = "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\nsenders:\n  default: { name: School, \
                   address: mail@school.example }\ncontact:\n  allergy: { type: string, default: none, sensitive: true }\n  \
                   shoes: { type: number, default: 39 }\n";
    let journey = "journey: hello\nkind: transactional\ntrigger: { event: HELLO }\nreentry: unlimited\nsteps:\n  \
                   - send: open\n  - send: secret\n";
    let mail = |shows: &str| format!("---\nsubject: Hello\nlayout: plain\n---\n{{{{{shows}}}}}\n");
    for (name, text) in [
        ("waypost.yaml", project.to_owned()),
        ("events.yaml", "HELLO:\n  params: {}\n".to_owned()),
        ("journeys/hello.yaml", journey.to_owned()),
        ("layouts/plain.mjml", LAYOUT.to_owned()),
        ("templates/open.md", mail("contact.shoes")),
        ("templates/secret.md", mail("recipient.allergy")),
    ] {
        let path = folder.path().join(name);
        let parent = path.parent().expect("a folder");
        std::fs::create_dir_all(parent).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let anna = json!({ "id": "anna", "email": "anna@school.example", "full_name": "Anna" });
    let body = json!({ "type": "HELLO", "data": {}, "people": [anna] });
    let post = Action::Post {
        id: "e1".to_owned(),
        body: body.to_string(),
    };
    let story = Story::of(folders::published(folder.path())).after(SignedDuration::ZERO, post);
    let world = story.play(Choose::Calm, Log::Dropped);
    let state = world.state();
    let mails = state.service.delivered.iter();
    let told: Vec<_> = mails
        .map(|mail| (mail.step.as_str(), mail.tracked))
        .collect();
    assert_eq!(told, [("open", true), ("secret", false)]);
}

const LAYOUT: &str = "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}</mj-text></mj-column></mj-section></mj-body></mjml>";
