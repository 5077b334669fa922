//! Whoever was merged into somebody has a past: what it has begun is not begun anew, and what it ended does not hold.

use engine::Ask;
use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, Phase};
use serde_json::{Value as Json, json};

use crate::an_opt_out_is_honored::token_about;
use crate::folders;
use crate::given::{self, role};
use crate::posts::{event, events_of, left, plan, play, reasons, unlinked};
use crate::trial::{FAULTS, Log, Story};
use crate::two_become_one::{merge_by as merge, minutes, person, post, start};
use crate::world::{Action, Choose, World};

#[test]
fn what_a_step_has_started_is_not_started_again() {
    let parent = "kind: transactional\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - enroll: child\n  \
        - wait: 1 day\n  - send: parent\n";
    let child = "kind: transactional\ntrigger: { journey: parent }\nreentry: unlimited\nsteps:\n  - send: child\n";
    let story = Story::of(folders::files(&[("parent", parent), ("child", child)]))
        .after(minutes(0), start("e1", "ann"))
        .after(minutes(60), merge("e2", "NOTE"));
    whatever_fails(&story, &["child", "parent"]);
}

#[test]
fn an_event_that_comes_again_after_the_merge_is_known() {
    for reentry in [
        "unlimited",
        "single",
        "restart",
        "never",
        "{ after: 30 days }",
    ] {
        let story = series(reentry)
            .after(minutes(0), start("e1", "ann"))
            .after(minutes(60), merge("e2", "NOTE"))
            .after(minutes(120), start("e1", "ann"))
            .after(minutes(60 * 24 * 2), start("e1", "ann"));
        whatever_fails(&story, &["first", "second"]);
    }
}

#[test]
fn the_event_that_merges_them_begins_nothing_that_is_under_way() {
    for reentry in ["single", "restart", "never", "{ after: 30 days }"] {
        let story = series(reentry)
            .after(minutes(0), start("e1", "ann"))
            .after(minutes(60), merge("e2", "START"));
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new(), "{reentry}");
        let mut expected = vec!["first", "second"];
        if reentry == "restart" {
            expected.insert(0, "first");
        }
        assert_eq!(left(&world), expected, "{reentry}");
    }
}

#[test]
fn whoever_was_in_under_another_name_comes_again_when_they_may() {
    for (reentry, again) in [
        ("never", false),
        ("{ after: 30 days }", false),
        ("{ after: 2 days }", true),
        ("single", true),
    ] {
        let story = series(reentry)
            .after(minutes(0), start("e1", "ann"))
            .after(days(3), merge("e2", "NOTE"))
            .after(days(4), start("e3", "anna"));
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new(), "{reentry}");
        assert_eq!(left(&world).len(), if again { 4 } else { 2 }, "{reentry}");
    }
}

#[test]
fn a_date_that_has_gone_off_for_either_does_not_go_off_again_today() {
    let journey = "kind: transactional\ntrigger: { date: contact.born at 10:00, every: year }\n\
        reentry: unlimited\nsteps:\n  - send: { template: cake, expires: 12 hours }\n";
    let mut ann = person("ann");
    ann["fields"] = json!({ "born": "2012-11-25" });
    let story = Story::of(folders::files(&[("birthday", journey)]))
        .after(minutes(0), post("NOTE", "e1", &ann))
        // Two days later, at three in the afternoon.
        .after(minutes(60 * 49), merge("e2", "NOTE"));
    let world = story.play_for(days(400));
    assert_eq!(world.state().wrong, Vec::<String>::new());
    let year = |at: Timestamp| at.strftime("%Y").to_string();
    let state = world.state();
    let mails = state.service.delivered.iter();
    let years: Vec<_> = mails.map(|mail| year(mail.at)).collect();
    assert_eq!(years, ["2026", "2027"]);
}

#[test]
fn a_date_that_went_off_for_one_is_not_set_anew_for_both() {
    let on = |mail: &str| {
        format!(
            "kind: transactional\ntrigger: {{ date: contact.born at 10:00 }}\nreentry: unlimited\nsteps:\n  - send: {mail}\n"
        )
    };
    let (today, more) = (on("today"), on("more"));
    let mut ann = person("ann");
    ann["fields"] = json!({ "born": "2026-11-25" });
    let story = Story::of(folders::files(&[("today", &today)]))
        .after(minutes(0), post("NOTE", "e1", &ann))
        // At three in the afternoon of that day; then everybody's dates are looked through for a new journey.
        .after(minutes(60 * 49), merge("e2", "NOTE"))
        .after(
            minutes(60 * 50),
            Action::Publish(folders::files(&[("today", &today), ("more", &more)])),
        );
    let world = story.play_for(days(3));
    assert_eq!(world.state().wrong, Vec::<String>::new());
    assert_eq!(left(&world), ["more", "today"]);
}

#[test]
fn who_is_unlinked_is_so_under_every_name() {
    let linked = |id: &str, hour: u8, people: &[Json]| {
        let at = format!("2026-11-21T{hour:02}:00:00Z");
        event(id, &at, Some("pupil-1"), people)
    };
    let mut anna = given::person("anna", "SOT");
    anna["merged"] = json!(["ann"]);
    let mut other = anna.clone();
    other["role"] = json!("COPA");
    let no_role = |mut person: Json| {
        person["role"] = json!([]);
        person
    };
    for unlink in [
        unlinked("anna", "SOT"),
        unlinked("ann", "SOT"),
        no_role(unlinked("anna", "SOT")),
    ] {
        let posts = [
            linked("e1", 1, &[given::person("ann", "SOT")]),
            linked("e2", 2, &[other.clone()]),
            linked("e3", 3, &[]),
            linked("e4", 4, &[unlink]),
            linked("e5", 5, &[]),
        ];
        let world = play(&[plan("sot", Some(role("SOT")))], &posts);
        assert_eq!(
            events_of(&world),
            ["e1 anna", "e2 anna", "e3 anna"].map(shown)
        );
    }
    // What was said last holds, whichever name it was said of.
    let posts = [
        linked("e1", 1, &[given::person("anna", "SOT")]),
        linked("e2", 2, &[unlinked("anna", "SOT")]),
        linked("e3", 3, &[given::person("ann", "SOT")]),
        event("e4", "2026-11-21T04:00:00Z", None, &[no_role(anna)]),
        linked("e5", 5, &[]),
    ];
    let world = play(&[plan("sot", Some(role("SOT")))], &posts);
    assert!(
        events_of(&world).contains(&"e5 anna".to_owned()),
        "{:?}",
        events_of(&world)
    );
}

#[test]
fn a_no_of_one_ends_what_the_other_is_in() {
    let text = "kind: marketing\ntopic: news\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - wait: 1 day\n  - send: first\n";
    let story = || Story::of(folders::files(&[("letter", text)]));
    let agreed = |id: &str, who: &str| {
        let mut person = person(who);
        person["consent"] =
            json!({ "news": { "at": "2026-11-20T10:00:00Z", "how": "form", "text": "Yes" } });
        post("START", id, &person)
    };
    let out = Action::Ask {
        token: token_about(&story(), "ann", "news"),
        ask: Ask::Out { one_click: true },
    };
    let story = story()
        .after(minutes(0), agreed("e1", "anna"))
        .after(minutes(1), post("NOTE", "e2", &person("ann")))
        .after(minutes(2), out)
        .after(minutes(5), merge("e3", "NOTE"));
    let check = |world: &World| {
        let mut faults = world.faults();
        let state = world.state();
        let mut runs = state.runs.all().map(|record| &record.enrollment.phase);
        let left =
            |phase: &Phase| matches!(phase, Phase::Left { reason, .. } if reason == "unsubscribed");
        if !runs.all(left) {
            faults.push("somebody is still in".to_owned());
        }
        faults
    };
    if let Err(wrong) = story.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
}

#[test]
fn an_event_about_a_subject_reaches_those_who_are_linked_under_an_old_name() {
    let text = "kind: transactional\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - wait_for: ORDER\n    within: 9 days\n    then:\n      - send: thanks\n    else:\n      - send: reminder\n";
    let about = |ty: &str, id: &str, data: Json, people: &[Json]| Action::Post {
        id: id.to_owned(),
        body: json!({ "type": ty, "subject": "pupil-1", "data": data, "people": people })
            .to_string(),
    };
    let story = Story::of(folders::files(&[("order", text)]))
        .after(
            minutes(0),
            about("START", "e1", json!({}), &[linked_person("ann")]),
        )
        .after(minutes(60), merge("e2", "NOTE"))
        .after(days(3), about("ORDER", "e3", json!({ "amount": 7 }), &[]));
    whatever_fails(&story, &["thanks"]);
}

#[test]
fn more_names_than_anybody_has_are_recorded_and_the_event_goes_on() {
    let many = |from: usize| {
        let mut anna = person("anna");
        anna["merged"] = (from..from + 20)
            .map(|n| json!(format!("old-{n}")))
            .collect();
        anna
    };
    let story = series("unlimited");
    let story = (0..6_usize).fold(story, |story, at| {
        let after = minutes(i64::try_from(at).expect("few"));
        story.after(after, post("NOTE", &format!("e{at}"), &many(20 * at)))
    });
    let story = story.after(minutes(60), start("e9", "anna"));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["first", "second"]);
    assert_eq!(reasons(&world), ["more than 100 are merged into one"]);
    let anna = world
        .state()
        .people
        .contact(&ContactId::of("anna"))
        .expect("anna");
    assert_eq!((anna.contact.absorbed.len(), anna.unheard.len()), (100, 0));
}

#[test]
fn an_old_page_takes_back_what_it_shows() {
    let text = "kind: marketing\ntopic: news\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - send: first\n";
    let story = || Story::of(folders::files(&[("letter", text)]));
    let on_page = |who: &str, ask| Action::Ask {
        token: token_about(&story(), who, "news"),
        ask,
    };
    let known = |who: &str| post("NOTE", who, &person(who));
    for (last, mails) in [
        (Ask::Topics(Vec::new()), 0),
        (Ask::Topics(vec!["news".to_owned()]), 1),
    ] {
        // She said no as Ann, yes as Anna, and sees the yes on the old page.
        let story = story()
            .after(minutes(0), known("ann"))
            .after(minutes(1), known("anna"))
            .after(minutes(2), on_page("ann", Ask::Out { one_click: true }))
            .after(minutes(10), merge("e3", "NOTE"))
            .after(minutes(20), on_page("anna", Ask::In))
            .after(minutes(30), on_page("ann", last))
            .after(minutes(40), start("e4", "anna"));
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        assert_eq!(left(&world).len(), mails);
    }
}

/// A mail at once, and one a day later.
fn series(reentry: &str) -> Story {
    let text = format!(
        "kind: transactional\ntrigger: {{ event: START }}\nreentry: {reentry}\nsteps:\n  - send: first\n  - wait: 1 day\n  - send: second\n"
    );
    Story::of(folders::files(&[("series", &text)]))
}

/// Each of these mails leaves once, whatever fails.
fn whatever_fails(story: &Story, mails: &[&str]) {
    let check = |world: &World| {
        let mut faults = world.faults();
        let sent = left(world);
        let state = world.state();
        let parked = state.reached.contains_key(&("mailer.send", "refused"));
        if sent != mails && state.service.doubted.is_empty() && !parked {
            faults.push(format!("{sent:?} left"));
        }
        faults
    };
    if let Err(wrong) = story.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
}

fn linked_person(id: &str) -> Json {
    let mut person = person(id);
    person["role"] = json!("PARENT");
    person
}

fn shown(text: &str) -> String {
    text.to_owned()
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}
