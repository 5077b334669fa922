//! What people do, and what becomes of mails to them, counts for their score: once each, whatever breaks.

use engine::Ask;
use jiff::SignedDuration;
use journey::{ContactId, SCORE, Scoring, Settings, Value};

use crate::an_opt_out_is_honored::token;
use crate::given::{self, Verb, chain, journey, marketing};
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Answer, Choose, World};

fn story() -> Story {
    story_by(Scoring {
        opened: 1.0,
        clicked: 0.0,
        unsubscribed: -10.0,
        bounced: -100.0,
        complained: -1000.0,
        half_life: None,
    })
}

/// Two mails to Anna that count for her score.
pub(crate) fn story_by(scoring: Scoring) -> Story {
    let settings = Settings {
        scoring,
        ..given::settings()
    };
    let steps = chain(&[
        ("one", Verb::Send),
        ("pause", Verb::Wait("3 days")),
        ("two", Verb::Send),
    ]);
    let mut plan = journey(marketing(), steps);
    plan.settings = settings.clone();
    let published = given::publish_with(&[plan], settings);
    Story::of(published).hello("e1", &[("anna", "SOT")])
}

/// Returns Anna's score, as it is stored.
pub(crate) fn score(world: &World) -> Option<f64> {
    let state = world.state();
    let anna = state.people.contacts.get(&ContactId::of("anna"))?;
    let score = anna.value.contact.fields.get(SCORE)?;
    let Value::Number(score) = score else {
        panic!("{score:?}");
    };
    Some(*score)
}

fn answered(answer: Answer) -> Story {
    let answer = Action::Answer(given::address("anna"), answer);
    let mut story = story();
    story.actions.insert(0, (SignedDuration::ZERO, answer));
    story
}

/// Says no twice, comes back, and says no again.
fn undecided() -> Story {
    let story = story();
    let ask = |ask| Action::Ask {
        token: token(&story, "anna"),
        ask,
    };
    let hours = SignedDuration::from_hours;
    let out = Ask::Out { one_click: true };
    let asked = [
        (1, out),
        (2, Ask::Out { one_click: false }),
        (3, Ask::In),
        (4, Ask::Out { one_click: true }),
    ];
    let asked: Vec<_> = asked
        .into_iter()
        .map(|(at, what)| (at, ask(what)))
        .collect();
    asked
        .into_iter()
        .fold(story, |story, (at, action)| story.after(hours(at), action))
}

#[test]
fn what_is_to_count_counts() {
    for (story, expected) in [
        (story(), None),
        (answered(Answer::Full), None),
        (answered(Answer::Gone), Some(-100.0)),
        (answered(Answer::Spam), Some(-1000.0)),
        (undecided(), Some(-20.0)),
    ] {
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        assert_eq!(score(&world), expected);
    }
}

#[test]
fn whatever_breaks_it_counts_once() {
    for (story, expected) in [
        (answered(Answer::Gone), -100.0),
        (answered(Answer::Spam), -1000.0),
        (undecided(), -20.0),
    ] {
        let asks = expected == -20.0;
        let check = |world: &World| {
            let mut faults = world.faults();
            // Nothing is told of a mail that the mail service refused.
            let left = !world.state().service.delivered.is_empty();
            let expected = (left || asks).then_some(expected);
            let found = score(world);
            if found != expected {
                faults.push(format!("the score is {found:?}, and not {expected:?}"));
            }
            faults
        };
        if let Err(wrong) = story.explore(1, &FAULTS, check) {
            panic!("{wrong}");
        }
        if let Err(wrong) = story.concurrently(3).sample(0..60, check) {
            panic!("{wrong}");
        }
    }
}

/// Whoever leaves while a mail of theirs is in SES's hands may still call it spam.
#[test]
fn a_complaint_counts_also_where_its_run_was_over_before_the_mail_had_left() {
    let story = answered(Answer::Spam);
    let out = Action::Ask {
        token: token(&story, "anna"),
        ask: Ask::Out { one_click: true },
    };
    let check = |world: &World| {
        let mut faults = world.faults();
        let complained = score(world).unwrap_or_default() <= -1000.0;
        if complained == world.state().service.delivered.is_empty() {
            faults.push(format!("a complaint counted: {complained}"));
        }
        faults
    };
    for calls in 0..60 {
        let mut story = story.clone().concurrently(3);
        story.interrupt = Some((calls, out.clone()));
        if let Err(wrong) = story.sample(0..5, check) {
            panic!("after {calls} calls: {wrong}");
        }
    }
}

/// What counts nothing for a while loses no yes: the next no counts.
#[test]
fn a_yes_is_heard_also_while_a_no_counts_nothing() {
    let story = story();
    let ask = |ask| Action::Ask {
        token: token(&story, "anna"),
        ask,
    };
    let hours = SignedDuration::from_hours;
    let mut free = (*story.published.release).clone();
    free.settings.scoring.unsubscribed = 0.0;
    let free = Action::Publish(given::with_release(&story.published, free));
    let again = Action::Publish(story.published.clone());
    let out = || ask(Ask::Out { one_click: true });
    let (first, yes, last) = (out(), ask(Ask::In), out());
    let story = story
        .after(hours(1), first)
        .after(hours(2), free)
        .after(hours(3), yes)
        .after(hours(4), again)
        .after(hours(5), last);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(score(&world), Some(-20.0));
}
