//! What is drawn: a journey, a contact, and what happens to them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// A journey, a contact, and what happens.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) steps: Vec<Step>,
    pub(super) triggers: Vec<Trigger>,
    pub(super) marketing: bool,
    pub(super) send_window: Option<Hours>,
    pub(super) exit_when: Option<Question>,
    pub(super) goal: bool,
    pub(super) reentry: Reentry,
    pub(super) contact: usize,
    pub(super) zone: usize,
    pub(super) start: usize,
    /// What is known of the contact from the start.
    pub(super) known: Vec<Write>,
    /// Minutes after the start, and what.
    pub(super) happens: Vec<(i64, Deed)>,
}

/// What lets the contact in, and what must hold besides.
#[derive(Clone, Debug)]
pub(super) struct Trigger {
    pub(super) on: On,
    pub(super) filter: Option<Question>,
}

#[derive(Clone, Debug)]
pub(super) enum On {
    Event,
    Joins,
    Leaves,
    Tagged(usize),
    Untagged(usize),
    Enters(Question),
    Date { moment: Moment, yearly: bool },
}

/// A step, and what it is called where something jumps to it.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) id: Option<usize>,
    pub(super) does: Does,
}

#[derive(Clone, Debug)]
pub(super) enum Does {
    Send {
        name: usize,
        expires: Option<Span>,
        waits: bool,
    },
    Wait {
        span: Span,
        at: Option<(i8, i8)>,
    },
    Until {
        moment: Moment,
        or_exit: bool,
    },
    Window(Hours),
    WaitFor {
        what: Awaited,
        within: Span,
        then: Vec<Step>,
        otherwise: Vec<Step>,
    },
    If {
        question: Question,
        then: Vec<Step>,
        otherwise: Vec<Step>,
    },
    Case {
        arms: Vec<(Question, Vec<Step>)>,
        otherwise: Vec<Step>,
    },
    Split {
        left: Vec<Step>,
        right: Vec<Step>,
    },
    /// To one of the steps ahead that have a name.
    Jump {
        pick: usize,
        to: String,
    },
    Exit,
    Change(Change),
}

impl Step {
    /// Returns the steps inside it.
    pub(super) fn branches(&self) -> Vec<&Vec<Self>> {
        match &self.does {
            Does::WaitFor {
                then, otherwise, ..
            }
            | Does::If {
                then, otherwise, ..
            } => vec![then, otherwise],
            Does::Case { arms, otherwise } => {
                let arms = arms.iter().map(|(_, steps)| steps);
                arms.chain([otherwise]).collect()
            }
            Does::Split { left, right } => vec![left, right],
            Does::Send { .. }
            | Does::Wait { .. }
            | Does::Until { .. }
            | Does::Window(_)
            | Does::Jump { .. }
            | Does::Exit
            | Does::Change(_) => Vec::new(),
        }
    }

    /// As [`Step::branches`], to be changed.
    pub(super) fn branches_mut(&mut self) -> Vec<&mut Vec<Self>> {
        match &mut self.does {
            Does::WaitFor {
                then, otherwise, ..
            }
            | Does::If {
                then, otherwise, ..
            } => vec![then, otherwise],
            Does::Case { arms, otherwise } => {
                let arms = arms.iter_mut().map(|(_, steps)| steps);
                arms.chain([otherwise]).collect()
            }
            Does::Split { left, right } => vec![left, right],
            Does::Send { .. }
            | Does::Wait { .. }
            | Does::Until { .. }
            | Does::Window(_)
            | Does::Jump { .. }
            | Does::Exit
            | Does::Change(_) => Vec::new(),
        }
    }

    /// Returns what a jump calls it.
    pub(super) fn name(&self) -> Option<String> {
        match (&self.does, self.id) {
            (Does::Send { name, .. }, _) => Some(format!("m{name}")),
            (_, Some(id)) => Some(format!("l{id}")),
            (_, None) => None,
        }
    }
}

/// Shows each step, those inside a step after it.
pub(super) fn each<'a>(steps: &'a [Step], show: &mut impl FnMut(&'a Step)) {
    for step in steps {
        show(step);
        for branch in step.branches() {
            each(branch, show);
        }
    }
}

/// Hours, and whether the calendar's closed days are left out of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hours {
    /// One of [`WINDOWS`].
    pub(super) window: usize,
    pub(super) calendar: bool,
}

/// A length of time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub(super) months: i64,
    pub(super) weeks: i64,
    pub(super) days: i64,
    pub(super) hours: i64,
    pub(super) minutes: i64,
}

/// A day, told from the day of the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Day {
    /// So many days later, and so many years earlier, or later if there are less than none.
    Near { days: i64, years: i64 },
    /// A birthday on the 29th of February.
    Leap,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) base: Base,
    /// How far from it, and whether before it.
    pub(super) distance: Option<(bool, Span)>,
    pub(super) at: Option<(i8, i8)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Base {
    Fixed(Day),
    /// The contact's date.
    Due,
    /// The contact's moment.
    When,
    /// The event's date.
    EventDay,
}

#[derive(Clone, Debug)]
pub(super) enum Awaited {
    /// An order of more than so much.
    Order(i64),
    Opened(usize),
    Clicked(usize),
    Condition(Question),
}

#[derive(Clone, Debug)]
pub(super) enum Question {
    Member,
    Rich,
    Level,
    OnList,
    Opened(usize),
    Clicked(usize),
    Tagged(usize),
    /// That the contact's date is today or was before.
    Past,
    /// That the event said a number above three.
    Event,
    Not(Box<Self>),
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reentry {
    Never,
    Single,
    Restart,
    Unlimited,
    After,
}

/// What is written about a contact.
#[derive(Clone, Copy, Debug)]
pub(super) enum Write {
    Member(bool),
    Level(i64),
    Score(i64),
    Due(Option<Day>),
    /// So many seconds after the start.
    When(Option<i64>),
    Zone(usize),
}

/// What a step changes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Tag(usize),
    Untag(usize),
    Join,
    Leave,
    Score(i64),
    Set(Write),
}

#[derive(Clone, Debug)]
pub(super) enum Deed {
    Start {
        day: Option<Day>,
        number: Option<i64>,
    },
    Order(i64),
    Open(usize),
    Click(usize),
    Set(Write),
}

impl Case {
    pub(super) fn zone(&self) -> TimeZone {
        zone(self.zone)
    }

    pub(super) fn start(&self) -> Timestamp {
        STARTS[self.start].parse().expect("a moment")
    }

    pub(super) fn day(&self, day: Day) -> Date {
        match day {
            Day::Near { days, years } => {
                self.start().to_zoned(TimeZone::UTC).date() + days.days() - years.years()
            }
            Day::Leap => jiff::civil::date(2020, 2, 29),
        }
    }

    pub(super) fn seconds(&self, seconds: i64) -> Timestamp {
        self.start() + SignedDuration::from_secs(seconds)
    }

    /// Tells whether only an event lets people in.
    pub(super) fn by_event(&self) -> bool {
        let mut triggers = self.triggers.iter();
        triggers.all(|trigger| matches!(trigger.on, On::Event))
    }
}

pub(super) fn zone(at: usize) -> TimeZone {
    journey::zone(ZONES[at]).expect("a zone")
}

/// The days on which the calendar is closed: the second and the fourth after each start.
pub(super) fn closed() -> Vec<Date> {
    let starts = STARTS.iter().map(|start| {
        let start: Timestamp = start.parse().expect("a moment");
        start.to_zoned(TimeZone::UTC).date()
    });
    starts
        .flat_map(|date| [date + 1.day(), date + 3.days()])
        .collect()
}

pub(super) const MAILS: usize = 4;

pub(super) const TAGS: [&str; 2] = ["t", "u"];

pub(super) const ZONES: [&str; 6] = [
    "Europe/Amsterdam",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "Pacific/Honolulu",
    "Australia/Lord_Howe",
    "America/Santiago",
];

/// Days and hours, as text and as numbers: first and last day from Monday, first and last minute.
pub(super) const WINDOWS: [(&str, [i8; 2], [i16; 2]); 4] = [
    ("mon-fri 09:00-12:00", [0, 4], [540, 720]),
    ("mon-sun 22:00-02:00", [0, 6], [1320, 120]),
    ("mon-sun 02:15-03:45", [0, 6], [135, 225]),
    ("fri-mon 08:00-24:00", [4, 0], [480, 1440]),
];

/// Before nights in which the clocks of one of the zones change, before the ends of months, and
/// before a 28th and a 29th of February.
pub(super) const STARTS: [&str; 9] = [
    "2026-10-23T12:00:00Z",
    "2027-03-26T20:00:00Z",
    "2026-09-25T10:00:00Z",
    "2028-02-28T09:00:00Z",
    "2027-04-02T06:00:00Z",
    "2026-10-02T08:00:00Z",
    "2026-09-04T21:00:00Z",
    "2027-01-29T22:30:00Z",
    "2027-02-26T10:00:00Z",
];
