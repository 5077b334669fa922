//! What happens is told to the systems that want to hear of it: at least once, under one name, whatever breaks.

use std::cell::Cell;

use engine::Metric;
use expect_test::expect;
use jiff::SignedDuration;
use journey::Phase;
use serde_json::{Value as Json, json};

use crate::an_opt_out_is_honored::token;
use crate::folders::files;
use crate::given;
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose, Kind, World};

const CALLS: &str = "kind: transactional
trigger: { event: START }
reentry: unlimited
steps:
  - call: crm
    with: { score: '{{contact.score}}', about: 'Call {{contact.full_name}}, {{contact.score}} points' }
  - send: hello";

#[test]
fn a_step_posts_what_its_author_says_and_waits_for_the_answer() {
    let world = calling().play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let heard = state.heard.values().map(|(body, times)| (body, *times));
    let posted: Vec<_> = heard
        .filter(|(body, _)| body["type"] == "journey.call")
        .collect();
    let [(body, 1)] = posted.as_slice() else {
        panic!("{posted:?}");
    };
    let data = &body["data"];
    assert_eq!(data["contact"], "ann");
    assert_eq!(data["journey"], "calling");
    assert_eq!(data["subject"], "first");
    assert_eq!(data["step"], "step.1");
    assert_eq!(
        data["with"],
        json!({ "score": 7, "about": "Call ann, 7 points" })
    );
}

#[test]
fn every_result_is_told_in_order_and_names_nobody() {
    let world = calling().play(Choose::Calm, Log::Dropped);
    let state = world.state();
    let mut told: Vec<_> = state.heard.values().map(|(body, _)| told(body)).collect();
    told.sort();
    expect![[r#"
        enrollment.entered calling  -
        enrollment.left calling  finished
        journey.call calling step.1 -
        mail.delivered calling hello -
        mail.sent calling hello -"#]]
    .assert_eq(&told.join("\n"));
    let bodies: Vec<_> = state
        .heard
        .values()
        .map(|(body, _)| body.to_string())
        .collect();
    assert!(!bodies.join("").contains("school.example"));
}

/// Says what a post tells.
fn told(body: &Json) -> String {
    let data = &body["data"];
    let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
    let details = ["reason", "topic", "bounce", "link"].map(text);
    let detail = details.into_iter().find(|detail| !detail.is_empty());
    format!(
        "{} {} {} {}",
        body["type"].as_str().unwrap_or_default(),
        text("journey"),
        text("step"),
        detail.unwrap_or_else(|| "-".to_owned())
    )
}

#[test]
fn whatever_breaks_once_every_result_is_told() {
    let explored = calling().survives(1, &FAULTS);
    for fault in ["refused", "no answer, heard", "crash before", "crash after"] {
        assert!(
            explored.reached.contains_key(&("hooks.post", fault)),
            "{fault}"
        );
    }
}

#[test]
fn whatever_breaks_every_result_is_told() {
    let story = starting(calling(), "second", &["ann", "ben"]).concurrently(3);
    story.survives_seeds(150);
}

#[test]
fn what_a_mail_is_left_out_for_is_told_whoever_decides_it() {
    let capped = "kind: marketing
topic: news
trigger: { event: START }
reentry: unlimited
steps:
  - send: hello
  - send: again
  - send: more";
    let story = story(capped);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let skipped: Vec<_> = state.heard.values().map(|(body, _)| told(body)).collect();
    let skipped: Vec<_> = skipped
        .iter()
        .filter(|told| told.starts_with("mail.skipped"))
        .collect();
    assert_eq!(skipped, ["mail.skipped calling more over_cap"]);
}

#[test]
fn whoever_refuses_a_post_parks_the_run_or_leaves_a_dead_letter() {
    let (parked, dead) = (Cell::new(0), Cell::new(0));
    let check = |world: &World| {
        let state = world.state();
        if !state.reached.contains_key(&("hooks.post", "refused")) {
            return Vec::new();
        }
        let run = state.runs.all().next();
        let phase = run.map(|record| record.enrollment.phase.clone());
        match (phase, state.dead.len()) {
            (Some(Phase::Parked { step, reason, .. }), 0) => {
                assert_eq!(
                    (step.as_str(), reason.as_str()),
                    ("step.1", "the hook `crm` answered 404")
                );
                assert_eq!(state.counts.get(&Metric::ParkedEnrollments), Some(&1));
                parked.set(parked.get() + 1);
            }
            (Some(Phase::Left { .. }), 1) => dead.set(dead.get() + 1),
            other => return vec![format!("refused, and then: {other:?}")],
        }
        Vec::new()
    };
    calling()
        .explore(1, &[Kind::Mail], check)
        .expect("it is seen");
    assert_eq!((parked.get(), dead.get()), (1, 4));
}

#[test]
fn an_opt_out_that_comes_twice_is_told_once_unless_they_agreed_in_between() {
    let advertising = "kind: marketing
topic: news
trigger: { event: START }
reentry: unlimited
steps:
  - send: hello
  - wait: 3 days
  - send: again";
    let story = story(advertising);
    let token = token(&story, "ann");
    let ask = |ask| Action::Ask {
        token: token.clone(),
        ask,
    };
    let hour = SignedDuration::from_hours;
    let story = story
        .after(hour(1), ask(engine::Ask::Out { one_click: true }))
        .after(hour(2), ask(engine::Ask::Out { one_click: true }))
        .after(hour(3), ask(engine::Ask::In));
    let choices = |story: &Story| {
        let world = story.play(Choose::Calm, Log::Dropped);
        let state = world.state();
        let mut told: Vec<_> = state.heard.values().map(|(body, _)| told(body)).collect();
        told.retain(|told| told.starts_with("contact.") || told.contains(".left"));
        told.sort();
        told.join("\n")
    };
    expect![[r#"
        contact.opted_in   news
        contact.opted_out   news
        enrollment.left calling  unsubscribed"#]]
    .assert_eq(&choices(&story));
    let again = ask(engine::Ask::Out { one_click: false });
    let story = story.after(hour(4), again.clone()).after(hour(5), again);
    expect![[r#"
        contact.opted_in   news
        contact.opted_out   news
        contact.opted_out   news
        enrollment.left calling  unsubscribed"#]]
    .assert_eq(&choices(&story));
}

/// Another system can show a topic as a property of people: by its name, and what they read about it.
#[test]
fn what_people_read_about_a_topic_is_told_with_what_they_chose() {
    let story = story(CALLS);
    let ask = Action::Ask {
        token: token(&story, "ann"),
        ask: engine::Ask::Out { one_click: true },
    };
    let story = story.after(SignedDuration::from_hours(1), ask);
    let world = story.play(Choose::Calm, Log::Dropped);
    let state = world.state();
    let release = &state.published.release;
    let mut heard = state.heard.values();
    let no = heard.find(|(body, _)| body["type"] == "contact.opted_out");
    let (no, _) = no.expect("it is told");
    assert_eq!(no["data"]["topic"], "news");
    assert_eq!(no["data"]["about"], release.topics["news"].as_str());
}

/// Whoever wants quiet right after a no has said no all the same.
#[test]
fn a_quiet_hides_no_opt_out_that_was_not_told_yet() {
    let story = story(CALLS);
    let token = token(&story, "ann");
    let ask = |ask| Action::Ask {
        token: token.clone(),
        ask,
    };
    let hour = SignedDuration::from_hours(1);
    let story = story
        .after(hour, ask(engine::Ask::Out { one_click: true }))
        .after(hour, ask(engine::Ask::Quiet { days: 30 }));
    let check = |world: &World| {
        let mut faults = world.faults();
        let told = world
            .state()
            .heard
            .values()
            .any(|(body, _)| told(body).contains("opted_out"));
        if !told {
            faults.push("the opt-out was never told".to_owned());
        }
        faults
    };
    if let Err(wrong) = story.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
}

fn calling() -> Story {
    story(CALLS)
}

fn story(journey: &str) -> Story {
    let story = Story::of(files(&[("calling", journey)])).told();
    starting(story, "first", &["ann"])
}

/// Has a source post `START` about people at once.
fn starting(story: Story, id: &str, people: &[&str]) -> Story {
    let people = people.iter().map(|name| {
        json!({
            "id": name, "email": given::address(name).as_str(), "full_name": name,
            "fields": { "score": 7 },
            "consent": { "news": { "at": "2026-01-01T00:00:00Z", "how": "form", "text": "Yes" } },
        })
    });
    let people: Vec<_> = people.collect();
    let body = json!({ "type": "START", "subject": id, "data": {}, "people": people });
    let action = Action::Post {
        id: id.to_owned(),
        body: body.to_string(),
    };
    story.after(SignedDuration::ZERO, action)
}
