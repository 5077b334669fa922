//! What a run says of itself, and how it goes on for somebody else.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::journeys::{enrollment, plan};
use crate::{
    ContactId, Enrollment, EnrollmentId, Entrance, Occasion, Phase, ResultKind, Skipped, Stay,
    Trigger,
};

#[test]
fn what_led_to_a_run_counts_for_less_than_twenty_hours() {
    let run = Enrollment {
        hops: 3,
        ..enrollment(&plan(Vec::new()))
    };
    let after = |seconds| run.hops_at(run.entered + SignedDuration::from_secs(seconds));
    let twenty_hours = 20 * 60 * 60;
    assert_eq!(after(0), 3);
    assert_eq!(after(twenty_hours - 1), 3);
    assert_eq!(after(twenty_hours), 0);
    assert_eq!(after(2 * twenty_hours), 0);
}

#[test]
fn a_run_goes_on_for_who_its_contact_turned_out_to_be_and_tells_each_of_the_others_once() {
    let people = ["anna", "els", "joris"].map(ContactId::of);
    let [anna, els, _] = &people;
    let notes = |notes: [(&str, &[usize]); 4]| {
        let notes = notes.map(|(step, told)| {
            let told = told.iter().map(|at| people[*at].clone());
            (step.to_owned(), told.collect::<Vec<_>>())
        });
        BTreeMap::from(notes)
    };
    let run = Enrollment {
        notified: notes([
            ("anna", &[0, 2]),
            ("both", &[0, 1, 2]),
            ("others", &[2]),
            ("nobody", &[]),
        ]),
        hops: 2,
        ..enrollment(&plan(Vec::new()))
    };
    assert_eq!(run.contact, *anna);
    let id = EnrollmentId::of("welcome", None, els, Some("e1"));
    let expected = Enrollment {
        id: id.clone(),
        contact: els.clone(),
        notified: notes([
            ("anna", &[1, 2]),
            ("both", &[1, 2]),
            ("others", &[2]),
            ("nobody", &[]),
        ]),
        ..run.clone()
    };
    assert_eq!(run.taken_over(els, id), expected);
}

#[test]
fn a_run_stands_at_a_step_until_it_is_over_and_is_due_where_it_waits() {
    let (step, reason) = ("pause".to_owned(), "enough".to_owned());
    let [since, due] = [1, 2].map(|second| Timestamp::from_second(second).unwrap());
    let at = due;
    let holding = |step| Phase::Holding { step, since, due };
    let parked = |step, reason| Phase::Parked { step, reason, at };
    let sending = |step| Phase::Sending { step, since, due };
    // When it is due, whether something is under way, and whether it stands at no step, since it is over or new.
    for (phase, is_due, under_way, nowhere) in [
        (Phase::Entered, None, false, true),
        (holding(step.clone()), Some(due), false, false),
        (parked(step.clone(), reason.clone()), None, false, false),
        (sending(step.clone()), None, true, false),
        (Phase::Left { reason, at }, None, false, true),
    ] {
        assert_eq!(phase.step(), (!nowhere).then_some("pause"), "{phase:?}");
        assert_eq!(phase.due(), is_due, "{phase:?}");
        assert_eq!(phase.is_under_way(), under_way, "{phase:?}");
        assert_eq!(phase.is_over(), nowhere && phase != Phase::Entered);
    }
    let calling = |step| Phase::Calling { step, since };
    let met = |step| Phase::Met { step, since };
    let waiting = |step| Phase::Waiting { step, due };
    for (phase, is_due, under_way) in [
        (calling(step.clone()), None, true),
        (met(step.clone()), Some(since), false),
        (waiting(step), Some(due), false),
    ] {
        assert_eq!(phase.step(), Some("pause"));
        assert_eq!((phase.due(), phase.is_under_way()), (is_due, under_way));
        assert!(!phase.is_over());
    }
}

#[test]
fn every_reason_and_every_result_has_a_word_of_its_own_that_is_read_back() {
    let words = Skipped::ALL.map(Skipped::as_str);
    assert_eq!(BTreeSet::from(words).len(), words.len());
    assert_eq!(words.map(Skipped::from_word), Skipped::ALL.map(Some));
    assert_eq!(Skipped::from_word("sent"), None);
    let kinds = ResultKind::ALL.map(|(kind, _)| kind);
    let words = kinds.map(ResultKind::as_str);
    assert_eq!(words, ResultKind::ALL.map(|(_, word)| word));
    assert_eq!(BTreeSet::from(words).len(), words.len());
    assert_eq!(words.map(ResultKind::from_word), kinds.map(Some));
    assert_eq!(ResultKind::from_word("mail"), None);
    let stays = [
        Stay::Busy,
        Stay::Gone,
        Stay::Lacks,
        Stay::Over,
        Stay::Repeats,
    ];
    let words = stays.map(Stay::as_str);
    assert_eq!(BTreeSet::from(words).len(), words.len());
    assert!(words.iter().all(|word| word.contains(' ')));
}

#[test]
fn an_event_lets_people_in_by_the_triggers_that_wait_for_it() {
    let on = |on, filter: Option<&str>| Trigger {
        on,
        filter: filter.map(|text| crate::Condition::parse(text).unwrap()),
    };
    let event = |name: &str| Occasion::Event(name.to_owned());
    let mut plan = plan(Vec::new());
    plan.triggers = vec![
        on(event("START"), Some("event.Paid")),
        on(Occasion::Manual, Some("contact.member")),
        on(event("OTHER"), None),
        on(event("START"), None),
    ];
    let entrance = Entrance::to(&plan, "hash".to_owned());
    let filters = |event: &str| -> Vec<_> {
        let found = entrance.on(event);
        found
            .map(|filter| filter.map(|one| one.as_str().to_owned()))
            .collect()
    };
    assert_eq!(filters("START"), [Some("event.Paid".to_owned()), None]);
    assert_eq!(filters("OTHER"), [None]);
    assert_eq!(filters("UNKNOWN"), []);
}
