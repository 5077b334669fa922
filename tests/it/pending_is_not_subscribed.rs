//! Where a topic asks for it, an agreement counts once the person has confirmed it; each yes begins what it begins once.

use engine::{Ask, Holder};
use jiff::SignedDuration;
use journey::{Condition, ContactId, Occasion, Phase, Plan, Purpose, Settings, Trigger};

use crate::an_opt_out_is_honored::token;
use crate::given::{self, Verb, chain, journey, marketing};
use crate::posts::left;
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose, World};

/// Advertising that an event lets people into, and a series that a yes lets them into.
fn story() -> Story {
    let settings = Settings {
        confirmed: ["news".to_owned()].into(),
        ..given::settings()
    };
    let plan = |name: &str, verb: Verb<'_>, triggers: Option<Vec<Trigger>>| {
        let mut plan = journey(marketing(), chain(&[(name, verb)]));
        plan.journey = name.to_owned();
        // The plan is older than the rule, as of who is on their way when it is published.
        plan.triggers = triggers.unwrap_or(plan.triggers);
        plan
    };
    let yes = |filter: Option<&str>| Trigger {
        on: Occasion::OptedIn("news".to_owned()),
        filter: filter.map(|filter| Condition::parse(filter).expect("a condition")),
    };
    // Any one of several triggers is enough.
    let yes = vec![yes(Some("'vip' in contact.tags")), yes(None)];
    let plans: [Plan; 2] = [
        plan("one", Verb::Send, None),
        plan("two", Verb::Wait("1 hour"), Some(yes)),
    ];
    let published = given::publish_with(&plans, settings);
    Story::of(published).hello("e1", &[("anna", "SOT")])
}

fn confirmed() -> Story {
    let story = story();
    let ask = |ask| Action::Ask {
        token: token(&story, "anna"),
        ask,
    };
    let hours = SignedDuration::from_hours;
    let again = Action::Post {
        id: "e2".to_owned(),
        body: given::post("HELLO", "e2", &[("anna", "SOT")]),
    };
    let (yes, twice) = (ask(Ask::In), ask(Ask::In));
    story
        .after(hours(1), yes)
        .after(hours(1), twice)
        .after(hours(5), again)
}

/// Returns how often the series was begun.
fn begun(world: &World) -> usize {
    let state = world.state();
    let runs = state.runs.all();
    runs.filter(|record| record.enrollment.journey == "two")
        .count()
}

#[test]
fn nobody_is_advertised_to_before_they_say_yes() {
    let world = story().play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), Vec::<String>::new());
    let state = world.state();
    let run = state.runs.all().next().expect("a run");
    let outcomes = run.enrollment.path.iter().map(|taken| &taken.outcome);
    assert_eq!(outcomes.collect::<Vec<_>>(), ["unconfirmed"]);
}

#[test]
fn a_yes_begins_what_it_begins_and_lets_later_mails_through() {
    let world = confirmed().play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["one"]);
    assert_eq!(begun(&world), 1);
}

#[test]
fn whatever_breaks_a_yes_begins_it_once() {
    let check = |world: &World| {
        let mut faults = world.faults();
        let begun = begun(world);
        if begun != 1 {
            faults.push(format!("a yes began the series {begun} times"));
        }
        faults
    };
    if let Err(wrong) = confirmed().explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
    if let Err(wrong) = confirmed().concurrently(3).sample(0..60, check) {
        panic!("{wrong}");
    }
}

/// Somebody who sees no answer and does not ask again still gets what their word begins, where it was kept.
#[test]
fn whatever_breaks_what_is_kept_begins_what_it_begins() {
    let ask = |story: &Story| Action::AskOnce {
        token: token(story, "anna"),
        ask: Ask::In,
    };
    let check = |world: &World| {
        let mut faults = world.faults();
        let state = world.state();
        let anna = Holder::Contact(ContactId::of("anna"));
        let kept = state
            .people
            .choices
            .keys()
            .any(|(holder, _)| *holder == anna);
        drop(state);
        if begun(world) != usize::from(kept) {
            faults.push(format!("kept: {kept}, begun: {}", begun(world)));
        }
        faults
    };
    let told = story();
    let told = told
        .clone()
        .after(SignedDuration::from_hours(1), ask(&told));
    if let Err(wrong) = told.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
}

/// A yes of long ago begins nothing that is published since, and no quiet that ends begins it again.
#[test]
fn a_yes_of_long_ago_begins_nothing() {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    for (published, expected) in [(20, 1), (40, 0)] {
        let story = story();
        let ask = Action::Ask {
            token: token(&story, "anna"),
            ask: Ask::In,
        };
        let mut before = (*story.published.release).clone();
        before.journeys.remove("two");
        let mut early = story.clone();
        early.published = given::with_release(&story.published, before);
        let early = early
            .after(days(1), ask.clone())
            .after(days(published), Action::Publish(story.published.clone()))
            .after(days(published + 1), ask);
        let world = early.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        assert_eq!(begun(&world), expected, "published after {published} days");
    }
}

#[test]
fn a_colleague_is_told_and_not_asked() {
    let steps = chain(&[("one", Verb::Send), ("note", Verb::Notify("BOARD"))]);
    let mut plan = journey(Purpose::Transactional, steps);
    plan.rules.confirms = Some("news".to_owned());
    let settings = Settings {
        confirmed: Default::default(),
        soft: Default::default(),
        ..given::settings()
    };
    // Both have agreed already: the contact need not be asked, and the colleague is told all the same.
    let story = Story::of(given::publish_with(&[plan], settings))
        .hello("e1", &[("anna", "SOT"), ("chair", "BOARD")]);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert!(
        left(&world).contains(&"note".to_owned()),
        "{:?}",
        left(&world)
    );
    assert!(
        !left(&world).contains(&"one".to_owned()),
        "{:?}",
        left(&world)
    );
}

#[test]
fn whoever_says_yes_and_wants_quiet_right_after_stays_in_what_the_yes_began() {
    let story = story();
    let ask = |ask| Action::Ask {
        token: token(&story, "anna"),
        ask,
    };
    let (yes, quiet) = (ask(Ask::In), ask(Ask::Quiet { days: 30 }));
    // The word of the yes is heard a second time after that.
    let story = story
        .after(SignedDuration::from_hours(1), yes)
        .after(SignedDuration::from_secs(3602), quiet);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let mut ends = state.runs.all().map(|record| &record.enrollment.phase);
    assert!(
        ends.all(|phase| matches!(phase, Phase::Left { reason, .. } if reason == "finished")),
        "{:?}",
        state.runs.all().collect::<Vec<_>>()
    );
}
