//! Promise 3: an opt-out is honored at once, in every queue and every wait.
//!
//! A mail that leaves for an address that was not mailable when it was last looked up is a fault in
//! every history (`world/mail.rs`); here that look races with everything.

use std::collections::BTreeSet;

use engine::Ask;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, Phase, Purpose};

use crate::given::{self, Verb, chain, journey, marketing};
use crate::trial::{Log, Story};
use crate::world::{Action, Answer, Choose, Kind, World};

#[test]
fn a_suppressed_address_gets_nothing_from_any_journey() {
    for purpose in [Purpose::Transactional, marketing()] {
        let suppress = Action::Suppress(given::address("anna"));
        let story = Story::new(&[journey(purpose, series())]);
        let story = story
            .after(SignedDuration::ZERO, suppress)
            .hello("e1", &[("anna", "SOT")]);
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        assert_eq!(
            outcomes(&world),
            ["one suppressed", "pause waited", "two suppressed"]
        );
    }
}

#[test]
fn a_suppression_during_a_wait_stops_the_next_mail() {
    let suppress = Action::Suppress(given::address("anna"));
    let story = Story::new(&[journey(marketing(), series())]).hello("e1", &[("anna", "SOT")]);
    let story = story.after(SignedDuration::from_hours(71), suppress);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(
        outcomes(&world),
        ["one sent", "pause waited", "two suppressed"]
    );
}

/// Seven mails, one a day, to a mailbox that is full.
fn to_a_full_mailbox(purpose: Purpose) -> Story {
    let names: Vec<_> = (1..=7).map(|day| format!("m{day}")).collect();
    let pauses: Vec<_> = (1..=7).map(|day| format!("p{day}")).collect();
    let steps = names.iter().zip(&pauses);
    let steps = steps.flat_map(|(mail, pause)| {
        [
            (mail.as_str(), Verb::Send),
            (pause.as_str(), Verb::Wait("1 day")),
        ]
    });
    let steps = chain(&steps.collect::<Vec<_>>());
    Story::new(&[journey(purpose, steps)])
        .after(
            SignedDuration::ZERO,
            Action::Answer(given::address("anna"), Answer::Full),
        )
        .hello("e1", &[("anna", "SOT")])
}

#[test]
fn advertising_stops_after_five_days_of_soft_bounces_and_service_does_not() {
    for (purpose, left) in [(marketing(), 2), (Purpose::Transactional, 0)] {
        let world = to_a_full_mailbox(purpose).play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        let mails = outcomes(&world).into_iter();
        let mails: Vec<_> = mails.filter(|line| line.starts_with('m')).collect();
        let sent = mails.iter().filter(|line| line.ends_with(" sent"));
        assert_eq!(sent.count(), 7 - left, "{mails:?}");
        let stopped = mails
            .iter()
            .filter(|line| line.ends_with(" keeps_bouncing"));
        assert_eq!(stopped.count(), left, "{mails:?}");
    }
}

#[test]
fn soft_bounces_that_are_told_twice_late_or_in_disorder_count_by_their_days() {
    let story = to_a_full_mailbox(Purpose::Transactional).concurrently(3);
    let check = |world: &World| {
        let mut faults = world.faults();
        let anna = engine::AddressKeys::address_key(world, &given::address("anna"));
        let state = world.state();
        let days = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let bounced: BTreeSet<_> = state
            .service
            .delivered
            .iter()
            .map(|mail| days(mail.at))
            .collect();
        let noted = state.soft_bounces.get(&anna).cloned().unwrap_or_default();
        if noted != bounced {
            faults.push(format!("bounced on {bounced:?}, noted are {noted:?}"));
        }
        faults
    };
    story.sample(0..50, check).expect("no day is lost");
}

#[test]
fn a_suppression_is_honored_from_whichever_moment_on() {
    // Before and after every single port call of a whole run.
    let mut sent = BTreeSet::new();
    for calls in 0..80 {
        let mut story = Story::new(&[journey(Purpose::Transactional, series())]);
        story = story.hello("e1", &[("anna", "SOT")]);
        story.interrupt = Some((calls, Action::Suppress(given::address("anna"))));
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new(), "after {calls} calls");
        sent.insert(world.state().service.delivered.len());
    }
    assert_eq!(sent, BTreeSet::from([0, 1, 2]));
}

#[test]
fn a_suppression_holds_whatever_else_goes_wrong() {
    let suppress = Action::Suppress(given::address("anna"));
    let story = Story::new(&[journey(Purpose::Transactional, series())]);
    let story = story
        .hello("e1", &[("anna", "SOT")])
        .hello("e2", &[("anna", "SOT")]);
    let story = story.after(SignedDuration::from_hours(72), suppress);
    story.concurrently(3).survives_seeds(30);
}

#[test]
fn a_no_with_one_click_is_kept_though_nobody_could_be_told_of_it() {
    let story = Story::new(&[journey(marketing(), series())]).hello("e1", &[("anna", "SOT")]);
    // Asked once: whoever clicks in a mail program sees no answer, and asks no more.
    let ask = Action::AskOnce {
        token: token(&story, "anna"),
        ask: Ask::Out { one_click: true },
    };
    let story = story.after(SignedDuration::from_hours(1), ask);
    let explored = story.explore(1, &[Kind::Port], |world| {
        let mut faults = world.faults();
        let state = world.state();
        let fault = |fault| state.reached.contains_key(&("moves.move_on", fault));
        if (fault("refused") || fault("lost reply")) && state.people.choices.is_empty() {
            faults.push("a no is not kept".to_owned());
        }
        faults
    });
    if let Err(wrong) = explored {
        panic!("{wrong}");
    }
}

#[test]
fn who_is_erased_gets_nothing_more_and_travels_no_more() {
    let erase = Action::Erase(ContactId::of("anna"));
    let story = Story::new(&[journey(marketing(), series())]).hello("e1", &[("anna", "SOT")]);
    let story = story.after(SignedDuration::from_hours(1), erase);
    let explored = story.calm_until("ledger.claim").explore(
        1,
        &[Kind::Port, Kind::Ring],
        |world| {
            let mut faults = world.faults();
            let state = world.state();
            let erased =
                |phase: &Phase| matches!(phase, Phase::Left { reason, .. } if reason == "erased");
            faults.extend(state.runs.all().filter_map(|run| {
                let run = &run.enrollment;
                let fits = erased(&run.phase) && run.params.is_empty();
                (!fits).then(|| format!("{} is {:?}", run.id, run.phase))
            }));
            faults
        },
    );
    if let Err(wrong) = explored {
        panic!("{wrong}");
    }
}

#[test]
fn who_is_forgotten_at_whichever_moment_gets_nothing_more_and_leaves_nothing_behind() {
    let anna = ContactId::of("anna");
    // Before and after every single port call of a whole run.
    let mut sent = BTreeSet::new();
    for calls in 0..80 {
        let mut story = Story::new(&[journey(Purpose::Transactional, series())]);
        story = story.hello("e1", &[("anna", "SOT")]);
        story.interrupt = Some((calls, Action::Forget(anna.clone())));
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new(), "after {calls} calls");
        let state = world.state();
        let delivered = state.service.delivered.len();
        // An event that had not made them known yet does so; and every run ends before the eightieth call.
        let Some(before) = state.people.forgotten.get(&anna) else {
            continue;
        };
        if state.people.contacts.contains_key(&anna) {
            continue;
        }
        assert!(delivered <= before + 1, "one was on its way: {calls}");
        for run in state.runs.all().map(|record| &record.enrollment) {
            let erased = matches!(&run.phase, Phase::Left { reason, .. } if reason == "erased");
            assert!(erased && run.params.is_empty(), "{calls} {run:?}");
        }
        sent.insert(delivered);
    }
    assert_eq!(sent, BTreeSet::from([0, 1, 2]));
}

#[test]
fn who_is_forgotten_while_much_goes_wrong_is_no_fault() {
    let story = Story::new(&[journey(Purpose::Transactional, series())]);
    let story = story
        .hello("e1", &[("anna", "SOT")])
        .hello("e2", &[("bram", "SOT")]);
    let forget = Action::Forget(ContactId::of("anna"));
    let story = story.after(SignedDuration::from_hours(72), forget);
    story.concurrently(3).survives_seeds(30);
}

#[test]
fn who_is_erased_is_not_told_of_others_either() {
    let erase = Action::Erase(ContactId::of("joris"));
    let wait = Verb::Wait("1 hour");
    let steps = chain(&[("pause", wait), ("note", Verb::Notify("COPA"))]);
    let mut plan = journey(Purpose::Transactional, steps);
    plan.to = Some(given::role("SOT"));
    let story = Story::new(&[plan]).hello("e1", &[("anna", "SOT"), ("joris", "COPA")]);
    let world = story
        .after(SignedDuration::from_mins(5), erase)
        .play(Choose::Calm, Log::Dropped);
    assert!(world.state().service.delivered.is_empty());
    assert!(world.state().dead.is_empty());
}

fn series() -> Vec<journey::Step> {
    let wait = Verb::Wait("3 days");
    chain(&[("one", Verb::Send), ("pause", wait), ("two", Verb::Send)])
}

/// What the only run did.
fn outcomes(world: &World) -> Vec<String> {
    let state = world.state();
    let mut runs = state.runs.all();
    let run = runs.next().expect("a run");
    let path = run.enrollment.path.iter();
    path.map(|taken| format!("{} {}", taken.step, taken.outcome))
        .collect()
}

/// The token of a mail to somebody.
pub(crate) fn token(story: &Story, person: &str) -> String {
    token_about(story, person, "news")
}

/// Returns the token of a page about a topic.
pub(crate) fn token_about(story: &Story, person: &str, topic: &str) -> String {
    let world = World::new(story.published.clone(), Choose::Calm);
    let address = engine::AddressKeys::address_key(&world, &given::address(person)).0;
    let ticket = wire::Ticket {
        contact: ContactId::of(person),
        address,
        topic: topic.to_owned(),
        send: None,
    };
    world.state().tickets.seal(&ticket)
}

#[test]
fn who_unsubscribes_leaves_every_journey_about_the_topic_and_gets_no_more_of_it() {
    let story = Story::new(&[journey(marketing(), series())]).hello("e1", &[("anna", "SOT")]);
    let ask = Action::Ask {
        token: token(&story, "anna"),
        ask: Ask::Out { one_click: true },
    };
    let again = given::post("HELLO", "e2", &[("anna", "SOT")]);
    let story = story
        .after(SignedDuration::from_hours(71), ask.clone())
        .after(SignedDuration::from_hours(71), ask)
        .after(
            SignedDuration::from_hours(90),
            Action::Post {
                id: "e2".to_owned(),
                body: again,
            },
        );
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    assert_eq!(state.service.delivered.len(), 1);
    let mut phases = state
        .runs
        .all()
        .map(|record| format!("{:?}", record.enrollment.phase));
    assert!(phases.any(|phase| phase.contains("unsubscribed")));
    // Kept with the address, which outlives the person, and with the person, who outlives the address.
    let kept: Vec<_> = state.people.choices.values().collect();
    assert_eq!(kept.len(), 2);
    for choices in kept {
        let holding = choices.value.holding(state.now).expect("a choice");
        assert_eq!(holding.what, wire::Chosen::Out);
        assert_eq!(holding.how, "one-click");
    }
}

#[test]
fn an_unsubscribe_is_honored_from_whichever_moment_on_and_whatever_fails() {
    let story = Story::new(&[journey(marketing(), series())]).hello("e1", &[("anna", "SOT")]);
    let ask = Action::Ask {
        token: token(&story, "anna"),
        ask: Ask::Out { one_click: true },
    };
    let mut sent = BTreeSet::new();
    for calls in 0..80 {
        let mut story = story.clone();
        story.interrupt = Some((calls, ask.clone()));
        let world = story.concurrently(2).play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new(), "after {calls} calls");
        sent.insert(world.state().service.delivered.len());
    }
    assert_eq!(sent, BTreeSet::from([0, 1, 2]));
    let story = story.after(SignedDuration::from_hours(1), ask);
    story.survives(1, &[Kind::Port, Kind::Queue]);
    story.concurrently(3).survives_seeds(100);
}

#[test]
fn what_holds_no_mails_back_brings_none_and_who_comes_back_gets_them() {
    let story = Story::new(&[journey(marketing(), series())]).hello("e1", &[("anna", "SOT")]);
    let ask = |ask| Action::Ask {
        token: token(&story, "anna"),
        ask,
    };
    for (asks, expected) in [
        (vec![Ask::Look], 2),
        (vec![Ask::Quiet { days: 90 }], 1),
        (vec![Ask::Quiet { days: 1 }], 2),
        (vec![Ask::Quiet { days: 90 }, Ask::In], 2),
        (vec![Ask::Topics(Vec::new())], 1),
        (vec![Ask::Topics(vec!["news".to_owned()])], 2),
        (vec![changes(&[], &["news"])], 1),
        (vec![Ask::Quiet { days: 90 }, changes(&["news"], &[])], 2),
        // A page that was open before, on which nothing was changed.
        (vec![Ask::Out { one_click: true }, changes(&[], &[])], 1),
    ] {
        let mut story = story.clone();
        for (hour, one) in asks.iter().enumerate() {
            let at = SignedDuration::from_hours(10 + hour as i64);
            story = story.after(at, ask(one.clone()));
        }
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        assert_eq!(world.state().service.delivered.len(), expected, "{asks:?}");
        assert_eq!(world.state().pages as usize, asks.len());
    }
}

fn changes(yes: &[&str], no: &[&str]) -> Ask {
    let topics = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Ask::Changes {
        yes: topics(yes),
        no: topics(no),
    }
}

#[test]
fn a_token_works_after_its_keys_were_changed_and_the_person_was_forgotten() {
    let story = Story::new(&[journey(marketing(), series())]).hello("e1", &[("anna", "SOT")]);
    let token = token(&story, "anna");
    let forget = Action::Erase(ContactId::of("anna"));
    let ask = Action::Ask {
        token: token.clone(),
        ask: Ask::Out { one_click: true },
    };
    let forged = Action::Ask {
        token: token.replace("news", "else"),
        ask: Ask::Out { one_click: true },
    };
    let again = given::post("HELLO", "e2", &[("anna", "SOT")]);
    let story = story
        .after(SignedDuration::from_hours(1), forget)
        .after(SignedDuration::from_hours(2), forged)
        .after(SignedDuration::from_hours(3), ask)
        .after(
            SignedDuration::from_hours(4),
            Action::Post {
                id: "e2".to_owned(),
                body: again,
            },
        );
    let world = story.play(Choose::Calm, Log::Dropped);
    let state = world.state();
    assert_eq!(state.pages, 1, "the forged token shows nothing");
    assert_eq!(
        state.service.delivered.len(),
        1,
        "who comes anew has still opted out"
    );
}
