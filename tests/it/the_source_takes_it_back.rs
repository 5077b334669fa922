//! What somebody takes back at the source, by phone say, counts as if they had said it on their page.

use std::collections::BTreeSet;

use engine::Ask;
use jiff::SignedDuration;
use journey::{ContactId, Enrollment, Phase, Settings};
use serde_json::json;

use crate::an_opt_out_is_honored::token;
use crate::given::{self, Verb, chain, journey, marketing};
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose, World};

/// Two mails three days apart, to somebody whose agreement comes with the first event.
fn story() -> Story {
    let wait = Verb::Wait("3 days");
    let steps = chain(&[("one", Verb::Send), ("pause", wait), ("two", Verb::Send)]);
    Story::new(&[journey(marketing(), steps)]).hello("e1", &[("anna", "SOT")])
}

/// What the source posts a day later: Anna no longer agrees.
fn taken_back() -> Action {
    let mut anna = given::person("anna", "SOT");
    anna["consent"] =
        json!({ "news": { "at": "2026-01-02T00:00:00Z", "how": "phone", "withdrawn": true } });
    let body = json!({ "type": "HELLO", "data": { "Code": given::code("e2") }, "people": [anna] });
    Action::Post {
        id: "e2".to_owned(),
        body: body.to_string(),
    }
}

fn ends(world: &World) -> Vec<String> {
    let state = world.state();
    let phases = state.runs.all().map(|record| &record.enrollment.phase);
    let ends = phases.map(|phase| match phase {
        Phase::Left { reason, .. } => reason.clone(),
        Phase::Calling { .. }
        | Phase::Entered
        | Phase::Holding { .. }
        | Phase::Met { .. }
        | Phase::Parked { .. }
        | Phase::Sending { .. }
        | Phase::Waiting { .. } => format!("{phase:?}"),
    });
    ends.collect()
}

#[test]
fn who_takes_it_back_at_the_source_leaves_and_gets_no_more() {
    let world = story()
        .after(SignedDuration::from_hours(24), taken_back())
        .play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(world.state().service.delivered.len(), 1);
    assert_eq!(ends(&world), ["unsubscribed", "unsubscribed"]);
}

/// An older agreement that is posted once more does not bring them back; a later yes on the page does.
#[test]
fn the_same_old_agreement_brings_nobody_back_and_a_later_yes_does() {
    let hours = SignedDuration::from_hours;
    let story = story().after(hours(24), taken_back());
    let again = |id: &str| Action::Post {
        id: id.to_owned(),
        body: given::post("HELLO", id, &[("anna", "SOT")]),
    };
    let yes = Action::Ask {
        token: token(&story, "anna"),
        ask: Ask::In,
    };
    let old = story.clone().after(hours(48), again("e3"));
    let world = old.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(world.state().service.delivered.len(), 1);
    let back = story.after(hours(30), yes).after(hours(48), again("e3"));
    let world = back.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(world.state().service.delivered.len(), 3);
}

#[test]
fn whatever_breaks_what_was_taken_back_ends_every_run_that_was_on_its_way() {
    let story = story().after(SignedDuration::from_hours(24), taken_back());
    let check = |world: &World| {
        let mut faults = world.faults();
        let state = world.state();
        let mut runs = state.runs.all().map(|record| &record.enrollment);
        let left = |run: &&Enrollment| {
            run.event != "e1"
                || matches!(&run.phase, Phase::Left { reason, .. } if reason == "unsubscribed")
        };
        // Whoever comes in afterwards is no longer on their way when it is said, and gets nothing either.
        if !runs.all(|run| left(&run)) || state.service.delivered.len() > 1 {
            let ends: Vec<_> = state.runs.all().collect();
            faults.push(format!("{ends:?}"));
        }
        faults
    };
    let calm = story.clone().calm_until("ledger.accept");
    if let Err(wrong) = calm.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
    if let Err(wrong) = story.concurrently(3).sample(0..60, World::faults) {
        panic!("{wrong}");
    }
}

/// Somebody else who reads the same address says yes for themselves, and forgetting somebody forgets no no of theirs.
#[test]
fn what_was_taken_back_is_held_against_a_yes_of_somebody_else_and_kept_as_a_choice() {
    let hours = SignedDuration::from_hours;
    let story = story().after(hours(24), taken_back());
    // What is said by the address alone, as somebody else says it who shares it.
    let world = World::new(story.published.clone(), Choose::Calm);
    let address = engine::AddressKeys::address_key(&world, &given::address("anna")).0;
    let ticket = wire::Ticket {
        contact: ContactId::of("bram"),
        address,
        topic: "news".to_owned(),
        send: None,
    };
    let yes = Action::Ask {
        token: world.state().tickets.seal(&ticket),
        ask: Ask::In,
    };
    let again = Action::Post {
        id: "e3".to_owned(),
        body: given::post("HELLO", "e3", &[("anna", "SOT")]),
    };
    let world = story
        .after(hours(30), yes)
        .after(hours(48), again)
        .play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(world.state().service.delivered.len(), 1);
    let state = world.state();
    let anna = engine::Holder::Contact(ContactId::of("anna"));
    let kept = &state.people.choices[&(anna, "news".to_owned())];
    let word = kept.value.word().expect("a word");
    assert_eq!((word.what, word.how.as_str()), (wire::Chosen::Out, "phone"));
}

/// A source that posts the same no every night is heard once, and so are those who listen.
#[test]
fn the_same_no_posted_every_night_is_told_once() {
    let told = |nights: i64| {
        let mut story = story()
            .told()
            .after(SignedDuration::from_hours(24), taken_back());
        for night in 0..nights {
            let mut again = taken_back();
            if let Action::Post { id, .. } = &mut again {
                *id = format!("n{night}");
            }
            story = story.after(SignedDuration::from_hours(240 + 24 * night), again);
        }
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        let state = world.state();
        let heard = state.heard.values();
        let noes = heard.filter(|(said, _)| said["type"] == "contact.opted_out");
        noes.map(|(_, times)| *times).sum::<u32>()
    };
    let once = told(0);
    assert!(once > 0);
    assert_eq!(told(5), once);
}

/// Whoever bought something and was told gets advertising of that sort, until they say no.
#[test]
fn who_bought_something_is_mailed_where_the_topic_is_that_sort_until_they_say_no() {
    let bought = |id: &str| {
        let mut anna = given::person("anna", "SOT");
        anna["consent"]["news"]["how"] = json!("soft-opt-in");
        let body =
            json!({ "type": "HELLO", "data": { "Code": given::code(id) }, "people": [anna] });
        Action::Post {
            id: id.to_owned(),
            body: body.to_string(),
        }
    };
    let wait = Verb::Wait("3 days");
    let steps = chain(&[("one", Verb::Send), ("pause", wait), ("two", Verb::Send)]);
    let plans = [journey(marketing(), steps)];
    let hours = SignedDuration::from_hours;
    for (soft, no, expected) in [
        (true, None, 2),
        (false, None, 0),
        (true, Some(Ask::Out { one_click: true }), 1),
    ] {
        let settings = Settings {
            soft: BTreeSet::from_iter(soft.then(|| "news".to_owned())),
            ..given::settings()
        };
        let mut story = Story::of(given::publish_with(&plans, settings));
        story = story.after(SignedDuration::ZERO, bought("e1"));
        if let Some(ask) = no {
            let token = token(&story, "anna");
            // And buys again after that.
            story = story
                .after(hours(1), Action::Ask { token, ask })
                .after(hours(2), bought("e2"));
        }
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        assert_eq!(world.state().service.delivered.len(), expected, "{soft}");
    }
}
