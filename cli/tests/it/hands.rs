//! An operator lets people into journeys by hand, and ends their runs.

use std::fs;

use serde_json::{Value, json};

use crate::{
    command::said,
    laptop::Laptop,
    operator::{json_of, typed},
    releases,
    time::{eventually, now},
};

#[test]
fn people_are_let_in_by_hand_once_for_each_id_and_stopped_by_hand() {
    let release = releases::of(&FILES);
    let laptop = Laptop::start(release.path());
    for (id, vip) in [("anna", true), ("bram", false), ("carl", true)] {
        laptop.source().tell(id, &known(id, vip));
    }
    laptop.settle();
    let type_in = |words: &[&str]| typed(&laptop, laptop.folder(), words);

    // Whoever is not asked for by a trigger is not let in, and nobody is who is not known.
    let none = type_in(&["enroll", "vips", "--contact", "anna", "--yes"]);
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.err.contains("manual: true"), "{none:?}");
    let typo = type_in(&["enroll", "hadn", "--contact", "anna", "--yes"]);
    assert!(typo.err.contains("did you mean `hand`?"), "{typo:?}");
    fs::write(
        laptop.folder().join("people.csv"),
        "name;id\nAnna;anna\nBram;bram\nZoë;zoe\n",
    )
    .unwrap();
    let csv = [
        "enroll",
        "hand",
        "--contacts",
        "people.csv",
        "--id",
        "first",
        "--yes",
        "--json",
    ];
    for _ in 0..2 {
        let done = type_in(&csv);
        assert_eq!(done.code, 1, "zoe is unknown: {done:?}");
        assert_eq!(
            json_of(&done),
            json!({ "enrolled": true, "contacts": 2, "unknown": ["zoe"] })
        );
    }
    eventually("both wait", || {
        (running(&laptop, "hand") == 2).then_some(())
    });

    // Both have been VIPs for long: no write lets them in, but this does.
    let all = type_in(&["enroll", "vips", "--audience", "--yes"]);
    assert_eq!(all.code, 0, "{all:?}");
    eventually("the VIPs wait", || {
        (running(&laptop, "vips") == 2).then_some(())
    });

    only_who_fits(&laptop);

    let one = laptop.cloud().enrollments();
    let one = one
        .iter()
        .find(|one| one.enrollment.journey == "vips")
        .unwrap();
    let stopped = type_in(&["stop", "--run", one.enrollment.id.as_str(), "--yes"]);
    assert_eq!(stopped.code, 0, "{stopped:?}");
    eventually("one has left", || {
        (running(&laptop, "vips") == 1).then_some(())
    });
    let stopped = type_in(&["stop", "hand", "--yes", "--json"]);
    assert_eq!(
        json_of(&stopped)["runs"].as_array().unwrap().len(),
        2,
        "{stopped:?}"
    );
    eventually("all have left", || {
        (running(&laptop, "hand") == 0).then_some(())
    });
    assert_eq!(type_in(&["stop", "vips", "--yes"]).code, 0);
    eventually("the last has left", || {
        (running(&laptop, "vips") == 0).then_some(())
    });
    laptop.settle();
    laptop.assert_all_done();
}

#[test]
fn an_audience_is_reckoned_by_the_clock_of_the_laptop_it_lives_on() {
    let mut files = FILES.to_vec();
    files.push((
        "journeys/long.yaml",
        "journey: long\nkind: transactional\ntrigger: { enters: long }\nreentry: single\nsteps:\n  - wait: 9 days\n  - send: hello\n",
    ));
    let audiences = "vips: { where: contact.vip }\n\
        long: { where: has(contact.since) and days_since(contact.since) >= 30 }\n";
    let project = FILES[0].1.to_owned() + "  since: date\n";
    for (name, text) in &mut files {
        match *name {
            "audiences.yaml" => *text = audiences,
            "waypost.yaml" => *text = &project,
            _ => (),
        }
    }
    let release = releases::of(&files);
    let laptop = Laptop::start(release.path());
    let mut event = known("anna", false);
    event["people"][0]["fields"]["since"] = json!(now().strftime("%Y-%m-%d").to_string());
    laptop.source().tell("anna", &event);
    laptop.settle();
    // As somebody types it in the folder of `serve`, whose clock may have been moved.
    let all = ["enroll", "long", "--audience", "--yes", "--json"];
    let count = || json_of(&said(laptop.folder(), &all))["contacts"].clone();
    assert_eq!(count(), 0, "today is not long ago");
    laptop.cloud().pass(40 * 24 * 60 * 60);
    assert_eq!(count(), 1, "forty days ago is");
    eventually("she waits", || {
        (running(&laptop, "long") == 1).then_some(())
    });
    laptop.settle();
    // Her run came in by the same clock.
    let run = laptop.cloud().enrollments().pop().unwrap().enrollment;
    let id = run.event.strip_prefix("by hand ").unwrap();
    let at: jiff::Timestamp = id.parse().unwrap();
    assert!(at.duration_since(now()).as_hours() > 39 * 24, "{id}");
}

/// More people at once than the project says are a campaign: their advertising waits for the evening, and nobody else's.
#[test]
fn a_campaign_leaves_in_the_evening_and_holds_nobody_else_up() {
    let mut files = FILES.to_vec();
    let project = FILES[0].1.to_owned()
        + "topics: { news: our news }\nmarketing:\n  large: { above: 1, window: 20:00-21:00 }\n";
    files[0].1 = &project;
    files.push((
        "journeys/news.yaml",
        "journey: news\nkind: marketing\ntopic: news\ntrigger: { manual: true }\nreentry: unlimited\nsteps:\n  - send: news\n",
    ));
    let news = "---\nsubject: News\nlayout: plain\n---\nHello. [No more]({{links.unsubscribe}})\n";
    files.push(("templates/news.md", news));
    let release = releases::of(&files);
    let laptop = Laptop::start(release.path());
    let at = jiff::civil::date(2027, 3, 1).at(12, 0, 0, 0);
    let noon = at.in_tz("Europe/Amsterdam").unwrap().timestamp();
    laptop.cloud().pass(noon.duration_since(now()).as_secs());
    for id in ["anna", "bram", "carl"] {
        let mut event = known(id, false);
        let yes = json!({ "at": "2026-01-01T10:00:00Z", "how": "form", "text": "Yes" });
        event["people"][0]["consent"] = json!({ "news": yes });
        laptop.source().tell(id, &event);
    }
    laptop.settle();
    fs::write(laptop.folder().join("two.csv"), "anna\nbram\n").unwrap();
    let enroll = |who: &[&str]| {
        let words = [&["enroll", "news", "--yes", "--json"], who].concat();
        json_of(&typed(&laptop, laptop.folder(), &words))["campaign"].clone()
    };
    let both = ["--contacts", "two.csv"];
    assert_eq!(enroll(&both), "20:00-21:00");
    assert_eq!(enroll(&["--contact", "carl"]), Value::Null);
    laptop.settle();
    let mailed = |count| {
        eventually("the mails are there", || {
            (laptop.inbox().len() == count).then_some(())
        });
    };
    mailed(1);
    assert_eq!(enroll(&["--contacts", "two.csv", "--now"]), Value::Null);
    laptop.settle();
    mailed(3);
    laptop.cloud().pass(8 * 60 * 60 + 60);
    laptop.settle();
    mailed(5);
    laptop.settle();
    laptop.assert_all_done();
}

/// Lets in those VIPs only who fit what is asked besides.
fn only_who_fits(laptop: &Laptop) {
    let few = typed(
        laptop,
        laptop.folder(),
        &["enroll", "few", "--audience", "--yes"],
    );
    assert_eq!(
        few.out,
        "1 contact (in the audience, and as its `where` says): they come in.\n"
    );
    eventually("Anna waits", || (running(laptop, "few") == 1).then_some(()));
    assert_eq!(
        typed(laptop, laptop.folder(), &["stop", "few", "--yes"]).code,
        0
    );
}

fn running(laptop: &Laptop, journey: &str) -> usize {
    let runs = laptop.cloud().enrollments().into_iter();
    let runs = runs.filter(|run| run.enrollment.journey == journey);
    runs.filter(|run| !run.enrollment.phase.is_over()).count()
}

fn known(id: &str, vip: bool) -> Value {
    json!({
        "type": "NOTE", "data": {},
        "people": [{ "id": id, "email": format!("{id}@example.org"), "full_name": id, "fields": { "vip": vip } }],
    })
}

const FILES: [(&str, &str); 8] = [
    (
        "waypost.yaml",
        "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
         senders:\n  default: { name: School, address: mail@school.example }\n\
         contact:\n  vip: { type: bool, default: false }\n",
    ),
    ("events.yaml", "NOTE:\n  params: {}\n"),
    ("audiences.yaml", "vips: { where: contact.vip }\n"),
    (
        "layouts/plain.mjml",
        "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}</mj-text></mj-column></mj-section></mj-body></mjml>",
    ),
    (
        "journeys/hand.yaml",
        "journey: hand\nkind: transactional\ntrigger: { manual: true }\nreentry: unlimited\nsteps:\n  - wait: 9 days\n  - send: hello\n",
    ),
    (
        "journeys/few.yaml",
        "journey: few\nkind: transactional\ntrigger: { enters: vips, where: contact.id == 'anna' }\n\
         reentry: single\nsteps:\n  - wait: 9 days\n  - send: hello\n",
    ),
    (
        "journeys/vips.yaml",
        "journey: vips\nkind: transactional\ntrigger: [ { enters: vips, where: has(contact.locale) }, { enters: vips } ]\n\
         reentry: single\nsteps:\n  - wait: 9 days\n  - send: hello\n",
    ),
    (
        "templates/hello.md",
        "---\nsubject: Hello\nlayout: plain\n---\nHello {{recipient.full_name}}\n",
    ),
];
