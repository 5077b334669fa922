//! What lets people into journeys besides an event: what is written about them, their dates, and somebody who says so.

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use journey::ContactId;
use serde_json::{Value as Json, json};

use crate::folders;
use crate::posts::reasons;
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose, World};

#[test]
fn a_write_lets_those_in_whom_it_changes_and_nobody_twice() {
    let journeys = [
        ("joined", "joins: members"),
        ("left", "leaves: members"),
        ("tagged", "tagged: blue"),
        ("untagged", "untagged: blue"),
        ("inside", "enters: vips"),
    ];
    let journeys =
        journeys.map(|(name, trigger)| (name, service(trigger, &format!("  - send: {name}"))));
    let journeys: Vec<_> = journeys
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let story = Story::of(folders::files(&journeys))
        .after(
            minutes(0),
            note("e1", json!({ "lists": { "members": true } })),
        )
        .after(
            minutes(1),
            note("e2", json!({ "lists": { "members": true } })),
        )
        .after(
            minutes(2),
            note(
                "e3",
                json!({ "tags": { "blue": true }, "fields": { "vip": true } }),
            ),
        )
        .after(minutes(3), note("e4", json!({ "fields": { "vip": true } })))
        .after(
            minutes(4),
            note(
                "e5",
                json!({ "tags": { "blue": false }, "fields": { "vip": false } }),
            ),
        )
        .after(
            minutes(5),
            note("e6", json!({ "lists": { "members": false } })),
        )
        .after(minutes(6), note("e7", json!({ "fields": { "vip": true } })));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let sent = mails(&world).into_iter().map(|(_, step)| step);
    let sent: Vec<_> = sent.collect();
    assert_eq!(
        sent,
        ["joined", "inside", "tagged", "untagged", "left", "inside"]
    );
}

#[test]
fn whatever_fails_a_write_is_heard_of_once() {
    let first = service(
        "joins: members",
        "  - tag: blue\n  - wait: 1 hour\n  - send: first",
    );
    let second = service("tagged: blue", "  - send: second\n  - score: 5");
    let third = service("enters: vips", "  - send: third");
    let story = Story::of(folders::files(&[
        ("first", &first),
        ("second", &second),
        ("third", &third),
    ]))
    .after(
        minutes(0),
        note(
            "e1",
            json!({ "lists": { "members": true }, "fields": { "vip": true } }),
        ),
    );
    let check = |world: &World| {
        let mut faults = world.faults();
        let mut sent: Vec<_> = mails(world).into_iter().map(|(_, step)| step).collect();
        sent.sort();
        let doubted = !world.state().service.doubted.is_empty();
        let parked = world
            .state()
            .reached
            .contains_key(&("mailer.send", "refused"));
        if sent != ["first", "second", "third"] && !doubted && !parked {
            faults.push(format!("{sent:?} are sent"));
        }
        let person = world.state().people.contact(&ContactId::of("anna"));
        let known = person.map(|known| {
            (
                known.unheard.len(),
                known.contact.fields.get("score").cloned(),
            )
        });
        if known != Some((0, Some(journey::Value::Number(5.0)))) && !parked {
            faults.push(format!("Anna is {known:?}"));
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

#[test]
fn who_is_known_already_comes_in_once_for_each_write_that_lets_them_in() {
    let journey = "kind: transactional\ntrigger: { joins: members, where: contact.vip }\nreentry: never\nsteps:\n  - send: once\n";
    let story = Story::of(folders::files(&[("once", journey)]))
        .after(
            minutes(0),
            note("e1", json!({ "lists": { "members": true } })),
        )
        .after(
            minutes(1),
            note(
                "e2",
                json!({ "lists": { "members": false }, "fields": { "vip": true } }),
            ),
        )
        .after(
            minutes(2),
            note("e3", json!({ "lists": { "members": true } })),
        )
        .after(
            minutes(3),
            note("e4", json!({ "lists": { "members": false } })),
        )
        .after(
            minutes(4),
            note("e5", json!({ "lists": { "members": true } })),
        );
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(mails(&world).len(), 1);
    let state = world.state();
    let refused = state
        .exceptions
        .values()
        .filter(|one| one.kind.as_str() == "reentry_refused");
    let reasons: Vec<_> = refused.map(|one| one.reason.as_str()).collect();
    assert_eq!(reasons, ["never"]);
}

#[test]
fn journeys_that_let_somebody_into_one_another_for_ever_are_stopped() {
    let one = service("tagged: blue", "  - untag: blue");
    let other = service("untagged: blue", "  - tag: blue");
    let story = Story::of(folders::files(&[("one", &one), ("other", &other)]))
        .after(minutes(0), note("e1", json!({ "tags": { "blue": true } })));
    let world = story.play(Choose::Calm, Log::Dropped);
    let state = world.state();
    assert_eq!(state.runs.all().count(), 8);
    let mut exceptions = state.exceptions.values();
    assert!(exceptions.any(|one| one.kind.as_str() == "entry_refused" && one.reason == "circle"));
}

#[test]
fn a_birthday_comes_every_year_and_on_the_last_of_february_for_who_was_born_on_the_29th() {
    let journey = "kind: transactional\ntrigger: { date: contact.born at 09:00, every: year }\n\
        reentry: { after: 300 days }\nsteps:\n  - send: { template: cake, expires: 12 hours }\n";
    let story = Story::of(folders::files(&[("birthday", journey)])).after(
        minutes(0),
        note("e1", json!({ "fields": { "born": "2012-02-29" } })),
    );
    let world = story.play_for(SignedDuration::from_hours(24 * 900));
    assert_eq!(world.state().wrong, Vec::<String>::new());
    let at = |year, month, day| {
        let zone = TimeZone::get("Europe/Amsterdam").expect("a zone");
        let morning = date(year, month, day).at(9, 0, 0, 0).to_zoned(zone);
        (morning.expect("a morning").timestamp(), "cake".to_owned())
    };
    assert_eq!(
        mails(&world),
        [at(2027, 2, 28), at(2028, 2, 29), at(2029, 2, 28)]
    );
}

#[test]
fn whoever_moves_has_one_birthday_a_year() {
    let journey = "kind: transactional\ntrigger: { date: contact.born at 09:00, every: year }\n\
        reentry: unlimited\nsteps:\n  - send: cake\n";
    let born = |zone: &str| json!({ "fields": { "born": "2000-11-30" }, "time_zone": zone });
    // What was set stays, and from the next year on it is by the clock of where they live.
    for (from, to, sent) in [
        (
            "Pacific/Honolulu",
            "Pacific/Auckland",
            ["2026-11-30T19:00:00Z", "2027-11-29T20:00:00Z"],
        ),
        (
            "Pacific/Auckland",
            "Pacific/Honolulu",
            ["2026-11-29T20:00:00Z", "2027-11-30T19:00:00Z"],
        ),
    ] {
        let story = Story::of(folders::files(&[("birthday", journey)]))
            .after(minutes(0), note("e1", born(from)))
            .after(minutes(60 * 24), note("e2", born(to)));
        let world = story.play_for(SignedDuration::from_hours(24 * 500));
        assert_eq!(world.state().wrong, Vec::<String>::new());
        let found: Vec<_> = mails(&world)
            .into_iter()
            .map(|(at, _)| at.to_string())
            .collect();
        assert_eq!(found, sent, "{from} {to}");
    }
}

#[test]
fn a_date_is_set_anew_when_its_field_changes_and_today_still_counts() {
    let journey = service("date: contact.born + 2 days at 10:00", "  - send: later");
    let story = Story::of(folders::files(&[("later", &journey)]))
        .after(
            minutes(0),
            note("e1", json!({ "fields": { "born": "2026-11-25" } })),
        )
        .after(
            minutes(60),
            note("e2", json!({ "fields": { "born": "2026-11-24" } })),
        )
        // The moment of today is over, and yet it goes off; that of yesterday does not.
        .after(
            minutes(60 * 24 * 4),
            note("e3", json!({ "fields": { "born": "2026-11-25" } })),
        )
        .after(
            minutes(60 * 24 * 5),
            note("e4", json!({ "fields": { "born": "2026-11-20" } })),
        );
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let sent: Vec<_> = mails(&world)
        .into_iter()
        .map(|(at, _)| at.to_string())
        .collect();
    assert_eq!(sent, ["2026-11-26T09:00:00Z", "2026-11-27T13:01:00Z"]);
}

#[test]
fn whatever_fails_a_date_lets_somebody_in_once() {
    let journey = service("date: contact.born at 10:00", "  - send: today");
    let story = Story::of(folders::files(&[("today", &journey)])).after(
        minutes(0),
        note("e1", json!({ "fields": { "born": "2026-11-25" } })),
    );
    let check = |world: &World| {
        let mut faults = world.faults();
        let (sent, state) = (mails(world), world.state());
        let parked = state.reached.contains_key(&("mailer.send", "refused"));
        if sent.len() != 1 && state.service.doubted.is_empty() && !parked {
            faults.push(format!("{sent:?} are sent"));
        }
        faults
    };
    if let Err(wrong) = story.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
}

#[test]
fn dates_of_those_who_are_known_already_are_set_when_a_journey_that_counts_from_them_is_published()
{
    let journey = service("date: contact.born at 10:00", "  - send: today");
    let before = service("event: START", "  - send: today");
    let born = |id: &str, born: &str| {
        let mut post = json!({
            "type": "NOTE", "data": {},
            "people": [{ "id": id, "email": format!("{id}@school.example"), "full_name": id }],
        });
        post["people"][0]["fields"] = json!({ "born": born });
        Action::Post {
            id: id.to_owned(),
            body: post.to_string(),
        }
    };
    let story = Story::of(folders::files(&[("other", &before)]))
        .after(minutes(0), born("anna", "2026-11-25"))
        .after(minutes(0), born("bram", "2026-11-20"))
        .after(minutes(0), born("carl", "2026-11-24"))
        .after(minutes(0), born("dora", "2026-12-24"))
        .after(
            minutes(60),
            Action::Publish(folders::files(&[("today", &journey)])),
        )
        // Written between the publication and the sweep, and due before it.
        .after(minutes(61), born("emma", "2026-11-23"));
    let check = |world: &World| {
        let mut faults = world.faults();
        let state = world.state();
        let sent = state.service.delivered.len();
        let excused = !state.service.doubted.is_empty()
            || state.reached.contains_key(&("mailer.send", "refused"));
        if sent != 4 && !excused {
            faults.push(format!("{sent} mails left"));
        }
        faults
    };
    if let Err(wrong) = story.explore(0, &[], check) {
        panic!("{wrong}");
    }
    if let Err(wrong) = story.concurrently(2).sample(0..60, check) {
        panic!("{wrong}");
    }
}

#[test]
fn somebody_who_is_let_in_by_hand_is_let_in_as_by_anything_else() {
    let journey = "kind: transactional\ntrigger: { manual: true }\nreentry: single\nsteps:\n  - wait: 1 hour\n  - send: hand\n";
    let enter = || Action::Enter {
        person: ContactId::of("anna"),
        journey: "hand".to_owned(),
        campaign: false,
    };
    let story = Story::of(folders::files(&[("hand", journey)]))
        .after(minutes(0), note("e1", json!({})))
        .after(minutes(1), enter())
        .after(minutes(2), enter())
        .after(minutes(90), enter());
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(mails(&world).len(), 2);
    let refused = ["single", "no journey starts with this event"];
    assert_eq!(reasons(&world), refused);
}

#[test]
fn when_a_journey_ends_for_everybody_they_leave_at_that_midnight() {
    let journey = "kind: transactional\ntrigger: { event: START }\nreentry: unlimited\n\
        publish: { until: 2026-11-26, at_end: stop }\nsteps:\n  - wait: 2 days\n  - send: first\n  - wait: 2 days\n  - send: second\n";
    let story = Story::of(folders::files(&[("short", journey)]))
        .after(minutes(0), post("START", "e1", json!({})));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let run = state.runs.all().next().expect("a run");
    let left = journey::Phase::Left {
        reason: "ended".to_owned(),
        at: "2026-11-25T23:00:00Z".parse().expect("a moment"),
    };
    assert_eq!(run.enrollment.phase, left);
    let steps: Vec<_> = run
        .enrollment
        .path
        .iter()
        .map(|taken| taken.step.as_str())
        .collect();
    assert!(
        steps.contains(&"first") && !steps.contains(&"second"),
        "{steps:?}"
    );
}

fn service(trigger: &str, steps: &str) -> String {
    format!("kind: transactional\ntrigger: {{ {trigger} }}\nreentry: unlimited\nsteps:\n{steps}\n")
}

fn note(id: &str, what: Json) -> Action {
    post("NOTE", id, what)
}

/// A post that says something about Anna.
fn post(event: &str, id: &str, what: Json) -> Action {
    let mut person = json!({ "id": "anna", "email": "anna@school.example", "full_name": "Anna" });
    let keys = what.as_object().expect("keys").clone();
    person.as_object_mut().expect("a person").extend(keys);
    Action::Post {
        id: id.to_owned(),
        body: json!({ "type": event, "data": {}, "people": [person] }).to_string(),
    }
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// Returns which mails left when.
fn mails(world: &World) -> Vec<(Timestamp, String)> {
    let state = world.state();
    let mails = state.service.delivered.iter();
    let mut mails: Vec<_> = mails.map(|mail| (mail.at, mail.step.clone())).collect();
    mails.sort();
    mails
}
