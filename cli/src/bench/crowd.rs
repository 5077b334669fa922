//! A crowd walks a journey under a virtual clock, in this process alone: what the core costs, and what a run weighs.
//!
//! Nothing is stored and nothing is sent; every mail arrives at once. The clock jumps from one due minute to the next.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Instant;

use anyhow::{Context, anyhow};
use jiff::{SignedDuration, Timestamp};
use journey::{
    Consent, Contact, ContactId, Enrollment, EnrollmentId, Input, Phase, Plan, Purpose, Scene,
    SendResult, Settled, Signals, advance,
};
use serde_json::{Value, json};

/// What a crowd took.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    people: u64,
    mails: u64,
    steps: u64,
    /// How many were on their way at once, at most.
    waiting: u64,
    seconds: f64,
    /// What a waiting run takes of memory, about.
    bytes: f64,
}

/// Lets so many people enter a journey, evenly over so many days, and walk it to its end.
///
/// # Errors
///
/// Fails where somebody does not come to an end.
pub(crate) fn walk(plan: &Plan, people: u64, days: i64) -> anyhow::Result<Crowd> {
    let start: Timestamp = "2026-11-23T08:00:00Z".parse().context("a moment")?;
    let span = SignedDuration::from_hours(24 * days);
    let weight = memory();
    let mut crowd = Crowd {
        people,
        mails: 0,
        steps: 0,
        waiting: 0,
        seconds: 0.0,
        bytes: 0.0,
    };
    let mut waiting: BinaryHeap<Reverse<(Timestamp, u64)>> = BinaryHeap::new();
    let mut runs: BTreeMap<u64, Enrollment> = BTreeMap::new();
    let began = Instant::now();
    let mut entered = 0;
    loop {
        let enters = (entered < people).then(|| {
            let share = span.as_secs() as f64 * entered as f64 / people as f64;
            start + SignedDuration::from_secs(share as i64)
        });
        let due = waiting.peek().map(|Reverse((due, _))| *due);
        let (number, run, now) = match (enters, due) {
            (Some(at), due) if due.is_none_or(|due| at <= due) => {
                entered += 1;
                (entered, fresh(plan, entered, at), at)
            }
            (_, Some(due)) => {
                let Some(Reverse((_, number))) = waiting.pop() else {
                    break;
                };
                let run = runs.remove(&number);
                (
                    number,
                    run.ok_or_else(|| anyhow!("run {number} is gone"))?,
                    due,
                )
            }
            (_, None) => break,
        };
        let run = crowd.go(plan, number, run, now);
        match run.phase.due() {
            Some(due) => {
                waiting.push(Reverse((due, number)));
                runs.insert(number, run);
            }
            None if run.phase.is_over() => (),
            None => return Err(anyhow!("run {number} is stuck: {:?}", run.phase)),
        }
        let here = runs.len() as u64;
        if here > crowd.waiting {
            crowd.waiting = here;
            if here == people {
                crowd.bytes = memory().saturating_sub(weight) as f64 / here as f64;
            }
        }
    }
    crowd.seconds = began.elapsed().as_secs_f64();
    Ok(crowd)
}

impl Crowd {
    /// Moves one run on to its next rest; every mail arrives.
    fn go(&mut self, plan: &Plan, number: u64, run: Enrollment, now: Timestamp) -> Enrollment {
        let contact = contact(plan, number);
        let scene = Scene {
            plan,
            contact: &contact,
            mailed: &[],
            now,
        };
        let mut input = Input::Wake;
        let mut run = run;
        loop {
            let before = run.path.len();
            run = advance(&scene, run, input).enrollment;
            self.steps += (run.path.len() - before) as u64;
            let step = match &run.phase {
                Phase::Calling { step, .. } | Phase::Sending { step, .. } => step.clone(),
                Phase::Entered
                | Phase::Holding { .. }
                | Phase::Left { .. }
                | Phase::Met { .. }
                | Phase::Parked { .. }
                | Phase::Waiting { .. } => return run,
            };
            self.mails += 1;
            input = Input::Settled(Settled {
                step,
                result: SendResult::Accepted,
            });
        }
    }

    /// Writes it as a line.
    pub(crate) fn show(&self) -> String {
        let Self {
            people,
            mails,
            steps,
            waiting,
            seconds,
            bytes,
        } = self;
        let each = seconds * 1e6 / (*steps).max(1) as f64;
        let weight = match *bytes > 0.0 {
            true => format!(", {bytes:.0} bytes each"),
            false => String::new(),
        };
        format!(
            "{people} people: {mails} mails, {steps} steps in {seconds:.2} s, {each:.2} µs a step; {waiting} waited at once{weight}"
        )
    }

    /// Writes it for programs.
    pub(crate) fn describe(&self) -> Value {
        json!({
            "people": self.people, "mails": self.mails, "steps": self.steps, "waiting": self.waiting,
            "seconds": self.seconds, "us_a_step": self.seconds * 1e6 / self.steps.max(1) as f64, "bytes": self.bytes,
        })
    }
}

fn fresh(plan: &Plan, number: u64, at: Timestamp) -> Enrollment {
    let contact = ContactId::of(&format!("c{number}"));
    Enrollment {
        id: EnrollmentId::of(&plan.journey, None, &contact, Some("e")),
        contact,
        journey: plan.journey.clone(),
        plan: String::new(),
        subject: None,
        event: "e".to_owned(),
        entered: at,
        params: BTreeMap::new(),
        notified: BTreeMap::new(),
        signals: Signals::default(),
        hops: 0,
        campaign: false,
        phase: Phase::Entered,
        path: Vec::new(),
    }
}

fn contact(plan: &Plan, number: u64) -> Contact {
    let source_id = format!("c{number}");
    let consent = match &plan.purpose {
        Purpose::Marketing { topic } => {
            let agreed = Consent::new(Timestamp::UNIX_EPOCH, String::new(), String::new());
            BTreeMap::from([(topic.clone(), agreed)])
        }
        Purpose::Transactional => BTreeMap::new(),
    };
    let address = format!("{source_id}@example.org").parse();
    Contact {
        id: ContactId::of(&source_id),
        source_id,
        address: address.unwrap_or_else(|_| unreachable!("an address of our own")),
        full_name: "Anna".to_owned(),
        locale: None,
        time_zone: None,
        fields: BTreeMap::new(),
        tags: BTreeSet::new(),
        lists: BTreeSet::new(),
        consent,
        absorbed: BTreeSet::new(),
        scored: None,
    }
    .seen(&plan.settings, jiff::Timestamp::UNIX_EPOCH)
}

/// Returns what this process holds of memory, in bytes; nothing where the system does not say.
fn memory() -> u64 {
    let said = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = said
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or_default() * 4096
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::walk;

    #[test]
    fn everybody_in_a_crowd_comes_to_an_end() {
        let welcome = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/welcome");
        let Ok(compiled) = release::compile(&welcome) else {
            panic!("the example is sound");
        };
        let plan = &compiled.journeys["welkom"].plan;
        let crowd = walk(plan, 300, 30).unwrap();
        // Three mails each, whatever the hours.
        assert_eq!((crowd.people, crowd.mails), (300, 900));
        assert!(crowd.waiting > 100 && crowd.waiting < 300, "{crowd:?}");
    }
}
