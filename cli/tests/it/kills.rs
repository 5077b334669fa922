//! Nothing is lost, doubled or stuck when processes are killed, whenever and however often.
//!
//! By default few are killed, and whatever then waits for a timeout is spared the wait by moving the clock.
//! `WAYPOST_KILLS=100` kills 50 functions and 50 times `serve` during 800 events, in real time, and tells how long
//! it took to recover.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    chance::Chance,
    command::sera,
    laptop::{Laptop, alone},
    processes::{self, functions_at},
    source::Source,
    time::eventually,
    tuning::{self, say},
};

#[test]
fn each_mail_is_sent_once_whatever_is_killed_meanwhile() {
    let _alone = alone();
    let asked = tuning::number("WAYPOST_KILLS");
    let kills = asked.unwrap_or(KILLS);
    let seed = tuning::number("WAYPOST_SEED").unwrap_or(1);
    let mut burst = Burst::start(kills * EVENTS_PER_KILL, u64::try_from(seed).unwrap());
    let posting = burst.post();
    for number in 1..=kills {
        burst.wait_for_progress(number, kills);
        // Two functions for each `serve` in a short run, as many in a long one.
        let one_in = if asked.is_some() { 2 } else { 3 };
        if number % one_in == 0 {
            burst.kill_serve();
        } else {
            burst.kill_a_function();
        }
    }
    let last_kill = (Instant::now(), burst.laptop.inbox().len());
    for poster in posting {
        poster.join().unwrap();
    }
    if asked.is_some() {
        burst.laptop.settle_within(RECOVERY_MAX);
    } else {
        burst.laptop.settle_soon();
    }
    burst.assert_each_mail_once();
    if asked.is_some() {
        say(&format!(
            "{} events, {} mails, {} of them sent at the last kill, all was done {:.1} s later; killed: {:?}, seed {seed}",
            burst.events,
            burst.expected().len(),
            last_kill.1,
            last_kill.0.elapsed().as_secs_f64(),
            burst.killed,
        ));
    }
}

/// Many events at once, and somebody who kills.
struct Burst {
    laptop: Laptop,
    events: usize,
    accepted: Arc<AtomicUsize>,
    chance: Chance,
    /// What was killed how often.
    killed: BTreeMap<String, usize>,
    /// The AWS endpoints of those that were killed.
    endpoints: Vec<String>,
}

impl Burst {
    fn start(events: usize, seed: u64) -> Self {
        Self {
            laptop: Laptop::start(&sera()),
            events,
            accepted: Arc::default(),
            chance: Chance::new(seed),
            killed: BTreeMap::new(),
            endpoints: Vec::new(),
        }
    }

    /// Posts every event, from several senders; each posts again what was not taken.
    fn post(&self) -> Vec<thread::JoinHandle<()>> {
        let next = Arc::new(AtomicUsize::new(0));
        let senders = 0..SENDERS;
        senders
            .map(|_| {
                let source: Source = self.laptop.source();
                let (events, next) = (self.events, next.clone());
                let accepted = self.accepted.clone();
                thread::spawn(move || {
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        if number >= events {
                            return;
                        }
                        source.insist(&format!("burst-{number}"), &event(number));
                        accepted.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect()
    }

    /// Waits until the events and mails are so far, or for a moment: after a kill little may move.
    fn wait_for_progress(&self, number: usize, kills: usize) {
        let whole = self.events + self.expected().len();
        let end = Instant::now() + BETWEEN_KILLS_MAX;
        eventually("the next kill is due", || {
            let done = self.accepted.load(Ordering::SeqCst) + self.laptop.inbox().len();
            let due = done * (kills + 1) >= whole * number;
            (due || Instant::now() >= end).then_some(())
        });
    }

    fn kill_a_function(&mut self) {
        let running = eventually("a function runs", || {
            let running = self.laptop.functions();
            (!running.is_empty()).then_some(running)
        });
        let unlucky = &running[self.chance.below(running.len())];
        processes::kill(unlucky.id);
        *self.killed.entry(unlucky.function.clone()).or_default() += 1;
    }

    fn kill_serve(&mut self) {
        self.endpoints.push(self.laptop.kill().endpoint);
        self.laptop.start_again();
        *self.killed.entry("serve".to_owned()).or_default() += 1;
    }

    fn expected(&self) -> BTreeMap<String, usize> {
        let people = (0..self.events).flat_map(people);
        people.map(|person| (address(&person), 1)).collect()
    }

    fn assert_each_mail_once(&self) {
        let (expected, found) = (self.expected(), self.laptop.mails_by_address());
        let lost: Vec<_> = expected
            .keys()
            .filter(|to| !found.contains_key(*to))
            .collect();
        let doubled: Vec<_> = found.iter().filter(|(_, count)| **count > 1).collect();
        assert!(
            lost.is_empty() && doubled.is_empty(),
            "killed {:?}: lost {lost:?}, doubled {doubled:?}, queues {:?}\n{}",
            self.killed,
            self.laptop.cloud().queues(),
            self.laptop.log(),
        );
        assert_eq!(found, expected);
        self.laptop.assert_all_done();
        let cloud = self.laptop.cloud();
        assert_eq!(cloud.enrollments().len(), expected.len());
        assert_eq!(cloud.scan("sends").len(), expected.len());
        for endpoint in &self.endpoints {
            eventually("the functions of a killed `serve` end", || {
                functions_at(endpoint).is_empty().then_some(())
            });
        }
    }
}

/// The event with this number; some concern two people.
fn event(number: usize) -> Value {
    let people = people(number).into_iter().map(|person| {
        json!({ "id": person, "role": "SOT", "email": address(&person), "full_name": "Anna" })
    });
    json!({
        "type": "TRACK_END",
        "subject": format!("pupil-{number}"),
        "data": { "Person": { "FullName": "Sam" } },
        "people": people.collect::<Vec<_>>(),
    })
}

fn people(number: usize) -> Vec<String> {
    let sides = if number.is_multiple_of(8) { "ab" } else { "a" };
    sides
        .chars()
        .map(|side| format!("p{number}{side}"))
        .collect()
}

fn address(person: &str) -> String {
    format!("{person}@school.example")
}

const KILLS: usize = 9;
const EVENTS_PER_KILL: usize = 8;
const SENDERS: usize = 4;
/// In real time: what was in a killed hand is given again after 30 seconds, and a mail in doubt is looked at again
/// after a minute, perhaps twice.
const RECOVERY_MAX: Duration = Duration::from_secs(360);
const BETWEEN_KILLS_MAX: Duration = Duration::from_millis(700);
