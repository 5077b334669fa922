//! Two names that turn out to be one person's: everything that is under way goes on once, and a no of either holds.

use engine::Ask;
use jiff::SignedDuration;
use journey::{ContactId, Phase, Purpose};
use serde_json::{Value as Json, json};

use crate::an_opt_out_is_honored::token_about;
use crate::folders;
use crate::given::{self, Verb, chain, journey};
use crate::posts::{event, left, reasons};
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose, World};

#[test]
fn whatever_fails_a_run_goes_on_once_with_who_they_are() {
    for minute in [0, 60, 90] {
        let story = series("unlimited")
            .after(minutes(0), start("e1", "ann"))
            .after(minutes(minute), merge("e2"));
        let check = |world: &World| once_each(world, &["first", "second"]);
        if let Err(wrong) = story.explore(1, &FAULTS, check) {
            panic!("merged after {minute} minutes: {wrong}");
        }
        if let Err(wrong) = story.concurrently(3).sample(0..15, check) {
            panic!("merged after {minute} minutes: {wrong}");
        }
    }
}

#[test]
fn who_is_in_already_goes_on_as_they_were_where_one_run_is_enough() {
    for (reentry, mails) in [
        ("unlimited", vec!["first", "first", "second", "second"]),
        ("single", vec!["first", "first", "second"]),
        ("restart", vec!["first", "first", "second"]),
        ("never", vec!["first", "first", "second"]),
        ("{ after: 30 days }", vec!["first", "first", "second"]),
    ] {
        let story = series(reentry)
            .after(minutes(0), start("e1", "ann"))
            .after(minutes(5), start("e2", "anna"))
            .after(minutes(90), merge("e3"));
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new(), "{reentry}");
        assert_eq!(left(&world), mails, "{reentry}");
        assert_eq!(reasons(&world), Vec::<String>::new(), "{reentry}");
    }
}

#[test]
fn who_was_in_long_ago_may_go_on_where_that_is_long_enough() {
    for (reentry, mails) in [
        ("{ after: 30 days }", 3),
        ("{ after: 1 day }", 4),
        ("never", 3),
    ] {
        let story = series(reentry)
            .after(minutes(0), start("e1", "anna"))
            .after(minutes(60 * 24 * 10), start("e2", "ann"))
            .after(minutes(60 * 24 * 10 + 90), merge("e3"));
        let world = story.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new(), "{reentry}");
        assert_eq!(left(&world).len(), mails, "{reentry}");
    }
}

#[test]
fn their_old_name_means_them_from_then_on_and_not_its_old_address() {
    let mut late = person("ann");
    late["full_name"] = json!("Somebody Else");
    late["fields"] = json!({ "vip": true });
    let story = series("unlimited")
        .after(minutes(0), note("e1", &person("ann")))
        .after(minutes(1), merge("e2"))
        .after(minutes(2), post("START", "e3", &late));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let anna = state.people.contact(&ContactId::of("anna")).expect("anna");
    assert_eq!(anna.contact.full_name, "anna");
    assert_eq!(anna.contact.fields["vip"], journey::Value::Bool(true));
    assert!(anna.unheard.is_empty());
    let mut to = state.service.delivered.iter().map(|mail| mail.to.as_str());
    assert!(to.all(|to| to == "anna@school.example"));
    assert_eq!(state.people.contact(&ContactId::of("ann")), None);
}

#[test]
fn what_was_known_of_either_is_known_and_lets_nobody_in_anew() {
    let text = "kind: transactional\ntrigger: { joins: members }\nreentry: unlimited\nsteps:\n  - send: hello\n";
    let mut ann = person("ann");
    ann["lists"] = json!({ "members": true });
    ann["tags"] = json!({ "blue": true, "old": true });
    ann["fields"] = json!({ "born": "2000-02-01", "vip": true });
    ann["consent"] =
        json!({ "news": { "at": "2026-11-20T10:00:00Z", "how": "form", "text": "Yes" } });
    let mut anna = person("anna");
    anna["fields"] = json!({ "vip": false });
    anna["tags"] = json!({ "old": false });
    anna["merged"] = json!(["ann"]);
    let story = Story::of(folders::files(&[("hello", text)]))
        .after(minutes(0), note("e1", &ann))
        .after(minutes(5), note("e2", &anna));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(left(&world), ["hello"], "only the one who joined came in");
    let state = world.state();
    let anna = state
        .people
        .contact(&ContactId::of("anna"))
        .expect("anna")
        .contact;
    assert_eq!(anna.lists, ["members".to_owned()].into());
    assert_eq!(anna.tags, ["blue".to_owned()].into());
    assert_eq!(anna.fields["vip"], journey::Value::Bool(false));
    assert!(anna.fields.contains_key("born"));
    assert!(anna.consent.contains_key("news"));
}

#[test]
fn a_date_counts_once_for_the_two_of_them() {
    let text = "kind: transactional\ntrigger: { date: contact.born at 10:00 }\nreentry: unlimited\nsteps:\n  - send: today\n";
    for merged_after in [60, 60 * 24] {
        let mut ann = person("ann");
        ann["fields"] = json!({ "born": "2026-11-26" });
        let story = Story::of(folders::files(&[("today", text)]))
            .after(minutes(0), note("e1", &ann))
            .after(minutes(merged_after), merge("e2"));
        let check = |world: &World| once_each(world, &["today"]);
        if let Err(wrong) = story.explore(1, &FAULTS, check) {
            panic!("{wrong}");
        }
    }
}

#[test]
fn a_no_of_either_holds_and_old_mails_lead_to_who_they_are() {
    // Said before they were merged, said after it with an old mail, and said by the other.
    for (who, at) in [("ann", 2), ("ann", 7), ("anna", 2), ("anna", 7)] {
        let story = letter()
            .after(minutes(0), agreed("e1", "ann"))
            .after(minutes(1), agreed("e2", "anna"))
            .after(minutes(at), out(who))
            .after(minutes(5), merge("e3"))
            .after(minutes(600), start("e4", "anna"))
            .after(minutes(601), start("e5", "ann"));
        if let Err(wrong) = story.explore(1, &FAULTS, nothing_leaves) {
            panic!("{who} after {at} minutes: {wrong}");
        }
    }
}

#[test]
fn a_no_holds_at_the_very_moment_of_the_merge() {
    let story = |no: i64| {
        letter()
            .after(minutes(0), agreed("e1", "ann"))
            .after(minutes(1), agreed("e2", "anna"))
            .after(minutes(no), out("ann"))
            .after(minutes(5), merge("e3"))
    };
    // Said long before: it holds under both names, also where the merge is not done yet, or half.
    let before = story(2).after(minutes(6), start("e4", "ann"));
    if let Err(wrong) = before.explore(1, &FAULTS, nothing_leaves) {
        panic!("{wrong}");
    }
    // Said beside it: whatever comes first, it holds afterwards.
    let beside = story(5).after(minutes(600), start("e4", "ann"));
    if let Err(wrong) = beside.concurrently(3).sample(0..60, nothing_leaves) {
        panic!("{wrong}");
    }
}

#[test]
fn what_happens_to_who_they_are_reaches_what_they_were_in() {
    let text = "kind: transactional\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - wait: 1 hour\n  \
        - send: first\n  - wait_for: { condition: contact.vip }\n    within: 3 days\n    then:\n      - send: second\n";
    let mut anna = person("anna");
    anna["fields"] = json!({ "vip": true });
    // While it waits, and while its first mail is on its way.
    for at in [minutes(30), SignedDuration::from_secs(60 * 60 + 40)] {
        let story = Story::of(folders::files(&[("series", text)]))
            .after(minutes(0), start("e1", "ann"))
            .after(at, merge("e2"))
            .after(minutes(60 * 12), note("e3", &anna));
        let check = |world: &World| {
            let mut faults = once_each(world, &["first", "second"]);
            let state = world.state();
            let second = state
                .service
                .delivered
                .iter()
                .find(|mail| mail.step == "second");
            let late = second.filter(|mail| mail.at > state.started + minutes(60 * 24));
            faults.extend(late.map(|mail| format!("the second leaves at {}", mail.at)));
            faults
        };
        if let Err(wrong) = story.concurrently(3).sample(0..40, check) {
            panic!("merged at {at:#}: {wrong}");
        }
    }
}

#[test]
fn a_colleague_under_two_names_is_told_once() {
    let steps = [
        ("pause", Verb::Wait("1 hour")),
        ("tell", Verb::Notify("SOT")),
    ];
    let plan = journey(Purpose::Transactional, chain(&steps));
    let hello = |id: &str, people: &[Json]| {
        let (id, body) = event(id, "2026-11-21T10:00:00Z", None, people);
        Action::Post {
            id,
            body: body.to_string(),
        }
    };
    let mut anna = given::person("anna", "SOT");
    let both = [given::person("ann", "SOT"), anna.clone()];
    anna["merged"] = json!(["ann"]);
    let story = Story::new(&[plan])
        .after(minutes(0), hello("e1", &both))
        .after(minutes(5), hello("e2", &[anna]));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let to = world.state().service.delivered.len();
    assert_eq!(to, 2, "one for each event that let them in");
}

#[test]
fn one_who_is_merged_twice_leads_on_and_in_a_circle_nobody_is_lost() {
    let named = |id: &str, who: &str, merged: &str| {
        let mut person = person(who);
        person["merged"] = json!([merged]);
        note(id, &person)
    };
    let story = series("unlimited")
        .after(minutes(0), start("e1", "a"))
        .after(minutes(5), named("e2", "b", "a"))
        .after(minutes(6), named("e3", "c", "b"))
        .after(minutes(7), named("e4", "a", "c"))
        .after(minutes(8), start("e5", "b"));
    let check = |world: &World| {
        let mut faults = world.faults();
        let state = world.state();
        let people: Vec<_> = state.people.contacts.keys().collect();
        let [one] = &people[..] else {
            faults.push(format!("{people:?} are known"));
            return faults;
        };
        let names = ["a", "b", "c"].map(ContactId::of);
        if names.iter().any(|name| state.people.by_now(name) != *one) {
            faults.push(format!("not all of them are {one}"));
        }
        drop(state);
        faults.extend(once_each(world, &["first", "first", "second", "second"]));
        faults
    };
    if let Err(wrong) = story.explore(1, &FAULTS, check) {
        panic!("{wrong}");
    }
}

/// A letter to those who agreed to it.
fn letter() -> Story {
    let text = "kind: marketing\ntopic: news\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - send: first\n";
    Story::of(folders::files(&[("letter", text)]))
}

/// Somebody agrees to letters.
fn agreed(id: &str, who: &str) -> Action {
    let mut person = person(who);
    person["consent"] =
        json!({ "news": { "at": "2026-11-20T10:00:00Z", "how": "form", "text": "Yes" } });
    note(id, &person)
}

/// Somebody says no to them, by a mail that they got.
fn out(who: &str) -> Action {
    Action::Ask {
        token: token_about(&letter(), who, "news"),
        ask: Ask::Out { one_click: true },
    }
}

fn nothing_leaves(world: &World) -> Vec<String> {
    let mut faults = world.faults();
    let sent = left(world);
    if !sent.is_empty() {
        faults.push(format!("{sent:?} left though somebody said no"));
    }
    faults
}

/// Two mails, each an hour after what was before.
fn series(reentry: &str) -> Story {
    let text = format!(
        "kind: transactional\ntrigger: {{ event: START }}\nreentry: {reentry}\nsteps:\n  - wait: 1 hour\n  - send: first\n  - wait: 1 hour\n  - send: second\n"
    );
    Story::of(folders::files(&[("series", &text)]))
}

/// What is wrong with a world in which each of these mails should have left once, to nobody else than Anna.
fn once_each(world: &World, mails: &[&str]) -> Vec<String> {
    let mut faults = world.faults();
    let sent = left(world);
    let state = world.state();
    let parked = state.reached.contains_key(&("mailer.send", "refused"));
    if sent != mails && state.service.doubted.is_empty() && !parked {
        faults.push(format!("{sent:?} left"));
    }
    let mut runs = state.runs.all().map(|record| &record.enrollment);
    let merged = |run: &journey::Enrollment| matches!(&run.phase, Phase::Left { .. });
    if !runs.all(merged) && !parked {
        faults.push("somebody is still on their way".to_owned());
    }
    faults
}

pub(crate) fn person(id: &str) -> Json {
    json!({ "id": id, "email": format!("{id}@school.example"), "full_name": id })
}

pub(crate) fn post(ty: &str, id: &str, person: &Json) -> Action {
    let body = json!({ "type": ty, "data": {}, "people": [person] });
    Action::Post {
        id: id.to_owned(),
        body: body.to_string(),
    }
}

pub(crate) fn note(id: &str, person: &Json) -> Action {
    post("NOTE", id, person)
}

pub(crate) fn start(id: &str, who: &str) -> Action {
    post("START", id, &person(who))
}

/// Ann turns out to be Anna.
fn merge(id: &str) -> Action {
    merge_by(id, "NOTE")
}

/// Ann turns out to be Anna, in an event of a type.
pub(crate) fn merge_by(id: &str, ty: &str) -> Action {
    let mut anna = person("anna");
    anna["merged"] = json!(["ann"]);
    post(ty, id, &anna)
}

pub(crate) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}
