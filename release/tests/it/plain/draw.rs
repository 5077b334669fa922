//! Draws journeys, contacts and what happens to them.

use jiff::tz::TimeZone;
use proptest::prelude::*;

/// A journey, a contact, and what happens.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) steps: Vec<Step>,
    pub(super) marketing: bool,
    /// One of [`WINDOWS`], for the mails.
    pub(super) send_window: Option<usize>,
    pub(super) exit_when: bool,
    pub(super) goal: bool,
    pub(super) reentry: Reentry,
    pub(super) contact: usize,
    pub(super) zone: usize,
    pub(super) start: usize,
    /// Minutes after the start, and what.
    pub(super) happens: Vec<(i64, Deed)>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Send {
        name: usize,
        expires: Option<i64>,
        waits: bool,
    },
    Days {
        days: i64,
        at: Option<(i8, i8)>,
    },
    Hours(i64),
    Window(usize),
    /// An order of more than 25, within so many days.
    Order {
        days: i64,
        then: Vec<Self>,
        otherwise: Vec<Self>,
    },
    /// That a mail is opened, within so many hours.
    Opened {
        name: usize,
        hours: i64,
        then: Vec<Self>,
        otherwise: Vec<Self>,
    },
    If {
        question: Question,
        then: Vec<Self>,
        otherwise: Vec<Self>,
    },
    Split {
        left: Vec<Self>,
        right: Vec<Self>,
    },
    Exit,
    Tag,
    Score(i64),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Question {
    Member,
    Rich,
    Opened(usize),
    Tagged,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reentry {
    Never,
    Single,
    Restart,
    Unlimited,
    After,
}

#[derive(Clone, Debug)]
pub(super) enum Deed {
    Start,
    Order(i64),
    Open(usize),
    Member(bool),
    Score(i64),
}

impl Case {
    pub(super) fn zone(&self) -> TimeZone {
        journey::zone(ZONES[self.zone]).expect("a zone")
    }
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let head = (
        any::<bool>(),
        prop::option::of(0..WINDOWS.len()),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.3),
        prop_oneof![
            Just(Reentry::Never),
            Just(Reentry::Single),
            Just(Reentry::Restart),
            Just(Reentry::Unlimited),
            Just(Reentry::After),
        ],
    );
    let who = (0..6_usize, 0..ZONES.len(), 0..STARTS.len());
    let deed = prop_oneof![
        2 => Just(Deed::Start),
        3 => (20_i64..40).prop_map(Deed::Order),
        3 => (0..MAILS).prop_map(Deed::Open),
        1 => any::<bool>().prop_map(Deed::Member),
        1 => (0_i64..20).prop_map(Deed::Score),
    ];
    let happens = prop::collection::vec((0_i64..144, deed), 0..6);
    (steps(2), head, who, happens).prop_map(|(steps, head, who, happens)| {
        let (marketing, send_window, exit_when, goal, reentry) = head;
        let (contact, zone, start) = who;
        // Mostly on whole tens of minutes within twelve hours, so that things meet; then days later.
        let mut happens: Vec<_> = happens
            .into_iter()
            .enumerate()
            .map(|(at, (tens, deed))| (tens * 10 + (at as i64 % 3) * 1440, deed))
            .collect();
        happens.sort_by_key(|(at, _)| *at);
        Case {
            steps: unique(steps),
            marketing,
            send_window,
            exit_when,
            goal,
            reentry,
            contact,
            zone,
            start,
            happens,
        }
    })
}

fn steps(depth: u32) -> BoxedStrategy<Vec<Step>> {
    prop::collection::vec(step(depth), 1..5).boxed()
}

fn step(depth: u32) -> BoxedStrategy<Step> {
    let mail = (0..MAILS, prop::option::of(1_i64..30), any::<bool>());
    let leaf = prop_oneof![
        6 => mail.prop_map(|(name, expires, waits)| Step::Send { name, expires, waits }),
        2 => (1_i64..4, prop::option::of((0_i8..24, prop_oneof![Just(0_i8), Just(30)])))
            .prop_map(|(days, at)| Step::Days { days, at }),
        2 => (1_i64..30).prop_map(Step::Hours),
        2 => (0..WINDOWS.len()).prop_map(Step::Window),
        1 => Just(Step::Tag),
        1 => (-5_i64..9).prop_map(Step::Score),
        1 => Just(Step::Exit),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = || steps(depth - 1);
    let question = prop_oneof![
        Just(Question::Member),
        Just(Question::Rich),
        (0..MAILS).prop_map(Question::Opened),
        Just(Question::Tagged),
    ];
    prop_oneof![
        4 => leaf,
        1 => (1_i64..4, inner(), inner()).prop_map(|(days, then, otherwise)| Step::Order { days, then, otherwise }),
        1 => (0..MAILS, 1_i64..50, inner(), inner())
            .prop_map(|(name, hours, then, otherwise)| Step::Opened { name, hours, then, otherwise }),
        1 => (question, inner(), inner()).prop_map(|(question, then, otherwise)| Step::If { question, then, otherwise }),
        1 => (inner(), inner()).prop_map(|(left, right)| Step::Split { left, right }),
    ]
    .boxed()
}

/// Leaves each mail in one place, leaves out what asks for a mail that nothing before it sends, and
/// what nobody reaches.
fn unique(steps: Vec<Step>) -> Vec<Step> {
    let mut all = vec![Step::Tag];
    let mut pruning = Pruning::default();
    all.extend(pruning.prune(steps));
    all
}

/// What is known on the way through a journey.
#[derive(Default)]
struct Pruning {
    /// The mails that some step sends.
    used: Vec<usize>,
    /// Those that a step before sends.
    known: Vec<usize>,
}

impl Pruning {
    fn prune(&mut self, steps: Vec<Step>) -> Vec<Step> {
        let mut kept = Vec::new();
        for step in steps {
            let Some(step) = self.one(step) else {
                continue;
            };
            let ends = ends(&step);
            kept.push(step);
            if ends {
                break;
            }
        }
        kept
    }

    /// Prunes two branches, which do not know each other; what follows knows both.
    fn both(&mut self, then: Vec<Step>, otherwise: Vec<Step>) -> (Vec<Step>, Vec<Step>) {
        let before = self.known.clone();
        let then = self.prune(then);
        let after = std::mem::replace(&mut self.known, before);
        let otherwise = self.prune(otherwise);
        self.known.extend(after);
        (then, otherwise)
    }

    fn one(&mut self, step: Step) -> Option<Step> {
        Some(match step {
            Step::Send { name, .. } if self.used.contains(&name) => return None,
            Step::Opened { name, .. }
            | Step::If {
                question: Question::Opened(name),
                ..
            } if !self.known.contains(&name) => return None,
            Step::Send {
                name,
                expires,
                waits,
            } => {
                self.used.push(name);
                self.known.push(name);
                Step::Send {
                    name,
                    expires,
                    waits,
                }
            }
            Step::Order {
                days,
                then,
                otherwise,
            } => {
                let (then, otherwise) = self.both(then, otherwise);
                Step::Order {
                    days,
                    then,
                    otherwise,
                }
            }
            Step::Opened {
                name,
                hours,
                then,
                otherwise,
            } => {
                let (then, otherwise) = self.both(then, otherwise);
                Step::Opened {
                    name,
                    hours,
                    then,
                    otherwise,
                }
            }
            Step::If {
                question,
                then,
                otherwise,
            } => {
                let (mut then, otherwise) = self.both(then, otherwise);
                // An `if` must lead somewhere.
                then.insert(0, Step::Tag);
                Step::If {
                    question,
                    then,
                    otherwise,
                }
            }
            Step::Split { left, right } => {
                let (left, right) = self.both(left, right);
                Step::Split { left, right }
            }
            step @ (Step::Days { .. }
            | Step::Hours(_)
            | Step::Window(_)
            | Step::Exit
            | Step::Tag
            | Step::Score(_)) => step,
        })
    }
}

/// Tells whether everybody leaves at a step.
fn ends(step: &Step) -> bool {
    let all = |steps: &[Step]| steps.last().is_some_and(ends);
    match step {
        Step::Exit => true,
        Step::Order {
            then, otherwise, ..
        }
        | Step::Opened {
            then, otherwise, ..
        }
        | Step::If {
            then, otherwise, ..
        } => all(then) && all(otherwise),
        Step::Split { left, right } => all(left) && all(right),
        Step::Send { .. }
        | Step::Days { .. }
        | Step::Hours(_)
        | Step::Window(_)
        | Step::Tag
        | Step::Score(_) => false,
    }
}

pub(super) const MAILS: usize = 4;

pub(super) const ZONES: [&str; 4] = [
    "Europe/Amsterdam",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "Pacific/Honolulu",
];

/// Days and hours, as text and as numbers: first and last day from Monday, first and last minute.
pub(super) const WINDOWS: [(&str, [i8; 2], [i16; 2]); 4] = [
    ("mon-fri 09:00-12:00", [0, 4], [540, 720]),
    ("mon-sun 22:00-02:00", [0, 6], [1320, 120]),
    ("mon-sun 02:15-03:45", [0, 6], [135, 225]),
    ("fri-mon 08:00-24:00", [4, 0], [480, 1440]),
];

/// Before nights in which the clocks change, and an ordinary day.
pub(super) const STARTS: [&str; 4] = [
    "2026-10-23T12:00:00Z",
    "2027-03-26T20:00:00Z",
    "2026-09-25T10:00:00Z",
    "2028-02-28T09:00:00Z",
];
