//! What a journey means, read plainly: no queues, no crashes, no clocks but the journey's own.
//!
//! Whatever the world does to a run, it must send the mails that this sends.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Unit};
use journey::{Absent, Action, Contact, ContactId, Known, Plan, Purpose, Step};
use proptest::prelude::*;

use crate::given::{self, Verb, journey, marketing};
use crate::seeds;
use crate::trial::{Log, Story};
use crate::world::{Choose, Seed, World};

proptest! {
    #![proptest_config(seeds::drawn(60))]

    #[test]
    fn in_a_calm_world_every_mail_leaves_when_it_should(steps in steps(), ads in any::<bool>()) {
        let world = story(steps, ads).play(Choose::Calm, Log::Dropped);
        prop_assert_eq!(world.faults(), Vec::<String>::new());
        let state = world.state();
        let plan = state.published.plans.values().next().expect("a plan");
        let mut read = Vec::new();
        for run in state.runs.all() {
            let contact = state.people.contact(&run.enrollment.contact).expect("a person").contact;
            let told = |step: &str| run.enrollment.notified.get(step).cloned().unwrap_or_default();
            read.extend(mails(plan, &contact, run.enrollment.entered, told));
        }
        let left = state.service.delivered.iter();
        let mut left: Vec<_> = left.map(|mail| (mail.at, mail.step.clone(), mail.recipient.clone())).collect();
        left.sort();
        read.sort();
        prop_assert_eq!(left, read);
    }

    #[test]
    fn in_any_world_the_same_mails_leave_unless_it_is_said_why_not(steps in steps(), ads in any::<bool>(), seed in any::<u64>()) {
        let story = story(steps, ads);
        let calm = story.play(Choose::Calm, Log::Dropped);
        let harsh = story.concurrently(3).play(Choose::Seed(Seed::new(seed)), Log::Dropped);
        prop_assert_eq!(harsh.faults(), Vec::<String>::new());
        prop_assert!(missing(&calm, &harsh).is_empty(), "{:?}", missing(&calm, &harsh));
    }
}

/// Returns the mails that left in a calm world and not in another, nor is it known why not.
fn missing(calm: &World, harsh: &World) -> Vec<String> {
    let (calm, harsh) = (calm.state(), harsh.state());
    let left: BTreeSet<_> = harsh
        .service
        .delivered
        .iter()
        .map(|mail| &mail.send)
        .collect();
    let parked = harsh.reached.contains_key(&("mailer.send", "refused"));
    let mails = calm.service.delivered.iter();
    mails
        .filter(|mail| !left.contains(&mail.send))
        .filter(|mail| !harsh.service.doubted.contains(&mail.send) && !parked)
        .map(|mail| format!("{} for {}", mail.step, mail.recipient))
        .collect()
}

/// Reads a journey aloud: which mails leave when, for somebody who enters at a moment.
fn mails(
    plan: &Plan,
    contact: &Contact,
    entered: Timestamp,
    told: impl Fn(&str) -> Vec<ContactId>,
) -> Vec<(Timestamp, String, ContactId)> {
    let zone = contact.zone(&plan.settings.zone);
    let params = Default::default();
    let mut now = entered;
    let mut at = (!plan.steps.is_empty()).then_some(0);
    let mut mails = Vec::new();
    while let Some(step) = at.and_then(|at| plan.steps.get(at)) {
        let known = Known::new(contact, &params, &plan.settings.zone, now);
        at = match &step.action {
            Action::Case { arms, otherwise } => {
                let mut arms = arms.iter();
                let arm = arms.find(|arm| arm.condition.holds(&known));
                arm.map_or(*otherwise, |arm| arm.next)
            }
            Action::Exit { .. } => None,
            Action::If {
                condition,
                then,
                otherwise,
            } => match condition.holds(&known) {
                true => *then,
                false => *otherwise,
            },
            Action::Jump { next } => *next,
            Action::Split { branches, .. } => {
                let [left, right] = &branches[..] else {
                    panic!("the splits of these stories have two sides");
                };
                match left.share {
                    100 => left.next,
                    _ => right.next,
                }
            }
            Action::Window { next, .. } => {
                while !is_open(now, &zone) {
                    now = (now + 1.minute()).round(Unit::Minute).expect("a minute");
                }
                *next
            }
            Action::Call { .. }
            | Action::Change { .. }
            | Action::Enroll { .. }
            | Action::WaitFor { .. } => panic!("no story has such a step"),
            Action::Send { send, next } => {
                let to = match send.to {
                    Some(_) => told(&step.id),
                    None => vec![contact.id.clone()],
                };
                mails.extend(to.into_iter().map(|to| (now, step.id.clone(), to)));
                *next
            }
            Action::Wait { wait, next } => {
                now = now.max(wait.due(now, &zone));
                *next
            }
            Action::WaitUntil {
                moment,
                absent,
                next,
            } => match (moment.due(None, &zone), absent) {
                (Some(due), _) => {
                    now = now.max(due);
                    *next
                }
                (None, Absent::Continue) => *next,
                (None, Absent::Exit) => None,
            },
        };
    }
    mails
}

/// Mondays to Fridays, from nine to twelve.
fn is_open(at: Timestamp, zone: &TimeZone) -> bool {
    let clock = zone.to_datetime(at);
    clock.weekday().to_monday_zero_offset() < 5 && (9..12).contains(&clock.hour())
}

fn story(steps: Vec<Step>, ads: bool) -> Story {
    let purpose = match ads {
        true => marketing(),
        false => Purpose::Transactional,
    };
    Story::new(&[journey(purpose, steps)]).hello("e1", &[("anna", "SOT"), ("joris", "COPA")])
}

/// Up to six steps that lead forward.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0_usize..13, 1_usize..4, 1_usize..4);
    prop::collection::vec(step, 1..6).prop_map(|drawn| {
        let count = drawn.len();
        let to = |at: usize| (at < count).then_some(at);
        let steps = drawn
            .into_iter()
            .enumerate()
            .map(|(at, (verb, one, other))| {
                let verb = match verb {
                    0 => Verb::Exit("enough"),
                    1 => Verb::If("has(contact.vip)", to(at + other)),
                    2 => Verb::If("contact.full_name == 'anna'", to(at + other)),
                    3 => Verb::Notify("COPA"),
                    4 => Verb::Until("2026-12-24 09:00"),
                    5 => Verb::Wait("90 minutes"),
                    6 => Verb::Wait("3 days at 09:30"),
                    7 => Verb::Case("has(contact.vip)", to(at + other)),
                    8 => Verb::Split(100, to(at + other)),
                    9 => Verb::Split(0, to(at + other)),
                    10 => Verb::Window("mon-fri 09:00-12:00"),
                    11 => Verb::Jump,
                    _ => Verb::Send,
                };
                given::step(&format!("s{at}"), verb, to(at + one))
            });
        steps.collect()
    })
}
