//! Promise 2: at most one mail per enrollment, step and recipient, and the one exception is chosen.

use jiff::SignedDuration;
use journey::Purpose;

use crate::given::{self, Verb, chain, journey, marketing};
use crate::trial::{Log, Story};
use crate::world::{Action, Choose, Kind};

#[test]
fn an_event_that_is_posted_three_times_mails_once() {
    let story = Story::new(&[journey(marketing(), chain(&[("one", Verb::Send)]))]);
    let story = story
        .hello("e1", &[("anna", "SOT")])
        .hello("e1", &[("anna", "SOT")]);
    let again = Action::Post {
        id: "e1".to_owned(),
        body: given::post("HELLO", "e1", &[("anna", "SOT")]),
    };
    let story = story.after(SignedDuration::from_hours(50), again);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(world.state().service.delivered.len(), 1);
}

#[test]
fn a_person_with_two_roles_is_mailed_once() {
    let mut plan = journey(Purpose::Transactional, chain(&[("one", Verb::Send)]));
    plan.to = Some(journey::Audience::AnyOf(vec![
        given::role("SOT"),
        given::role("COPA"),
    ]));
    let story = Story::new(&[plan]).hello("e1", &[("anna", "SOT"), ("anna", "COPA")]);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(world.state().service.delivered.len(), 1);
}

#[test]
fn advertising_is_never_mailed_twice_whatever_two_things_go_wrong() {
    let story = on_its_way_out(marketing());
    let kinds = [Kind::Mail, Kind::Port, Kind::Report];
    let explored = story.explore(2, &kinds, |world| {
        let mut faults = world.faults();
        if world.state().service.delivered.len() > 1 {
            faults.push("advertising left twice".to_owned());
        }
        faults
    });
    if let Err(wrong) = explored {
        panic!("{wrong}");
    }
}

#[test]
fn service_is_mailed_twice_only_when_a_reply_is_lost_and_its_report_is_late() {
    let story = on_its_way_out(Purpose::Transactional);
    let kinds = [Kind::Mail, Kind::Port, Kind::Report];
    let explored = story.explore(2, &kinds, |world| {
        let mut faults = world.faults();
        let state = world.state();
        let fault = |port, fault| state.reached.contains_key(&(port, fault));
        // Not only SES can lose what it answered: so can whoever was to write it down.
        let unheard = fault("mailer.send", "no reply, sent")
            || fault("mailer.send", "crash after")
            || ["refused", "crash before"]
                .iter()
                .any(|what| fault("ledger.accept", what));
        let late = fault("reports queue", "later")
            || state
                .reached
                .keys()
                .any(|(port, _)| ["ledger.rows", "ledger.accept"].contains(port));
        if state.service.delivered.len() > 1 && !(unheard && late) {
            faults.push("service left twice without need".to_owned());
        }
        faults
    });
    if let Err(wrong) = explored {
        panic!("{wrong}");
    }
}

#[test]
fn two_workers_with_the_same_order_mail_once_in_whatever_order_they_take_turns() {
    let story = Story::new(&[journey(marketing(), chain(&[("one", Verb::Send)]))]);
    let story = story
        .hello("e1", &[("anna", "SOT")])
        .hello("e1", &[("anna", "SOT")]);
    let explored = story.concurrently(2).explore(2, &[Kind::Order], |world| {
        let mut faults = world.faults();
        if world.state().service.delivered.len() != 1 {
            faults.push("not one mail".to_owned());
        }
        faults
    });
    match explored {
        Ok(explored) => assert!(explored.histories > 300, "{}", explored.histories),
        Err(wrong) => panic!("{wrong}"),
    }
}

#[test]
fn a_refusal_costs_no_mail_and_doubles_none() {
    // The mail certainly did not leave, so it is tried again at once, not after a quarter of an hour.
    let explored = on_its_way_out(marketing()).explore(1, &[Kind::Mail], |world| {
        let state = world.state();
        let fault = |fault| state.reached.contains_key(&("mailer.send", fault));
        if !fault("nobody reached") && !fault("throttled") {
            return Vec::new();
        }
        let [mail] = state.service.delivered.as_slice() else {
            return vec!["not one mail".to_owned()];
        };
        let late = mail.due.map(|due| mail.at.duration_since(due));
        let soon = late.is_some_and(|late| late <= SignedDuration::from_mins(1));
        (!soon)
            .then(|| format!("{late:?} late"))
            .into_iter()
            .collect()
    });
    if let Err(wrong) = explored {
        panic!("{wrong}");
    }
}

/// One mail, calm until it is about to leave.
fn on_its_way_out(purpose: Purpose) -> Story {
    let story = Story::new(&[journey(purpose, chain(&[("one", Verb::Send)]))]);
    let story = story.hello("e1", &[("anna", "SOT")]);
    story.calm_until("ledger.claim")
}
