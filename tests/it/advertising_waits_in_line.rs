//! Advertising leaves no faster than a project says: so many a minute for each journey, so many a day for a new domain.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use journey::ContactId;
use serde_json::{Value as Json, json};
use wire::Halt;

use crate::folders::files_with;
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose, World};

#[test]
fn no_minute_holds_more_of_a_journey_than_its_pace() {
    let story = campaign("  pace: 3 per minute\n", 20);
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let minutes = counted(&world, |at| at.strftime("%H:%M").to_string());
    let counts: Vec<_> = minutes.values().copied().collect();
    assert_eq!(counts, [3, 3, 3, 3, 3, 3, 2], "{minutes:?}");
}

#[test]
fn whatever_fails_everybody_gets_their_turn_once() {
    for marketing in [
        "  pace: 1 per minute\n",
        "  pace: 1 per minute\n  at_most: [1 per day]\n  warm_up: { from: 2026-11-23, days: 3, first_day: 1, growth: 100 }\n",
    ] {
        let check = |world: &World| {
            let mut faults = world.faults();
            let state = world.state();
            let parked = state.reached.contains_key(&("mailer.send", "refused"));
            let sent = state.service.delivered.len();
            if sent != 3 && state.service.doubted.is_empty() && !parked {
                faults.push(format!("{sent} mails left"));
            }
            let mut turns = BTreeMap::<_, usize>::new();
            for mailed in state.people.mailed.values() {
                let places = mailed.value.places.values().flatten();
                for (_, opens) in places.filter(|(line, _)| line.starts_with("minute")) {
                    *turns.entry(opens).or_default() += 1;
                }
            }
            if turns.values().any(|count| *count > 1) {
                faults.push(format!("a minute is given to several: {turns:?}"));
            }
            faults
        };
        // Each for themselves, so that they stand in line at the same time.
        let story = people(3)
            .iter()
            .enumerate()
            .fold(campaign(marketing, 0), |story, (n, one)| {
                let post = post("START", &format!("e1{n}"), std::slice::from_ref(one));
                story.after(SignedDuration::ZERO, post)
            });
        if let Err(wrong) = story.explore(1, &FAULTS, check) {
            panic!("{marketing}: {wrong}");
        }
        if let Err(wrong) = story.concurrently(3).sample(0..40, check) {
            panic!("{marketing}: {wrong}");
        }
    }
}

#[test]
fn a_new_domain_sends_more_from_day_to_day_and_after_its_time_all() {
    let warm_up = "  warm_up: { from: 2026-11-23, days: 3, first_day: 4, growth: 100 }\n";
    for pace in ["", "  pace: 3 per minute\n"] {
        let story = campaign(&format!("{warm_up}{pace}"), 40);
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        let zone = TimeZone::get("Europe/Amsterdam").expect("a zone");
        let days = counted(&world, |at| zone.to_datetime(at).date().to_string());
        let counts: Vec<_> = days.into_iter().collect();
        let expected = [("23", 4), ("24", 8), ("25", 16), ("26", 12)];
        assert_eq!(
            counts,
            expected.map(|(day, count)| (format!("2026-11-{day}"), count))
        );
        if !pace.is_empty() {
            let minutes = counted(&world, |at| (at.as_second() / 60).to_string());
            assert!(minutes.values().all(|count| *count <= 3), "{minutes:?}");
        }
    }
}

#[test]
fn hours_come_before_turns_and_nobody_uses_a_turn_of_yesterday() {
    let marketing = "  pace: 2 per minute\n  send_window: mon-fri 09:00-14:02\n";
    let world = campaign(marketing, 9).play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let minutes = counted(&world, |at| at.strftime("%d %H:%M").to_string());
    let counts: Vec<_> = minutes
        .iter()
        .map(|(at, count)| (at.as_str(), *count))
        .collect();
    // It is two in the afternoon; whoever has not left by two past comes tomorrow, and stands in line again.
    let tomorrow = [("24 08:00", 2), ("24 08:01", 2), ("24 08:02", 1)];
    assert_eq!(counts[..2], [("23 13:00", 2), ("23 13:01", 2)]);
    assert_eq!(counts[2..], tomorrow);
}

#[test]
fn a_large_journey_delays_no_other_and_no_service() {
    let story = Story::of(files_with(
        "  pace: 1 per minute\n",
        &[
            ("campaign", &letter("START", "campaign")),
            (
                "small",
                &letter("ORDER", "small").replace("reentry", "unused: [amount]\nreentry"),
            ),
            (
                "fast",
                &letter("NOTE", "fast").replace("reentry", "pace: 100 per minute\nreentry"),
            ),
            ("receipt", &service()),
        ],
    ))
    .after(SignedDuration::ZERO, post("START", "e1", &people(30)))
    .after(
        SignedDuration::from_mins(5),
        post("NOTE", "e2", &people(30)),
    )
    .after(SignedDuration::from_mins(5), order("e3", &people(1)));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let until = |step: &str| {
        let mails = state.service.delivered.iter();
        let mails = mails.filter(|mail| mail.step == step);
        let last = mails.map(|mail| mail.at).max().expect("some left");
        last.duration_since(state.started).as_mins()
    };
    let found = ["campaign", "fast", "small", "receipt"].map(until);
    assert_eq!(found, [28, 5, 5, 5]);
}

#[test]
fn the_rule_of_today_holds_for_those_who_came_in_under_another() {
    let text = letter("START", "letter").replace("  - send", "  - wait: 1 hour\n  - send");
    let publish = |marketing| Action::Publish(files_with(marketing, &[("letter", &text)]));
    let story = |before| {
        Story::of(files_with(before, &[("letter", &text)]))
            .after(SignedDuration::ZERO, post("START", "e1", &people(12)))
    };
    for (before, now, most) in [
        ("  over: skip\n", "  pace: 2 per minute\n", 2),
        ("  pace: 1 per minute\n", "  pace: 3 per minute\n", 3),
        ("  pace: 1 per minute\n", "  over: skip\n", 12),
    ] {
        let story = story(before).after(SignedDuration::from_mins(30), publish(now));
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        let minutes = counted(&world, |at| at.strftime("%H:%M").to_string());
        assert_eq!(minutes.values().max(), Some(&most), "{now}: {minutes:?}");
    }
}

#[test]
fn whoever_would_come_too_late_or_does_not_want_it_takes_nobodys_turn() {
    let text = letter("START", "letter").replace(
        "- send: letter",
        "- send: { template: letter, expires: 2 minutes }",
    );
    let mut people = people(9);
    for person in &mut people[..3] {
        person.as_object_mut().expect("a person").remove("consent");
    }
    let story = Story::of(files_with("  pace: 1 per minute\n", &[("letter", &text)]))
        .after(SignedDuration::ZERO, post("START", "e1", &people));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let runs = state
        .runs
        .all()
        .map(|record| record.enrollment.path[0].outcome.clone());
    let mut outcomes = BTreeMap::<_, usize>::new();
    for outcome in runs {
        *outcomes.entry(outcome).or_default() += 1;
    }
    let expected = [("expired", 3), ("opted_out", 3), ("sent", 3)];
    assert_eq!(
        outcomes,
        expected
            .map(|(word, count)| (word.to_owned(), count))
            .into()
    );
    // Six would have stood there; the seventh place is free.
    let places: Vec<_> = state.people.lines.values().collect();
    let first = state.started.as_second() / 60;
    assert_eq!(places, [&(u64::try_from(first).expect("after 1970") + 3)]);
}

#[test]
fn a_colleague_waits_for_no_turn_no_hour_and_no_room() {
    let text = "kind: marketing\ntopic: news\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - send: { template: tell, to: { role: BOARD } }\n";
    let marketing =
        "  pace: 1 per minute\n  at_most: [1 per day]\n  send_window: sat 09:00-10:00\n";
    let mut guests = people(3);
    let mut chair = people(4).remove(3);
    chair["role"] = json!("BOARD");
    guests.push(chair);
    let story = Story::of(files_with(marketing, &[("tell", text)]))
        .after(SignedDuration::ZERO, post("START", "e1", &guests));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let minutes = counted(&world, |at| at.strftime("%H:%M").to_string());
    assert_eq!(
        minutes,
        [("13:00".to_owned(), 4)].into(),
        "one for each who came in"
    );
}

/// Whatever breaks, what a campaign sends leaves in the evening, also days later; who comes in alone waits for nothing.
#[test]
fn a_campaign_leaves_in_the_evening_whatever_breaks() {
    let text = "kind: marketing\ntopic: news\ntrigger: { manual: true }\nreentry: unlimited\nsteps:\n  \
        - send: first\n  - wait: 12 hours\n  - send: second\n";
    let enter = |person: &str, campaign| Action::Enter {
        person: ContactId::of(person),
        journey: "letter".to_owned(),
        campaign,
    };
    let hour = SignedDuration::from_hours(1);
    let story = Story::of(files_with(
        "  large: { above: 2500 }\n",
        &[("letter", text)],
    ))
    .after(SignedDuration::ZERO, post("NOTE", "e1", &people(2)))
    .after(hour, enter("p0", true))
    .after(hour, enter("p1", false));
    let zone = TimeZone::get("Europe/Amsterdam").expect("a zone");
    let hours = |world: &World| {
        counted(world, |at| {
            let local = zone.to_datetime(at);
            let evening = (18..22).contains(&local.hour());
            format!("{} {evening}", local.date())
        })
    };
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let days = [
        ("23 false", 1),
        ("23 true", 1),
        ("24 false", 1),
        ("24 true", 1),
    ];
    let days = days.map(|(day, count)| (format!("2026-11-{day}"), count));
    assert_eq!(hours(&world), days.into());
    let check = |world: &World| {
        let mut faults = world.faults();
        let state = world.state();
        let late = state.service.delivered.iter().filter(|mail| {
            let hour = zone.to_datetime(mail.at).hour();
            mail.recipient == ContactId::of("p0") && !(18..22).contains(&hour)
        });
        faults.extend(late.map(|mail| format!("a campaign's mail left at {}", mail.at)));
        faults
    };
    if let Err(wrong) = story.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
    if let Err(wrong) = story.concurrently(2).sample(0..60, check) {
        panic!("{wrong}");
    }
}

/// Where a campaign's evening is the project's night, a place of a day is good until the next day begins.
#[test]
fn a_campaign_of_a_new_domain_reaches_people_on_the_other_side_of_the_world() {
    let text = "kind: marketing\ntopic: news\ntrigger: { manual: true }\nreentry: unlimited\nsteps:\n  - send: first\n";
    let warm_up = "  warm_up: { from: 2026-11-24, days: 30, first_day: 4, growth: 100 }\n";
    for (zone, day) in [
        ("America/Los_Angeles", "2026-11-24"),
        ("Pacific/Auckland", "2026-11-24"),
        ("Europe/Amsterdam", "2026-11-24"),
    ] {
        let mut far = people(1);
        far[0]["time_zone"] = json!(zone);
        let enter = Action::Enter {
            person: ContactId::of("p0"),
            journey: "letter".to_owned(),
            campaign: true,
        };
        let world = Story::of(files_with(warm_up, &[("letter", text)]))
            .after(SignedDuration::ZERO, post("NOTE", "e1", &far))
            .after(SignedDuration::from_hours(1), enter)
            .play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        let there = TimeZone::get(zone).expect("a zone");
        let days = counted(&world, |at| there.to_datetime(at).date().to_string());
        assert_eq!(days, [(day.to_owned(), 1)].into(), "{zone}");
        let places: Vec<_> = world.state().people.lines.values().copied().collect();
        assert_eq!(places, [1], "{zone}: one place is enough");
    }
}

/// What was on its way when its journey was paused leaves in the next evening, not when it is resumed at night.
#[test]
fn a_campaign_that_was_paused_on_its_way_leaves_in_the_next_evening() {
    let text = "kind: marketing\ntopic: news\ntrigger: { manual: true }\nreentry: unlimited\nsteps:\n  - send: first\n";
    let large = "  large: { above: 2500 }\n";
    let hours = SignedDuration::from_hours;
    let start: Timestamp = "2026-11-23T16:30:00Z".parse().expect("a moment");
    let enter = Action::Enter {
        person: ContactId::of("p0"),
        journey: "letter".to_owned(),
        campaign: true,
    };
    let mut left = BTreeMap::<_, usize>::new();
    for calls in 0..80 {
        let mut story = Story::of(files_with(large, &[("letter", text)]))
            .after(SignedDuration::ZERO, post("NOTE", "e1", &people(1)))
            .after(hours(1), enter.clone())
            .after(hours(6), Action::Unhalt("letter".to_owned()));
        let halt = Action::Halt {
            journey: "letter".to_owned(),
            halt: Some(Halt::Paused),
        };
        story.interrupt = Some((calls, halt));
        let world = story.play_from(start, Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new(), "after {calls} calls");
        for (at, count) in counted(&world, |at| at.strftime("%d %H").to_string()) {
            *left.entry(at).or_default() += count;
        }
    }
    // Half past six by their clock, or the evening after.
    let at: Vec<_> = left.keys().map(String::as_str).collect();
    assert_eq!(at, ["23 17", "24 17"], "{left:?}");
}

/// So many people get one letter each at once.
fn campaign(marketing: &str, count: usize) -> Story {
    let text = letter("START", "letter");
    Story::of(files_with(marketing, &[("letter", &text)]))
        .after(SignedDuration::ZERO, post("START", "e1", &people(count)))
}

fn letter(event: &str, mail: &str) -> String {
    format!(
        "kind: marketing\ntopic: news\ntrigger: {{ event: {event} }}\nreentry: unlimited\nsteps:\n  - send: {mail}\n"
    )
}

fn service() -> String {
    "kind: transactional\ntrigger: { event: ORDER }\nreentry: unlimited\nunused: [amount]\nsteps:\n  - send: receipt\n".to_owned()
}

fn people(count: usize) -> Vec<Json> {
    let people = (0..count).map(|n| {
        json!({
            "id": format!("p{n}"), "email": format!("p{n}@school.example"), "full_name": format!("p{n}"),
            "consent": { "news": { "at": "2026-11-20T10:00:00Z", "how": "form", "text": "Yes" } },
        })
    });
    people.collect()
}

fn post(ty: &str, id: &str, people: &[Json]) -> Action {
    let body = json!({ "type": ty, "data": {}, "people": people });
    Action::Post {
        id: id.to_owned(),
        body: body.to_string(),
    }
}

fn order(id: &str, people: &[Json]) -> Action {
    let body = json!({ "type": "ORDER", "data": { "amount": 1 }, "people": people });
    Action::Post {
        id: id.to_owned(),
        body: body.to_string(),
    }
}

/// Counts the mails that left, by when.
fn counted(world: &World, by: impl Fn(Timestamp) -> String) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for mail in &world.state().service.delivered {
        *counts.entry(by(mail.at)).or_default() += 1;
    }
    counts
}
