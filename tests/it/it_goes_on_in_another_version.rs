//! Whoever is moved to another version of their journey is mailed each of its mails once, whatever happens meanwhile.

use jiff::SignedDuration;

use crate::folders;
use crate::posts::left;
use crate::trial::{FAULTS, Log, Story};
use crate::two_become_one::{minutes, note, person, start};
use crate::world::{Action, Choose, World};

#[test]
fn whatever_fails_whoever_moves_goes_on_once() {
    // While they wait, while the first mail is on its way, and after it.
    let at = [30 * 60, 60 * 60 + 40, 60 * 60 + 41, 12 * 60 * 60];
    for at in at.map(SignedDuration::from_secs) {
        let check = |world: &World| {
            let mut faults = world.faults();
            let sent = left(world);
            let state = world.state();
            let parked = state.reached.contains_key(&("mailer.send", "refused"));
            // Whoever was under way just then has stayed in the version that they came in on.
            let fits = sent == ["first", "second"] || sent == ["first", "second", "third"];
            if !fits && state.service.doubted.is_empty() && !parked {
                faults.push(format!("{sent:?} left"));
            }
            faults
        };
        let story = story().after(at, publish()).after(at, migrate());
        if let Err(wrong) = story.explore(1, &FAULTS, check) {
            panic!("{at:#}: {wrong}");
        }
        if let Err(wrong) = story.concurrently(3).sample(0..20, check) {
            panic!("{at:#}: {wrong}");
        }
    }
}

#[test]
fn a_wait_that_is_another_one_now_counts_from_when_it_began() {
    let story = story()
        .after(minutes(30), publish())
        .after(minutes(30), migrate());
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let mails = state.service.delivered.iter();
    let mails = mails.map(|mail| {
        let after = mail.at.duration_since(state.started).as_mins();
        (mail.step.as_str(), after)
    });
    let mails: Vec<_> = mails.collect();
    let day = 24 * 60;
    assert_eq!(
        mails,
        [
            ("first", 120),
            ("second", 120 + day),
            ("third", 120 + 2 * day)
        ]
    );
}

#[test]
fn who_moves_and_turns_out_to_be_somebody_goes_on_once() {
    let mut anna = person("anna");
    anna["merged"] = serde_json::json!(["ann"]);
    for (first, second) in [(30, 40), (40, 30)] {
        let story = story()
            .after(minutes(first), note("e2", &anna))
            .after(minutes(20), publish())
            .after(minutes(second), migrate());
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        assert_eq!(left(&world), ["first", "second", "third"]);
    }
}

fn story() -> Story {
    let text = "kind: transactional\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - wait: 1 hour\n  \
        - send: first\n  - wait: 1 day\n  - send: second\n";
    Story::of(folders::files(&[("series", text)])).after(SignedDuration::ZERO, start("e1", "ann"))
}

/// The first wait is longer, and there is another mail.
fn publish() -> Action {
    let text = "kind: transactional\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - wait: 2 hours\n  \
        - send: first\n  - wait: 1 day\n  - send: second\n  - wait: 1 day\n  - send: third\n";
    Action::Publish(folders::files(&[("series", text)]))
}

fn migrate() -> Action {
    Action::Migrate("series".to_owned())
}
