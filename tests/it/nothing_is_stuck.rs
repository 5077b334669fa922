//! Promise 6: whoever rests has somebody who will wake them, whatever fails.

use jiff::SignedDuration;
use journey::{Phase, Purpose};

use crate::given::{Verb, chain, journey, marketing};
use crate::trial::{Log, Story};
use crate::world::{Bug, Choose, Kind};

#[test]
fn whom_no_alarm_clock_wakes_the_sweep_finds() {
    let mut story = waiting(&["anna"]);
    story.bug = Some(Bug::NoAlarmClocks);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let latest = world.state().latest;
    assert!(latest > SignedDuration::from_mins(2), "{latest}");
    assert!(latest <= SignedDuration::from_mins(17), "{latest}");
}

#[test]
fn everybody_who_is_due_is_woken_page_after_page() {
    let names: Vec<_> = (0..20).map(|n| format!("p{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let world = waiting(&names).play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(world.state().service.delivered.len(), 20);
    assert!(world.state().latest <= SignedDuration::from_secs(60));
}

#[test]
fn one_page_that_cannot_be_read_delays_only_until_the_next_try() {
    let names = ["a", "b", "c", "d", "e"];
    let story = waiting(&names).calm_until("due_index.due");
    let explored = story.survives(1, &[Kind::Port, Kind::Ack, Kind::Queue]);
    let sweep = SignedDuration::from_mins(18);
    assert!(explored.latest <= sweep, "{}", explored.latest);
}

#[test]
fn a_shard_that_cannot_be_read_keeps_those_in_others_waiting_for_nothing() {
    let story = waiting(&["a", "b", "c", "d", "e"]).calm_until("due_index.due");
    let explored = story.explore(1, &[Kind::Port], |world| {
        let mut faults = world.faults();
        let state = world.state();
        let refused = state.reached.contains_key(&("due_index.due", "refused"));
        let runs = state.runs.all().map(|run| run.enrollment.entered);
        let due = runs
            .min()
            .map(|entered| entered + SignedDuration::from_hours(72));
        let first = state.service.delivered.iter().map(|mail| mail.at).min();
        let late = due.zip(first).map(|(due, first)| first.duration_since(due));
        if refused && late.is_none_or(|late| late > SignedDuration::from_secs(60)) {
            faults.push(format!("everybody is {late:?} late"));
        }
        faults
    });
    if let Err(wrong) = explored {
        panic!("{wrong}");
    }
}

#[test]
fn a_mail_in_doubt_is_decided_even_where_reports_never_cease_to_come() {
    // In a busy installation there is always a report in the queue.
    for purpose in [Purpose::Transactional, marketing()] {
        let steps = chain(&[("one", Verb::Send)]);
        let story = Story::new(&[journey(purpose, steps)]).hello("e1", &[("anna", "SOT")]);
        let mut story = story.calm_until("mailer.send");
        story.chatter = true;
        let explored = story.explore(1, &[Kind::Mail], |world| {
            let state = world.state();
            let runs = state.runs.all();
            let stuck = runs.filter(|run| {
                !matches!(
                    run.enrollment.phase,
                    Phase::Left { .. } | Phase::Parked { .. }
                )
            });
            stuck
                .map(|run| format!("{:?}", run.enrollment.phase))
                .collect()
        });
        if let Err(wrong) = explored {
            panic!("{wrong}");
        }
    }
}

#[test]
fn many_faults_at_once_only_cost_time() {
    let names = ["anna", "bram", "carla"];
    waiting(&names).concurrently(3).survives_seeds(30);
}

fn waiting(people: &[&str]) -> Story {
    let steps = chain(&[("pause", Verb::Wait("3 days")), ("one", Verb::Send)]);
    let people: Vec<_> = people.iter().map(|id| (*id, "SOT")).collect();
    Story::new(&[journey(marketing(), steps)]).hello("e1", &people)
}
