//! Who waits is mailed when the moment has come: not before, once, and whatever breaks meanwhile.

use std::path::Path;

use jiff::{SignedDuration, Timestamp, ToSpan, Zoned, civil::time, tz::TimeZone};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{laptop::Laptop, releases, time::eventually};

#[test]
fn a_mail_after_a_wait_comes_once_and_not_before() {
    let release = release();
    let waiting = Waiting::start(release.path());
    let cloud = waiting.laptop.cloud();

    // A minute before, nothing; not even when somebody looks.
    let minute = SignedDuration::from_mins(1);
    waiting.pass_until(waiting.due - minute);
    cloud.invoke("wake", &json!({}));
    cloud.invoke("wake", &json!({ "sweep": true }));
    waiting.laptop.settle();
    assert_eq!(waiting.subjects(), ["Eerst"]);

    // At the minute the schedule rings, and it is gone then.
    let schedule = waiting.schedule();
    waiting.pass_until(waiting.due);
    waiting.assert_second_mail();
    assert!(
        cloud.schedules().iter().all(|one| one["Name"] != schedule),
        "{:?}",
        cloud.schedules()
    );

    // Whoever rings again rings in vain.
    cloud.invoke("wake", &json!({}));
    waiting.pass_until(waiting.due + SignedDuration::from_hours(48));
    waiting.laptop.settle();
    assert_eq!(waiting.subjects(), ["Eerst", "Daarna"]);
    waiting.laptop.assert_all_done();
}

#[test]
fn a_wait_outlives_a_kill() {
    let release = release();
    let mut waiting = Waiting::start(release.path());
    waiting.laptop.kill();
    waiting.laptop.start_again();
    waiting.pass_until(waiting.due - SignedDuration::from_mins(1));
    waiting.laptop.kill();
    waiting.laptop.start_again();
    assert_eq!(waiting.subjects(), ["Eerst"]);
    waiting.pass_until(waiting.due);
    waiting.assert_second_mail();
    waiting.laptop.assert_all_done();
}

#[test]
fn a_wait_whose_schedule_is_lost_ends_with_the_next_sweep() {
    let release = release();
    let waiting = Waiting::start(release.path());
    let cloud = waiting.laptop.cloud();
    cloud.delete_schedule(&waiting.schedule());
    waiting.pass_until(waiting.due);
    waiting.laptop.settle();
    assert_eq!(waiting.subjects(), ["Eerst"]);
    // The sweep comes every 15 minutes; the last two it leaves to the schedules.
    waiting.pass_until(waiting.due + SignedDuration::from_mins(18));
    waiting.assert_second_mail();
    waiting.laptop.assert_all_done();
}

/// Somebody who has the first mail and waits for the second.
struct Waiting {
    laptop: Laptop,
    due: Timestamp,
}

impl Waiting {
    fn start(release: &Path) -> Self {
        let laptop = Laptop::start(release);
        let entered = laptop.cloud().now();
        laptop.source().tell("start", &event());
        eventually("the first mail comes", || laptop.mail_to(ADDRESS));
        laptop.settle();
        assert_eq!(
            laptop.cloud().schedules().len(),
            2,
            "the sweep and the wait"
        );
        Self {
            laptop,
            due: due(entered),
        }
    }

    fn pass_until(&self, at: Timestamp) {
        let now = self.laptop.cloud().now();
        // One second more: the clock has no smaller steps.
        self.laptop
            .cloud()
            .pass(at.duration_since(now).as_secs().max(-1) + 1);
    }

    fn assert_second_mail(&self) {
        eventually("the second mail comes", || {
            (self.subjects().len() == 2).then_some(())
        });
        self.laptop.settle();
        assert_eq!(self.subjects(), ["Eerst", "Daarna"]);
        let mails = self.laptop.inbox();
        let at: Timestamp = mails[1]["at"].as_str().unwrap().parse().unwrap();
        assert!(at >= self.due, "{at} is before {}", self.due);
        assert_eq!(local(at).time().hour(), 9);
    }

    fn subjects(&self) -> Vec<String> {
        let mails = self.laptop.inbox().into_iter();
        mails
            .map(|mail| mail["subject"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Names the schedule of the wait.
    fn schedule(&self) -> String {
        let schedules = self.laptop.cloud().schedules();
        let names = schedules
            .iter()
            .map(|schedule| schedule["Name"].as_str().unwrap());
        let names: Vec<_> = names.filter(|name| name.starts_with("wake-")).collect();
        let [name] = names.as_slice() else {
            panic!("{schedules:?}")
        };
        (*name).to_owned()
    }
}

/// When a wait of `3 days at 09:00` ends that began at `entered`.
fn due(entered: Timestamp) -> Timestamp {
    let day = local(entered).date() + 3.days();
    let nine = day.to_datetime(time(9, 0, 0, 0));
    nine.to_zoned(zone()).unwrap().timestamp()
}

fn local(at: Timestamp) -> Zoned {
    at.to_zoned(zone())
}

fn zone() -> TimeZone {
    TimeZone::get("Europe/Amsterdam").unwrap()
}

fn event() -> Value {
    json!({
        "type": "START", "data": {},
        "people": [{ "id": "w", "role": "LEARNER", "email": ADDRESS, "full_name": "Wim" }],
    })
}

fn release() -> TempDir {
    releases::of(&[
        ("waypost.yaml", PROJECT),
        (
            "events.yaml",
            "START:\n  title: Begin\n  params: {}\n  example: {}\n",
        ),
        ("audiences.yaml", "learners: { role: LEARNER }\n"),
        ("journeys/course.yaml", JOURNEY),
        (
            "templates/first.md",
            "---\nsubject: Eerst\npreheader: Het begin\n---\nHallo {{recipient.full_name}}\n",
        ),
        (
            "templates/then.md",
            "---\nsubject: Daarna\npreheader: Het vervolg\n---\nHallo {{recipient.full_name}}\n",
        ),
    ])
}

const ADDRESS: &str = "wim@home.example";
const PROJECT: &str = "\
waypost: 1
organisation: De Brug
locale: nl
time_zone: Europe/Amsterdam
senders:
  default: { name: De Brug, address: post@mail.brug.example }
";
const JOURNEY: &str = "\
journey: course
title: Een cursus
kind: transactional
trigger: { event: START }
to: learners
reentry: unlimited
steps:
  - send: first
  - wait: 3 days at 09:00
  - send: then
";
